"""Live calls: snapshots, and how events change them."""

from collections.abc import Mapping
from typing import Any

from bedside.calls.access import Seats, in_calls
from bedside.calls.rows import facts_of, of_person, participants_of
from bedside.calls.signalling import Signalling
from bedside.calls.states import PRESENT, Kind, Standing
from bedside.errors import NotFound
from bedside.kernel.unit_of_work import Transactions
from bedside.people.audiences import named
from bedside.people.permissions import GuestAccess
from bedside.realtime.topics import TopicKind


class LiveCalls:
    """The topics `call:…`, `signals:…` and `guest:…`.

    `access` is what the socket proved; each snapshot raises NotFound for those who may not see it.
    """

    def __init__(self, database: Transactions, seats: Seats, signalling: Signalling) -> None:
        self._database = database
        self._seats = seats
        self._signalling = signalling

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds."""
        return (
            TopicKind("call", self.call, self.audience),
            TopicKind("signals", self.signals, from_first=True),
            TopicKind("guest", self.guest),
        )

    async def call(self, access: object, call_id: str) -> dict[str, Any]:
        """Return the call and everybody who is or was in it, for its participants."""
        call = await self._seats.listener(in_calls(access), call_id)
        async with self._database.read() as db:
            rows = await participants_of(db, call_id)
        return {
            "call_id": call.id,
            "state": call.state,
            "mode": call.mode,
            "topology": call.topology,
            "participants": {row.id: facts_of(row) for row in rows},
        }

    async def signals(self, access: object, connection_id: str) -> dict[str, Any]:
        """Return nothing but the right to subscribe: signals are delivered one by one."""
        if not await self._signalling.owns(in_calls(access), connection_id):
            raise NotFound
        return {}

    async def guest(self, access: object, guest_id: str) -> dict[str, Any]:
        """Return the state of a guest, for the guest."""
        if not isinstance(access, GuestAccess) or access.guest_id != guest_id:
            raise NotFound
        async with self._database.read() as db:
            row = await of_person(db, access.call_id, Kind.GUEST, guest_id)
        state = row.state if row else Standing.LEFT
        return {"guest_id": guest_id, "call_id": access.call_id, "state": str(state)}

    async def audience(
        self, call_id: str, _told: Mapping[str, Any], _person: str = ""
    ) -> frozenset[str]:
        """Return those who may follow a call now."""
        async with self._database.read() as db:
            rows = await participants_of(db, call_id)
        return frozenset(
            named(row.clinic_id, row.person_id)
            for row in rows
            if row.kind == Kind.STAFF or row.state in PRESENT
        )


def apply(snapshot: dict[str, Any], event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """Apply an event to the snapshot of a call or a guest: what pages do, and tests compare
    with."""
    if event_type == "call.changed":
        return {**snapshot, **data}
    if event_type == "guest.changed":
        return dict(data)
    if event_type == "call.participant_changed":
        facts = {k: v for k, v in data.items() if k not in ("call_id", "participant_id")}
        everybody = {**snapshot["participants"], data["participant_id"]: facts}
        return {**snapshot, "participants": everybody}
    return snapshot
