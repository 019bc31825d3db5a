"""Patients: sealed demographics, looked up by keyed tokens."""

from datetime import date
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import bindparam, delete, insert, select, update

from bedside.audit import Action, AuditLog
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import Among, prepared
from bedside.errors import NotAllowed, NotFound, WrongInput
from bedside.kernel import clock, phones
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people import earlier_names, names, patient_index, reach
from bedside.people.bound import PATIENT_ASSIGNMENTS, STAFF_ASSIGNMENTS
from bedside.people.contact import ContactRules
from bedside.people.models import (
    patient_assignments,
    patient_tokens,
    patients,
    staff_assignments,
)
from bedside.people.patient_index import Group
from bedside.people.patient_search import search
from bedside.people.patient_statements import (
    COLUMNS,
    COUNT,
    LISTED,
    LISTED_BEYOND,
    PatientRow,
    in_clinic,
    with_tokens,
)
from bedside.people.permissions import (
    AuditAccess,
    ChartAccess,
    LinkAccess,
    PatientAccess,
    StaffAccess,
)
from bedside.people.reach import Reach, among_the_few
from bedside.people.roles import May, allows
from bedside.people.visibility import is_visible

_COLUMN = "patients.record"
NO_NAME = N_("Enter a name: letters that can be read. One letter is enough.")


class Demographics(BaseModel):
    """A patient's personal data. `birth_date` is None if unknown, as after a check-in that did not
    ask for it; `identifiers` maps a system to a value. `phone` is in the stored form of
    `kernel.phones`, or as it was typed if nobody could read it; `doubted` are those of phone and
    e-mail that reached somebody else, until they are changed or confirmed; `earlier_names` those
    by which the patient was known before, the newest first; `contact` the rules for messages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    birth_date: date | None
    phone: str = Field(default="", max_length=phones.LONGEST)
    email: str = Field(default="", max_length=200)
    language: str = Field(default="en", max_length=10)
    pronouns: str = Field(default="", max_length=40)
    identifiers: dict[str, str] = Field(default_factory=dict[str, str])
    doubted: tuple[str, ...] = ()
    earlier_names: tuple[str, ...] = ()
    contact: ContactRules = ContactRules()

    @field_validator("phone")
    @classmethod
    def _kept_phone(cls, phone: str) -> str:
        return phones.kept(phone)


class Patient(BaseModel):
    """A patient as staff see one."""

    model_config = ConfigDict(frozen=True)

    id: str
    clinic_id: str
    demographics: Demographics

    @property
    def name(self) -> str:
        """Full name."""
        return self.demographics.name

    @property
    def earlier_names(self) -> tuple[str, ...]:
        """Names of before."""
        return self.demographics.earlier_names


_named = Among(
    lambda ids: select(*COLUMNS).where(in_clinic(), patients.c.id.in_(ids)),
    PatientRow,
)
_add = prepared(insert(patients))
_change = prepared(
    update(patients)
    .where(patients.c.id == bindparam("of"))
    .values(
        record=bindparam("new_record"),
        changed_at=bindparam("moment"),
        indexed=patient_index.VERSION,
    )
)
_by_id = prepared(
    select(*COLUMNS).where(
        patients.c.id == bindparam("of"), patients.c.clinic_id == bindparam("clinic")
    ),
    PatientRow,
)
_set_index = prepared(
    update(patients).where(patients.c.id == bindparam("of")).values(indexed=bindparam("version"))
)
_locked_row = prepared(
    select(*COLUMNS)
    .where(patients.c.id == bindparam("of"), patients.c.clinic_id == bindparam("clinic"))
    .with_for_update(),
    PatientRow,
)
_add_token = prepared(insert(patient_tokens))
_drop_tokens = prepared(
    delete(patient_tokens).where(patient_tokens.c.patient_id == bindparam("of"))
)
_assign = prepared(insert(patient_assignments))
_assign_staff = prepared(insert(staff_assignments))
MOST_COUNTED = 1_000
"""Nobody reads a larger number to its last digit, and counting takes as long as there are."""


SEALED_PATIENTS = select(
    patients.c.id.label("patient"), patients.c.record.label("person")
).subquery()
"""For other domains' lists that show names: join on `patient`, open `person` with `name_of`."""
_KEPT_NAMES = 4_000
_LANGUAGE_KEPT_FOR = 5 * clock.SECOND


