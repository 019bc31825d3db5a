"""Invitations to the patient's app, as requests: sent, followed and sent again like all others."""
