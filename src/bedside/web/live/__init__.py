"""The live socket of a page."""
