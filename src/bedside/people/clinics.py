"""Clinics: the tenants. Nothing crosses from one to another."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import bindparam, func, insert, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.bindings import Bindings
from bedside.database.sealed import PLATFORM, Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.unit_of_work import Row, Transactions, UnitOfWork
from bedside.people.models import clinics

MB = 1_000_000


class ClinicOptions(BaseModel):
    """What an administrator can set for the clinic. Defaults are those of FEATURES.md."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    language: str = "en"
    time_zone: str = "UTC"
    phone: str = ""
    emergency_text: str = ""
    second_factor_required: bool = True
    photo_limit: int = Field(default=10, ge=1, le=100)
    photo_bytes_limit: int = Field(default=15 * MB, ge=MB, le=500 * MB)
    upload_bytes_limit: int = Field(default=50 * MB, ge=MB, le=2_000 * MB)
    link_days: int = Field(default=7, ge=1, le=365)
    link_wrong_answers: int = Field(default=5, ge=1, le=20)
    transfer_allowed: bool = True
    """Whether patients may be handed over from one room to another."""
    shared_rooms_allowed: bool = True
    visit_grace_minutes: int = Field(default=3, ge=1, le=60)
    """How long a patient whose page is away keeps the place."""
    unanswered_minutes: int = Field(default=5, ge=1, le=60)
    """After which the sender of a patient who was not admitted is alerted."""
    unattended_seconds: int = Field(default=30, ge=5, le=3_600)
    """How long an arrival waits for somebody of the room before a message goes out."""
    transfer_bytes_limit: int = Field(default=100 * MB, ge=MB, le=2_000 * MB)
    """Of one file in a live file transfer."""
    transfers_at_once: int = Field(default=5, ge=1, le=20)
    visitor_files_limit: int = Field(default=20, ge=1, le=200)
    visitor_bytes_limit: int = Field(default=200 * MB, ge=MB, le=5_000 * MB)
    """What a patient may send in one visit without being asked."""
    keep_unfinished_files: bool = True
    """Whether a file that arrived completely is filed when its live transfer was left."""


class Clinic(BaseModel):
    """A clinic with its options."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    options: ClinicOptions


_by_id = prepared(select(clinics).where(clinics.c.id == bindparam("of")))
_for_change = prepared(select(clinics).where(clinics.c.id == bindparam("of")).with_for_update())
_all = prepared(select(clinics).order_by(clinics.c.created_at))
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
        async with self._database.read() as db:
            row = await db.one(_by_id, of=clinic_id)
        if row is None:
            raise NotFound
        clinic = _clinic(row)
        self._known[clinic_id] = (clock.now() + 5 * clock.SECOND, clinic)
        return clinic

    async def all(self) -> list[Clinic]:
        """Return every clinic of this installation, oldest first."""
        async with self._database.read() as db:
            return [_clinic(row) for row in await db.all(_all)]

    async def create(
        self, work: UnitOfWork, actor: Actor, name: str, options: ClinicOptions
    ) -> Clinic:
        """Create a clinic with its own keys (and, the first time, the platform's)."""
        if not await self._has_platform_keys():
            await self._vault.create(work, PLATFORM)
        clinic = Clinic(id=new_id("cli"), name=name, options=options)
        await self._vault.create(work, clinic.id)
        await work.execute(
            _add,
            id=clinic.id,
            name=name,
            options=options.model_dump_json(),
            created_at=clock.now(),
        )
        await self._audit.record(work, clinic.id, actor, Action.CLINIC_SET_UP)
        await self._bindings.begin(work, clinic.id, actor)
        return clinic

    async def _has_platform_keys(self) -> bool:
        return PLATFORM in await self._vault.holders()

    async def change(
        self, work: UnitOfWork, actor: Actor, clinic_id: str, *, name: str = "", **given: Any
    ) -> None:
        """Change the name, unless it is empty, and the options that are given; all others stay as
        they are in the database at this moment, whatever page was saved in between.

        One audit line names what changed; none is written when nothing did. Raises NotFound, and
        ValidationError for an option that is out of its bounds.
        """
        row = await work.one(_for_change, of=clinic_id)
        if row is None:
            raise NotFound
        before = _clinic(row)
        options = ClinicOptions.model_validate({**before.options.model_dump(), **given})
        old, new = before.options.model_dump(), options.model_dump()
        changed = [key for key in new if new[key] != old[key]]
        if name and name != before.name:
            changed.append("name")
        if not changed:
            return
        await work.execute(
            _change,
            of=clinic_id,
            new_name=name or before.name,
            new_options=options.model_dump_json(),
        )
        await self._audit.record(work, clinic_id, actor, Action.CLINIC_CHANGED, changed=changed)
        work.after_commit(lambda: self._forget(clinic_id))

    def _forget(self, clinic_id: str) -> None:
        self._known.pop(clinic_id, None)


def _clinic(row: Row) -> Clinic:
    return Clinic(id=row.id, name=row.name, options=ClinicOptions(**json.loads(row.options)))
