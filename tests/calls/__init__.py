"""Calls: who is in them, signals, guests, group calls."""
