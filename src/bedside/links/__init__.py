"""Secret URLs that give one patient's device access to a single resource once the date of birth
has been confirmed."""
