"""Events of appointments: ids, times and states, and nothing of the patient."""

from typing import ClassVar

from bedside.kernel.events import Event, declared


@declared
class AppointmentChanged(Event):
    """Something was booked, moved, answered or ended; for the calendars of the clinic, in which
    everybody sees when somebody or a room is taken."""

    type: ClassVar[str] = "appointments.changed"

    clinic_id: str
    appointment_id: str
    state: str
    staff_id: str
    room_id: str
    starts_at: int
    ends_at: int

    def topic(self) -> str:
        """The topic of the clinic's calendars."""
        return f"appointments:{self.clinic_id}"
