"""Sessions of the patient's app: devices that are signed in.

The token (256 bits) is stored as its SHA-256, and the row is bound to the clinic's keys. A session
lasts as long as the device is used; it can be ended from any other device of the same person.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import bindparam, delete, insert, select, update

from bedside.accounts.bound import ACCOUNTS, SESSIONS
from bedside.accounts.events import AccountSessionsEnded
from bedside.accounts.models import account_sessions, accounts
from bedside.accounts.options import AccountOptions
from bedside.accounts.rows import AccountRow, SessionRow
from bedside.audit import Action, AuditLog
from bedside.database.sealed import RecordSealBroken, Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound, NotSignedIn
from bedside.kernel import clock
from bedside.kernel.ids import new_id, new_secret
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.clinics import Clinics
from bedside.people.permissions import AccountAccess, account_access

_COLUMN = "account_sessions.device"
_SEEN_EVERY = clock.HOUR
_DEVICE_MAX = 300
BORROWED_FOR = clock.HOUR
"""How long a device stays signed in that is not the person's own."""

_of_token = prepared(
    select(account_sessions).where(account_sessions.c.token_hash == bindparam("hash")), SessionRow
)
_account = prepared(select(accounts).where(accounts.c.id == bindparam("of")), AccountRow)
_of_account = prepared(
    select(account_sessions)
    .where(
        account_sessions.c.account_id == bindparam("account"),
        account_sessions.c.expires_at > bindparam("moment"),
    )
    .order_by(account_sessions.c.seen_at.desc()),
    SessionRow,
)
_add = prepared(insert(account_sessions))
_see = prepared(
    update(account_sessions)
    .where(account_sessions.c.id == bindparam("of"))
    .values(seen_at=bindparam("moment"))
)
_end = prepared(
    delete(account_sessions)
    .where(
        account_sessions.c.id == bindparam("of"),
        account_sessions.c.account_id == bindparam("account"),
    )
    .returning(account_sessions.c.id)
)
_end_all = prepared(
    delete(account_sessions)
    .where(
        account_sessions.c.account_id == bindparam("account"),
        account_sessions.c.id != bindparam("but"),
    )
    .returning(account_sessions.c.id)
)
_end_expired = prepared(
    delete(account_sessions)
    .where(account_sessions.c.expires_at < bindparam("moment"))
    .returning(account_sessions.c.id, account_sessions.c.account_id)
)


@dataclass(frozen=True, slots=True)
class Device:
    """A signed-in device in one's own list. `agent` is what the browser calls itself."""

    id: str
    agent: str
    created_at: int
    seen_at: int
    current: bool


class SessionListener(Protocol):
    """Follows sessions that end."""

    async def __call__(self, work: UnitOfWork, session_id: str, successor: str = "") -> None:
        """Handle the end of a session. Its `successor` is the same person's on the same device."""
        ...


