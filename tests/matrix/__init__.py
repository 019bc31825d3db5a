"""Permissions: every route and every topic, for every kind of person."""
