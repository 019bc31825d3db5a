"""Requests: what a clinic asks a patient for by link, and its outcome."""
