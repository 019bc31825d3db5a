"""Summaries of visits: a clinician's plain words, which the patient reads by link."""
