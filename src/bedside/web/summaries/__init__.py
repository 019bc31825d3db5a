"""Summaries of visits: written by staff, read by the patient behind a link."""
