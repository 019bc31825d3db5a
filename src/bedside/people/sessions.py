"""Sessions of staff: kept on the server, known to the browser by a random token only.

The token (256 bits) is stored as its SHA-256, so that a copy of the database lets nobody in. A
session has a stage: after the password alone it reaches the second-factor pages and nothing else.
Each rise of the stage gives a new token, so that one seen before is worth nothing after
(OWASP ASVS 5.0, 7.2.4).
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import BedsideError, NotAllowed, NotFound, NotSignedIn
from bedside.kernel import clock
from bedside.kernel.ids import new_id, new_secret
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.events import SessionsEnded
from bedside.people.models import sessions
from bedside.people.permissions import StaffAccess, staff_access
from bedside.people.roles import Role

_COLUMN = "sessions.device"
_SEEN_EVERY = clock.MINUTE
_PENDING_FOR = 15 * clock.MINUTE
_DEVICE_MAX = 300


class Stage(StrEnum):
    """How far a sign-in has come."""

    PASSWORD = "password"
    """The password was right; a second factor is asked for, or has to be set up."""
    PROVEN = "proven"
    """Both factors were right; a new password has to be chosen in place of the first one."""
    FULL = "full"
    """Signed in."""


class ConfirmationNeeded(NotAllowed):
    """Before something that matters, the person has to prove again who it is."""

    code = "confirmation_needed"
    sentence = N_("Please enter your password again first. Nothing was changed.")
    then = ""
    """The page from which to do it again; the edge fills it in."""


class SignInUnfinished(NotSignedIn):
    """The password was right, and something is still asked for."""

    code = "sign_in_unfinished"
    sentence = N_("Please finish signing in first. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Pending:
    """A session that is not signed in yet: for the steps of signing in, and for nothing else."""

    session_id: str
    staff_id: str
    clinic_id: str
    stage: Stage
    address: str
    token: str

    @property
    def actor(self) -> Actor:
        """Who tries, for the audit log."""
        return Actor(ActorKind.STAFF, self.staff_id, self.address)


@dataclass(frozen=True, slots=True)
class Shown:
    """A session in the list of one's own. `device` is what the browser calls itself."""

    id: str
    device: str
    address: str
    created_at: int
    seen_at: int
    current: bool


