"""Secret URLs that give one patient's device access to one thing after the date of birth."""
