"""Lists of requests, for a chart and for the clinic's desk."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from bedside.audit import Action
from bedside.audit.looks import Looks
from bedside.database.sealed import Vault
from bedside.database.statements import Among, prepared, unindexed
from bedside.kernel.unit_of_work import Transactions
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.people.reach import Condition, Reach, TwoWays, among_the_few, two_ways
from bedside.requests import records
from bedside.requests.models import NEEDS_SOMEBODY, requests
from bedside.requests.records import Request, RequestRow
from bedside.requests.states import State

PAGE = 50
MOST_COUNTED = 999
"""The largest number of waiting requests that is shown."""

_OPEN = (
    State.REQUESTED,
    State.SENT,
    State.DELIVERED,
    State.OPENED,
    State.IN_PROGRESS,
    State.UNCERTAIN,
    State.FAILED,
    State.LOCKED,
)
_IS_READ = and_(requests.c.state == State.OPENED, requests.c.read_at > literal_column("0"))
"""A request that is only read stays opened when it was, so that its link can be sent again and
closed; nobody waits for it, and among the open ones it would hide those of which something is
expected."""
VIEWS: dict[str, ColumnElement[bool]] = {
    "open": and_(requests.c.state.in_(_OPEN), not_(_IS_READ)),
    "waiting": NEEDS_SOMEBODY,
    "done": or_(requests.c.state == State.DONE, _IS_READ),
    "all": true(),
}
"""The tabs of the list, with what their requests have in common."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A request with the patient's name."""

    request: Request
    patient_name: str


_of_patient = prepared(
    select(requests)
    .where(
        requests.c.patient_id == bindparam("patient"),
        # Not by the index of the clinic's requests, which has them in this order.
        unindexed(requests.c.clinic_id) == bindparam("clinic"),
    )
    .order_by(requests.c.created_at.desc(), requests.c.id.desc())
    .limit(PAGE),
    RequestRow,
)


def _seen(visible: Condition, which: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    # For few patients the index over theirs serves, which the clinic's would hide.
    few = visible is among_the_few
    clinic = unindexed(requests.c.clinic_id) if few else requests.c.clinic_id
    return clinic == bindparam("clinic"), which, visible(requests.c.patient_id)


def _counted(visible: Condition) -> Any:
    some = select(requests.c.id).where(*_seen(visible, NEEDS_SOMEBODY)).limit(bindparam("most"))
    return select(func.count().label("waiting")).select_from(some.subquery())


def _listed(which: ColumnElement[bool]) -> TwoWays[Any]:
    def asked(visible: Condition) -> Any:
        return (
            select(requests)
            .where(*_seen(visible, which))
            .order_by(requests.c.created_at.desc(), requests.c.id.desc())
            .limit(PAGE)
            .offset(bindparam("offset"))
        )

    return two_ways(asked, RequestRow)


_waiting = two_ways(_counted)
_desk = {view: _listed(which) for view, which in VIEWS.items()}
_named = Among(
    lambda ids: select(requests).where(
        unindexed(requests.c.clinic_id) == bindparam("clinic"), requests.c.id.in_(ids)
    ),
    RequestRow,
)


class RequestLists:
    """Finds requests for those who may see their patients."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        looks: Looks,
        patients: Patients,
        reach: Reach,
    ) -> None:
        self._database = database
        self._vault = vault
        self._looks = looks
        self._patients = patients
        self._reach = reach

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
        found = _desk[view].when(await self._reach.sees_few(staff))
        async with self._database.aside() as db:
            rows: list[RequestRow] = await db.all(
                found, staff=staff.staff_id, clinic=staff.clinic_id, offset=(page - 1) * PAGE
            )
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
        """Count the requests that wait for the clinic: undelivered, locked, or with a report of
        the patient's; `MOST_COUNTED` + 1 stands for more."""
        waiting = _waiting.when(await self._reach.sees_few(staff))
        async with self._database.read() as db:
            row = await db.one(
                waiting, staff=staff.staff_id, clinic=staff.clinic_id, most=MOST_COUNTED + 1
            )
        return row.waiting if row else 0