_of_token = prepared(
    select(
        sessions.c.id,
        sessions.c.staff_id,
        sessions.c.clinic_id,
        sessions.c.role,
        sessions.c.stage,
        sessions.c.seen_at,
        sessions.c.expires_at,
    ).where(sessions.c.token_hash == bindparam("hash"))
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
_rise = prepared(
    update(sessions)
    .where(
        sessions.c.token_hash == bindparam("old_hash"), sessions.c.stage == bindparam("old_stage")
    )
    .values(
        token_hash=bindparam("new_hash"),
        stage=bindparam("new_stage"),
        seen_at=bindparam("moment"),
        confirmed_at=bindparam("moment"),
        expires_at=bindparam("new_end"),
    )
)
_confirmed_at = prepared(select(sessions.c.confirmed_at).where(sessions.c.id == bindparam("of")))
_confirm = prepared(
    update(sessions).where(sessions.c.id == bindparam("of")).values(confirmed_at=bindparam("now"))
)
_see = prepared(
    update(sessions)
    .where(sessions.c.token_hash == bindparam("hash"), sessions.c.seen_at < bindparam("moment"))
    .values(seen_at=bindparam("moment"))
)
_set_role = prepared(
    update(sessions)
    .where(sessions.c.staff_id == bindparam("staff"))
    .values(role=bindparam("new_role"))
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
        """The person behind a token: one indexed read, and a write at most once a minute.

        With `active` False (a page that refreshes itself) the idle time goes on. Raises
        NotSignedIn, or SignInUnfinished.
        """
        hashed = _hash(token)
        async with self._database.read() as db:
            row = await db.one(_of_token, hash=hashed)
        now = clock.now()
        if row is None or row.expires_at <= now or row.seen_at <= now - self._idle:
            raise NotSignedIn
        if row.stage != Stage.FULL:
            raise SignInUnfinished
        if active and row.seen_at < now - _SEEN_EVERY:
            await self._seen(hashed, now)
        return staff_access(row.staff_id, row.clinic_id, Role(row.role), row.id, address)

    async def _seen(self, hashed: bytes, now: int) -> None:
        try:
            async with self._database.unit_of_work() as work:
                await work.execute(_see, hash=hashed, moment=now)
        except BedsideError:
            return  # a full disk must not keep anybody from reading; the next request tries again

    async def time_left(self, token: str) -> int:
        """Milliseconds until a session ends unless it is used. Raises NotSignedIn."""
        async with self._database.read() as db:
            row = await db.one(_of_token, hash=_hash(token))
        left = min(row.seen_at + self._idle, row.expires_at) - clock.now() if row else 0
        if left <= 0:
            raise NotSignedIn
        return left

    async def pending(self, token: str, address: str) -> Pending:
        """A session on its way to being signed in. Raises NotSignedIn."""
        async with self._database.read() as db:
            row = await db.one(_of_token, hash=_hash(token))
        if row is None or row.expires_at <= clock.now() or row.stage == Stage.FULL:
            raise NotSignedIn
        return Pending(row.id, row.staff_id, row.clinic_id, Stage(row.stage), address, token)

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
        """A new session; the token for its cookie. `device` is the browser's User-Agent."""
        token, session_id, now = new_secret(), new_id("ses"), clock.now()
        keys = await self._vault.clinic(clinic_id)
        about = {"agent": device[:_DEVICE_MAX], "address": address}
        await work.execute(
            _add,
            token_hash=_hash(token),
            id=session_id,
            staff_id=staff_id,
            clinic_id=clinic_id,
            role=str(role),
            device=keys.seal(_COLUMN, session_id, about),
            stage=str(stage),
            created_at=now,
            seen_at=now,
            confirmed_at=now,
            expires_at=now + self._lasts(stage),
        )
        return token

    async def rise(self, work: UnitOfWork, pending: Pending, stage: Stage) -> str:
        """Take a pending session to a further stage under a new token. Raises NotSignedIn when
        somebody else did so meanwhile."""
        token = new_secret()
        done = await work.execute(
            _rise,
            old_hash=_hash(pending.token),
            old_stage=str(pending.stage),
            new_hash=_hash(token),
            new_stage=str(stage),
            moment=clock.now(),
            new_end=clock.now() + self._lasts(stage),
        )
        if not done:
            raise NotSignedIn
        return token

    def _lasts(self, stage: Stage) -> int:
        return self._longest if stage is Stage.FULL else _PENDING_FOR

    async def check_fresh(self, staff: StaffAccess, *, within: int = 10 * clock.MINUTE) -> None:
        """Before a change to how somebody signs in: raises ConfirmationNeeded when they proved who
        they are longer than `within` milliseconds ago (OWASP ASVS 5.0, 7.5.1)."""
        async with self._database.read() as db:
            row = await db.one(_confirmed_at, of=staff.session_id)
        if row is None or row.confirmed_at < clock.now() - within:
            raise ConfirmationNeeded

    async def confirmed(self, staff: StaffAccess) -> None:
        """The person has just proved again who it is."""
        async with self._database.unit_of_work() as work:
            await work.execute(_confirm, of=staff.session_id, now=clock.now())

    async def listed(self, staff: StaffAccess) -> list[Shown]:
        """One's own sessions, the latest used first."""
        keys = await self._vault.clinic(staff.clinic_id)
        now = clock.now()
        async with self._database.read() as db:
            rows = await db.all(
                _of_staff, staff=staff.staff_id, moment=now, idle_since=now - self._idle
            )
        shown: list[Shown] = []
        for row in rows:
            about: dict[str, Any] = keys.unseal(_COLUMN, row.id, row.device)
            current = row.id == staff.session_id
            shown.append(
                Shown(
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
        """Give up a sign-in that is not finished."""
        async with self._database.unit_of_work() as work:
            await work.one(_end, of=pending.session_id, staff=pending.staff_id)

    async def end_others(self, staff: StaffAccess) -> int:
        """End all of one's sessions but the current one; how many there were."""
        async with self._database.unit_of_work() as work:
            ended = await self.end_all(work, staff.staff_id, but=staff.session_id)
            if ended:
                await self._audit.record(
                    work, staff.clinic_id, staff.actor, Action.SESSION_ENDED, ended=ended
                )
        return ended

    async def end_all(self, work: UnitOfWork, staff_id: str, *, but: str = "") -> int:
        """End every session of a person but one; how many there were."""
        rows = await work.all(_end_all, staff=staff_id, but=but)
        ids = [row.id for row in rows]
        if ids:
            work.emit(SessionsEnded(staff_id=staff_id, session_ids=ids))
        return len(ids)

    async def change_role(self, work: UnitOfWork, staff_id: str, role: Role) -> None:
        """Let open sessions follow a change of role at once."""
        await work.execute(_set_role, staff=staff_id, new_role=str(role))

    async def end_expired(self) -> int:
        """Remove sessions whose time is over (the worker's daily sweep); how many there were."""
        now = clock.now()
        async with self._database.unit_of_work() as work:
            rows = await work.all(_end_expired, moment=now, idle=now - self._idle)
            for row in rows:
                work.emit(SessionsEnded(staff_id=row.staff_id, session_ids=[row.id]))
        return len(rows)
