"""Delivery of events to open pages."""
