"""Live rooms and visits: snapshots, and how events change them."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.audiences import Audiences, named
from bedside.people.permissions import Permissions, StaffAccess, VisitorAccess
from bedside.realtime.topics import TopicKind
from bedside.visits import counts, room_rows, rows
from bedside.visits.counts import RoomCount
from bedside.visits.models import patient_transfers, rooms

_rooms = prepared(select(rooms.c.id, rooms.c.open).where(rooms.c.clinic_id == bindparam("clinic")))
_open_transfers = prepared(
    select(*patient_transfers.c, rooms.c.open)
    .select_from(patient_transfers.join(rooms, rooms.c.id == patient_transfers.c.to_room_id))
    .where(
        patient_transfers.c.by_staff_id == bindparam("staff"), patient_transfers.c.state == "open"
    )
)

Snapshot = dict[str, Any]


class VisitLive:
    """The topics `room:…`, `rooms:…`, `visit:…` and `person:…`.

    `access` is what the socket proved; each snapshot raises NotFound for those who may not see it.
    """

    def __init__(
        self, database: Transactions, permissions: Permissions, audiences: Audiences
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._audiences = audiences

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds."""
        return (
            TopicKind("room", self.room, self.audience_of_room),
            TopicKind("rooms", self.rooms),
            TopicKind("visit", self.visit, self.audience_of_visit),
            TopicKind("person", self.person),
        )

    async def room(self, access: object, room_id: str) -> Snapshot:
        """Return a room with everybody in it, for those in charge."""
        if not isinstance(access, StaffAccess):
            raise NotFound
        room = await self._permissions.room(access, room_id)
        async with self._database.read() as db:
            row = await db.one(room_rows.by_id, of=room.room_id)
            found = await db.all(rows.in_room, room=room.room_id)
        if row is None:
            raise NotFound
        return {
            "room_id": room_id,
            "open": bool(row.open),
            "visits": {one.id: rows.room_facts(one) for one in found},
        }

    async def rooms(self, access: object, clinic_id: str) -> Snapshot:
        """Return all rooms of the clinic with counts, for its staff."""
        if not isinstance(access, StaffAccess) or access.clinic_id != clinic_id:
            raise NotFound
        async with self._database.read() as db:
            found = await db.all(_rooms, clinic=clinic_id)
            counted = await db.all(counts.in_clinic, clinic=clinic_id)
        by_room = counts.by_room(counted)
        return {
            "rooms": {
                row.id: {
                    "open": bool(row.open),
                    "waiting": by_room.get(row.id, RoomCount()).waiting,
                    "in_call": by_room.get(row.id, RoomCount()).seen,
                }
                for row in found
            }
        }

    async def visit(self, access: object, visit_id: str) -> Snapshot:
        """Return a visit, for its patient and for those in charge of its current room."""
        async with self._database.read() as db:
            row = await db.one(rows.by_id, of=visit_id)
        if row is None or not await self._may_follow(access, row.id, row.room_id):
            raise NotFound
        return rows.visit_facts(row)

    async def _may_follow(self, access: object, visit_id: str, room_id: str) -> bool:
        if isinstance(access, VisitorAccess):
            return access.visit_id == visit_id
        if not isinstance(access, StaffAccess):
            return False
        try:
            await self._permissions.room(access, room_id)
        except NotFound:
            return False
        return True

    async def audience_of_room(
        self, room_id: str, _told: Mapping[str, Any], person: str = ""
    ) -> frozenset[str]:
        """Return those who may receive events of a room now."""
        return await self._audiences.in_charge(room_id, person)

    async def audience_of_visit(
        self, visit_id: str, told: Mapping[str, Any], person: str = ""
    ) -> frozenset[str]:
        """Return those who may receive an event of a visit now: its patient, and those in charge
        of its current room. The sender of a transfer receives nothing more, and the receiver
        nothing of an earlier leg, whenever it is published (feature V11)."""
        async with self._database.read() as db:
            row = await db.one(rows.by_id, of=visit_id)
        if row is None:
            return frozenset()
        patient = frozenset({named(row.clinic_id, visit_id)})
        if told.get("leg", row.leg) != row.leg:
            return patient
        return await self._audiences.in_charge(row.room_id, person) | patient

    async def person(self, access: object, staff_id: str) -> Snapshot:
        """Return the patients somebody has transferred who are still waiting there."""
        if not isinstance(access, StaffAccess) or access.staff_id != staff_id:
            raise NotFound
        async with self._database.read() as db:
            return {"transfers": await _transfers_of(db, staff_id)}


async def _transfers_of(reader: Reader, staff_id: str) -> Snapshot:
    return {
        row.id: {
            "visit_id": row.visit_id,
            "to_room_id": row.to_room_id,
            "to_room_open": bool(row.open),
            "state": row.state,
            "alerted": bool(row.alerted_at),
        }
        for row in await reader.all(_open_transfers, staff=staff_id)
    }


def apply(snapshot: Snapshot, event_type: str, data: dict[str, Any]) -> Snapshot:
    """Apply an event to a snapshot: what pages do, and what tests compare with. Events not named
    here say that something beside the snapshot changed."""
    change = _CHANGES.get(event_type)
    return change(snapshot, data) if change else snapshot


def _room_changed(snapshot: Snapshot, data: Snapshot) -> Snapshot:
    return {**snapshot, "open": data["open"]}


def _visit_in_room(snapshot: Snapshot, data: Snapshot) -> Snapshot:
    told = _without(data, "room_id")
    return {**snapshot, "visits": {**snapshot["visits"], data["visit_id"]: told}}


def _visit_gone(snapshot: Snapshot, data: Snapshot) -> Snapshot:
    return {**snapshot, "visits": _without(snapshot["visits"], data["visit_id"])}


def _counts_changed(snapshot: Snapshot, data: Snapshot) -> Snapshot:
    told = _without(data, "clinic_id", "room_id")
    return {**snapshot, "rooms": {**snapshot["rooms"], data["room_id"]: told}}


def _visit_changed(snapshot: Snapshot, data: Snapshot) -> Snapshot:
    return {**snapshot, **data}


def _patient_sent(snapshot: Snapshot, data: Snapshot) -> Snapshot:
    transfers = _without(snapshot["transfers"], data["transfer_id"])
    if data["state"] == "open":
        transfers[data["transfer_id"]] = _without(data, "staff_id", "transfer_id")
    return {**snapshot, "transfers": transfers}


_CHANGES: dict[str, Callable[[Snapshot, Snapshot], Snapshot]] = {
    "room.changed": _room_changed,
    "room.visit_changed": _visit_in_room,
    "room.visit_gone": _visit_gone,
    "rooms.changed": _counts_changed,
    "visit.changed": _visit_changed,
    "person.transfer_changed": _patient_sent,
}


def _without(data: Snapshot, *keys: str) -> Snapshot:
    return {key: value for key, value in data.items() if key not in keys}
