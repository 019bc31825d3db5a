"""The same person twice in a waiting room: checked in again, from another device or another tab.

Anybody can type a name and a date of birth at the door, so a second check-in never opens the first
one. It gets a place of its own, staff see that somebody of this name waits already, and they say
whether it is the same person: then the later device continues at the earlier place. Once they have
said of both visits whose they are, nobody has to say it again.
"""

from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache

from bedside.database.sealed import ClinicKeys, Vault
from bedside.errors import Conflict
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Row, Transactions
from bedside.people.names import name_of
from bedside.people.permissions import RoomAccess
from bedside.visits import queue_order, rows
from bedside.visits.rows import VisitRow
from bedside.visits.states import State, Step
from bedside.visits.steps import End
from bedside.visits.transitions import Transitions

_KEPT = 2_000


class NotTwice(Conflict):
    """Nobody else in this room is the same person any more."""

    code = "visit_not_twice"
    sentence = N_("Only one of these two visits is waiting now. Look again.")


class Repeats:
    """Finds people who wait twice, and gives them one place."""

    def __init__(self, database: Transactions, vault: Vault, transitions: Transitions) -> None:
        self._database = database
        self._vault = vault
        self._transitions = transitions

    async def in_room(self, room: RoomAccess) -> dict[str, str]:
        """Return the later visits of people who wait twice in a room, each with the earlier one."""
        keys = await self._vault.clinic(room.clinic_id)
        async with self._database.read() as db:
            found = await db.all(rows.in_room, room=room.room_id)
        return _repeated(keys, found)

    async def one_place(self, room: RoomAccess, visit_id: str) -> None:
        """It is the same person: the visit gets the place of the earlier one, which ends. Raises
        NotFound, Conflict."""
        keys = await self._vault.clinic(room.clinic_id)
        async with self._database.unit_of_work() as work:
            earlier_id = _repeated(keys, await work.all(rows.in_room, room=room.room_id)).get(
                visit_id
            )
            if earlier_id is None:
                raise NotTwice
            locked = {
                one: await self._transitions.lock_in_room(work, room, one)
                for one in sorted((visit_id, earlier_id))
            }
            later, earlier = locked[visit_id], locked[earlier_id]
            if not _waits(earlier):
                raise NotTwice
            await self._transitions.take_step(work, earlier, End(Step.MERGED), room.actor)
            now = await rows.save(
                work,
                later,
                queued_at=min(later.queued_at, earlier.queued_at),
                **queue_order.joined(keys, later, earlier),
            )
            rows.publish_to_room(work, now)

    async def settle(self, room: RoomAccess, visit_id: str) -> None:
        """Give a patient one place who waits here twice, now that staff have said who this is."""
        async with self._database.read() as db:
            found = await db.all(rows.in_room, room=room.room_id)
        patients = {row.id: row.patient_id for row in found}
        for later, earlier in (await self.in_room(room)).items():
            same = patients.get(later, "") == patients.get(earlier, "") != ""
            if same and visit_id in (later, earlier):
                with suppress(NotTwice):  # a colleague was faster, or a call has begun
                    await self.one_place(room, later)


def _repeated(keys: ClinicKeys, found: Iterable[VisitRow]) -> dict[str, str]:
    """Return the later visits of the same people, by patient or by what was typed."""
    first: dict[tuple[str, ...], VisitRow] = {}
    repeats: dict[str, str] = {}
    for row in sorted(found, key=lambda one: (one.checked_in_at, one.id)):
        for who in who_is(keys, row):
            before = first.setdefault(who, row)
            are_two = before.patient_id and row.patient_id and before.patient_id != row.patient_id
            if before is not row and _waits(before) and not are_two:
                repeats[row.id] = before.id
    return repeats


def _waits(row: VisitRow) -> bool:
    """Whether nobody is with the patient: a conversation by telephone does not end by a second
    check-in."""
    return row.state == State.WAITING and not row.on_telephone


def who_is(keys: ClinicKeys, row: VisitRow | Row) -> tuple[tuple[str, ...], ...]:
    """Return the ways in which a visit and another one are known to be one person's."""
    return _who(keys, row.id, row.patient_id, row.record)


@lru_cache(_KEPT)
def _who(
    keys: ClinicKeys, visit_id: str, patient_id: str, record: bytes
) -> tuple[tuple[str, ...], ...]:
    """Return the ways in which two visits are known to be one person's."""
    typed = keys.unseal(rows.COLUMN, visit_id, record)
    ways: list[tuple[str, ...]] = [("patient", patient_id)] if patient_id else []
    if typed["birth_date"]:
        words = sorted(word.plain for word in name_of(typed["name"]).words)
        ways.append(("typed", typed["birth_date"], *words))
    return tuple(ways)
