"""The whiteboard of a call."""
