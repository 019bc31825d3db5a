"""Opening and closing accounts, and the people behind them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bedside.accounts.bound import ACCOUNTS
from bedside.accounts.models import account_tokens, accounts
from bedside.accounts.rows import AccountRow
from bedside.accounts.sessions import AccountSessions, account_row
from bedside.audit import Action, Actor, AuditLog
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.by_address import Address, PatientsByAddress
from bedside.people.patients import Patients
from bedside.people.permissions import AccountAccess, ChartAccess

_COLUMN = "accounts.record"
_TOKEN = "account.address"
_MOST = 50
"""Accounts at one address: a family."""

_add = prepared(insert(accounts))
_set_record = prepared(update(accounts).where(accounts.c.id == bindparam("of")))
_add_token = prepared(insert(account_tokens))
_drop_tokens = prepared(
    delete(account_tokens).where(account_tokens.c.account_id == bindparam("account"))
)
_of_patient = prepared(
    select(accounts)
    .where(accounts.c.patient_id == bindparam("patient"), accounts.c.closed_at == 0)
    .order_by(accounts.c.id),
    AccountRow,
)
_with_token = prepared(
    select(accounts)
    .select_from(accounts.join(account_tokens, account_tokens.c.account_id == accounts.c.id))
    .where(
        account_tokens.c.token == bindparam("address"),
        accounts.c.clinic_id == bindparam("clinic"),
        accounts.c.closed_at == 0,
    )
    .limit(_MOST),
    AccountRow,
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. Its repr omits who it is. `born` is None if it is not known."""

    name: str
    born: date | None
    phone: str = ""
    email: str = ""
    language: str = "en"

    def __repr__(self) -> str:
        return "Person()"

    @property
    def addresses(self) -> list[str]:
        """Where messages reach them, as `Address` writes it."""
        return [to for to in (self.phone, self.email.casefold()) if to]


