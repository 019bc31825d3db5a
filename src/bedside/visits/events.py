"""Events of rooms and visits: ids, times and states only."""

from typing import ClassVar

from bedside.kernel.events import Event, declared


class _OfRoom(Event):
    room_id: str

    def topic(self) -> str:
        """The topic of those in charge of the room."""
        return f"room:{self.room_id}"


@declared
class RoomChanged(_OfRoom):
    """A room was opened, closed, or changed its name or options."""

    type: ClassVar[str] = "room.changed"
    open: bool


@declared
class RoomVisitChanged(_OfRoom):
    """A visit came into a room, or something about a visit there changed."""

    type: ClassVar[str] = "room.visit_changed"
    visit_id: str
    patient_id: str
    state: str
    leg: int
    call_id: str
    transfer_id: str
    admitted_by: str
    checked_in_at: int
    queued_at: int
    place_at: int
    first: bool
    urgent: bool
    returned_at: int
    away_since: int
    hidden: bool
    looked: bool
    device_test: str
    on_telephone: bool


@declared
class RoomVisitGone(_OfRoom):
    """A visit is not in this room any more; `why` is the step that took it away."""

    type: ClassVar[str] = "room.visit_gone"
    visit_id: str
    why: str


@declared
class RoomVisitTouched(_OfRoom):
    """Something belonging to a visit here changed: its chat, a file in transfer, or whose visit it
    was. Lists refresh; the visit itself is unchanged."""

    type: ClassVar[str] = "room.visit_touched"
    visit_id: str
    what: str


@declared
class RoomMessaged(_OfRoom):
    """A message to everyone waiting was added or withdrawn."""

    type: ClassVar[str] = "room.messaged"
    message_id: str
    withdrawn: bool


@declared
class RoomsChanged(Event):
    """The entry of a room in the list of all rooms changed. `in_call` counts those being seen, also
    by telephone."""

    type: ClassVar[str] = "rooms.changed"
    clinic_id: str
    room_id: str
    open: bool
    waiting: int
    in_call: int

    def topic(self) -> str:
        """The topic of the clinic's staff."""
        return f"rooms:{self.clinic_id}"


class _OfVisit(Event):
    visit_id: str

    def topic(self) -> str:
        """The topic of the patient's page, and of those in charge of the room."""
        return f"visit:{self.visit_id}"


@declared
class VisitChanged(_OfVisit):
    """The state of a visit changed: admitted, returned, transferred, ended. `transferring` is true
    from a transfer until the patient is admitted or moves on."""

    type: ClassVar[str] = "visit.changed"
    state: str
    room_id: str
    leg: int
    call_id: str
    transferring: bool
    ended_reason: str
    on_telephone: bool


@declared
class VisitRoomMessage(_OfVisit):
    """A message to everyone waiting was added or withdrawn."""

    type: ClassVar[str] = "visit.room_message"
    message_id: str


@declared
class PersonTransferChanged(Event):
    """Status of a transfer this clinician made: still waiting, admitted, or overdue."""

    type: ClassVar[str] = "person.transfer_changed"
    staff_id: str
    transfer_id: str
    visit_id: str
    to_room_id: str
    to_room_open: bool
    state: str
    alerted: bool

    def topic(self) -> str:
        """The topic of the person's own pages."""
        return f"person:{self.staff_id}"
