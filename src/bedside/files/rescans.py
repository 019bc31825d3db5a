"""When to rescan a file on which the scanner had no verdict."""

import random

from bedside.kernel import clock

SOON = 20 * clock.SECOND
_LATER = (5 * clock.MINUTE, clock.DAY)
"""The wait after a scan without a verdict: the first and the longest."""


def soon(*, alone: bool) -> int:
    """Return the milliseconds until a scanner that was down is asked again; `alone`, separately
    from other files affected by the same breakdown."""
    return int(SOON * random.uniform(1, 3)) if alone else SOON  # noqa: S311 - jitter


def later(waits: int) -> int:
    """Return the milliseconds until a scanner that did not read all of a file is tried again,
    after `waits` tries: longer each time, because nothing changes until somebody changes the
    scanner."""
    first, longest = _LATER
    return min(longest, first << min(waits, 16))
