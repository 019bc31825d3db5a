"""The patient's app: signing in, its frame, and its first page."""
