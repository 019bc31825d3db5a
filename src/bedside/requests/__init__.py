"""What the clinic asks of a patient by link, and what came of it."""
