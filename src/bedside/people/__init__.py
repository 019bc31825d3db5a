"""Clinics, staff and patients: who there is, who may see whom, how they sign in."""