class Accounts:
    """Opens and closes accounts, and returns who is behind one."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        patients: Patients,
        by_address: PatientsByAddress,
        sessions: AccountSessions,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._patients = patients
        self._by_address = by_address
        self._sessions = sessions

    async def of_patient(
        self, work: UnitOfWork, clinic_id: str, patient_id: str, actor: Actor
    ) -> AccountRow:
        """Return the patient's own account, which is opened if there is none."""
        await work.lock(f"account:{patient_id}")
        for row in await work.all(_of_patient, patient=patient_id):
            if row.clinic_id == clinic_id:
                await ACCOUNTS.check(self._vault, row)
                return row
        return await self._open(work, clinic_id, patient_id, {}, actor)

    async def of_proxy(
        self, work: UnitOfWork, clinic_id: str, patient_id: str, person: Person, actor: Actor
    ) -> AccountRow:
        """Open an account for somebody who is let in to a patient's record; nobody can sign in to
        it by a code before it has a `name`."""
        return await self._open(work, clinic_id, "", _record(person), actor, about=patient_id)

    async def name(self, work: UnitOfWork, row: AccountRow, person: Person) -> None:
        """Give a proxy's account the person who has accepted."""
        keys = await self._vault.clinic(row.clinic_id)
        sealed = keys.seal(_COLUMN, row.id, _record(person))
        await work.execute(_set_record, of=row.id, record=sealed)
        for to in person.addresses:
            await work.execute(_add_token, token=keys.token(_TOKEN, to), account_id=row.id)

    async def _open(
        self,
        work: UnitOfWork,
        clinic_id: str,
        patient_id: str,
        record: dict[str, Any],
        actor: Actor,
        about: str = "",
    ) -> AccountRow:
        account_id, keys = new_id("acc"), await self._vault.clinic(clinic_id)
        values = {
            "id": account_id,
            "clinic_id": clinic_id,
            "patient_id": patient_id,
            "record": keys.seal(_COLUMN, account_id, record),
            "created_at": clock.now(),
            "closed_at": 0,
        }
        await work.execute(_add, **ACCOUNTS.bound(keys, values))
        await self._audit.record(
            work,
            clinic_id,
            actor,
            Action.ACCOUNT_OPENED,
            patient_id=patient_id or about,
            subject_id=account_id,
        )
        row = await account_row(work, account_id)
        if row is None:
            raise NotFound
        return row

    async def close(self, chart: ChartAccess, account_id: str) -> None:
        """Close the patient's own account for good and sign out every device. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            row = await ACCOUNTS.locked(work, self._vault, id=account_id)
            if row is None or row.patient_id != chart.patient_id or row.closed_at:
                raise NotFound
            await ACCOUNTS.change(work, self._vault, row, closed_at=clock.now())
            await work.execute(_drop_tokens, account=row.id)
            await self._sessions.end_all(work, row)
            await self._audit.record(
                work,
                row.clinic_id,
                chart.actor,
                Action.ACCOUNT_CLOSED,
                patient_id=chart.patient_id,
                subject_id=row.id,
            )

    # --- reading -------------------------------------------------------------------------------

    async def opened_for(self, chart: ChartAccess) -> str:
        """Return the id of the patient's own account, “” without one."""
        async with self._database.read() as db:
            rows = await db.all(_of_patient, patient=chart.patient_id)
        return next((row.id for row in rows if row.clinic_id == chart.clinic_id), "")

    async def browser_key(self, account: AccountAccess) -> str:
        """Return the key, in hexadecimal, with which a person's browser encrypts what it keeps for
        them: only pages that are theirs carry it."""
        keys = await self._vault.clinic(account.clinic_id)
        return keys.browser_key(account.account_id).hex()

    async def person(self, account: AccountAccess) -> Person:
        """Return who is signed in. Raises NotFound."""
        async with self._database.read() as db:
            row = await account_row(db, account.account_id)
        if row is None:
            raise NotFound
        return await self.behind(row)

    async def behind(self, row: AccountRow) -> Person:
        """Return the person of an account: as the chart has the patient, or as a proxy gave it."""
        keys = await self._vault.clinic(row.clinic_id)
        if not row.patient_id:
            return _person(keys, row)
        who = await self._patients.addressed(row.clinic_id, row.patient_id)
        return Person(who.name, who.birth_date, who.phone, who.email, who.language)

    async def behind_in(self, reader: Reader, row: AccountRow) -> Person | None:
        """Return the same, read where the caller reads; None for a patient who is not there."""
        if not row.patient_id:
            return _person(await self._vault.clinic(row.clinic_id), row)
        who = await self._patients.addressed_in(reader, row.clinic_id, row.patient_id)
        return Person(who.name, who.birth_date, who.phone, who.email, who.language) if who else None

    async def has_own(self, reader: Reader, clinic_id: str, patient_id: str) -> bool:
        """Whether a patient has an account of their own."""
        rows = await reader.all(_of_patient, patient=patient_id)
        return any(row.clinic_id == clinic_id for row in rows)

    async def named(self, clinic_id: str, account_ids: set[str]) -> dict[str, str]:
        """Return the names of people with an account at a clinic, by id, also of closed ones."""
        found: dict[str, str] = {}
        for account_id in sorted(account_ids):
            async with self._database.read() as db:
                row = await account_row(db, account_id)
            if row is not None and row.clinic_id == clinic_id:
                found[row.id] = (await self.behind(row)).name
        return found

    async def at(self, clinic_id: str, address: Address) -> list[AccountRow]:
        """Return the open accounts of a clinic whose person messages reach at an address."""
        keys = await self._vault.clinic(clinic_id)
        patients = await self._by_address.of(clinic_id, address)
        async with self._database.read() as db:
            token = keys.token(_TOKEN, address.to)
            rows = await db.all(_with_token, address=token, clinic=clinic_id)
            for patient in patients:
                rows += await db.all(_of_patient, patient=patient.id)
        return [row for row in rows if ACCOUNTS.holds(keys, row)]

    async def row(self, db: Reader, account_id: str) -> AccountRow | None:
        """Return an open account, checked, None if there is none. Raises RecordSealBroken."""
        row = await account_row(db, account_id)
        if row is None or row.closed_at:
            return None
        await ACCOUNTS.check(self._vault, row)
        return row


def _record(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "born": person.born.isoformat() if person.born else "",
        "phone": person.phone,
        "email": person.email,
        "language": person.language,
    }


def _person(keys: ClinicKeys, row: AccountRow) -> Person:
    record: dict[str, Any] = keys.unseal(_COLUMN, row.id, row.record)
    born = date.fromisoformat(record["born"]) if record["born"] else None
    return Person(record["name"], born, record["phone"], record["email"], record["language"])
