"""When a patient was in visits: what explains that staff opened the record around that time."""

from typing import NamedTuple

from sqlalchemy import bindparam, or_, select

from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Transactions
from bedside.people.permissions import PatientAccess
from bedside.visits.models import visits

_MOST = 500


class VisitTime(NamedTuple):
    """From when to when a patient was in a visit; `ended_at` is 0 while it goes on."""

    id: str
    checked_in_at: int
    ended_at: int


_between = prepared(
    select(visits.c.id, visits.c.checked_in_at, visits.c.ended_at)
    .where(
        visits.c.patient_id == bindparam("patient"),
        visits.c.clinic_id == bindparam("clinic"),
        visits.c.checked_in_at <= bindparam("until"),
        or_(visits.c.ended_at == 0, visits.c.ended_at >= bindparam("since")),
    )
    .order_by(visits.c.checked_in_at.desc(), visits.c.id.desc())
    .limit(_MOST),
    VisitTime,
)


class VisitTimes:
    """Finds the visits of a patient by time."""

    def __init__(self, database: Transactions) -> None:
        self._database = database

    async def between(self, patient: PatientAccess, since: int, until: int) -> list[VisitTime]:
        """Return the visits that were going on between two moments, newest first."""
        async with self._database.read() as db:
            return await db.all(
                _between,
                patient=patient.patient_id,
                clinic=patient.clinic_id,
                since=since,
                until=until,
            )