class Patients:
    """Adds, finds and changes patients."""

    def __init__(self, database: Transactions, vault: Vault, audit: AuditLog, reach: Reach) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._reach = reach
        self._languages: dict[str, tuple[int, str, str]] = {}

    async def add(
        self,
        work: UnitOfWork,
        staff: StaffAccess,
        demographics: Demographics,
        assigned_to: list[str],
    ) -> Patient:
        """Add a patient to the clinic, assigned to teams, rooms, and to the member of staff who
        adds them."""
        if not allows(staff.role, May.ADD_PATIENTS):
            raise NotAllowed
        demographics = _with_clean_name(demographics)
        patient = Patient(id=new_id("pat"), clinic_id=staff.clinic_id, demographics=demographics)
        keys = await self._vault.clinic(staff.clinic_id)
        await work.execute(
            _add,
            id=patient.id,
            clinic_id=patient.clinic_id,
            record=_sealed(keys, patient.id, demographics),
            created_at=clock.now(),
            changed_at=clock.now(),
            indexed=patient_index.VERSION,
        )
        await _add_tokens(work, keys, patient)
        for target in {patient.id, *assigned_to}:
            await self.assign(work, staff, patient.id, target)
        keys = await self._vault.clinic(staff.clinic_id)
        own = {
            "staff_id": staff.staff_id,
            "target_id": patient.id,
            "clinic_id": staff.clinic_id,
        }
        await work.execute(_assign_staff, **STAFF_ASSIGNMENTS.bound(keys, own))
        await self._audit.record(
            work, staff.clinic_id, staff.actor, Action.PATIENT_ADDED, patient_id=patient.id
        )
        return patient

    async def assign(
        self, work: UnitOfWork, staff: StaffAccess, patient_id: str, target_id: str
    ) -> None:
        """Assign a patient to a team or room, so that its people see the chart."""
        keys = await self._vault.clinic(staff.clinic_id)
        row = {
            "patient_id": patient_id,
            "target_id": target_id,
            "clinic_id": staff.clinic_id,
            "visit_id": "",
        }
        await work.execute(_assign, **PATIENT_ASSIGNMENTS.bound(keys, row))

    async def change(
        self,
        work: UnitOfWork,
        chart: ChartAccess,
        demographics: Demographics,
        *,
        is_undo: bool = False,
        with_contact: bool = False,
    ) -> None:
        """Replace the demographics. An address in doubt stays so while it is the same, and a name
        that is replaced by another one becomes an earlier name, except by an undo. The rules for
        messages stay as they are unless `with_contact`."""
        demographics = _with_clean_name(demographics)
        before = await self.locked(work, chart.clinic_id, chart.patient_id)
        if not is_undo:
            name, earlier = demographics.name, demographics.earlier_names
            names_kept = earlier_names.kept(name, before.name, earlier=earlier)
            demographics = demographics.model_copy(update={"earlier_names": names_kept})
        known = (demographics.phone, demographics.email)
        doubted = tuple(address for address in before.demographics.doubted if address in known)
        contact = demographics.contact if with_contact else before.demographics.contact
        kept = {"doubted": doubted, "contact": contact}
        await self.replace(work, before, demographics.model_copy(update=kept))
        await self._audit.record(
            work, chart.clinic_id, chart.actor, Action.PATIENT_CHANGED, patient_id=chart.patient_id
        )

    async def locked(self, work: UnitOfWork, clinic_id: str, patient_id: str) -> Patient:
        """Lock and return a patient, for other parts of this domain. Raises NotFound."""
        keys = await self._vault.clinic(clinic_id)
        row = await work.one(_locked_row, of=patient_id, clinic=clinic_id)
        if row is None:
            raise NotFound
        return opened(keys, row)

    async def replace(self, work: UnitOfWork, patient: Patient, demographics: Demographics) -> None:
        """Replace what is stored of a locked patient, for other parts of this domain, which record
        why."""
        keys = await self._vault.clinic(patient.clinic_id)
        await work.execute(
            _change,
            of=patient.id,
            new_record=_sealed(keys, patient.id, demographics),
            moment=clock.now(),
        )
        patient = patient.model_copy(update={"demographics": demographics})
        await replace_tokens(work, keys, patient)

    async def hide(self, work: UnitOfWork, patient_id: str) -> None:
        """Stop finding a patient, whose chart was joined with another one."""
        await work.execute(_drop_tokens, of=patient_id)
        await work.execute(_set_index, of=patient_id, version=patient_index.HIDDEN)

    async def show(self, work: UnitOfWork, clinic_id: str, patient_id: str) -> None:
        """Find a patient again, after `hide`."""
        keys = await self._vault.clinic(clinic_id)
        row = await work.one(_by_id, of=patient_id, clinic=clinic_id)
        if row is None:
            raise NotFound
        await replace_tokens(work, keys, opened(keys, row))
        await work.execute(_set_index, of=patient_id, version=patient_index.VERSION)

    async def get(self, chart: ChartAccess) -> Patient:
        """Return the patient of a chart."""
        return await self._load(chart.clinic_id, chart.patient_id)

    async def of_link(self, link: LinkAccess) -> Patient:
        """Return the patient whose device came by a link."""
        return await self._load(link.clinic_id, link.patient_id)

    async def of_side(self, side: PatientAccess) -> Patient:
        """Return the patient whose side of the record somebody signed in to the app may use."""
        return await self._load(side.clinic_id, side.patient_id)

    async def birth_date(self, clinic_id: str, patient_id: str) -> date | None:
        """Return what the answer to a link is compared with, None if unknown; for `links` only."""
        return (await self._load(clinic_id, patient_id)).demographics.birth_date

    async def addressed(self, clinic_id: str, patient_id: str) -> Demographics:
        """Return what a message goes by that leaves now; for `notifications` and `requests` only.
        Raises NotFound."""
        return (await self._load(clinic_id, patient_id)).demographics

    async def language(self, clinic_id: str, patient_id: str) -> str:
        """Return the language for the patient's pages; kept for a while, because every request of
        a page asks. Raises NotFound."""
        known = self._languages.get(patient_id)
        if known is None or known[0] <= clock.now() or known[1] != clinic_id:
            found = (await self._load(clinic_id, patient_id)).demographics.language
            if len(self._languages) >= _KEPT_NAMES:
                self._languages.clear()
            known = (clock.now() + _LANGUAGE_KEPT_FOR, clinic_id, found)
            self._languages[patient_id] = known
        return known[2]

    async def addressed_in(
        self, reader: Reader, clinic_id: str, patient_id: str
    ) -> Demographics | None:
        """Return the same within a unit of work, None for a patient who is not there."""
        keys = await self._vault.clinic(clinic_id)
        row = await reader.one(_by_id, of=patient_id, clinic=clinic_id)
        return opened(keys, row).demographics if row is not None else None

    async def _load(self, clinic_id: str, patient_id: str) -> Patient:
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            row = await db.one(_by_id, of=patient_id, clinic=clinic_id)
        if row is None:
            raise NotFound
        return opened(keys, row)

    async def known_as(self, clinic_id: str, patient_id: str) -> tuple[str, date | None]:
        """Return name and date of birth for a title above what concerns the patient; the caller
        has checked the visit. Raises NotFound."""
        who = (await self._load(clinic_id, patient_id)).demographics
        return who.name, who.birth_date

    async def named(self, clinic_id: str, patient_ids: set[str]) -> dict[str, str]:
        """Return names for ids of one clinic, for lists whose rows were already checked."""
        if not patient_ids:
            return {}
        keys = await self._vault.clinic(clinic_id)
        wanted, among = _named.of(sorted(patient_ids))
        async with self._database.read() as db:
            rows = await db.all(wanted, clinic=clinic_id, **among)
        return {row.id: name_of(keys, row.id, row.record) for row in rows}

    async def listed(
        self, staff: StaffAccess, *, limit: int = 50, offset: int = 0
    ) -> list[Patient]:
        """Return patients this person may see, last added first."""
        keys = await self._vault.clinic(staff.clinic_id)
        listed = LISTED.when(await self._reach.sees_few(staff))
        async with self._database.aside() as db:
            rows = await db.all(
                listed,
                staff=staff.staff_id,
                clinic=staff.clinic_id,
                limit=limit,
                offset=offset,
            )
        return [opened(keys, row) for row in rows]

    async def listed_beyond(
        self, staff: StaffAccess, side: Literal["older", "newer"], than: str, *, limit: int = 50
    ) -> list[Patient]:
        """Return those that were added just before (or after) the patient `than`, last added
        first. However far down the list, it takes as long as the first page."""
        keys = await self._vault.clinic(staff.clinic_id)
        listed = LISTED_BEYOND[side].when(await self._reach.sees_few(staff))
        asked = {"staff": staff.staff_id, "clinic": staff.clinic_id, "than": than, "limit": limit}
        async with self._database.aside() as db:
            rows = await db.all(listed, **asked)
        found = [opened(keys, row) for row in rows]
        return found if side == "older" else found[::-1]

    async def count(self, staff: StaffAccess, *, most: int = MOST_COUNTED) -> int:
        """Count the patients this person may see; `most` + 1 stands for more than `most`.

        Who was known to see very many in the last minutes is not counted for again.
        """
        few = await self._reach.sees_few(staff)
        if not few and most < reach.FEW:
            return most + 1
        counted = COUNT.when(few)
        async with self._database.aside() as db:
            row = await db.one(counted, staff=staff.staff_id, clinic=staff.clinic_id, most=most + 1)
        return row.patients if row else 0

    async def find(self, staff: StaffAccess, text: str, *, limit: int = 12) -> list[Patient]:
        """Find patients by the beginnings of names, phone digits, or a date of birth: the best
        hits first. If few fit, patients follow whose name differs in one letter.

        All words must match. Only patients this person may see are found.
        """
        keys = await self._vault.clinic(staff.clinic_id)
        visible = among_the_few if await self._reach.sees_few(staff) else is_visible

        async def look(groups: list[Group], most: int) -> list[Patient]:
            found = prepared(with_tokens(groups, most, visible), PatientRow)
            async with self._database.aside() as db:
                rows = await db.all(found, staff=staff.staff_id, clinic=staff.clinic_id)
            return [opened(keys, row) for row in rows]

        return await search(keys, text, limit, look)

    async def find_in_clinic(
        self, audit: AuditAccess, text: str, *, limit: int = 12
    ) -> list[Patient]:
        """Like `find`, among all patients of the clinic: readers of the audit log may ask who
        looked at whom."""
        keys = await self._vault.clinic(audit.clinic_id)

        async def look(groups: list[Group], most: int) -> list[Patient]:
            found = prepared(with_tokens(groups, most), PatientRow)
            async with self._database.aside() as db:
                rows = await db.all(found, clinic=audit.clinic_id)
            return [opened(keys, row) for row in rows]

        return await search(keys, text, limit, look)


