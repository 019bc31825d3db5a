"""Rooms: personal ones of a clinician, and shared ones."""

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from bedside.audit import Action, AuditLog
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.clinics import ClinicOptions, Clinics
from bedside.people.permissions import ClinicAccess, RoomAccess, StaffAccess
from bedside.people.staff import Staff
from bedside.people.teams import Team, TeamKind, Teams
from bedside.people.visibility import is_in_charge
from bedside.visits import counts, room_rows, texts
from bedside.visits.counts import RoomCount
from bedside.visits.events import RoomChanged
from bedside.visits.models import patient_transfers, rooms
from bedside.visits.options import VisitOptions
from bedside.visits.room_rows import (
    FOR_NEW_ROOMS,
    Room,
    RoomKind,
    RoomOptions,
    RoomRow,
    opened,
    slug_of,
)
from bedside.visits.rows import PatientTransferRow
from bedside.visits.texts import Place
from bedside.visits.transitions import Transitions

__all__ = [
    "FOR_NEW_ROOMS",
    "Room",
    "RoomChange",
    "RoomInClinic",
    "RoomKind",
    "RoomOptions",
    "Rooms",
]

_add = prepared(insert(rooms))
_change = prepared(update(rooms).where(rooms.c.id == bindparam("of")))
_like = prepared(
    select(rooms.c.slug).where(rooms.c.slug.startswith(bindparam("beginning"), autoescape=False))
)
_in_charge_of = prepared(
    select(*room_rows.columns)
    .select_from(room_rows.joined)
    .where(
        rooms.c.clinic_id == bindparam("clinic"),
        is_in_charge(rooms.c.id),
    )
    .order_by(room_rows.ROOM_NAMES.c.room_name, rooms.c.id),
    RoomRow,
)
_open_transfers_to = prepared(
    select(patient_transfers).where(
        patient_transfers.c.to_room_id == bindparam("room"), patient_transfers.c.state == "open"
    ),
    PatientTransferRow,
)


@dataclass(frozen=True, slots=True)
class RoomChange:
    """A room as an administrator wants it. An empty `slug` is derived from the name."""

    name: str
    kind: RoomKind = RoomKind.SHARED
    owner_id: str = ""
    slug: str = ""
    options: RoomOptions = field(default_factory=RoomOptions)


@dataclass(frozen=True, slots=True)
class RoomInClinic:
    """A room in the list of all rooms, with how many are there. `mine`: whether the viewer is in
    charge of it; `seen_by` are the names of those who see somebody."""

    room: Room
    mine: bool
    count: RoomCount
    seen_by: tuple[str, ...]

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self.count.waiting


