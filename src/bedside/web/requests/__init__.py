"""Requests to patients, as staff send and follow them."""
