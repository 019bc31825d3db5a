"""Calendars of the clinic, and the appointments of one patient, for staff."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from bedside.audit import Action
from bedside.audit.looks import Looks
from bedside.care.appointments import records
from bedside.care.appointments.models import appointments
from bedside.care.appointments.records import Appointment
from bedside.care.appointments.rows import AppointmentRow
from bedside.care.appointments.states import HOLDS_TIME, NEEDS_STAFF, State
from bedside.care.appointments.types import AppointmentTypes
from bedside.care.local_times import LocalTime
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions
from bedside.people.clinics import Clinics
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.people.visibility import is_visible

MOST_DAYS = 7
MOST = 2_000
MOST_COUNTED = 999
MOST_OF_PATIENT = 200
_a = appointments.c


class _CalendarRow(NamedTuple):
    """An appointment, and whether the person who looks may see the patient."""

    id: str
    clinic_id: str
    patient_id: str
    version_id: str
    series_id: str
    state: str
    staff_id: str
    room_id: str
    local_start: str
    zone: str
    minutes: int
    starts_at: int
    ends_at: int
    sequence: int
    content: bytes
    booked_by: str
    created_at: int
    changed_at: int
    seen: bool


_between = prepared(
    select(*_a, is_visible(_a.patient_id).label("seen"))
    .where(
        _a.clinic_id == bindparam("clinic"),
        _a.starts_at >= bindparam("begin"),
        _a.starts_at < bindparam("until"),
    )
    .order_by(_a.starts_at, _a.id)
    .limit(MOST),
    _CalendarRow,
)
_of_patient = prepared(
    select(appointments)
    .where(_a.patient_id == bindparam("patient"), _a.clinic_id == bindparam("clinic"))
    .order_by(_a.starts_at.desc(), _a.id)
    .limit(MOST_OF_PATIENT),
    AppointmentRow,
)
_one = prepared(
    select(appointments).where(
        _a.id == bindparam("of"),
        _a.patient_id == bindparam("patient"),
        _a.clinic_id == bindparam("clinic"),
    ),
    AppointmentRow,
)
_waiting = prepared(
    select(func.count().label("waiting")).select_from(
        select(_a.id)
        .where(
            _a.clinic_id == bindparam("clinic"),
            _a.starts_at > bindparam("moment"),
            _a.state.in_([state.value for state in NEEDS_STAFF]),
            is_visible(_a.patient_id),
        )
        .limit(MOST_COUNTED + 1)
        .subquery()
    )
)
_asking = prepared(
    select(*_a, is_visible(_a.patient_id).label("seen"))
    .where(
        _a.clinic_id == bindparam("clinic"),
        _a.starts_at > bindparam("moment"),
        _a.state.in_([state.value for state in NEEDS_STAFF]),
        is_visible(_a.patient_id),
    )
    .order_by(_a.starts_at, _a.id)
    .limit(MOST_OF_PATIENT),
    _CalendarRow,
)


@dataclass(frozen=True, slots=True)
class InCalendar:
    """One line of a calendar. Of a patient whom the viewer does not see there is only that
    somebody or a room is taken: `appointment` is None."""

    start: LocalTime
    minutes: int
    staff_id: str
    room_id: str
    state: State
    appointment: Appointment | None
    patient_name: str

    @property
    def end(self) -> LocalTime:
        """The end, on the same clock."""
        at = self.start.instant + self.minutes * clock.MINUTE
        shown = clock.in_zone(self.start.zone, at)
        return LocalTime(shown.strftime("%Y-%m-%dT%H:%M"), self.start.zone)


class AppointmentLists:
    """Finds appointments for staff."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        looks: Looks,
        clinics: Clinics,
        patients: Patients,
        types: AppointmentTypes,
    ) -> None:
        self._database = database
        self._vault = vault
        self._looks = looks
        self._clinics = clinics
        self._patients = patients
        self._types = types

    async def calendar(self, staff: StaffAccess, first: date, days: int) -> list[InCalendar]:
        """Return everything that takes time on some days of the clinic, in its order, with names of
        patients whom this person sees. Looking writes an audit line."""
        zone = (await self._clinics.get(staff.clinic_id)).options.time_zone
        begin = clock.end_of(first - timedelta(days=1), zone) + clock.SECOND
        until = clock.end_of(first + timedelta(days=min(days, MOST_DAYS) - 1), zone) + clock.SECOND
        async with self._database.read() as db:
            found = await db.all(
                _between, clinic=staff.clinic_id, staff=staff.staff_id, begin=begin, until=until
            )
        return await self._listed(staff, [row for row in found if row.seen or _takes_time(row)])

    async def asking(self, staff: StaffAccess) -> list[InCalendar]:
        """Return the appointments to come for which the clinic has to act next, because patients
        ask for another time or cannot come."""
        async with self._database.read() as db:
            found = await db.all(
                _asking, clinic=staff.clinic_id, staff=staff.staff_id, moment=clock.now()
            )
        return await self._listed(staff, found)

    async def waiting(self, staff: StaffAccess) -> int:
        """Count what `asking` lists, for the badge."""
        async with self._database.read() as db:
            row = await db.one(
                _waiting, clinic=staff.clinic_id, staff=staff.staff_id, moment=clock.now()
            )
        return row.waiting if row else 0

    async def of_chart(self, chart: ChartAccess) -> list[Appointment]:
        """Return the appointments of a patient, the latest first."""
        which = {"patient": chart.patient_id, "clinic": chart.clinic_id}
        async with self._database.read() as db:
            found = await db.all(_of_patient, **which)
            versions = {row.version_id for row in found}
            types = await self._types.versions(db, chart.clinic_id, versions)
        keys = await self._vault.clinic(chart.clinic_id)
        return [records.opened(keys, row, types[row.version_id]) for row in found]

    async def one(self, chart: ChartAccess, appointment_id: str) -> Appointment:
        """Return an appointment of a patient. Raises NotFound."""
        which = {"patient": chart.patient_id, "clinic": chart.clinic_id}
        async with self._database.read() as db:
            row = await db.one(_one, of=appointment_id, **which)
            if row is None:
                raise NotFound
            types = await self._types.versions(db, chart.clinic_id, {row.version_id})
        keys = await self._vault.clinic(chart.clinic_id)
        return records.opened(keys, row, types[row.version_id])

    async def _listed(self, staff: StaffAccess, found: list[_CalendarRow]) -> list[InCalendar]:
        keys = await self._vault.clinic(staff.clinic_id)
        seen = [row for row in found if row.seen]
        async with self._database.read() as db:
            versions = {row.version_id for row in seen}
            types = await self._types.versions(db, staff.clinic_id, versions)
        names = await self._patients.named(staff.clinic_id, {row.patient_id for row in seen})
        if seen:
            await self._looks.note(
                staff.clinic_id, staff.actor, staff.session_id, Action.APPOINTMENTS_LISTED
            )
        lines: list[InCalendar] = []
        for row in found:
            kept = AppointmentRow(*row[:-1])
            appointment = records.opened(keys, kept, types[row.version_id]) if row.seen else None
            lines.append(
                InCalendar(
                    LocalTime(row.local_start, row.zone),
                    row.minutes,
                    row.staff_id,
                    row.room_id,
                    State(row.state),
                    appointment,
                    names.get(row.patient_id, "") if row.seen else "",
                )
            )
        return lines


def _takes_time(row: _CalendarRow) -> bool:
    return row.state in HOLDS_TIME
