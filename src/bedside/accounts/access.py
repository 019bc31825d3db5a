"""The patients for whom somebody with an account is there, and what they may see of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from bedside.accounts.bound import ACCOUNTS, GRANTS
from bedside.accounts.levels import (
    EVERYTHING,
    Level,
    Relation,
    level_on,
    parts_of,
    unseen_on,
)
from bedside.accounts.models import accounts, grants
from bedside.accounts.options import AccountOptions
from bedside.accounts.rows import AccountRow, GrantRow
from bedside.audit import Action, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.audiences import named
from bedside.people.clinics import Clinics
from bedside.people.hidden import HiddenItems
from bedside.people.patients import Patients
from bedside.people.permissions import AccountAccess, PatientAccess, patient_access
from bedside.people.record_parts import Part

_of_account = prepared(
    select(grants)
    .where(
        grants.c.account_id == bindparam("account"),
        grants.c.begins_at > 0,
        (grants.c.ends_at == 0) | (grants.c.ends_at > bindparam("moment")),
    )
    .order_by(grants.c.id),
    GrantRow,
)


_own_of = prepared(
    select(accounts).where(
        accounts.c.patient_id == bindparam("patient"), accounts.c.closed_at == 0
    ),
    AccountRow,
)
_let_in = prepared(
    select(grants).where(
        grants.c.patient_id == bindparam("patient"),
        grants.c.begins_at > 0,
        (grants.c.ends_at == 0) | (grants.c.ends_at > bindparam("moment")),
    ),
    GrantRow,
)


@dataclass(frozen=True, slots=True)
class Whose:
    """One of the people for whom somebody is there: themself (`relation` None), or a patient who
    let them in. `until` is 0 if nothing ends it."""

    patient_id: str
    name: str
    relation: Relation | None
    parts: frozenset[Part]
    until: int = 0

    @property
    def own(self) -> bool:
        """Whether it is the person who is signed in."""
        return self.relation is None


class PatientSides:
    """Checks what somebody with an account may see, and returns the values that prove the check."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
        hidden: HiddenItems,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients
        self._hidden = hidden

    async def of(self, account: AccountAccess, patient_id: str) -> PatientAccess:
        """Check access to one patient's side of the record. Raises NotFound, as for a patient that
        does not exist."""
        if patient_id and patient_id == account.own_patient_id:
            return patient_access(account, patient_id, EVERYTHING)
        for row in await self._grants(account):
            if row.patient_id == patient_id:
                parts, unseen = await self._sight(row)
                if parts:
                    return patient_access(account, patient_id, parts, row.id, *unseen)
        await self._audit.note(
            account.clinic_id, account.actor, Action.ACCESS_REFUSED, subject_id=account.account_id
        )
        raise NotFound

    async def whose(self, account: AccountAccess) -> list[Whose]:
        """Return the patients for whom somebody is there now: themself first."""
        rows = [row for row in await self._grants(account) if await self._parts(row)]
        ids = {row.patient_id for row in rows} | {account.own_patient_id} - {""}
        names = await self._patients.named(account.clinic_id, ids)
        own = account.own_patient_id
        found = [Whose(own, names.get(own, ""), None, EVERYTHING)] if own else []
        for row in rows:
            found.append(
                Whose(
                    row.patient_id,
                    names.get(row.patient_id, ""),
                    Relation(row.relation),
                    await self._parts(row),
                    row.ends_at,
                )
            )
        return found

    async def people_of(
        self, patient_id: str, part: Part, person: str = "", items: Sequence[str] = ()
    ) -> frozenset[str]:
        """Return everybody who may see a part of a patient's record now, as `person_of` names
        them: the patient, and proxies from whom none of these items is hidden. With a `person`,
        others may be left out."""
        async with self._database.read() as db:
            own = await db.all(_own_of, patient=patient_id)
            let_in = await db.all(_let_in, patient=patient_id, moment=clock.now())
            hidden = await self._hidden.hidden(db, items) if let_in else []
        found: set[str] = set()
        for row in own:
            keys = await self._vault.clinic(row.clinic_id)
            if ACCOUNTS.holds(keys, row):
                found.add(named(row.clinic_id, row.id))
        for grant in let_in:
            name = named(grant.clinic_id, grant.account_id)
            keys = await self._vault.clinic(grant.clinic_id)
            if (person and person != name) or not GRANTS.holds(keys, grant):
                continue
            parts, unseen = await self._sight(grant)
            if part in parts and not any(one.is_from(grant.id, unseen) for one in hidden):
                found.add(name)
        return frozenset(found)

    async def helpers_of(self, patient_id: str, part: Part) -> frozenset[str]:
        """Return the accounts of the proxies who may see a part of a patient's record now."""
        async with self._database.read() as db:
            let_in = await db.all(_let_in, patient=patient_id, moment=clock.now())
        found: set[str] = set()
        for grant in let_in:
            keys = await self._vault.clinic(grant.clinic_id)
            if GRANTS.holds(keys, grant) and part in await self._parts(grant):
                found.add(grant.account_id)
        return frozenset(found)

    async def has_anybody(self, reader: Reader, patient_id: str) -> bool:
        """Whether anybody can open the app for a patient: read where the caller reads, because one
        unit of work that waits for the connection of another may wait for good."""
        if await reader.one(_own_of, patient=patient_id) is not None:
            return True
        return await reader.one(_let_in, patient=patient_id, moment=clock.now()) is not None

    async def _grants(self, account: AccountAccess) -> list[GrantRow]:
        keys = await self._vault.clinic(account.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_of_account, account=account.account_id, moment=clock.now())
        return [row for row in rows if row.clinic_id == keys.clinic_id and GRANTS.holds(keys, row)]

    async def _parts(self, row: GrantRow) -> frozenset[Part]:
        return (await self._sight(row))[0]

    async def _sight(self, row: GrantRow) -> tuple[frozenset[Part], frozenset[str]]:
        """Return the parts that somebody sees today, and the categories of files that they do not
        see."""
        born = await self._patients.birth_date(row.clinic_id, row.patient_id)
        clinic = await self._clinics.get(row.clinic_id)
        options = await self._clinics.options(row.clinic_id, AccountOptions)
        day = today(clinic.options.time_zone)
        relation = Relation(row.relation)
        level = level_on(relation, Level(row.level), born, day, options)
        return parts_of(level), unseen_on(relation, born, day, options)


def today(zone: str) -> date:
    """Return the day at the clinic."""
    return clock.in_zone(zone, clock.now()).date()
