"""Colleagues: who is where, and short questions between them."""
