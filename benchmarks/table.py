"""Results of benchmarks, and their display."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to do. `repeats` of each measurement; `file` bytes stand for the 100 MB file,
    `photo` bytes for the 1 MB one; `seconds` for each run of wrk; `pages` are open while `events`
    happen. Patients make `moves` to another room, and are in `calls`, whose network is `away` for
    that many seconds. The large `clinic` has so many patients, unreviewed entries, entries of one
    chart, patients of one nurse, and requests for photos. So many phones have the chat open at once
    for so many seconds, and one conversation is so many messages long."""

    repeats: int
    file: int
    photo: int
    photos: int
    ranges: int
    seconds: int
    pages: tuple[int, ...]
    events: int
    moves: int
    calls: int
    away: float
    clinic: tuple[int, int, int, int, int]
    chat: tuple[int, int, int]


FULL = Scale(
    repeats=15,
    file=100_000_000,
    photo=1_000_000,
    photos=200,
    ranges=3000,
    seconds=5,
    pages=(1_000, 10_000),
    events=50,
    moves=50,
    calls=10,
    away=10,
    clinic=(50_000, 20_000, 5_000, 200, 5_000),
    chat=(50, 20, 10_000),
)
SMALL = Scale(
    repeats=1,
    file=3_000_000,
    photo=100_000,
    photos=12,
    ranges=20,
    seconds=1,
    pages=(100,),
    events=5,
    moves=3,
    calls=1,
    away=1,
    clinic=(300, 150, 40, 20, 30),
    chat=(3, 1, 60),
)
"""Enough to see that a benchmark works; its figures mean nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `wanted` is the project's target in words, if there is one; `reached` is None if
    there is none, or no figure, in which case `ours` says why."""

    what: str
    ours: str
    against: str
    figure: str
    wanted: str
    reached: bool | None


def at_least(what: str, ours: str, against: str, ratio: float, target: float) -> Row:
    """Report a ratio that should not be lower than `target`."""
    return Row(what, ours, against, f"{ratio:.2f} ×", f"≥ {target:.2f} ×", ratio >= target)


def rate(what: str, value: float, target: float, beside: str) -> Row:
    """Report answers per second, which should not be fewer than `target`."""
    shown = f"{value:,.0f} a second"
    return Row(what, shown, beside, shown, f"≥ {target:,.0f} a second", value >= target)


def points(what: str, value: float, target: float, beside: str) -> Row:
    """Report points of 100, which should not be fewer than `target`."""
    return Row(what, f"{value:.0f}", beside, f"{value:.0f}", f"≥ {target:.0f}", value >= target)


def compared(what: str, ours: str, against: str, ratio: float) -> Row:
    """Report a ratio without a target."""
    return Row(what, ours, against, f"{ratio:.2f} ×", "", None)


def found(what: str, value: str, beside: str) -> Row:
    """Report a value without a target."""
    return Row(what, value, beside, value, "", None)


def at_most(what: str, value: float, target: float, unit: str, against: str = "") -> Row:
    """Report a value that should not be higher than `target`."""
    shown = f"{value:.3g} {unit}"
    return Row(what, shown, against, shown, f"≤ {target:g} {unit}", value <= target)


def not_measured(what: str, why: str) -> Row:
    """Report a figure that this machine could not give."""
    return Row(what, why, "", "–", "", None)


def ratio_of(others: Sequence[float], ours: Sequence[float]) -> float:
    """Return the median, over pairs of runs, of how many times faster ours was than the other's.

    The runs of a pair follow each other, so other load on the machine affects both.
    """
    return median(other / own for other, own in zip(others, ours, strict=True))


def spread(seconds: Sequence[float]) -> tuple[float, str]:
    """Return the 95th percentile of some times, and both percentiles in words; in milliseconds."""
    ordered = sorted(seconds)
    slow = ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)] * 1000
    return slow, f"p50 {median(ordered) * 1000:.0f} ms, p95 {slow:.0f} ms"


def milliseconds(seconds: Sequence[float]) -> str:
    """Describe the median and the quickest of some times."""
    return f"{median(seconds) * 1000:.0f} ms (best {min(seconds) * 1000:.0f})"


_MARKS = {True: "yes", False: "NO", None: ""}


def as_table(rows: Sequence[Row]) -> str:
    """Format rows as lines of text with aligned columns."""
    titles = ("path", "here", "against", "figure", "wanted", "reached")
    cells = [
        (row.what, row.ours, row.against, row.figure, row.wanted, _MARKS[row.reached])
        for row in rows
    ]
    widths = [max(len(line[i]) for line in (titles, *cells)) for i in range(len(titles))]

    def aligned(line: Sequence[str]) -> str:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        return "  ".join(padded).rstrip()

    rule = "  ".join("─" * width for width in widths)
    return "\n".join([aligned(titles), rule, *map(aligned, cells)])
