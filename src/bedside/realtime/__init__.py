"""Events on their way to open pages."""
