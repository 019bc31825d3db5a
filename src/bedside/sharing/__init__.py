"""Sharing: the patient shares files on, sees who opened the record, and asks why."""
