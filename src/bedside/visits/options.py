"""A clinic's options for visits in all of its rooms."""

from pydantic import Field

from bedside.people.options import Options


class VisitOptions(Options):
    """Options of visits."""

    transfer_allowed: bool = True
    """Whether patients may be transferred from one room to another."""
    shared_rooms_allowed: bool = True
    visit_grace_minutes: int = Field(default=3, ge=1, le=60)
    """How long a patient whose page is disconnected keeps the place."""
    unanswered_minutes: int = Field(default=5, ge=1, le=60)
    """After which the sender of a patient who was not admitted is alerted."""
    unattended_seconds: int = Field(default=30, ge=5, le=3_600)
    """How long an arrival waits for somebody of the room before a message goes out."""