class Rooms:
    """Creates, changes, opens and finds rooms."""

    def __init__(
        self,
        database: Transactions,
        audit: AuditLog,
        clinics: Clinics,
        teams: Teams,
        staff: Staff,
        transitions: Transitions,
    ) -> None:
        self._database = database
        self._audit = audit
        self._clinics = clinics
        self._teams = teams
        self._staff = staff
        self._transitions = transitions

    # --- creating and changing ---------------------------------------------------------------

    async def made(self, work: UnitOfWork, team: Team) -> None:
        """Complete a room created anywhere: set-up, settings, the demonstration. It begins as a
        shared room, closed, at an address derived from its name."""
        await work.execute(
            _add,
            id=team.id,
            clinic_id=team.clinic_id,
            kind=str(RoomKind.SHARED),
            owner_id="",
            slug=await self._free_slug(work, slug_of(team.name)),
            open=False,
            options=FOR_NEW_ROOMS.model_dump_json(),
            created_at=clock.now(),
        )
        await self._transitions.publish_counts(work, team.clinic_id, team.id)

    async def create(self, clinic: ClinicAccess, wanted: RoomChange) -> Room:
        """Create a room. Raises WrongInput with the wrong field."""
        await self._check(clinic, wanted)
        async with self._database.unit_of_work() as work:
            team = await self._teams.install(
                work, clinic.actor, clinic.clinic_id, TeamKind.ROOM, wanted.name
            )
            await self._set(work, clinic, team.id, wanted)
        return await self.get(clinic.clinic_id, team.id)

    async def change(self, clinic: ClinicAccess, room_id: str, wanted: RoomChange) -> Room:
        """Change name, kind, owner, address or texts. Raises NotFound, WrongInput."""
        await self._check(clinic, wanted)
        async with self._database.unit_of_work() as work:
            row = await self._lock(work, clinic.clinic_id, room_id)
            if wanted.name != row.room_name:
                await self._teams.rename_in(work, clinic, room_id, wanted.name)
            await self._set(work, clinic, room_id, wanted)
            work.emit(RoomChanged(room_id=room_id, open=bool(row.open)))
            await self._transitions.publish_counts(work, clinic.clinic_id, room_id)
        return await self.get(clinic.clinic_id, room_id)

    async def _check(self, clinic: ClinicAccess, wanted: RoomChange) -> None:
        if wanted.kind is RoomKind.PERSONAL:
            known = await self._staff.named(clinic.clinic_id, {wanted.owner_id})
            if not known:
                raise WrongInput(N_("Please choose whose room it is."), field="owner")
        elif not (await self._clinics.options(clinic.clinic_id, VisitOptions)).shared_rooms_allowed:
            raise WrongInput(N_("Shared rooms are switched off for this clinic."), field="kind")
        if wanted.slug and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", wanted.slug):
            raise WrongInput(
                N_("Use small letters, digits and hyphens, such as dr-okafor."), field="slug"
            )
        if len(wanted.slug) > 60:
            raise WrongInput(N_("Please use at most 60 characters here."), field="slug")

    async def _set(
        self, work: UnitOfWork, clinic: ClinicAccess, room_id: str, wanted: RoomChange
    ) -> None:
        personal = wanted.kind is RoomKind.PERSONAL
        values: dict[str, Any] = {
            "kind": str(wanted.kind),
            "owner_id": wanted.owner_id if personal else "",
            "options": wanted.options.model_dump_json(),
        }
        if wanted.slug:
            await work.lock("room-slugs")
            taken = await work.one(room_rows.by_slug, at=wanted.slug)
            if taken is not None and taken.id != room_id:
                raise WrongInput(N_("Another room has this address."), field="slug")
            values["slug"] = wanted.slug
        await work.execute(_change, of=room_id, **values)
        if personal:
            await self._staff.install_assignment(
                work, clinic.actor, clinic.clinic_id, wanted.owner_id, room_id
            )
        await self._audit.record(
            work, clinic.clinic_id, clinic.actor, Action.ROOM_CHANGED, subject_id=room_id
        )

    async def _free_slug(self, work: UnitOfWork, wanted: str) -> str:
        await work.lock("room-slugs")
        taken = {row.slug for row in await work.all(_like, beginning=wanted)}
        if wanted not in taken:
            return wanted
        return next(
            s for s in (f"{wanted}-{n}" for n in range(2, len(taken) + 3)) if s not in taken
        )

    # --- opening -------------------------------------------------------------------------------

    async def open(self, room: RoomAccess) -> None:
        """Let patients check in. Raises Conflict if shared rooms are switched off."""
        found = await self.get(room.clinic_id, room.room_id)
        options = await self._clinics.options(room.clinic_id, VisitOptions)
        if not found.personal and not options.shared_rooms_allowed:
            raise Conflict(N_("Shared rooms are switched off for this clinic."))
        await self._set_open(room, True)

    async def close(self, room: RoomAccess) -> None:
        """Stop letting patients check in. Waiting ones stay; whoever transferred one of them here
        is notified."""
        await self._set_open(room, False)

    async def _set_open(self, room: RoomAccess, wanted: bool) -> None:
        async with self._database.unit_of_work() as work:
            row = await self._lock(work, room.clinic_id, room.room_id)
            if bool(row.open) == wanted:
                return
            await work.execute(_change, of=room.room_id, open=wanted)
            await self._audit.record(
                work,
                room.clinic_id,
                room.actor,
                Action.ROOM_OPENED if wanted else Action.ROOM_CLOSED,
                subject_id=room.room_id,
            )
            work.emit(RoomChanged(room_id=room.room_id, open=wanted))
            await self._transitions.publish_counts(work, room.clinic_id, room.room_id)
            for transfer in await work.all(_open_transfers_to, room=room.room_id):
                await self._transitions.publish_to_sender(work, transfer)

    async def stays_open(self, work: UnitOfWork, room: Room) -> bool:
        """Keep a room from being closed until the end of this unit of work. Returns whether it is
        open."""
        row = await work.one(room_rows.while_open, of=room.id)
        return row is not None and (await self._opened(row)).open

    async def _lock(self, work: UnitOfWork, clinic_id: str, room_id: str) -> RoomRow:
        row = await work.one(room_rows.for_change, of=room_id)
        if row is None or row.clinic_id != clinic_id:
            raise NotFound
        return row

    # --- finding -------------------------------------------------------------------------------

    async def get(self, clinic_id: str, room_id: str) -> Room:
        """Return a room of a clinic. Raises NotFound."""
        async with self._database.read() as db:
            row = await db.one(room_rows.by_id, of=room_id)
        if row is None or row.clinic_id != clinic_id:
            raise NotFound
        return await self._opened(row)

    async def by_slug(self, slug: str) -> Room | None:
        """Return the room at a public address; None if there is none."""
        async with self._database.read() as db:
            row = await db.one(room_rows.by_slug, at=slug)
        return None if row is None else await self._opened(row)

    async def of_staff(self, staff: StaffAccess) -> list[Room]:
        """Return the rooms that somebody is in charge of, by name."""
        async with self._database.read() as db:
            found = await db.all(_in_charge_of, staff=staff.staff_id, clinic=staff.clinic_id)
        return [await self._opened(row) for row in found]

    async def of_clinic(self, staff: StaffAccess) -> list[RoomInClinic]:
        """Return all rooms of the clinic, by name, with how many are waiting: where a patient can
        be transferred to, and who is busy. Nothing in it is about patients."""
        async with self._database.read() as db:
            found = await db.all(room_rows.of_clinic, clinic=staff.clinic_id)
            counted = await db.all(counts.in_clinic, clinic=staff.clinic_id)
            own = await db.all(_in_charge_of, staff=staff.staff_id, clinic=staff.clinic_id)
        by_room = counts.by_room(counted)
        seers = {one for count in by_room.values() for one in count.seen_by}
        by = await self._staff.named(staff.clinic_id, seers - {""})
        mine = {row.id for row in own}
        return [
            RoomInClinic(
                await self._opened(row),
                row.id in mine,
                count := by_room.get(row.id, RoomCount()),
                tuple(sorted({by.get(one, "") for one in count.seen_by})),
            )
            for row in found
        ]

    async def place(self, room: Room) -> Place:
        """Return the room in a patient's words: “Taking you to …”."""
        names = await self._staff.named(room.clinic_id, {room.owner_id} if room.personal else set())
        return texts.place(room, names.get(room.owner_id, ""))

    async def clinic_options(self, room: Room) -> ClinicOptions:
        """Return the options of the clinic that a room belongs to."""
        return (await self._clinics.get(room.clinic_id)).options

    async def emergency_text(self, room: Room) -> str:
        """Return what to do in an emergency: the room's words, the clinic's, or the product's."""
        clinic = await self._clinics.get(room.clinic_id)
        own = room.options.emergency_text or clinic.options.emergency_text
        return own or _(
            "If this is an emergency, call your local emergency number. Do not wait here."
        )

    async def _opened(self, row: RoomRow) -> Room:
        options = await self._clinics.options(row.clinic_id, VisitOptions)
        return opened(row, shared_allowed=options.shared_rooms_allowed)
