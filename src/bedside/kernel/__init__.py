"""Shared primitives: ids, time, events, the unit of work, language."""
