"""Invitations to a waiting room, as requests: sent, followed and sent again like all others."""
