"""Clinics, staff and patients: who exists, who may see whom, and how they sign in."""
