"""Messages that left the clinic, and what their carriers report."""
