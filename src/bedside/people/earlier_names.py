"""Earlier names of a patient, such as before a marriage: kept when staff change a name, so that the
search and the door still know the person by it."""

from collections.abc import Iterable

from bedside.people.likeness import Reason, compare
from bedside.people.names import cleaned, is_name, name_of

MOST = 8
_SPELLING = frozenset(
    (
        Reason.LETTER_FIRST,
        Reason.LETTER_FAMILY,
        Reason.LETTER,
        Reason.INITIAL,
        Reason.SOUND,
        Reason.SPELLING,
    )
)
"""A name that differs only by these was corrected, and is no other name."""


def is_another(name: str, known: str) -> bool:
    """Whether a name is not merely another spelling of a known one."""
    reasons = compare(name_of(name), name_of(known))
    return reasons is None or not _SPELLING.issuperset(reasons)


def kept(now: str, *before: str, earlier: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the earlier names of somebody who is called `now`: those that were known, and those of
    `before` that are other names. None of them twice."""
    found: dict[tuple[str, ...], str] = {}
    others = [name for name in before if is_another(name, now)]
    for name in (*others, *map(cleaned, earlier)):
        if is_name(name) and _folded(name) != _folded(now):
            found.setdefault(_folded(name), name)
    known = [cleaned(name) for name in earlier]
    newest_first = sorted(found.values(), key=lambda name: name in known)
    return tuple(newest_first[:MOST])


def _folded(name: str) -> tuple[str, ...]:
    return tuple(sorted(word.plain for word in name_of(name).words))
