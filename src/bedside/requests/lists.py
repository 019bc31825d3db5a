"""Lists of requests, for a chart and for the clinic's desk."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select

from bedside.audit import Action
from bedside.audit.looks import Looks
from bedside.database.sealed import Vault
from bedside.database.statements import Among, Prepared, prepared
from bedside.kernel.unit_of_work import Transactions
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess, StaffAccess, visible_patients
from bedside.requests import records
from bedside.requests.models import requests
from bedside.requests.records import Reported, Request, RequestRow
from bedside.requests.states import NEEDS_STAFF, State

PAGE = 50

VIEWS: dict[str, tuple[State, ...]] = {
    "open": (
        State.REQUESTED,
        State.SENT,
        State.DELIVERED,
        State.OPENED,
        State.IN_PROGRESS,
        State.UNCERTAIN,
        State.FAILED,
        State.LOCKED,
    ),
    "waiting": tuple(NEEDS_STAFF),
    "done": (State.DONE,),
    "all": tuple(State),
}
"""The tabs of the list, with their states."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A request with the patient's name."""

    request: Request
    patient_name: str


_of_patient = prepared(
    select(requests)
    .where(
        requests.c.patient_id == bindparam("patient"), requests.c.clinic_id == bindparam("clinic")
    )
    .order_by(requests.c.created_at.desc())
    .limit(PAGE),
    RequestRow,
)
_visible = requests.c.patient_id.in_(visible_patients())
_reported = requests.c.reported != Reported.NOTHING
_waiting = prepared(
    select(func.count().label("waiting"))
    .select_from(requests)
    .where(
        requests.c.clinic_id == bindparam("clinic"),
        or_(requests.c.state.in_(sorted(NEEDS_STAFF)), _reported),
        _visible,
    )
)
_named = Among(
    lambda ids: select(requests).where(
        requests.c.clinic_id == bindparam("clinic"), requests.c.id.in_(ids)
    ),
    RequestRow,
)


class RequestLists:
    """Finds requests for those who may see their patients."""

    def __init__(
        self, database: Transactions, vault: Vault, looks: Looks, patients: Patients
    ) -> None:
        self._database = database
        self._vault = vault
        self._looks = looks
        self._patients = patients

    async def of_chart(self, chart: ChartAccess) -> list[Request]:
        """Return the newest requests to one patient."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_of_patient, patient=chart.patient_id, clinic=chart.clinic_id)
        return [records.opened(keys, row) for row in rows]

    async def of_desk(self, staff: StaffAccess, view: str = "open", page: int = 1) -> list[Listed]:
        """Return requests to all patients this person may see, newest first, `PAGE` at a time.

        `view` is a key of VIEWS. Looking writes an audit line, because names of patients are
        shown.
        """
        keys = await self._vault.clinic(staff.clinic_id)
        found = _desk(view, page)
        async with self._database.read() as db:
            rows = await db.all(found, staff=staff.staff_id, clinic=staff.clinic_id)
        names = await self._patients.named(staff.clinic_id, {row.patient_id for row in rows})
        await self._looks.note(
            staff.clinic_id, staff.actor, staff.session_id, Action.REQUEST_VIEWED
        )
        return [Listed(records.opened(keys, row), names[row.patient_id]) for row in rows]

    async def named(self, clinic_id: str, request_ids: set[str]) -> dict[str, Request]:
        """Return requests for ids of one clinic, for lists whose rows were already checked; ids of
        something else are left out."""
        wanted = sorted(request_ids - {""})
        if not wanted:
            return {}
        keys = await self._vault.clinic(clinic_id)
        found, among = _named.of(wanted)
        async with self._database.read() as db:
            rows = await db.all(found, clinic=clinic_id, **among)
        return {row.id: records.opened(keys, row) for row in rows}

    async def waiting(self, staff: StaffAccess) -> int:
        """Count the requests that wait for the clinic: undelivered, locked, expired, or with a
        question."""
        async with self._database.read() as db:
            row = await db.one(_waiting, staff=staff.staff_id, clinic=staff.clinic_id)
        return row.waiting if row else 0


def _desk(view: str, page: int) -> Prepared[RequestRow]:
    states = VIEWS.get(view, VIEWS["all"])
    wanted = requests.c.state.in_(states)
    if view == "waiting":
        wanted = or_(wanted, _reported)
    return prepared(
        select(requests)
        .where(requests.c.clinic_id == bindparam("clinic"), wanted, _visible)
        .order_by(requests.c.created_at.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE),
        RequestRow,
    )
