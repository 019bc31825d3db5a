"""Presence of staff (feature V26): in which room, in a call, away, not to be disturbed.

Pages come and go with every click, so the end of one says nothing yet: a sweep compares what is
recorded with the open pages and the calls, and somebody is away when no page of theirs has been
visible for half a minute. Only changes are written and published.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.colleagues.events import ColleagueChanged
from bedside.colleagues.models import staff_presence
from bedside.colleagues.rows import PresenceRow
from bedside.database.statements import prepared
from bedside.errors import WrongInput
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.permissions import RoomAccess, StaffAccess
from bedside.people.staff import Staff
from bedside.realtime.presence import Presence

AWAY_AFTER = 30 * clock.SECOND
_CHOSEN_FOR = 12 * clock.HOUR
"""How long a choice holds: nobody is away the next morning because they forgot."""


class Chosen(StrEnum):
    """A choice in the menu of the account."""

    NOTHING = ""
    AWAY = "away"
    DO_NOT_DISTURB = "do_not_disturb"


class Whereabouts(StrEnum):
    """The state that colleagues are shown."""

    HERE = "here"
    IN_CALL = "in_call"
    DO_NOT_DISTURB = "do_not_disturb"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A colleague, and where they are. `room_id` is "" for none; `in_call` also of somebody who
    does not want to be disturbed."""

    staff_id: str
    name: str
    state: Whereabouts
    room_id: str
    in_call: bool


_of = prepared(
    select(staff_presence).where(staff_presence.c.staff_id == bindparam("of")), PresenceRow
)
_of_clinic = prepared(
    select(staff_presence).where(staff_presence.c.clinic_id == bindparam("clinic")), PresenceRow
)
_all = prepared(select(staff_presence), PresenceRow)
_add = prepared(upsert(staff_presence).on_conflict_do_nothing(index_elements=["staff_id"]))
_set = prepared(
    update(staff_presence)
    .where(staff_presence.c.staff_id == bindparam("of"))
    .values(
        chosen=bindparam("now_chosen"),
        chosen_at=bindparam("now_chosen_at"),
        here=bindparam("now_here"),
        unseen_since=bindparam("now_unseen_since"),
        room_id=bindparam("now_room_id"),
        call_room_id=bindparam("now_call_room_id"),
    )
)

InCalls = Callable[[Reader], Awaitable[Mapping[str, str]]]
"""Reads the room of the call that each member of staff is in."""


class Colleagues:
    """Records and shows where the staff are."""

    def __init__(
        self, database: Transactions, presence: Presence, staff: Staff, in_calls: InCalls
    ) -> None:
        self._database = database
        self._presence = presence
        self._staff = staff
        self._in_calls = in_calls

    # --- recording -----------------------------------------------------------------------------

    async def seen(self, staff: StaffAccess) -> None:
        """Record that a page of this person is visible."""
        async with self._database.read() as db:
            row = await db.one(_of, of=staff.staff_id)
        if row is None or not row.here or row.unseen_since:
            await self._change(staff, here=True, unseen_since=0)

    async def opened_room(self, room: RoomAccess) -> None:
        """Record that this person has opened the page of a room, and so is in it."""
        async with self._database.read() as db:
            row = await db.one(_of, of=room.staff.staff_id)
        if row is None or row.room_id != room.room_id or not row.here:
            await self._change(room.staff, here=True, unseen_since=0, room_id=room.room_id)

    async def choose(self, staff: StaffAccess, chosen: str) -> None:
        """Record what a person chose; it holds for twelve hours. Raises WrongInput."""
        if chosen not in set(Chosen):
            raise WrongInput
        await self._change(
            staff, chosen=chosen, chosen_at=clock.now() if chosen else 0, here=True, unseen_since=0
        )

    async def sweep(self) -> None:
        """Compare what is recorded with the open pages and calls."""
        async with self._database.read() as db:
            found = await db.all(_all)
            pages = await self._presence.pages(db)
            calls = await self._in_calls(db)
        moment = clock.now()
        for row in found:
            changes = _changes(row, pages.get(row.staff_id), calls.get(row.staff_id, ""), moment)
            if changes:
                async with self._database.unit_of_work() as work:
                    await _write(work, row.staff_id, changes)

    async def _change(self, staff: StaffAccess, **changes: Any) -> None:
        async with self._database.unit_of_work() as work:
            await work.execute(
                _add,
                staff_id=staff.staff_id,
                clinic_id=staff.clinic_id,
                chosen="",
                chosen_at=0,
                here=False,
                unseen_since=0,
                room_id="",
                call_room_id="",
            )
            await _write(work, staff.staff_id, changes)

    # --- reading -------------------------------------------------------------------------------

    async def chosen(self, staff: StaffAccess) -> Chosen:
        """Return what a person has chosen."""
        async with self._database.read() as db:
            row = await db.one(_of, of=staff.staff_id)
        return _chosen(row) if row else Chosen.NOTHING

    async def of_clinic(self, staff: StaffAccess) -> list[Colleague]:
        """Return the colleagues of a person, by name: everybody who can sign in but this one."""
        async with self._database.read() as db:
            rows = {row.staff_id: row for row in await db.all(_of_clinic, clinic=staff.clinic_id)}
        names = await self._staff.colleagues(staff.clinic_id)
        return [
            _colleague(staff_id, name, rows.get(staff_id))
            for staff_id, name in names.items()
            if staff_id != staff.staff_id
        ]

    async def in_rooms(self, staff: StaffAccess) -> dict[str, list[Colleague]]:
        """Return the colleagues who are in each room now, without this person."""
        async with self._database.read() as db:
            rows = await db.all(_of_clinic, clinic=staff.clinic_id)
        there = {
            row.staff_id: row
            for row in rows
            if _room(row) and _state(row) is not Whereabouts.AWAY and row.staff_id != staff.staff_id
        }
        names = await self._staff.named(staff.clinic_id, set(there))
        found: dict[str, list[Colleague]] = {}
        for staff_id, name in sorted(names.items(), key=lambda one: one[1].casefold()):
            found.setdefault(_room(there[staff_id]), []).append(
                _colleague(staff_id, name, there[staff_id])
            )
        return found

    async def in_room(self, staff: StaffAccess, room_id: str) -> list[Colleague]:
        """Return the colleagues who are in a room now, without this person."""
        return (await self.in_rooms(staff)).get(room_id, [])

    async def state_of(self, reader: Reader, staff_id: str) -> Whereabouts:
        """Return where a member of staff is."""
        row = await reader.one(_of, of=staff_id)
        return _state(row) if row else Whereabouts.AWAY

    async def facts(self, clinic_id: str) -> dict[str, dict[str, str]]:
        """Return what a snapshot holds of each member of staff."""
        async with self._database.read() as db:
            rows = await db.all(_of_clinic, clinic=clinic_id)
        return {row.staff_id: {"state": str(_state(row)), "room_id": _room(row)} for row in rows}


