"""The choice of a language, on every page of a patient and before the sign-in."""
