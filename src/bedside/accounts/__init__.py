"""Accounts of the patient's app: who signs in, on which devices, and for whom."""