async def replace_tokens(work: UnitOfWork, keys: ClinicKeys, patient: Patient) -> None:
    """Make a patient found by what is stored now, and by nothing that was stored before."""
    await work.execute(_drop_tokens, of=patient.id)
    await _add_tokens(work, keys, patient)


async def _add_tokens(work: UnitOfWork, keys: ClinicKeys, patient: Patient) -> None:
    tokens = sorted(index_tokens(keys, patient.demographics))
    await work.execute_many(
        _add_token, [{"token": token, "patient_id": patient.id} for token in tokens]
    )


def _with_clean_name(demographics: Demographics) -> Demographics:
    """Return what is stored of a name. Raises WrongInput if nothing of it can be read."""
    name = names.cleaned(demographics.name)
    if not names.is_name(name):
        raise WrongInput(NO_NAME, field="name")
    return demographics.model_copy(update={"name": name})


def _sealed(keys: ClinicKeys, patient_id: str, demographics: Demographics) -> bytes:
    return keys.seal(_COLUMN, patient_id, demographics.model_dump(mode="json"))


def opened(keys: ClinicKeys, row: PatientRow) -> Patient:
    record = keys.unseal(_COLUMN, row.id, row.record)
    return Patient(
        id=row.id, clinic_id=row.clinic_id, demographics=Demographics.model_validate(record)
    )


@lru_cache(_KEPT_NAMES)
def name_of(keys: ClinicKeys, patient_id: str, sealed: bytes) -> str:
    """Return the name in a sealed record, cached for lists that are polled."""
    return str(keys.unseal(_COLUMN, patient_id, sealed)["name"])


@lru_cache(_KEPT_NAMES)
def phone_of(keys: ClinicKeys, patient_id: str, sealed: bytes) -> str:
    """Return the number in a sealed record at which the patient is reached, as it is stored; ""
    for none, and for one that reached somebody else."""
    record = keys.unseal(_COLUMN, patient_id, sealed)
    phone = str(record.get("phone", ""))
    return "" if phone in record.get("doubted", ()) else phone


def index_tokens(keys: ClinicKeys, who: Demographics) -> set[int]:
    """Return the tokens by which a patient is found."""
    tokens = patient_index.name_tokens(keys, names.name_of(who.name))
    for earlier in who.earlier_names:
        tokens |= patient_index.name_tokens(keys, names.name_of(earlier))
    return (
        tokens
        | patient_index.birth_tokens(keys, who.birth_date)
        | patient_index.other_tokens(keys, who.phone, who.email, who.identifiers.values())
    )
