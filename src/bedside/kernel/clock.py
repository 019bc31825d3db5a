"""Time as the product keeps it: integer milliseconds since the epoch, UTC."""

import time
from collections.abc import Generator
from contextlib import contextmanager

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_shift = 0


def now() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000 + _shift


@contextmanager
def shifted(milliseconds: int) -> Generator[None]:
    """Let the clock run this far ahead (or behind), to see what expires."""
    global _shift  # noqa: PLW0603 - one clock for the process
    before = _shift
    _shift += milliseconds
    try:
        yield
    finally:
        _shift = before
