"""Attacks, and that they come to nothing."""
