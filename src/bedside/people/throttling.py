"""Counting failures, and the waits they cause.

Two rules: a `Limit` makes the caller wait longer with each failure in a row; a `Bucket` leaks, so
that only many failures in a short time fill it. Both are kept under keyed tokens, in the same way
for existing and unknown names, so that nothing distinguishes them. The counts are in the database:
they apply to all processes and survive a restart.
"""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import TooMany
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.models import throttles

_FORGOTTEN_AFTER = clock.DAY
_STOPPED_FOR = 400 * clock.DAY
"""A count that has come to a stop is not forgotten after a quiet day."""
_SKEW = clock.MINUTE
"""A row written further ahead than this was written before the clock was set back."""


class Stopped(TooMany):
    """Too many failures in a row: only somebody who resets it allows further tries, not time."""

    code = "stopped"
    sentence = N_(
        "There were too many wrong codes in a row, so no code is taken any more. Use a passkey, or "
        "ask an administrator of your clinic for a new password."
    )


class ThrottleRow(NamedTuple):
    """A stored count."""

    token: int
    failures: int
    until: int
    failed_at: int
    kept_until: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of free failures; then the wait doubles from `first` up to `longest`
    (milliseconds). At `stop` failures in a row no wait helps any more; 0 for no such end."""

    kind: str
    free: int
    first: int
    longest: int
    stop: int = 0

    def wait(self, failures: int) -> int:
        """Return how long to wait after this many failures."""
        if failures < self.free:
            return 0
        return min(self.first << min(failures - self.free, 20), self.longest)

    @property
    def kept_for(self) -> int:
        """How long a count is kept after its last failure."""
        return _STOPPED_FOR if self.stop else _FORGOTTEN_AFTER


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket that holds a number of failures, and loses one every `every` milliseconds."""

    kind: str
    holds: int
    every: int

    def level(self, row: ThrottleRow | None) -> int:
        """Return its level, as the milliseconds until it is empty."""
        if row is None or _is_of_the_future(row):
            return 0
        return min(max(row.until - clock.now(), 0), self.holds * self.every)

    def wait(self, row: ThrottleRow | None) -> int:
        """Return how long until there is room for one more."""
        return max(self.level(row) - (self.holds - 1) * self.every, 0)


Rule = Limit | Bucket

_of = prepared(select(throttles).where(throttles.c.token == bindparam("of")), ThrottleRow)
_set = prepared(
    upsert(throttles).on_conflict_do_update(
        index_elements=["token"],
        set_={
            "failures": bindparam("new_failures"),
            "until": bindparam("new_until"),
            "failed_at": bindparam("new_at"),
            "kept_until": bindparam("new_kept"),
        },
    )
)
_clear = prepared(delete(throttles).where(throttles.c.token == bindparam("of")))
_forget = prepared(delete(throttles).where(throttles.c.kept_until < bindparam("moment")))


class Throttle:
    """Counts failures and returns how long to wait."""

    def __init__(self, database: Transactions, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def check(self, *tries: tuple[Rule, str]) -> None:
        """Raise TooMany, with the longest wait in seconds, while any of these is locked."""
        async with self._database.read() as db:
            await self._check(db, *tries)

    async def check_in(self, work: UnitOfWork, *tries: tuple[Rule, str]) -> None:
        """Like `check`, where the answer is about to be counted: of many tries begun in parallel,
        those after the lock are not even looked at. Raises TooMany."""
        keys = await self._vault.platform()
        for token in sorted(_token(keys, rule, name) for rule, name in tries):
            await work.lock(f"throttle:{token}")
        await self._check(work, *tries)

    async def _check(self, db: Reader, *tries: tuple[Rule, str]) -> None:
        wait = 0
        for rule, name in tries:
            row = await self._row(db, rule, name)
            if isinstance(rule, Bucket):
                wait = max(wait, rule.wait(row))
            elif row is not None:
                wait = max(wait, _wait(rule, row))
        if wait > 0:
            seconds = -(-wait // clock.SECOND)
            raise TooMany(
                N_("Too many tries. Please wait a moment and try again."), retry_after=seconds
            )

    async def failed(self, work: UnitOfWork, *tries: tuple[Rule, str]) -> bool:
        """Count one failure for each. Returns whether one of them is locked now."""
        await work.execute(_forget, moment=clock.now())
        locked = False
        for rule, name in tries:
            if isinstance(rule, Bucket):
                locked = await self.fill(work, rule, name) or locked
            else:
                locked = await self._count(work, rule, name) or locked
        return locked

    async def _count(self, work: UnitOfWork, limit: Limit, name: str) -> bool:
        token = await self._locked(work, limit, name)
        row = await work.one(_of, of=token)
        failures = (row.failures if row else 0) + 1
        wait = limit.wait(failures)
        await self._keep(work, token, failures, clock.now() + wait, limit.kept_for)
        return wait > 0

    async def fill(self, work: UnitOfWork, bucket: Bucket, name: str, units: int = 1) -> bool:
        """Put failures into a bucket, or take some out again (`units` below 0). Returns whether
        there is no room for one more."""
        token = await self._locked(work, bucket, name)
        level = bucket.level(await work.one(_of, of=token)) + units * bucket.every
        level = min(max(level, 0), bucket.holds * bucket.every)
        await self._keep(work, token, 0, clock.now() + level, level)
        return level > (bucket.holds - 1) * bucket.every

    async def is_full(self, db: Reader, bucket: Bucket, name: str) -> bool:
        """Whether a bucket has no room for one more failure."""
        return bucket.wait(await self._row(db, bucket, name)) > 0

    async def failures(self, db: Reader, limit: Limit, name: str) -> tuple[int, int]:
        """Return the number of failures in a row, and when the last one was (0: never)."""
        row = await self._row(db, limit, name)
        return (row.failures, row.failed_at) if row is not None else (0, 0)

    async def succeeded(self, work: UnitOfWork, *tries: tuple[Limit, str]) -> None:
        """Forget the failures of names that got in."""
        keys = await self._vault.platform()
        for limit, name in tries:
            await work.execute(_clear, of=_token(keys, limit, name))

    async def _row(self, db: Reader, rule: Rule, name: str) -> ThrottleRow | None:
        return await db.one(_of, of=_token(await self._vault.platform(), rule, name))

    async def _locked(self, work: UnitOfWork, rule: Rule, name: str) -> int:
        token = _token(await self._vault.platform(), rule, name)
        await work.lock(f"throttle:{token}")
        return token

    async def _keep(
        self, work: UnitOfWork, token: int, failures: int, until: int, kept_for: int
    ) -> None:
        now = clock.now()
        kept_until = now + kept_for
        await work.execute(
            _set,
            token=token,
            failures=failures,
            until=until,
            failed_at=now,
            kept_until=kept_until,
            new_failures=failures,
            new_until=until,
            new_at=now,
            new_kept=kept_until,
        )


def _wait(limit: Limit, row: ThrottleRow) -> int:
    """Return the wait. Raises Stopped. A clock that was ahead and is right again leaves nobody
    locked out."""
    if limit.stop and row.failures >= limit.stop:
        raise Stopped(retry_after=clock.DAY // clock.SECOND)
    if _is_of_the_future(row):
        return 0
    return min(row.until - clock.now(), limit.longest)


def _is_of_the_future(row: ThrottleRow) -> bool:
    return row.failed_at > clock.now() + _SKEW


def _token(keys: ClinicKeys, rule: Rule, name: str) -> int:
    return keys.token(rule.kind, name)
