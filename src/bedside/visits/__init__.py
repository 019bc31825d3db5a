"""Rooms, check-in, the waiting room, transfer of patients: everything about a visit except its
call."""
