"""Lock-out with exponential back-off, for an e-mail address, a person and a network address.

Failures are counted under keyed tokens, in the same way for names that exist and names that do
not, so that nothing tells one from the other. The counts are in the database: they hold for all
processes and over a restart.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import TooMany
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.network import caller_of
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.models import throttles

_FORGOTTEN_AFTER = clock.DAY


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures are free; then the wait doubles from `first` up to `longest`
    (milliseconds)."""

    kind: str
    free: int
    first: int
    longest: int

    def wait(self, failures: int) -> int:
        """How long to wait after this many failures."""
        if failures < self.free:
            return 0
        return min(self.first << min(failures - self.free, 20), self.longest)


BY_EMAIL = Limit("throttle.email", free=5, first=30 * clock.SECOND, longest=15 * clock.MINUTE)
BY_PERSON = Limit("throttle.person", free=5, first=30 * clock.SECOND, longest=15 * clock.MINUTE)
BY_ADDRESS = Limit("throttle.address", free=20, first=10 * clock.SECOND, longest=5 * clock.MINUTE)
"""A clinic's whole staff often shares one address, so it has more tries and shorter waits."""

_of = prepared(
    select(throttles.c.failures, throttles.c.locked_until, throttles.c.failed_at).where(
        throttles.c.token == bindparam("of")
    )
)
_set = prepared(
    upsert(throttles).on_conflict_do_update(
        index_elements=["token"],
        set_={
            "failures": bindparam("new_failures"),
            "locked_until": bindparam("new_until"),
            "failed_at": bindparam("new_at"),
        },
    )
)
_clear = prepared(delete(throttles).where(throttles.c.token == bindparam("of")))
_forget = prepared(delete(throttles).where(throttles.c.failed_at < bindparam("before")))


class Throttle:
    """Counts failures and says how long to wait."""

    def __init__(self, database: Transactions, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def check(self, *tries: tuple[Limit, str]) -> None:
        """Raises TooMany, with the longest wait in seconds, while any of these is locked."""
        async with self._database.read() as db:
            await self._check(db, *tries)

    async def check_in(self, work: UnitOfWork, *tries: tuple[Limit, str]) -> None:
        """The same where the answer is about to be counted: of many tries that were begun at once,
        the ones after the lock are not even looked at. Raises TooMany."""
        keys = await self._vault.platform()
        for limit, name in tries:
            await work.lock(f"throttle:{_token(keys, limit, name)}")
        await self._check(work, *tries)

    async def _check(self, db: Reader, *tries: tuple[Limit, str]) -> None:
        keys = await self._vault.platform()
        until = 0
        for limit, name in tries:
            row = await db.one(_of, of=_token(keys, limit, name))
            if row is not None:
                until = max(until, row.locked_until)
        wait = until - clock.now()
        if wait > 0:
            seconds = -(-wait // clock.SECOND)
            raise TooMany(
                N_("Too many tries. Please wait a moment and try again."), retry_after=seconds
            )

    async def failed(self, work: UnitOfWork, *tries: tuple[Limit, str]) -> bool:
        """Count one failure for each; whether one of them is locked now."""
        keys = await self._vault.platform()
        now = clock.now()
        await work.execute(_forget, before=now - _FORGOTTEN_AFTER)
        locked = False
        for limit, name in tries:
            token = _token(keys, limit, name)
            await work.lock(f"throttle:{token}")
            row = await work.one(_of, of=token)
            failures = (row.failures if row else 0) + 1
            wait = limit.wait(failures)
            locked = locked or wait > 0
            await work.execute(
                _set,
                token=token,
                failures=failures,
                locked_until=now + wait,
                failed_at=now,
                new_failures=failures,
                new_until=now + wait,
                new_at=now,
            )
        return locked

    async def succeeded(self, work: UnitOfWork, limit: Limit, name: str) -> None:
        """Forget the failures of a name that got in."""
        keys = await self._vault.platform()
        await work.execute(_clear, of=_token(keys, limit, name))


def _token(keys: ClinicKeys, limit: Limit, name: str) -> int:
    return keys.token(limit.kind, caller_of(name) if limit is BY_ADDRESS else name)
