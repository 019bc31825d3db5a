"""Clinics: the tenants. Nothing crosses from one to another."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import bindparam, func, insert, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.bindings import Bindings
from bedside.database.sealed import PLATFORM, Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.kernel import clock, regions
from bedside.kernel.ids import new_id
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.models import clinics
from bedside.people.options import Options

Kind = TypeVar("Kind", bound=Options)
READ_PATIENT_NUMBERS = "patient.read_phones"
READ_STAFF_NUMBERS = "staff.read_phones"
NUMBERS_READ_AGAIN = (READ_PATIENT_NUMBERS, READ_STAFF_NUMBERS)
"""Jobs of a clinic whose country may have changed: its numbers without a country code are read
again."""


class ClinicOptions(Options):
    """A clinic's identity: the options that all domains use. `country` is ISO 3166-1, "" for the
    one that time zone and language suggest (`home`)."""

    language: str = "en"
    country: str = ""
    time_zone: str = "UTC"
    phone: str = ""
    address: str = ""
    emergency_text: str = ""

    @property
    def home(self) -> str:
        """The clinic's country, "" if nothing suggests one."""
        return self.country or regions.suggested(self.time_zone, self.language)

    @property
    def date_order(self) -> str:
        """The order of day, month and year as they are written here: dmy, mdy or ymd."""
        return regions.date_order(self.home, self.language)

    def today(self) -> date:
        """Return the clinic's day, wherever the server is."""
        return clock.in_zone(self.time_zone).date()


@dataclass(frozen=True, slots=True)
class Clinic:
    """A clinic with its options. `stored` holds those of all domains, as they are in its row."""

    id: str
    name: str
    stored: Mapping[str, Any]
    _read: dict[type[Options], Options] = field(
        default_factory=dict[type[Options], Options], compare=False, repr=False
    )

    @property
    def options(self) -> ClinicOptions:
        """The options that belong to no single domain."""
        return self.of(ClinicOptions)

    def of(self, kind: type[Kind]) -> Kind:
        """Return the options of a domain, with defaults for those never set."""
        known = self._read.get(kind)
        if known is None:
            known = self._read[kind] = kind.model_validate(self.stored)
        return cast(Kind, known)


class ClinicRow(NamedTuple):
    """A stored clinic."""

    id: str
    name: str
    options: str
    created_at: int


_by_id = prepared(select(clinics).where(clinics.c.id == bindparam("of")), ClinicRow)
_for_change = prepared(
    select(clinics).where(clinics.c.id == bindparam("of")).with_for_update(), ClinicRow
)
_all = prepared(select(clinics).order_by(clinics.c.created_at), ClinicRow)
_count = prepared(select(func.count().label("clinics")).select_from(clinics))
_add = prepared(insert(clinics))
_change = prepared(
    update(clinics)
    .where(clinics.c.id == bindparam("of"))
    .values(name=bindparam("new_name"), options=bindparam("new_options"))
)


class Clinics:
    """Finds and changes clinics."""

    def __init__(
        self, database: Transactions, vault: Vault, audit: AuditLog, bindings: Bindings
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._bindings = bindings
        self._known: dict[str, tuple[int, Clinic]] = {}

    async def any_exist(self) -> bool:
        """Whether there is a clinic: False on the very first start, when the set-up page is
        shown."""
        async with self._database.read() as db:
            row = await db.one(_count)
        return bool(row and row.clinics)

    async def get(self, clinic_id: str) -> Clinic:
        """Return a clinic by id. Raises NotFound. Cached for a few seconds."""
        known = self._known.get(clinic_id)
        if known and known[0] > clock.now():
            return known[1]
        clinic = await self.fresh(clinic_id)
        self._known[clinic_id] = (clock.now() + 5 * clock.SECOND, clinic)
        return clinic

    async def fresh(self, clinic_id: str) -> Clinic:
        """Return a clinic as it is in the database at this moment. Raises NotFound."""
        async with self._database.read() as db:
            row = await db.one(_by_id, of=clinic_id)
        if row is None:
            raise NotFound
        return _clinic(row)

    async def options(self, clinic_id: str, kind: type[Kind]) -> Kind:
        """Return the options of a domain. Raises NotFound. Cached for a few seconds."""
        return (await self.get(clinic_id)).of(kind)

    async def all(self) -> list[Clinic]:
        """Return every clinic of this installation, oldest first."""
        async with self._database.read() as db:
            return [_clinic(row) for row in await db.all(_all)]

    async def create(self, work: UnitOfWork, actor: Actor, name: str, *options: Options) -> Clinic:
        """Create a clinic with its own keys (and, the first time, the platform's)."""
        if not await self._has_platform_keys():
            await self._vault.create(work, PLATFORM)
        clinic = Clinic(new_id("cli"), name, _merged({}, options))
        await self._vault.create(work, clinic.id)
        await work.execute(
            _add,
            id=clinic.id,
            name=name,
            options=json.dumps(clinic.stored),
            created_at=clock.now(),
        )
        await self._audit.record(work, clinic.id, actor, Action.CLINIC_SET_UP)
        await self._bindings.begin(work, clinic.id, actor)
        return clinic

    async def _has_platform_keys(self) -> bool:
        return PLATFORM in await self._vault.holders()

    async def change(
        self, work: UnitOfWork, actor: Actor, clinic_id: str, *given: Options, name: str = ""
    ) -> None:
        """Change the name, unless it is empty, and the options that are given: those that were
        passed to the constructors. All others stay as they are in the database at this moment,
        whatever page was saved in between.

        One audit line names what changed; none is written when nothing did. Raises NotFound.
        """
        row = await work.one(_for_change, of=clinic_id)
        if row is None:
            raise NotFound
        before = _clinic(row)
        changed = [
            option
            for part in given
            for option, value in part.model_dump(exclude_unset=True).items()
            if value != getattr(before.of(type(part)), option)
        ]
        if name and name != before.name:
            changed.append("name")
        if not changed:
            return
        await work.execute(
            _change,
            of=clinic_id,
            new_name=name or before.name,
            new_options=json.dumps(_merged(before.stored, given)),
        )
        await self._audit.record(work, clinic_id, actor, Action.CLINIC_CHANGED, changed=changed)
        if {"country", "language", "time_zone"} & set(changed):
            for kind in NUMBERS_READ_AGAIN:
                work.enqueue(kind, {"clinic_id": clinic_id}, unique=f"{kind}:{clinic_id}")
        work.after_commit(lambda: self._forget(clinic_id))

    def _forget(self, clinic_id: str) -> None:
        self._known.pop(clinic_id, None)


def _merged(stored: Mapping[str, Any], given: tuple[Options, ...]) -> dict[str, Any]:
    merged = dict(stored)
    for part in given:
        merged |= part.model_dump(exclude_unset=True)
    return merged


def _clinic(row: ClinicRow) -> Clinic:
    return Clinic(row.id, row.name, json.loads(row.options))
