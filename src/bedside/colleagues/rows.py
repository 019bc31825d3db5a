"""Presence of staff and their questions as they are stored."""

from typing import NamedTuple


class PresenceRow(NamedTuple):
    """The presence of a member of staff."""

    staff_id: str
    clinic_id: str
    chosen: str
    chosen_at: int
    here: bool
    unseen_since: int
    room_id: str
    call_room_id: str


class QuestionRow(NamedTuple):
    """A question to a colleague."""

    id: str
    clinic_id: str
    from_id: str
    to_id: str
    state: str
    body: bytes
    answer: bytes | None
    asked_at: int
