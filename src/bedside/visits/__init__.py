"""Rooms, check-in, the waiting room, transfer of patients: everything of a visit but its call."""
