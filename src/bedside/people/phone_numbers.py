"""Phone numbers of patients: reading stored ones again, and those that reached somebody else."""

from typing import Any

import structlog
from sqlalchemy import bindparam, func, select

from bedside.audit import Action, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.kernel import phones
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.clinics import Clinics
from bedside.people.models import patient_tokens, patients
from bedside.people.patient_index import HIDDEN, unread_number
from bedside.people.patient_statements import PatientRow
from bedside.people.patients import Patient, Patients, opened
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.people.visibility import is_visible

_AT_ONCE = 100
_columns = (patients.c.id, patients.c.clinic_id, patients.c.record)
_after = prepared(
    select(*_columns)
    .where(
        patients.c.clinic_id == bindparam("clinic"),
        patients.c.id > bindparam("after"),
        patients.c.indexed != HIDDEN,
    )
    .order_by(patients.c.id)
    .limit(bindparam("limit")),
    PatientRow,
)
_unread = prepared(
    select(*_columns)
    .where(
        patients.c.id.in_(
            select(patient_tokens.c.patient_id).where(patient_tokens.c.token == bindparam("token"))
        ),
        is_visible(patients.c.id),
    )
    .order_by(patients.c.id)
    .limit(bindparam("limit")),
    PatientRow,
)
_how_many_unread = prepared(
    select(func.count().label("patients"))
    .select_from(patient_tokens)
    .where(patient_tokens.c.token == bindparam("token"))
)
_log = structlog.get_logger("people.phones")


class PhoneNumbers:
    """Brings stored numbers into their form, and keeps which addresses are in doubt."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients

    async def read_again(self, payload: dict[str, Any]) -> None:
        """Job: read the numbers of a clinic that nobody could read so far. One that cannot be read
        stays as it was typed, and is found by `unread`. Idempotent."""
        clinic_id: str = payload["clinic_id"]
        country = (await self._clinics.fresh(clinic_id)).options.home
        after, read, unread = "", 0, 0
        while found := await self._next(clinic_id, after):
            after = found[-1].id
            for patient in found:
                number = patient.demographics.phone
                if not number or phones.known(number):
                    continue
                if await self._read(patient, country):
                    read += 1
                else:
                    unread += 1
        if not (read or unread):
            return
        _log.info("phones.read", read=read, unread=unread)
        async with self._database.unit_of_work() as work:
            await self._audit.record(
                work, clinic_id, SYSTEM, Action.NUMBERS_READ, read=read, unread=unread
            )

    async def unread(self, staff: StaffAccess, *, limit: int) -> list[Patient]:
        """Return patients this person may see whose number could not be read."""
        keys = await self._vault.clinic(staff.clinic_id)
        who = {"staff": staff.staff_id, "clinic": staff.clinic_id}
        async with self._database.read() as db:
            rows = await db.all(_unread, **who, token=unread_number(keys), limit=limit)
        return [opened(keys, row) for row in rows]

    async def count_unread(self, clinic_id: str) -> int:
        """Count the patients of a clinic whose number could not be read."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            row = await db.one(_how_many_unread, token=unread_number(keys))
        return row.patients if row else 0

    async def _next(self, clinic_id: str, after: str) -> list[Patient]:
        """Return the next patients of a clinic, by id."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_after, clinic=clinic_id, after=after, limit=_AT_ONCE)
        return [opened(keys, row) for row in rows]

    async def _read(self, patient: Patient, country: str) -> bool:
        async with self._database.unit_of_work() as work:
            locked = await self._patients.locked(work, patient.clinic_id, patient.id)
            number, is_read = locked.demographics.phone, True
            try:
                number = phones.read(number, country).stored if number else ""
            except phones.Unreadable:
                is_read = False
            person = locked.demographics.model_copy(update={"phone": number})
            await self._patients.replace(work, locked, person)
        return is_read

    async def doubt(
        self, work: UnitOfWork, clinic_id: str, patient_id: str, addresses: tuple[str, ...]
    ) -> None:
        """Mark those of a patient's addresses that reached somebody else: messages go there no
        more until they are changed or confirmed."""
        patient = await self._patients.locked(work, clinic_id, patient_id)
        person = patient.demographics
        now = tuple(
            one for one in (person.phone, person.email) if _without_extension(one) in addresses
        )
        await self._set(work, patient, tuple(dict.fromkeys((*person.doubted, *now))))

    async def trust(self, work: UnitOfWork, clinic_id: str, patient_id: str) -> None:
        """Take the marks back: the patient has answered after all."""
        await self._set(work, await self._patients.locked(work, clinic_id, patient_id), ())

    async def confirm(self, chart: ChartAccess, address: str) -> None:
        """“The number is right”: use an address again. Idempotent."""
        async with self._database.unit_of_work() as work:
            patient = await self._patients.locked(work, chart.clinic_id, chart.patient_id)
            if address not in patient.demographics.doubted:
                return
            rest = tuple(one for one in patient.demographics.doubted if one != address)
            await self._set(work, patient, rest)
            await self._audit.record(
                work,
                chart.clinic_id,
                chart.actor,
                Action.PATIENT_CHANGED,
                patient_id=chart.patient_id,
            )

    async def _set(self, work: UnitOfWork, patient: Patient, doubted: tuple[str, ...]) -> None:
        person = patient.demographics
        if doubted != person.doubted:
            await self._patients.replace(
                work, patient, person.model_copy(update={"doubted": doubted})
            )


def _without_extension(address: str) -> str:
    """Return where a message to an address goes."""
    phone = phones.known(address)
    return phone.number if phone else address
