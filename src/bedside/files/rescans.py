"""When a file that the scanner could not say anything of is scanned again."""

import random

from bedside.kernel import clock

SOON = 20 * clock.SECOND
_LATER = (5 * clock.MINUTE, clock.DAY)
"""How long a scan that does not help waits for the next try: at first, and at most."""


def soon(*, alone: bool) -> int:
    """Milliseconds until a scanner that was away is asked again; `alone`, apart from other files
    that a scanner which broke down took along with it."""
    return int(SOON * random.uniform(1, 3)) if alone else SOON  # noqa: S311 - jitter


def later(waits: int) -> int:
    """Milliseconds until a scanner is asked again that did not look at a file as a whole, after so
    many tries: longer each time, for that stays so until somebody changes the scanner."""
    first, longest = _LATER
    return min(longest, first << min(waits, 16))
