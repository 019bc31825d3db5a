"""Signing in, second factors, and the first set-up of an installation."""
