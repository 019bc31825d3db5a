"""When patients are reminded: by day, before the link ends."""

from bedside.kernel import clock

_MORNINGS = (38 * clock.HOUR, 14 * clock.HOUR)
"""Before a link's end, which is the last second of a day at the clinic: ten in the morning of the
day before, and of the last day itself."""


def remind_at(ends: int, earliest: int) -> int:
    """Return when a reminder of a link leaves, not before `earliest`; 0 if both mornings are too
    soon. Nobody is woken by one: a day before the end to the second would be midnight."""
    return next((ends - before for before in _MORNINGS if ends - before >= earliest), 0)
