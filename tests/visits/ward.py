"""Helpers for visits: rooms with people in charge, and patients who check in."""

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select

from bedside.calls.states import Mode
from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Row
from bedside.notifications.models import notifications
from bedside.people.permissions import RoomAccess, StaffAccess, VisitorAccess
from bedside.visits import rows
from bedside.visits.check_in import CheckedIn, CheckInForm
from bedside.visits.rooms import Room, RoomChange, RoomKind, RoomOptions
from bedside.visits.steps import Admit
from bedside.worker.run import Worker
from tests.house import House

ADDRESS = "192.0.2.7"
_numbers = count(1)
_messages = prepared(select(notifications).order_by(notifications.c.id))


@dataclass
class Waiter:
    """A patient in a visit, with the token of the device."""

    visitor: VisitorAccess
    token: str
    connection: str = ""

    @property
    def visit_id(self) -> str:
        """The visit."""
        return self.visitor.visit_id


@dataclass
class Ward:
    """Open rooms of the clinic here. `rooms` are permissions of those in charge, by room name."""

    house: House
    rooms: dict[str, RoomAccess] = field(default_factory=dict[str, RoomAccess])

    async def room(
        self,
        name: str,
        staff: StaffAccess | None = None,
        *,
        owner: StaffAccess | None = None,
        opened: bool = True,
        **options: Any,
    ) -> RoomAccess:
        """Create a room, with `staff` (the clinician, or the owner) in charge."""
        house = self.house
        who = owner or staff or house.here.clinician
        kind = RoomKind.PERSONAL if owner else RoomKind.SHARED
        wanted = RoomChange(
            name, kind, who.staff_id if owner else "", options=RoomOptions(**options)
        )
        made = await house.services.visits.rooms.create(house.administer(), wanted)
        await house.services.people.staff.assign(house.administer(), who.staff_id, made.id)
        access = await house.services.people.permissions.room(who, made.id)
        if opened:
            await house.services.visits.rooms.open(access)
        self.rooms[name] = access
        return access

    async def of(self, access: RoomAccess) -> Room:
        """Return the room itself."""
        return await self.house.services.visits.rooms.get(access.clinic_id, access.room_id)

    async def check_in(
        self, access: RoomAccess, name: str = "", born: date | None = None, **typed: Any
    ) -> Waiter:
        """Check in a patient, by default somebody new, and connect the page."""
        services = self.house.services
        name = name or f"Visitor Number{next(_numbers)}"
        form = CheckInForm(services.visits.check_in.new_draft(), name, born, **typed)
        came = await services.visits.check_in.check_in(await self.of(access), form, ADDRESS)
        waiter = await self.enter(came)
        await self.connect(waiter)
        return waiter

    async def enter(self, came: CheckedIn | tuple[str, str]) -> Waiter:
        """Return the device of somebody who has checked in."""
        visit_id, token = came
        visitor = await self.house.services.visits.devices.resume(token, visit_id, ADDRESS)
        return Waiter(visitor, token)

    async def identify(self, access: RoomAccess, waiter: Waiter, patient_id: str = "") -> Waiter:
        """Identify the patient, by default as a new one. Returns the device as it is known from
        then on."""
        identification = self.house.services.visits.identification
        if patient_id:
            await identification.confirm(access, waiter.visit_id, patient_id)
        else:
            await identification.add(access, waiter.visit_id, another=True)
        known = await self.enter((waiter.visit_id, waiter.token))
        known.connection = waiter.connection
        return known

    async def connect(self, waiter: Waiter, *, hidden: bool = False) -> None:
        """Connect a page of the patient."""
        waiter.connection = f"soc_{next(_numbers)}"
        await self.house.services.visits.presence.arrived(
            waiter.visitor, waiter.connection, hidden=hidden
        )

    async def lose(self, waiter: Waiter) -> None:
        """Disconnect the page."""
        await self.house.services.visits.presence.left(waiter.visitor, waiter.connection)

    async def row(self, visit_id: str) -> Row:
        """Return a visit as it is stored."""
        async with self.house.services.database.read() as db:
            return await db.one(rows.by_id, of=visit_id)

    async def admit(self, access: RoomAccess, visit_id: str, call_id: str = "cal_1") -> None:
        """Admit a patient to a call."""
        services = self.house.services
        async with services.database.unit_of_work() as work:
            row = await services.visits.transitions.lock_in_room(work, access, visit_id)
            await services.visits.transitions.take_step(work, row, Admit(call_id), access.actor)

    async def beside(self, access: RoomAccess, staff: StaffAccess) -> RoomAccess:
        """Put one more member of staff in charge of a room."""
        services = self.house.services
        await services.people.staff.assign(self.house.administer(), staff.staff_id, access.room_id)
        return await services.people.permissions.room(staff, access.room_id)

    async def next_patient(self, access: RoomAccess) -> str | None:
        """Press “Next patient”. Returns the visit admitted, or None if nobody was waiting."""
        services = self.house.services
        call_id = await services.calls.control.next_patient(access, Mode.VIDEO)
        if call_id is None:
            return None
        [admitted] = [
            one.visit_id
            for one in await services.visits.waiting_room.queue(access)
            if one.call_id == call_id
        ]
        return admitted

    async def texts(self, of: str = "") -> list[tuple[str, str]]:
        """Return number or address and text of every message with `of` in its cause, oldest first,
        whoever may see it."""
        services = self.house.services
        keys = await services.vault.clinic(self.house.clinic.id)
        async with services.database.read() as db:
            found = [row for row in await db.all(_messages) if of in row.cause_id]
        opened = [keys.unseal("notifications.content", row.id, row.content) for row in found]
        return [(one["to"], one["text"]) for one in opened]

    async def order(self, access: RoomAccess) -> list[str]:
        """Return the visits in a room, in order."""
        return [one.visit_id for one in await self.house.services.visits.waiting_room.queue(access)]

    async def do_jobs(self) -> int:
        """Do what the worker would do now."""
        services = self.house.services
        return await Worker(services.database, services.registered.handlers, {}).run_until_idle()
