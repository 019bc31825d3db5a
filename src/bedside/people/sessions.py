"""Sessions of staff: kept on the server, known to the browser by a random token only.

The token (256 bits) is stored as its SHA-256, so that a copy of the database lets nobody in. A
session has a stage: after the password alone it reaches the second-factor pages and nothing else.
Each step to a further stage issues a new token, so that one seen before is worthless afterwards
(OWASP ASVS 5.0, 7.2.4). What a session permits is bound to its row (`people.bound`): one that was
created or changed without the clinic's keys is ended on its first use.
"""

import hashlib
import logging
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import SYSTEM, ActorKind
from bedside.database.sealed import PLATFORM, RecordSealBroken, Vault
from bedside.database.statements import prepared
from bedside.errors import BedsideError, NotAllowed, NotFound, NotSignedIn
from bedside.kernel import clock
from bedside.kernel.ids import new_id, new_secret
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.bound import SESSIONS
from bedside.people.events import SessionsEnded
from bedside.people.models import sessions
from bedside.people.permissions import StaffAccess, staff_access
from bedside.people.roles import Role
from bedside.people.rows import SessionRow

_logger = logging.getLogger(__name__)
_COLUMN = "sessions.device"
_OFFERED = "sessions.totp_offered"
_OFFERED_FOR = 15 * clock.MINUTE
_SEEN_EVERY = clock.MINUTE
_PENDING_FOR = 15 * clock.MINUTE
_DEVICE_MAX = 300


class Stage(StrEnum):
    """The progress of a sign-in."""

    PASSWORD = "password"
    """The password was right; a second factor is required, or has to be set up."""
    PROVEN = "proven"
    """Both factors were right; a new password has to replace the first one."""
    FULL = "full"
    """Signed in."""


class ConfirmationNeeded(NotAllowed):
    """The person has to confirm their identity again before something that matters."""

    code = "confirmation_needed"
    sentence = N_("Please enter your password again first. Nothing was changed.")
    then = ""
    """The page from which to try again; the edge fills it in."""


