"""Invitations to a room: staff send them, patients arrive by them."""
