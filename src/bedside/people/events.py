"""Events of people's sessions."""

from typing import ClassVar

from bedside.kernel.events import Event, declared


@declared
class SessionsEnded(Event):
    """Sessions of one person ended; their open pages and sockets close."""

    type: ClassVar[str] = "sessions.ended"
    staff_id: str
    session_ids: list[str]

    def topic(self) -> str:
        """The topic of the person's own pages."""
        return f"staff:{self.staff_id}"
