"""Calls: who is in them, how browsers find each other, guests, apps."""
