"""Colleagues: who of the staff is where, and short questions between them."""
