"""Appointments: the calendar, booking, and what patients see and answer."""
