"""Calendars as open pages follow them."""

from typing import Any

from bedside.errors import NotFound
from bedside.people.permissions import StaffAccess
from bedside.realtime.topics import TopicKind


class AppointmentsLive:
    """The topic `appointments:{clinic}`, for the staff of the clinic."""

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kind."""
        return (TopicKind("appointments", self.appointments),)

    async def appointments(self, access: object, clinic_id: str) -> dict[str, Any]:
        """Return nothing: a calendar has events only, upon which a page fetches its own again.
        Raises NotFound for others than the staff of the clinic."""
        if not isinstance(access, StaffAccess) or access.clinic_id != clinic_id:
            raise NotFound
        return {}
