"""Messages that left the clinic, and their delivery reports."""
