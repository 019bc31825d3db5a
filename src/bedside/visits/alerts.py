"""Telling those in charge of a room by e-mail that somebody waits and nobody is there.

The message names the room and nothing else: no patient, no reason.
"""

from typing import Any

from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Row, Transactions
from bedside.people.clinics import Clinics
from bedside.people.messenger import Messenger, Notice
from bedside.people.staff import Member, Staff
from bedside.realtime.presence import Presence
from bedside.visits import room_rows, rows
from bedside.visits.state_machine import State

ONCE_IN = 10 * clock.MINUTE
"""However many arrive, a person gets one message for a room in this time."""


class RoomAlerts:
    """Looks whether somebody of a room is online, some time after an arrival."""

    def __init__(
        self,
        database: Transactions,
        clinics: Clinics,
        staff: Staff,
        presence: Presence,
        messenger: Messenger,
        base_url: str,
    ) -> None:
        self._database = database
        self._clinics = clinics
        self._staff = staff
        self._presence = presence
        self._messenger = messenger
        self._base_url = base_url

    async def unattended(self, payload: dict[str, Any]) -> None:
        """Job: write to the owner of the room, or to everybody in charge of a shared one, when an
        arrival waits, nobody has looked, and nobody of the room is online."""
        async with self._database.read() as db:
            visit = await db.one(rows.by_id, of=payload["visit_id"])
            room = await db.one(room_rows.by_id, of=visit.room_id) if visit else None
        if visit is None or room is None or not _is_unseen(visit, payload["leg"]):
            return
        people = await self._staff.assigned(room.clinic_id, room.id)
        if await self._presence.online({member.id for member in people}):
            return
        owners = [m for m in people if m.id == room.owner_id] or people
        clinic = await self._clinics.get(room.clinic_id)
        window = clock.now() // ONCE_IN
        async with self._database.unit_of_work() as work:
            current = await work.one(rows.by_id, of=visit.id)
            if current is None or not _is_unseen(current, payload["leg"]):
                return
            for member in owners:
                await self._messenger.send(
                    work, self._notice(clinic.name, room, visit, member, window)
                )

    def _notice(
        self, clinic_name: str, room: Row, visit: Row, member: Member, window: int
    ) -> Notice:
        address = f"{self._base_url}/rooms/{room.id}"
        said = _("Somebody is waiting in {room} at {clinic}, and nobody of the room is signed in.")
        text = said.format(room=room.room_name, clinic=clinic_name)
        return Notice(
            clinic_id=room.clinic_id,
            patient_id=visit.patient_id,
            cause_id=f"{room.id}/unattended/{window}/{member.id}",
            channel="email",
            to=member.email,
            subject=_("Somebody is waiting in {room}").format(room=room.room_name),
            text=f"{text}\n\n{address}\n",
        )


def _is_unseen(visit: Row, leg: int) -> bool:
    """Whether the arrival still waits where it arrived, and nobody has looked."""
    return visit.state == State.WAITING and visit.leg == leg and not visit.looked_at
