"""Printing of what the clinic writes to a patient: a body of a closed schema, below a head."""
