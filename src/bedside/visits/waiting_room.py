"""The waiting room of a room: the queue, and what staff and patients do there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, func, select

from bedside.audit import Action
from bedside.audit.looks import Looks
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Row, Transactions
from bedside.people.patients import SEALED_PATIENTS
from bedside.people.permissions import RoomAccess, StaffAccess, VisitorAccess
from bedside.people.staff import Staff
from bedside.people.teams import ROOM_NAMES
from bedside.people.visibility import is_in_charge
from bedside.visits import queue_order, rows
from bedside.visits.counts import WAITS
from bedside.visits.kept_places import Ahead, ahead_of, in_line
from bedside.visits.models import NOT_ENDED, patient_transfers, visits
from bedside.visits.rows import Identified
from bedside.visits.states import GOING_ON, Presence, State, Step
from bedside.visits.steps import End
from bedside.visits.telephone import number_in
from bedside.visits.transitions import Transitions
from bedside.visits.typed import Typed
from bedside.visits.whereabouts import visit_of

Result = Literal["ok", "failed", "blocked", "missing", "skipped", "not_set_up"]
FAILS = frozenset({"failed", "blocked", "missing"})
"""Results with which a part of the device does not do what a call needs."""
_NOTE = "patient_transfers.note"
_KEPT = 2_000
"""Rows of queues that are cached unsealed."""
_KEPT_QUEUES = 200
"""Rooms whose queue is kept as it was read last; the one that was kept first goes first."""

_sender = patient_transfers.c.by_staff_id.label("sender")
_with_person = visits.outerjoin(
    SEALED_PATIENTS, SEALED_PATIENTS.c.patient == visits.c.patient_id
).outerjoin(patient_transfers, patient_transfers.c.id == visits.c.transfer_id)
_NOT_SHOWN = {"room_id", "ended_reason", "ended_at", "ended_by", "changed_at", "revision"}
_beside = (SEALED_PATIENTS.c.person, _sender, patient_transfers.c.note)
_HERE = (visits.c.room_id == bindparam("room"), visits.c.state.in_(GOING_ON))
_queue = prepared(
    select(*[column for column in visits.c if column.name not in _NOT_SHOWN], *_beside)
    .select_from(_with_person)
    .where(*_HERE)
    .order_by(*rows.IN_ORDER)
)
_marks = prepared(
    select(visits.c.id, visits.c.revision, visits.c.patient_id, visits.c.admitted_by, *_beside)
    .select_from(_with_person)
    .where(*_HERE)
    .order_by(*rows.IN_ORDER)
)
"""A few columns that differ if anything of `_queue` does."""
_one = prepared(
    select(*visits.c, *_beside)
    .select_from(_with_person)
    .where(visits.c.id == bindparam("of"), visits.c.room_id == bindparam("room"))
)
_unseen = prepared(
    select(visits)
    .where(
        visits.c.room_id == bindparam("room"),
        visits.c.state.in_(GOING_ON),
        visits.c.looked_at == 0,
    )
    .order_by(visits.c.id)
    .with_for_update()
)
_unseen_of = prepared(
    select(visits.c.id, visits.c.room_id, visits.c.queued_at, ROOM_NAMES.c.room_name)
    .select_from(
        visits.join(ROOM_NAMES, ROOM_NAMES.c.named == visits.c.room_id).outerjoin(
            patient_transfers, patient_transfers.c.id == visits.c.transfer_id
        )
    )
    .where(
        visits.c.clinic_id == bindparam("clinic"),
        WAITS,
        NOT_ENDED,
        visits.c.looked_at == 0,
        is_in_charge(visits.c.room_id),
        func.coalesce(_sender, "") != bindparam("staff"),
    )
    .order_by(visits.c.queued_at)
)


class DeviceTest(BaseModel):
    """The result of a patient's device test."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera: Result = "skipped"
    microphone: Result = "skipped"
    speaker: Result = "skipped"
    connection: Result = "skipped"
    relay: Result = "skipped"

    @property
    def all_ok(self) -> bool:
        """Whether everything that a call needs was tested, and works."""
        return {self.camera, self.microphone, self.speaker, self.connection} == {"ok"}


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A visit in the queue of a room, as those in charge see it. Times in milliseconds; `place`
    counts waiting visits from 1 and is 0 for those in a call.

    The same row gives the same object for as long as it is cached: compared by identity, it serves
    as a cache key for what is derived from it. `patient_id` is "" until staff identify the
    patient, and `name` is then the typed one.
    """

    visit_id: str
    patient_id: str
    name: str
    birth_date: date | None
    reason: str
    state: State
    place: int
    presence: Presence
    hidden: bool
    away_since: int
    checked_in_at: int
    queued_at: int
    leg: int
    looked: bool
    device_test: DeviceTest | None
    identified: Identified
    call_id: str
    admitted_at: int
    admitted_by: str
    admitted_by_name: str
    transfer_id: str
    phone: str
    """The number as it is stored; "" for none."""
    on_telephone: bool
    telephone_at: int
    transferred_by: str
    """The name of whoever transferred the patient here; "" if nobody did."""
    note: str
    """From whoever transferred the patient here, for this room only."""
    first: bool
    urgent: bool
    order_reason: str
    """Why staff want the patient to be seen first."""
    returned_at: int

    @property
    def waits(self) -> bool:
        """Whether nobody is with the patient, neither in a call nor by telephone."""
        return self.state is State.WAITING and not self.on_telephone


@dataclass(frozen=True, slots=True)
class VisitDetails:
    """A visit on its card: the row's data, and what was typed."""

    waiting: Waiting
    typed: Typed


