"""Measures how much of a file clamd scans, because it does not reveal its configuration.

clamd reports “OK” for data beyond its limits (clamd.conf(5): MaxFileSize, MaxScanSize) unless
AlertExceedsMax is on, and even then for an archive's member that it truncated. So its “OK” counts
only for sizes at which it has found the EICAR test file. A size is probed when a file of that size
arrives, rounded up to a power of two, so that small files cost small probes; results hold until
clamd is replaced or ten minutes have passed. See docs/decisions/0013-what-clamd-looks-at.md.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic

from bedside.adapters import clamd_probes
from bedside.adapters.clamd_connection import ClamdConnection

_MIB = 1024 * 1024
_SMALLEST = 64 * 1024
_HOLDS_FOR = 600.0
"""Seconds. Over TCP a clamd restarted with other settings is not noticed earlier."""
DEFAULT_FILE, DEFAULT_TOTAL = 100 * _MIB, 400 * _MIB
"""clamd's defaults from 1.0 on, assumed where its database does not know EICAR."""
NOT_CERTAIN = ("Heuristics.", "PUA.")
"""Prefixes of names that are no malware signatures."""


@dataclass(slots=True)
class _Reach:
    """The size up to which it is known to look, and the size from which it is known not to."""

    seen: int = 0
    missed: int | None = None

    def verdict(self, size: int) -> bool | None:
        """Whether it looks at this much; None if that is not known yet."""
        if size <= self.seen:
            return True
        return False if self.missed is not None and size >= self.missed else None

    def learn(self, size: int, *, found: bool) -> None:
        if found:
            self.seen = max(self.seen, size)
        else:
            self.missed = size if self.missed is None else min(self.missed, size)


@dataclass(slots=True)
class _Known:
    """Measured limits of one clamd. `of` identifies it, `since` is monotonic time."""

    of: tuple[str, tuple[int, int]]
    since: float
    knows_eicar: bool
    reports: bool
    """Whether AlertExceedsMax is on."""
    file: _Reach = field(default_factory=_Reach)
    total: _Reach = field(default_factory=_Reach)


class ClamdLimits:
    """Limits of the clamd behind `connection`. `file` and `total` are its MaxFileSize and
    MaxScanSize in bytes if the operator has stated them, None if they are to be measured."""

    def __init__(
        self, connection: ClamdConnection, *, file: int | None = None, total: int | None = None
    ) -> None:
        self._connection = connection
        self._stated_file = file
        self._stated_total = total
        self._known: _Known | None = None
        self._turn = asyncio.Lock()

    async def looks_at(self, file: int, members: int = 0, total: int = 0) -> bool:
        """Whether clamd looks at all of a file of `file` bytes whose largest member has `members`
        and which unpacks to `total`. Raises NoAnswer."""
        async with self._turn:
            known = await self._newest()
            # It reports this for the file itself, but not for a member that it truncated.
            says_it = known.reports and self._stated_file is None
            largest = members if says_it else max(members, file)
            if largest and not await self._file(known, largest):
                return False
            if known.reports or (total == 0 and self._stated_total is None):
                return True
            return await self._total(known, file + total)

    async def assumed(self) -> bool:
        """Whether its limits are neither stated nor measurable because it does not know EICAR.

        Raises NoAnswer.
        """
        if self._stated_file is not None and self._stated_total is not None:
            return False
        async with self._turn:
            return not (await self._newest()).knows_eicar

    async def reports(self) -> bool:
        """Whether clamd reports by itself that it stopped looking (AlertExceedsMax). Raises
        NoAnswer."""
        async with self._turn:
            return (await self._newest()).reports

    async def _newest(self) -> _Known:
        of = (await self._connection.version(), self._connection.socket_made())
        known = self._known
        if known is None or known.of != of or monotonic() - known.since > _HOLDS_FOR:
            self._known = None
            knows_eicar = await self._finds(lambda: clamd_probes.of_size(_SMALLEST))
            told = await self._connection.scan(_streamed(lambda: [clamd_probes.nested()]))
            reports = "Heuristics.Limits.Exceeded" in told
            known = self._known = _Known(of, monotonic(), knows_eicar, reports)
        return known

    async def _file(self, known: _Known, size: int) -> bool:
        if self._stated_file is not None:
            return size <= self._stated_file
        if not known.knows_eicar:
            return size <= DEFAULT_FILE
        return await self._tried(known.file, size, clamd_probes.of_size)

    async def _total(self, known: _Known, size: int) -> bool:
        if self._stated_total is not None:
            return size <= self._stated_total
        if not known.knows_eicar:
            return size <= DEFAULT_TOTAL
        return await self._tried(known.total, size, clamd_probes.unpacking_to)

    async def _tried(
        self, reach: _Reach, size: int, probe: Callable[[int], Iterable[bytes]]
    ) -> bool:
        """Try the rounded size first: what it proves holds for many files."""
        for trial in (_rounded(size), size):
            verdict = reach.verdict(size)
            if verdict is not None:
                return verdict
            if reach.verdict(trial) is None:
                found = await self._finds(lambda trial=trial: probe(trial))
                reach.learn(trial, found=found)
        return reach.verdict(size) is True

    async def _finds(self, make: Callable[[], Iterable[bytes]]) -> bool:
        told = await self._connection.scan(_streamed(make))
        name = told.removeprefix("stream: ")
        return name.endswith(" FOUND") and not name.startswith(NOT_CERTAIN)


def _rounded(size: int) -> int:
    return max(_MIB, 1 << (size - 1).bit_length())


async def _streamed(make: Callable[[], Iterable[bytes]]) -> AsyncIterator[bytes]:
    """Yield the pieces of a probe, each made in another thread because packing takes a while."""
    pieces = iter(await asyncio.to_thread(make))
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