class SignInUnfinished(NotSignedIn):
    """The password was right, and another step is required."""

    code = "sign_in_unfinished"
    sentence = N_("Please finish signing in first. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Pending:
    """A session that is not signed in yet: for the steps of signing in, and for nothing else.
    `known` is the browser's cookie of `people.known_browsers`."""

    session_id: str
    staff_id: str
    clinic_id: str
    stage: Stage
    address: str
    token: str
    known: str = ""

    @property
    def actor(self) -> Actor:
        """The actor for the audit log."""
        return Actor(ActorKind.STAFF, self.staff_id, self.address)


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A session in one's own list. `device` is what the browser calls itself."""

    id: str
    device: str
    address: str
    created_at: int
    seen_at: int
    current: bool


class _Found(NamedTuple):
    """The columns of a session that each request reads."""

    token_hash: bytes
    id: str
    staff_id: str
    clinic_id: str
    role: str
    stage: str
    confirmed_at: int
    expires_at: int
    seen_at: int
    mac: bytes | None


_of_token = prepared(
    select(*(sessions.c[name] for name in (*SESSIONS.columns, "seen_at", "mac"))).where(
        sessions.c.token_hash == bindparam("hash")
    ),
    _Found,
)
_by_id = prepared(select(sessions).where(sessions.c.id == bindparam("of")), SessionRow)
_all_of_staff = prepared(
    select(sessions).where(sessions.c.staff_id == bindparam("staff")), SessionRow
)
_of_staff = prepared(
    select(
        sessions.c.id,
        sessions.c.clinic_id,
        sessions.c.device,
        sessions.c.created_at,
        sessions.c.seen_at,
    )
    .where(
        sessions.c.staff_id == bindparam("staff"),
        sessions.c.expires_at > bindparam("moment"),
        sessions.c.seen_at > bindparam("idle_since"),
        sessions.c.stage == str(Stage.FULL),
    )
    .order_by(sessions.c.seen_at.desc())
)
_add = prepared(insert(sessions))
_see = prepared(
    update(sessions)
    .where(sessions.c.token_hash == bindparam("hash"), sessions.c.seen_at < bindparam("moment"))
    .values(seen_at=bindparam("moment"))
)
_set_offer = prepared(
    update(sessions)
    .where(sessions.c.id == bindparam("of"))
    .values(totp_offered=bindparam("new_offer"))
)
_end = prepared(
    delete(sessions)
    .where(sessions.c.id == bindparam("of"), sessions.c.staff_id == bindparam("staff"))
    .returning(sessions.c.id)
)
_end_all = prepared(
    delete(sessions)
    .where(sessions.c.staff_id == bindparam("staff"), sessions.c.id != bindparam("but"))
    .returning(sessions.c.id)
)
_end_expired = prepared(
    delete(sessions)
    .where((sessions.c.expires_at < bindparam("moment")) | (sessions.c.seen_at < bindparam("idle")))
    .returning(sessions.c.id, sessions.c.staff_id)
)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Sessions:
    """Begins, resumes and ends sessions of staff. Idle and absolute limits are in milliseconds."""

    def __init__(
        self, database: Transactions, vault: Vault, audit: AuditLog, *, idle: int, longest: int
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._idle = idle
        self._longest = longest

    async def resume(self, token: str, address: str, *, active: bool = True) -> StaffAccess:
        """Return the person behind a token: one indexed read, and a write at most once a minute.

        With `active` False (a page that refreshes itself) the idle time keeps running. Raises
        NotSignedIn, or SignInUnfinished.
        """
        row = await self._found(token)
        now = clock.now()
        if row is None or row.expires_at <= now or row.seen_at <= now - self._idle:
            raise NotSignedIn
        if row.stage != Stage.FULL:
            raise SignInUnfinished
        if active and row.seen_at < now - _SEEN_EVERY:
            await self._seen(row.token_hash, now)
        return staff_access(row.staff_id, row.clinic_id, Role(row.role), row.id, address)

    async def _found(self, token: str) -> _Found | None:
        """Return the session of a token; None if there is none, or it was not made here."""
        async with self._database.read() as db:
            row = await db.one(_of_token, hash=_hash(token))
        if row is None:
            return None
        try:
            await SESSIONS.check(self._vault, row)
        except RecordSealBroken:
            await self._refuse(row)
            return None
        return row

    async def _refuse(self, row: _Found) -> None:
        """End and record a session that was created or changed without the clinic's keys."""
        _logger.error("a session was changed outside Bedside", extra={"session": row.id})
        known = row.clinic_id if row.clinic_id in await self._vault.holders() else PLATFORM
        async with self._database.unit_of_work() as work:
            if await work.one(_end, of=row.id, staff=row.staff_id):
                work.emit(SessionsEnded(staff_id=row.staff_id, session_ids=[row.id]))
                await self._audit.record(
                    work, known, SYSTEM, Action.ROW_REFUSED, subject_id=row.id, table="sessions"
                )

    async def _seen(self, hashed: bytes, now: int) -> None:
        try:
            async with self._database.unit_of_work() as work:
                await work.execute(_see, hash=hashed, moment=now)
        except BedsideError:
            return  # a full disk must not keep anybody from reading; the next request tries again

    async def time_left(self, token: str) -> int:
        """Return the milliseconds until a session ends unless it is used. Raises NotSignedIn."""
        row = await self._found(token)
        left = min(row.seen_at + self._idle, row.expires_at) - clock.now() if row else 0
        if left <= 0:
            raise NotSignedIn
        return left

    async def pending(self, token: str, address: str, known: str = "") -> Pending:
        """Return a session in the middle of signing in. Raises NotSignedIn."""
        row = await self._found(token)
        if row is None or row.expires_at <= clock.now() or row.stage == Stage.FULL:
            raise NotSignedIn
        return Pending(row.id, row.staff_id, row.clinic_id, Stage(row.stage), address, token, known)

    async def begin(
        self,
        work: UnitOfWork,
        staff_id: str,
        clinic_id: str,
        role: Role,
        stage: Stage,
        device: str,
        address: str,
    ) -> str:
        """Begin a session and return the token for its cookie. `device` is the browser's
        User-Agent."""
        token, session_id, now = new_secret(), new_id("ses"), clock.now()
        keys = await self._vault.clinic(clinic_id)
        about = {"agent": device[:_DEVICE_MAX], "address": address}
        row = {
            "token_hash": _hash(token),
            "id": session_id,
            "staff_id": staff_id,
            "clinic_id": clinic_id,
            "role": str(role),
            "device": keys.seal(_COLUMN, session_id, about),
            "stage": str(stage),
            "created_at": now,
            "seen_at": now,
            "confirmed_at": now,
            "expires_at": now + self._lasts(stage),
        }
        await work.execute(_add, **SESSIONS.bound(keys, row))
        return token

    async def rise(self, work: UnitOfWork, pending: Pending, stage: Stage) -> str:
        """Advance a pending session to a further stage under a new token, which is returned.
        Raises NotSignedIn if somebody else has done so already."""
        token, now = new_secret(), clock.now()
        row = await SESSIONS.locked(work, self._vault, token_hash=_hash(pending.token))
        if row is None or row.stage != pending.stage:
            raise NotSignedIn
        await SESSIONS.change(
            work,
            self._vault,
            row,
            token_hash=_hash(token),
            stage=str(stage),
            seen_at=now,
            confirmed_at=now,
            expires_at=now + self._lasts(stage),
        )
        return token

    def _lasts(self, stage: Stage) -> int:
        return self._longest if stage is Stage.FULL else _PENDING_FOR

    async def check_fresh(self, staff: StaffAccess, *, within: int = 10 * clock.MINUTE) -> None:
        """Check before a change to somebody's sign-in: raises ConfirmationNeeded if they proved
        their identity longer than `within` milliseconds ago (OWASP ASVS 5.0, 7.5.1)."""
        async with self._database.read() as db:
            row = await db.one(_by_id, of=staff.session_id)
        if row is None or row.confirmed_at < clock.now() - within:
            raise ConfirmationNeeded
        await SESSIONS.check(self._vault, row)

    async def confirmed(self, staff: StaffAccess) -> None:
        """Record that the person has just proved their identity again."""
        async with self._database.unit_of_work() as work:
            for row in await self._of_person(work, staff.staff_id):
                if row.id == staff.session_id:
                    await SESSIONS.change(work, self._vault, row, confirmed_at=clock.now())

    async def _of_person(self, work: UnitOfWork, staff_id: str) -> list[SessionRow]:
        """Lock and return all sessions of somebody, except those that are refused anyway."""
        found: list[SessionRow] = []
        for row in await work.all(_all_of_staff, staff=staff_id):
            with suppress(RecordSealBroken):
                locked = await SESSIONS.locked(work, self._vault, token_hash=row.token_hash)
                found += [locked] if locked is not None else []
        return found

    async def listed(self, staff: StaffAccess) -> list[ListedSession]:
        """Return one's own sessions, the last used first."""
        keys = await self._vault.clinic(staff.clinic_id)
        now = clock.now()
        async with self._database.read() as db:
            rows = await db.all(
                _of_staff, staff=staff.staff_id, moment=now, idle_since=now - self._idle
            )
        shown: list[ListedSession] = []
        for row in rows:
            about: dict[str, Any] = keys.unseal(_COLUMN, row.id, row.device)
            current = row.id == staff.session_id
            shown.append(
                ListedSession(
                    row.id, about["agent"], about["address"], row.created_at, row.seen_at, current
                )
            )
        return shown

    async def end(self, staff: StaffAccess, session_id: str) -> None:
        """End one of one's own sessions, such as the current one to sign out. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            row = await work.one(_end, of=session_id, staff=staff.staff_id)
            if row is None:
                raise NotFound
            work.emit(SessionsEnded(staff_id=staff.staff_id, session_ids=[session_id]))
            await self._audit.record(
                work, staff.clinic_id, staff.actor, Action.SESSION_ENDED, subject_id=session_id
            )

    async def abandon(self, pending: Pending) -> None:
        """Abandon an unfinished sign-in."""
        async with self._database.unit_of_work() as work:
            await work.one(_end, of=pending.session_id, staff=pending.staff_id)

    async def end_others(self, staff: StaffAccess) -> int:
        """End all of one's sessions except the current one. Returns how many."""
        async with self._database.unit_of_work() as work:
            ended = await self.end_all(work, staff.staff_id, but=staff.session_id)
            if ended:
                await self._audit.record(
                    work, staff.clinic_id, staff.actor, Action.SESSION_ENDED, ended=ended
                )
        return ended

    async def end_all(self, work: UnitOfWork, staff_id: str, *, but: str = "") -> int:
        """End every session of a person except one. Returns how many."""
        rows = await work.all(_end_all, staff=staff_id, but=but)
        ids = [row.id for row in rows]
        if ids:
            work.emit(SessionsEnded(staff_id=staff_id, session_ids=ids))
        return len(ids)

    async def change_role(self, work: UnitOfWork, staff_id: str, role: Role) -> None:
        """Apply a change of role to open sessions at once."""
        for row in await self._of_person(work, staff_id):
            await SESSIONS.change(work, self._vault, row, role=str(role))

    # --- an authenticator app awaiting its first code ---------------------------------------

    async def offer(self, work: UnitOfWork, who: StaffAccess | Pending, secret: str) -> str:
        """Store a secret for this session only, for a quarter of an hour; one already stored takes
        precedence. Raises NotSignedIn."""
        kept = await self.offered(work, who)
        if kept:
            return kept
        keys = await self._vault.clinic(who.clinic_id)
        until = clock.now() + _OFFERED_FOR
        sealed = keys.seal(_OFFERED, who.session_id, {"secret": secret, "until": until})
        if not await work.execute(_set_offer, of=who.session_id, new_offer=sealed):
            raise NotSignedIn
        return secret

    async def offered(self, work: UnitOfWork, who: StaffAccess | Pending) -> str:
        """Return the pending secret of this session; "" if there is none, or none any more."""
        await work.lock(who.session_id)
        row = await work.one(_by_id, of=who.session_id)
        if row is None or row.totp_offered is None:
            return ""
        keys = await self._vault.clinic(who.clinic_id)
        kept: dict[str, Any] = keys.unseal(_OFFERED, row.id, row.totp_offered)
        return kept["secret"] if kept["until"] > clock.now() else ""

    async def withdraw_offer(self, work: UnitOfWork, session_id: str) -> None:
        """Delete the pending secret of a session."""
        await work.execute(_set_offer, of=session_id, new_offer=None)

    async def end_expired(self) -> int:
        """Remove expired sessions, for the worker's sweep. Returns how many."""
        now = clock.now()
        async with self._database.unit_of_work() as work:
            rows = await work.all(_end_expired, moment=now, idle=now - self._idle)
            for row in rows:
                work.emit(SessionsEnded(staff_id=row.staff_id, session_ids=[row.id]))
        return len(rows)
