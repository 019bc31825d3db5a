"""Shared by everything that is reached over HTTP: callers, bodies, forms, errors, protection,
rendering."""
