"""Rules for which failed sign-ins count against whom (decision 12).

The guesser is slowed down, and nobody else: a browser that somebody signed in with before has a
count of its own; so has each network, for each name. Figures are in docs/security/threat-model.md.
"""

from dataclasses import dataclass

from bedside.kernel import clock
from bedside.kernel.network import caller_of
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.throttling import Bucket, Limit, Rule, Throttle

_FIRST = 30 * clock.SECOND
_LONGEST = 15 * clock.MINUTE

BY_BROWSER = Limit("throttle.browser", free=5, first=_FIRST, longest=_LONGEST)
"""Wrong passwords for one person from a browser that knows this person."""
BY_NAME = Limit("throttle.name", free=5, first=_FIRST, longest=_LONGEST)
"""Wrong passwords for one name from one network, from browsers that do not."""
BY_NAME_THERE = Limit("throttle.name", free=1, first=_FIRST, longest=_LONGEST)
"""The same if many names fail: after its first failure a name has to wait."""
EVERYWHERE = Bucket("throttle.everywhere", holds=50, every=12 * clock.MINUTE)
"""Wrong passwords for one name from all browsers that do not know it, wherever they are."""
NAMES = Bucket("throttle.names", holds=20, every=3 * clock.MINUTE)
"""Different names that failed from one network. A whole clinic often shares one, so it locks
nobody: it only takes free tries from names that fail there."""
BY_SESSION = Limit("throttle.session", free=5, first=_FIRST, longest=_LONGEST)
"""Wrong passwords of somebody signed in, in this session."""
BY_PERSON = Limit("throttle.person", free=5, first=_FIRST, longest=_LONGEST, stop=100)
"""Wrong codes after a right password, from browsers that do not know the person. The stop is that
of NIST SP 800-63B, 5.2.2."""
BY_PERSON_THERE = Limit("throttle.person.browser", free=5, first=_FIRST, longest=_LONGEST, stop=100)
"""The same from a browser that does."""
TOLD_AT = 5
"""Wrong codes in a row after a right password until the person is notified."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody trying a name: from a network, with a browser that knows the person (`browser`, its
    number) or does not (“”)."""

    name: str
    address: str
    browser: str

    @property
    def limit(self) -> tuple[Limit, str]:
        """Return what counts the failures in a row."""
        if self.browser:
            return BY_BROWSER, f"{self.name}\0{self.browser}"
        return BY_NAME, f"{self.name}\0{caller_of(self.address)}"

    @property
    def rules(self) -> tuple[tuple[Rule, str], ...]:
        """Return what may lock it."""
        return (self.limit,) if self.browser else (self.limit, (EVERYWHERE, self.name))


def for_codes(staff_id: str, password_hash: str, browser: str) -> tuple[Limit, str]:
    """Return the count of wrong codes after a right password: a new password restarts it."""
    name = f"{staff_id}\0{password_hash}"
    return (BY_PERSON_THERE, f"{name}\0{browser}") if browser else (BY_PERSON, name)


class PasswordTries:
    """Counts tries of passwords."""

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle

    async def check(self, attempt: Attempt) -> None:
        """Raise TooMany while it is locked."""
        await self._throttle.check(*attempt.rules)

    async def check_in(self, work: UnitOfWork, attempt: Attempt) -> None:
        """See `Throttle.check_in`. Raises TooMany."""
        await self._throttle.check_in(work, *attempt.rules)

    async def failed(self, work: UnitOfWork, attempt: Attempt) -> bool:
        """Count a wrong password. Returns whether it locked something."""
        limit, name = attempt.limit
        if attempt.browser:
            return await self._throttle.failed(work, (limit, name))
        network = caller_of(attempt.address)
        if await self._is_new(work, attempt):
            await self._throttle.fill(work, NAMES, network)
        if await self._throttle.is_full(work, NAMES, network):
            limit = BY_NAME_THERE
        return await self._throttle.failed(work, (limit, name), (EVERYWHERE, attempt.name))

    async def succeeded(self, work: UnitOfWork, attempt: Attempt) -> None:
        """Refund the failures from there of a name that got in."""
        failures, _ = await self._throttle.failures(work, *attempt.limit)
        if not failures:
            return
        if not attempt.browser:
            if not await self._is_new(work, attempt):
                await self._throttle.fill(work, NAMES, caller_of(attempt.address), -1)
            await self._throttle.fill(work, EVERYWHERE, attempt.name, -failures)
        await self._throttle.succeeded(work, attempt.limit)

    async def _is_new(self, work: UnitOfWork, attempt: Attempt) -> bool:
        """Whether this name has not failed from this network within the counted time."""
        _, failed_at = await self._throttle.failures(work, *attempt.limit)
        return failed_at < clock.now() - NAMES.holds * NAMES.every