class AccountSessions:
    """Begins, resumes and ends sessions of the app."""

    def __init__(
        self, database: Transactions, vault: Vault, audit: AuditLog, clinics: Clinics
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._listeners: list[SessionListener] = []

    def on_ended(self, listener: SessionListener) -> None:
        """Call `listener`, in the same transaction, with each session that ends."""
        self._listeners.append(listener)

    async def begin(
        self, work: UnitOfWork, account: AccountRow, device: str, *, own: bool = True
    ) -> str:
        """Begin a session and return the token for its cookie. `device` is the browser's
        User-Agent; on one that is not the person's `own` it ends soon."""
        token, session_id, now = new_secret(), new_id("acs"), clock.now()
        keys = await self._vault.clinic(account.clinic_id)
        about = {"agent": device[:_DEVICE_MAX], "own": own}
        row = {
            "id": session_id,
            "token_hash": hash_of(token),
            "account_id": account.id,
            "clinic_id": account.clinic_id,
            "device": keys.seal(_COLUMN, session_id, about),
            "created_at": now,
            "seen_at": now,
            "expires_at": now + await self._lasts(account.clinic_id, own=own),
        }
        await work.execute(_add, **SESSIONS.bound(keys, row))
        return token

    async def _lasts(self, clinic_id: str, *, own: bool) -> int:
        if not own:
            return BORROWED_FOR
        options = await self._clinics.options(clinic_id, AccountOptions)
        return options.app_idle_days * clock.DAY

    async def resume(self, token: str, address: str) -> AccountAccess:
        """Return the person behind a token. Writes at most once an hour, when the device is used.
        Raises NotSignedIn."""
        async with self._database.read() as db:
            row = await db.one(_of_token, hash=hash_of(token)) if token else None
            account = await db.one(_account, of=row.account_id) if row else None
        if row is None or account is None or row.expires_at <= clock.now() or account.closed_at:
            raise NotSignedIn
        try:
            await SESSIONS.check(self._vault, row)
            await ACCOUNTS.check(self._vault, account)
        except RecordSealBroken:
            raise NotSignedIn from None
        if row.seen_at < clock.now() - _SEEN_EVERY:
            await self._used(row)
        return account_access(account.id, account.clinic_id, account.patient_id, row.id, address)

    async def _used(self, row: SessionRow) -> None:
        """Keep a used device signed in for longer, unless it is not the person's own."""
        now = clock.now()
        keys = await self._vault.clinic(row.clinic_id)
        about: dict[str, Any] = keys.unseal(_COLUMN, row.id, row.device)
        async with self._database.unit_of_work() as work:
            locked = await SESSIONS.locked(work, self._vault, id=row.id)
            if locked is None:
                return
            await work.execute(_see, of=row.id, moment=now)
            if about["own"]:
                until = now + await self._lasts(row.clinic_id, own=True)
                await SESSIONS.change(work, self._vault, locked, expires_at=until)

    async def devices(self, account: AccountAccess) -> list[Device]:
        """Return one's own devices, the last used first."""
        keys = await self._vault.clinic(account.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_of_account, account=account.account_id, moment=clock.now())
        return [
            Device(
                row.id,
                keys.unseal(_COLUMN, row.id, row.device)["agent"],
                row.created_at,
                row.seen_at,
                row.id == account.session_id,
            )
            for row in rows
        ]

    async def end(self, account: AccountAccess, session_id: str) -> None:
        """End the session of one of one's own devices, such as this one to sign out. Raises
        NotFound."""
        async with self._database.unit_of_work() as work:
            if await work.one(_end, of=session_id, account=account.account_id) is None:
                raise NotFound
            await self._ended(work, account, session_id)

    async def replaced(self, token: str, by: str, address: str) -> None:
        """End the session that a device had when somebody signed in there, whose token is `by`: the
        device is theirs now. What the same person has turned on there goes on."""
        try:
            before, now = await self.resume(token, address), await self.resume(by, address)
        except NotSignedIn:
            return
        same = before.account_id == now.account_id
        async with self._database.unit_of_work() as work:
            if await work.one(_end, of=before.session_id, account=before.account_id) is not None:
                await self._ended(
                    work, before, before.session_id, successor=now.session_id if same else ""
                )

    async def end_others(self, account: AccountAccess) -> int:
        """End all of one's sessions except the current one. Returns how many."""
        async with self._database.unit_of_work() as work:
            rows = await work.all(_end_all, account=account.account_id, but=account.session_id)
            for row in rows:
                await self._ended(work, account, row.id)
        return len(rows)

    async def end_all(self, work: UnitOfWork, account: AccountRow) -> None:
        """Sign out every device of an account that is being closed, whose audit line says so."""
        rows = await work.all(_end_all, account=account.id, but="")
        await self._tell(work, [row.id for row in rows])
        if rows:
            ids = [row.id for row in rows]
            work.emit(AccountSessionsEnded(account_id=account.id, session_ids=ids))

    async def _tell(self, work: UnitOfWork, session_ids: list[str], successor: str = "") -> None:
        for session_id in session_ids:
            for listener in self._listeners:
                await listener(work, session_id, successor)

    async def _ended(
        self, work: UnitOfWork, account: AccountAccess, session_id: str, successor: str = ""
    ) -> None:
        await self._tell(work, [session_id], successor)
        work.emit(AccountSessionsEnded(account_id=account.account_id, session_ids=[session_id]))
        await self._audit.record(
            work,
            account.clinic_id,
            account.actor,
            Action.ACCOUNT_SESSION_ENDED,
            patient_id=account.own_patient_id,
            subject_id=account.account_id,
        )

    async def end_expired(self) -> int:
        """Remove expired sessions, for the worker's sweep. Returns how many."""
        async with self._database.unit_of_work() as work:
            rows = await work.all(_end_expired, moment=clock.now())
            await self._tell(work, [row.id for row in rows])
            for row in rows:
                work.emit(AccountSessionsEnded(account_id=row.account_id, session_ids=[row.id]))
        return len(rows)


def hash_of(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


async def account_row(db: Reader, account_id: str) -> AccountRow | None:
    """Return the row of an account, None if there is none."""
    return await db.one(_account, of=account_id)
