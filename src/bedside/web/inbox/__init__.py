"""The inbox: what arrived and nobody has reviewed."""
