"""The steps of a visit as values: inputs and columns of each.

`states.py` says which step is possible when; `transitions.py` takes them.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from bedside.audit import Action, Actor
from bedside.audit.actors import ActorKind
from bedside.visits.rows import How, VisitRow
from bedside.visits.states import Step

EndReason = Literal[Step.LEFT, Step.REMOVED, Step.COMPLETED, Step.EXPIRED, Step.MERGED]

_END_ACTIONS = {
    Step.LEFT: Action.VISIT_LEFT,
    Step.REMOVED: Action.VISIT_REMOVED,
    Step.COMPLETED: Action.VISIT_COMPLETED,
    Step.EXPIRED: Action.VISIT_EXPIRED,
    Step.MERGED: Action.VISIT_MERGED,
}


@dataclass(frozen=True, slots=True)
class Admit:
    """Into a call. `transfer_becomes`, of every step: the state of the transfer that brought the
    patient here, "" if it stays as it is."""

    call_id: str
    kind: ClassVar[Step] = Step.ADMITTED
    action: ClassVar[Action] = Action.VISIT_ADMITTED
    transfer_becomes: ClassVar[str] = "admitted"

    def columns(self, row: VisitRow, by: Actor, moment: int) -> dict[str, Any]:
        """Return the columns of the visit that the step sets, besides its state."""
        return {
            "call_id": self.call_id,
            "admitted_at": moment,
            "admitted_by": by.id,
            "looked_at": row.looked_at or moment,
            "returned_at": 0,
            "on_telephone": False,
        }


@dataclass(frozen=True, slots=True)
class Return:
    """Back to the waiting room, at the old place."""

    kind: ClassVar[Step] = Step.RETURNED
    action: ClassVar[Action] = Action.VISIT_RETURNED
    transfer_becomes: ClassVar[str] = ""

    def columns(self, row: VisitRow, by: Actor, moment: int) -> dict[str, Any]:
        """See `Admit`. `place_at` stays, and with it the place; whom staff send back is passed
        over once (`queue_order`), unlike somebody whose call broke off. Somebody absent has the
        time for which a place is kept from now on."""
        by_staff = by.kind is ActorKind.STAFF
        return {
            "call_id": "",
            "returned_at": moment if by_staff else 0,
            "on_telephone": False,
            "away_since": moment if row.away_since else 0,
        }


@dataclass(frozen=True, slots=True)
class Telephone:
    """Out of the call, if there is one, and on by telephone; the visit goes on."""

    kind: ClassVar[Step] = Step.TELEPHONED
    action: ClassVar[Action] = Action.VISIT_TELEPHONED
    transfer_becomes: ClassVar[str] = "admitted"

    def columns(self, row: VisitRow, by: Actor, moment: int) -> dict[str, Any]:
        """See `Admit`. Who speaks with the patient has admitted them."""
        return {
            "call_id": "",
            "admitted_at": row.admitted_at or moment,
            "admitted_by": by.id,
            "looked_at": row.looked_at or moment,
            "on_telephone": True,
            "telephone_at": moment,
            "telephone_by": by.id,
        }


@dataclass(frozen=True, slots=True)
class TransferTo:
    """To the waiting room of another room."""

    room_id: str
    transfer_id: str
    kind: ClassVar[Step] = Step.TRANSFERRED
    action: ClassVar[Action] = Action.VISIT_TRANSFERRED
    transfer_becomes: ClassVar[str] = "passed_on"
    how: ClassVar[How] = How.TRANSFERRED

    def columns(self, row: VisitRow, by: Actor, moment: int) -> dict[str, Any]:
        """See `Admit`."""
        return _next_leg(row, self.room_id, self.transfer_id)


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Back to the room that a transfer came from, which undoes that transfer."""

    room_id: str
    kind: ClassVar[Step] = Step.TRANSFERRED
    action: ClassVar[Action] = Action.VISIT_TAKEN_BACK
    transfer_becomes: ClassVar[str] = "taken_back"
    how: ClassVar[How] = How.TAKEN_BACK

    def columns(self, row: VisitRow, by: Actor, moment: int) -> dict[str, Any]:
        """See `Admit`."""
        return _next_leg(row, self.room_id, "")


@dataclass(frozen=True, slots=True)
class End:
    """The end of the visit."""

    reason: EndReason
    transfer_becomes: ClassVar[str] = "ended"

    @property
    def kind(self) -> Step:
        """The step in the table of states."""
        return self.reason

    @property
    def action(self) -> Action:
        """The audit line."""
        return _END_ACTIONS[self.reason]

    def columns(self, row: VisitRow, by: Actor, moment: int) -> dict[str, Any]:
        """See `Admit`."""
        return {
            "call_id": "",
            "ended_reason": str(self.reason),
            "ended_at": moment,
            "ended_by": by.id,
        }


AnyStep = Admit | Return | Telephone | TransferTo | TakeBack | End


def _next_leg(row: VisitRow, room_id: str, transfer_id: str) -> dict[str, Any]:
    """`queued_at` stays: the wait counts from the check-in, wherever it goes on."""
    return {
        "call_id": "",
        "room_id": room_id,
        "leg": row.leg + 1,
        "transfer_id": transfer_id,
        "place_at": row.queued_at,
        "first_at": 0,
        "order_reason": None,
        "returned_at": 0,
        "admitted_at": 0,
        "admitted_by": "",
        "looked_at": 0,
        "on_telephone": False,
        "texted_at": 0,
    }
