"""Calls: participants, how browsers find each other, guests, apps."""
