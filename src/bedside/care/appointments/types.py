"""Types of appointments, in versions: what a patient was given stays as it was (feature T1)."""

from dataclasses import dataclass, replace
from typing import Any

from bedside.audit import Action, AuditLog
from bedside.care.appointments import rows
from bedside.care.appointments.rows import VersionRow
from bedside.database.sealed import ClinicKeys, Vault
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import one_line, says_nothing, several_lines
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.permissions import ClinicAccess

PREFIX, VERSION_PREFIX = "aty", "atv"
LONGEST_NAME, LONGEST_PLACE, LONGEST_TEXT = 80, 200, 4_000
LONGEST_MINUTES = 12 * 60
REMIND_HOURS = (0, 2, 4, 12, 24, 48, 72, 168)
"""The choices for how long before an appointment its reminder goes; 0: none."""
_COLUMN = "appointment_type_versions.content"


@dataclass(frozen=True, slots=True)
class AppointmentType:
    """A type as somebody wants it, or as it was booked. `place` is where the patient goes, "" for
    an appointment in a room of Bedside only. Its repr omits the words."""

    name: str
    minutes: int = 30
    text: str = ""
    place: str = ""
    room_id: str = ""
    remind_hours: int = 24
    id: str = ""
    version_id: str = ""
    retired: bool = False

    def __repr__(self) -> str:
        return f"AppointmentType({self.id})"


def opened(keys: ClinicKeys, row: VersionRow) -> AppointmentType:
    """Return a version from its row."""
    sealed = keys.unseal(_COLUMN, row.id, row.content)
    return AppointmentType(
        name=sealed["name"],
        minutes=row.minutes,
        text=sealed["text"],
        place=sealed["place"],
        room_id=row.room_id,
        remind_hours=row.remind_hours,
        id=row.type_id,
        version_id=row.id,
        retired=row.retired_at > 0,
    )


class AppointmentTypes:
    """Makes, changes and retires types."""

    def __init__(self, database: Transactions, vault: Vault, audit: AuditLog) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit

    async def offered(self, clinic_id: str) -> list[AppointmentType]:
        """Return the types that can be booked, in the order in which they were made."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            found = await db.all(rows.all_current, clinic=clinic_id)
        return [opened(keys, row) for row in found if not row.retired_at]

    async def bookable(self, clinic_id: str, type_id: str) -> AppointmentType:
        """Return the newest version of a type that is offered. Raises WrongInput."""
        async with self._database.read() as db:
            row = await db.one(rows.current, of=type_id, clinic=clinic_id)
        if row is None or row.retired_at:
            raise WrongInput(N_("Please choose a type from the list."), field="type")
        return opened(await self._vault.clinic(clinic_id), row)

    async def versions(
        self, reader: Reader, clinic_id: str, version_ids: set[str]
    ) -> dict[str, AppointmentType]:
        """Return versions by their ids, for appointments that were booked with them."""
        if not version_ids:
            return {}
        keys = await self._vault.clinic(clinic_id)
        wanted, among = rows.versions.of(sorted(version_ids))
        found = await reader.all(wanted, clinic=clinic_id, **among)
        return {row.id: opened(keys, row) for row in found}

    async def add(self, clinic: ClinicAccess, wanted: AppointmentType, type_id: str = "") -> str:
        """Add a type and return its id, which is made with the form. Raises WrongInput."""
        type_id = type_id if is_id(type_id, PREFIX) else new_id(PREFIX)
        checked, version_id = _checked(wanted), new_id(VERSION_PREFIX)
        keys = await self._vault.clinic(clinic.clinic_id)
        async with self._database.unit_of_work() as work:
            added = await work.execute(
                rows.add_type,
                id=type_id,
                clinic_id=clinic.clinic_id,
                version_id=version_id,
                retired_at=0,
                created_at=clock.now(),
            )
            if added:
                version = _new_version(clinic, keys, type_id, version_id, 1, checked)
                await work.execute(rows.add_version, **version)
                await self._audit.record(
                    work,
                    clinic.clinic_id,
                    clinic.actor,
                    Action.APPOINTMENT_TYPE_ADDED,
                    subject_id=type_id,
                )
        return type_id

    async def change(self, clinic: ClinicAccess, type_id: str, wanted: AppointmentType) -> None:
        """Offer another version from now on; what is booked keeps its own. Raises WrongInput,
        NotFound."""
        checked, version_id = _checked(wanted), new_id(VERSION_PREFIX)
        keys = await self._vault.clinic(clinic.clinic_id)
        async with self._database.unit_of_work() as work:
            await work.lock(type_id)
            row = await work.one(rows.current, of=type_id, clinic=clinic.clinic_id)
            if row is None:
                raise NotFound
            now = opened(keys, row)
            if checked == replace(now, id="", version_id="", retired=False):
                return
            version = _new_version(clinic, keys, type_id, version_id, row.number + 1, checked)
            await work.execute(rows.add_version, **version)
            await work.execute(rows.change_type, of=type_id, version_id=version_id)
            await self._audit.record(
                work,
                clinic.clinic_id,
                clinic.actor,
                Action.APPOINTMENT_TYPE_CHANGED,
                subject_id=type_id,
            )

    async def retire(self, clinic: ClinicAccess, type_id: str) -> None:
        """Offer a type no longer; what is booked stays. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            await work.lock(type_id)
            row = await work.one(rows.current, of=type_id, clinic=clinic.clinic_id)
            if row is None:
                raise NotFound
            if row.retired_at:
                return
            await work.execute(rows.change_type, of=type_id, retired_at=clock.now())
            await self._audit.record(
                work,
                clinic.clinic_id,
                clinic.actor,
                Action.APPOINTMENT_TYPE_RETIRED,
                subject_id=type_id,
            )


def _checked(wanted: AppointmentType) -> AppointmentType:
    """Return a type as it is kept. Raises WrongInput with the wrong field."""
    name, place, text = one_line(wanted.name), one_line(wanted.place), several_lines(wanted.text)
    if says_nothing(name) or len(name) > LONGEST_NAME:
        raise WrongInput(N_("Please enter a name of at most 80 characters."), field="name")
    if not 1 <= wanted.minutes <= LONGEST_MINUTES:
        raise WrongInput(N_("Please enter how many minutes it takes, up to 720."), field="minutes")
    if len(text) > LONGEST_TEXT:
        raise WrongInput(N_("Please shorten this to 4,000 characters."), field="text")
    if len(place) > LONGEST_PLACE:
        raise WrongInput(N_("Please use at most 200 characters here."), field="place")
    if wanted.remind_hours not in REMIND_HOURS:
        raise WrongInput(N_("Please choose from the list."), field="remind_hours")
    return AppointmentType(name, wanted.minutes, text, place, wanted.room_id, wanted.remind_hours)


def _new_version(
    clinic: ClinicAccess,
    keys: ClinicKeys,
    type_id: str,
    version_id: str,
    number: int,
    wanted: AppointmentType,
) -> dict[str, Any]:
    content = {"name": wanted.name, "text": wanted.text, "place": wanted.place}
    return {
        "id": version_id,
        "clinic_id": clinic.clinic_id,
        "type_id": type_id,
        "number": number,
        "content": keys.seal(_COLUMN, version_id, content),
        "minutes": wanted.minutes,
        "room_id": wanted.room_id,
        "remind_hours": wanted.remind_hours,
        "created_by": clinic.staff.staff_id,
        "created_at": clock.now(),
    }
