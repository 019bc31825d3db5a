"""The chat of a visit."""
