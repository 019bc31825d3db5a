"""An appointment as it is stored and as it is shown."""

from dataclasses import dataclass, field, replace
from typing import Any

from bedside.care.appointments import rows
from bedside.care.appointments.events import AppointmentChanged
from bedside.care.appointments.rows import AppointmentRow
from bedside.care.appointments.states import HOLDS_TIME, NEEDS_STAFF, State
from bedside.care.appointments.types import AppointmentType
from bedside.care.local_times import LocalTime
from bedside.database.sealed import ClinicKeys
from bedside.kernel import clock
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.requests import records as request_records
from bedside.requests.records import RequestRow

PREFIX = "apt"
_COLUMN = "appointments.content"


@dataclass(frozen=True, slots=True)
class Content:
    """The sealed part. `reason` is for staff; `words` the clinic's for the patient, with the last
    move or the end; `asked` the patient's own; `channels` where the patient is told, none if
    somebody tells them; `was` the time before the last move, "" if it never had another."""

    reason: str = ""
    words: str = ""
    asked: str = ""
    was: str = ""
    was_zone: str = ""
    channels: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Content()"


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment, with the version of its type that was booked."""

    id: str
    clinic_id: str
    patient_id: str
    type: AppointmentType
    series_id: str
    state: State
    staff_id: str
    room_id: str
    start: LocalTime
    minutes: int
    sequence: int
    content: Content = field(repr=False)
    booked_by: str
    created_at: int
    changed_at: int

    @property
    def starts_at(self) -> int:
        """The moment of the beginning."""
        return self.start.instant

    @property
    def ends_at(self) -> int:
        """The moment of the end: so many minutes later, whatever clocks do meanwhile."""
        return self.starts_at + self.minutes * clock.MINUTE

    @property
    def was(self) -> LocalTime | None:
        """The time before the last move."""
        was = self.content
        return LocalTime(was.was, was.was_zone) if was.was else None

    @property
    def holds_time(self) -> bool:
        """Whether nobody else can have the time."""
        return self.state in HOLDS_TIME

    @property
    def is_over(self) -> bool:
        """Whether its time has passed."""
        return self.ends_at <= clock.now()

    @property
    def waits_for_staff(self) -> bool:
        """Whether the clinic has to act next."""
        return self.state in NEEDS_STAFF

    @property
    def may_be_answered(self) -> bool:
        """Whether the patient can still answer."""
        return self.holds_time and self.starts_at > clock.now()


def seal(keys: ClinicKeys, appointment_id: str, content: Content) -> bytes:
    """Seal the content of an appointment."""
    sealed = {
        "reason": content.reason,
        "words": content.words,
        "asked": content.asked,
        "was": content.was,
        "was_zone": content.was_zone,
        "channels": list(content.channels),
    }
    return keys.seal(_COLUMN, appointment_id, sealed)


def content_of(keys: ClinicKeys, row: AppointmentRow) -> Content:
    """Return the content of a row."""
    sealed = keys.unseal(_COLUMN, row.id, row.content)
    channels = tuple(sealed.pop("channels"))
    return Content(**sealed, channels=channels)


def opened(keys: ClinicKeys, row: AppointmentRow, kind: AppointmentType) -> Appointment:
    """Return an appointment from its row."""
    return Appointment(
        id=row.id,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        type=kind,
        series_id=row.series_id,
        state=State(row.state),
        staff_id=row.staff_id,
        room_id=row.room_id,
        start=LocalTime(row.local_start, row.zone),
        minutes=row.minutes,
        sequence=row.sequence,
        content=content_of(keys, row),
        booked_by=row.booked_by,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


@dataclass(frozen=True, slots=True)
class Locked:
    """An appointment that nobody else changes until commit, and the request by which the patient
    was told, if there is one: it has the same id."""

    row: AppointmentRow
    request: RequestRow | None


async def locked(work: UnitOfWork, appointment_id: str) -> Locked | None:
    """Lock and return an appointment: the request first, as everywhere, then the row."""
    request = await request_records.locked(work, appointment_id)
    row = await work.one(rows.for_change, of=appointment_id)
    return Locked(row, request) if row is not None else None


async def save(work: UnitOfWork, at: Locked, **values: Any) -> Locked:
    """Change columns of a locked appointment, and publish it to calendars and to the patient's
    page."""
    now = clock.now()
    await work.execute(rows.change, of=at.row.id, changed_at=now, **values)
    row = at.row._replace(changed_at=now, **values)
    publish(work, row)
    if at.request is not None:
        request_records.publish(work, at.request)
    return replace(at, row=row)


def publish(work: UnitOfWork, row: AppointmentRow) -> None:
    """Publish an appointment to the calendars of the clinic."""
    work.emit(
        AppointmentChanged(
            clinic_id=row.clinic_id,
            appointment_id=row.id,
            state=str(row.state),
            staff_id=row.staff_id,
            room_id=row.room_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
    )