@dataclass(frozen=True, slots=True)
class Arrival:
    """A patient waiting in one of one's own rooms at whom nobody has looked."""

    visit_id: str
    room_id: str
    room_name: str
    at: int


@dataclass(frozen=True, slots=True)
class _Shown:
    """A queue as it was read last: pages and screens ask for it far more often than it changes."""

    keys: ClinicKeys
    marks: list[Row]
    names: dict[str, str]
    visits: list[Waiting]


class WaitingRoom:
    """The queue of a room."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        looks: Looks,
        staff: Staff,
        transitions: Transitions,
    ) -> None:
        self._database = database
        self._vault = vault
        self._looks = looks
        self._staff = staff
        self._transitions = transitions
        self._shown: dict[str, _Shown] = {}

    # --- reading -------------------------------------------------------------------------------

    async def queue(self, room: RoomAccess) -> list[Waiting]:
        """Return everybody in the room, in order: waiting or in a call. Audited."""
        found = await self.everybody(room)
        await self.note_look(room)
        return found

    async def note_look(self, room: RoomAccess) -> None:
        """Record that somebody looks at the queue, for everybody who is shown the same one."""
        await self._looks.note(
            room.clinic_id,
            room.actor,
            room.staff.session_id,
            Action.QUEUE_OPENED,
            target=room.room_id,
        )

    async def everybody(self, room: RoomAccess) -> list[Waiting]:
        """Like `queue`, for those whose look is noted."""
        keys = await self._vault.clinic(room.clinic_id)
        shown = self._shown.get(room.room_id)
        async with self._database.read() as db:
            marks = await db.all(_marks, room=room.room_id)
            names = await self._names_in(room, marks)
            if shown and (shown.keys, shown.marks, shown.names) == (keys, marks, names):
                return list(shown.visits)
            # Read after the marks: at worst it is newer than they are, and is read once more.
            found = await db.all(_queue, room=room.room_id)
        shown = _Shown(keys, marks, names, _in_order(keys, found, names))
        self._shown[room.room_id] = shown
        if len(self._shown) > _KEPT_QUEUES:
            del self._shown[next(iter(self._shown))]
        return list(shown.visits)

    async def visit(self, room: RoomAccess, visit_id: str) -> VisitDetails:
        """Return one visit of the room, for its card; it also counts as looked at.

        Raises NotFound, and Conflict with a sentence if it ended or was transferred.
        """
        async with self._database.unit_of_work() as work:
            row = await self._transitions.lock_in_room(work, room, visit_id)
            if not row.looked_at:
                rows.publish_to_room(work, await rows.save(work, row, looked_at=clock.now()))
        keys = await self._vault.clinic(room.clinic_id)
        async with self._database.read() as db:
            row = await db.one(_one, of=visit_id, room=room.room_id)
            if row is None:
                raise Conflict(N_("This patient is not in this room any more."))
            ahead = await db.all(in_line, room=room.room_id)
        names = await self._names_in(room, [row])
        await self._looks.note(
            room.clinic_id,
            room.actor,
            room.staff.session_id,
            Action.VISIT_OPENED,
            patient_id=row.patient_id,
            visit=visit_id,
        )
        return VisitDetails(
            _waiting(
                keys,
                row,
                _places(one.id for one in ahead).get(row.id, 0),
                names.get(row.admitted_by, ""),
                names.get(row.sender, ""),
            ),
            Typed.of(rows.typed(keys, row)),
        )

    async def who(self, room: RoomAccess, visit_id: str) -> tuple[str, Typed]:
        """Return the patient of a visit ("" until identified) and what was typed at the door, in
        every state of the visit. Raises NotFound."""
        async with self._database.read() as db:
            row = await visit_of(db, room, visit_id)
        keys = await self._vault.clinic(room.clinic_id)
        return row.patient_id, Typed.of(rows.typed(keys, row))

    async def _names_in(self, room: RoomAccess, found: list[Row]) -> dict[str, str]:
        """Return the names of those who see the patients, and of those who transferred them
        here."""
        people = {row.admitted_by for row in found} | {row.sender for row in found}
        return await self._staff.named(room.clinic_id, people - {"", None})

    async def looked(self, room: RoomAccess) -> None:
        """Record that somebody in charge has looked at the queue: no chime until the next
        arrival."""
        async with self._database.unit_of_work() as work:
            moment = clock.now()
            for row in await work.all(_unseen, room=room.room_id):
                rows.publish_to_room(work, await rows.save(work, row, looked_at=moment))

    async def unlooked(self, staff: StaffAccess) -> list[Arrival]:
        """Return the patients waiting in a member of staff's rooms who were not looked at, oldest
        first; without those whom this person transferred there, and knows of."""
        async with self._database.read() as db:
            found = await db.all(_unseen_of, staff=staff.staff_id, clinic=staff.clinic_id)
        return [Arrival(row.id, row.room_id, row.room_name, row.queued_at) for row in found]

    # --- leaving the queue; admission to and return from calls is in `calls.service`
    # ---------------

    async def remove(self, room: RoomAccess, visit_id: str, leg: int | None = None) -> None:
        """Remove a patient, from the call too. Raises NotFound, Conflict."""
        async with self._database.unit_of_work() as work:
            row = await self._transitions.lock_in_room(work, room, visit_id, leg)
            await self._transitions.take_step(work, row, End(Step.REMOVED), room.actor)

    async def leave(self, visitor: VisitorAccess) -> None:
        """End the visit for its patient; nothing happens if it has ended already."""
        async with self._database.unit_of_work() as work:
            row = await self._transitions.lock(work, visitor.clinic_id, visitor.visit_id)
            if row.state != State.ENDED:
                await self._transitions.take_step(work, row, End(Step.LEFT), visitor.actor)

    # --- the patient's side --------------------------------------------------------------------

    async def record_device_test(self, visitor: VisitorAccess, found: DeviceTest) -> None:
        """Store the result of the device test, for the row in the queue."""
        async with self._database.unit_of_work() as work:
            row = await self._transitions.lock(work, visitor.clinic_id, visitor.visit_id)
            if row.state != State.ENDED:
                kept = await rows.save(work, row, device_test=found.model_dump_json())
                rows.publish_to_room(work, kept)

    async def ahead(self, visitor: VisitorAccess) -> Ahead | None:
        """Return the place of a waiting patient, and roughly how long it takes; None for others."""
        async with self._database.read() as db:
            row = await db.one(rows.by_id, of=visitor.visit_id)
            return await ahead_of(db, row) if row is not None else None


def _places(waiting: Iterable[str]) -> dict[str, int]:
    """Return the place of each waiting visit, by their order."""
    return {visit_id: place for place, visit_id in enumerate(waiting, 1)}


def _in_order(keys: ClinicKeys, found: list[Row], names: dict[str, str]) -> list[Waiting]:
    places = _places(row.id for row in found if row.state == State.WAITING and not row.on_telephone)
    return [
        _waiting(
            keys,
            row,
            places.get(row.id, 0),
            names.get(row.admitted_by, ""),
            names.get(row.sender, ""),
        )
        for row in found
    ]


@lru_cache(_KEPT)
def _waiting(keys: ClinicKeys, row: Row, place: int, admitted_by: str, sender: str) -> Waiting:
    """Build a row of the queue, unsealed once: everyone in charge fetches the queue after each
    event, and most rows are unchanged."""
    typed = rows.typed(keys, row)
    return Waiting(
        visit_id=row.id,
        patient_id=row.patient_id,
        name=rows.name_in(keys, row.id, row),
        birth_date=rows.birth_date_in(keys, row),
        reason=typed["reason"],
        state=State(row.state),
        place=place,
        presence=rows.presence_of(row),
        hidden=bool(row.hidden),
        away_since=row.away_since,
        checked_in_at=row.checked_in_at,
        queued_at=row.queued_at,
        leg=row.leg,
        looked=bool(row.looked_at),
        device_test=(DeviceTest.model_validate_json(row.device_test) if row.device_test else None),
        identified=Identified(row.identified),
        call_id=row.call_id,
        admitted_at=row.admitted_at,
        admitted_by=row.admitted_by,
        admitted_by_name=admitted_by,
        transfer_id=row.transfer_id,
        phone=number_in(keys, row.id, row).stored,
        on_telephone=bool(row.on_telephone),
        telephone_at=row.telephone_at,
        transferred_by=sender,
        note=keys.unseal(_NOTE, row.transfer_id, row.note) if row.note else "",
        first=bool(row.first_at),
        urgent=bool(row.urgent),
        order_reason=queue_order.reason_of(keys, row),
        returned_at=row.returned_at,
    )