async def _write(work: UnitOfWork, staff_id: str, changes: Mapping[str, Any]) -> None:
    """Change a row, and publish it if colleagues are shown something else now."""
    before = await work.one(_of, of=staff_id)
    if before is None:
        return
    after = before._replace(**changes)
    await work.execute(
        _set,
        of=staff_id,
        now_chosen=after.chosen,
        now_chosen_at=after.chosen_at,
        now_here=after.here,
        now_unseen_since=after.unseen_since,
        now_room_id=after.room_id,
        now_call_room_id=after.call_room_id,
    )
    if (_state(before), _room(before)) != (_state(after), _room(after)):
        work.emit(
            ColleagueChanged(
                clinic_id=after.clinic_id,
                staff_id=staff_id,
                state=str(_state(after)),
                room_id=_room(after),
                left_room_id=_room(before),
            )
        )


def _changes(row: PresenceRow, visible: bool | None, call_room: str, moment: int) -> dict[str, Any]:
    """Return what the open pages and calls change in a row. `visible` is None without a page."""
    changes: dict[str, Any] = {}
    if call_room != row.call_room_id:
        changes["call_room_id"] = call_room
    if row.chosen and row.chosen_at < moment - _CHOSEN_FOR:
        changes |= {"chosen": "", "chosen_at": 0}
    if visible:
        if not row.here or row.unseen_since:
            changes |= {"here": True, "unseen_since": 0}
    elif row.here and not row.unseen_since:
        changes["unseen_since"] = moment
    elif row.here and row.unseen_since <= moment - AWAY_AFTER:
        changes["here"] = False
    if visible is None and row.room_id and changes.get("here", row.here) is False:
        changes["room_id"] = ""
    return changes


def _chosen(row: PresenceRow) -> Chosen:
    return Chosen(row.chosen) if row.chosen in set(Chosen) else Chosen.NOTHING


def _state(row: PresenceRow) -> Whereabouts:
    """Return the state. A choice comes first, then the call: a page beside a call may be hidden."""
    if row.chosen == Chosen.DO_NOT_DISTURB:
        return Whereabouts.DO_NOT_DISTURB
    if row.call_room_id:
        return Whereabouts.IN_CALL
    if row.chosen == Chosen.AWAY or not row.here:
        return Whereabouts.AWAY
    return Whereabouts.HERE


def _room(row: PresenceRow) -> str:
    return row.call_room_id or row.room_id


def _colleague(staff_id: str, name: str, row: PresenceRow | None) -> Colleague:
    if row is None:
        return Colleague(staff_id, name, Whereabouts.AWAY, "", False)
    return Colleague(staff_id, name, _state(row), _room(row), bool(row.call_room_id))
