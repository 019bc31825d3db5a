"""Directions of words: which are read from right to left, and how they are nested in a line.

https://www.unicode.org/reports/tr9/
"""

from unicodedata import bidirectional

FROM_RIGHT = ("R", "AL")
"""The kinds of letters that are read from right to left."""
_NUMBERS, _JOINS = {"EN", "AN"}, {"ES", "ET", "CS"}


def is_from_right(line: str) -> bool:
    """Whether a text is read from right to left: its first letter with a direction says so."""
    strong = (kind for kind in map(bidirectional, line) if kind == "L" or kind in FROM_RIGHT)
    return next(strong, "L") in FROM_RIGHT


def levels_of(line: str) -> list[int]:
    """Return how deep each letter is nested in a change of direction (UAX #9, without explicit
    marks): even from left to right, odd from right to left."""
    kinds = [bidirectional(sign) for sign in line]
    base = int(is_from_right(line))
    sides, levels = list[int | None](), list[int | None]()
    strong = base
    for at, kind in enumerate(kinds):
        side: int | None = None
        is_number = kind in _NUMBERS or (kind in _JOINS and _is_within_number(kinds, at))
        if kind == "L" or kind in FROM_RIGHT:
            side = strong = int(kind in FROM_RIGHT)
        elif is_number:
            side = strong
        elif kind == "NSM" and sides:
            side = sides[-1]
        sides.append(side)
        levels.append(2 if is_number and strong else _level(side, base))
    return [_neutral(sides, at, base) if one is None else one for at, one in enumerate(levels)]


def _is_within_number(kinds: list[str], at: int) -> bool:
    return 0 < at < len(kinds) - 1 and kinds[at - 1] in _NUMBERS and kinds[at + 1] in _NUMBERS


def _level(side: int | None, base: int) -> int | None:
    return None if side is None else 1 if side else 2 * base


def _neutral(sides: list[int | None], at: int, base: int) -> int:
    """Return the level of what has no direction: between two letters of one direction it has
    theirs, else the line's."""
    before = next((one for one in reversed(sides[:at]) if one is not None), base)
    after = next((one for one in sides[at:] if one is not None), base)
    return _level(before if before == after else base, base) or 0
