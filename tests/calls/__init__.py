"""Calls: participants, signals, guests, group calls."""
