"""Attacks, and their failure."""
