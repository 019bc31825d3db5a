"""Alerts to those in charge of a room that a patient is waiting and nobody is online.

For a personal room the owner is alerted; for a shared one, or if the owner can no longer sign in,
everybody in charge. Each is alerted through the channels they have chosen, so perhaps through
none, and then nobody else is alerted instead. The message names the room and nothing else: no
patient, no reason.
"""

from typing import Any

from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions
from bedside.notifications.messenger import StaffAlert, StaffAlerter
from bedside.people.clinics import Clinics
from bedside.people.staff import Staff
from bedside.realtime.presence import Presence
from bedside.visits import room_rows, rows
from bedside.visits.room_rows import RoomRow
from bedside.visits.rows import VisitRow
from bedside.visits.states import State

ONCE_IN = 10 * clock.MINUTE
"""However many arrive, a person gets one message per room within this time."""


class RoomAlerts:
    """Checks some time after an arrival whether anybody of the room is online."""

    def __init__(
        self,
        database: Transactions,
        clinics: Clinics,
        staff: Staff,
        presence: Presence,
        alerter: StaffAlerter,
    ) -> None:
        self._database = database
        self._clinics = clinics
        self._staff = staff
        self._presence = presence
        self._alerter = alerter

    async def unattended(self, payload: dict[str, Any]) -> None:
        """Job: alert the owner of the room, or everybody in charge of a shared one, if an arrival
        is waiting, nobody has looked, and nobody of the room is online."""
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
            alert = _alert(clinic.name, room, visit, window)
            for member in owners:
                await self._alerter.alert(work, member, alert)


def _alert(clinic_name: str, room: RoomRow, visit: VisitRow, window: int) -> StaffAlert:
    said = _("Somebody is waiting in {room} at {clinic}, and nobody of the room is signed in.")
    return StaffAlert(
        clinic_id=room.clinic_id,
        patient_id=visit.patient_id,
        cause_id=f"{room.id}/unattended/{window}",
        subject=_("Somebody is waiting in {room}").format(room=room.room_name),
        text=said.format(room=room.room_name, clinic=clinic_name),
        path=f"/rooms/{room.id}",
    )


def _is_unseen(visit: VisitRow, leg: int) -> bool:
    """Whether the arrival is still waiting where it arrived, and nobody has looked."""
    waits = visit.state == State.WAITING and not visit.on_telephone
    return waits and visit.leg == leg and not visit.looked_at
