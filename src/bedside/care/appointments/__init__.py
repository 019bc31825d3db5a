"""Appointments: types, booking, moving, cancelling, and what patients answer."""
