"""The orders in which the inbox can be gone through."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from bedside.charts import categories
from bedside.charts.records import Entry
from bedside.charts.rows import Place
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_, gettext
from bedside.people.names import folded
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.services import Services

NEWEST = "newest"
ORDERS: dict[str, str] = {
    NEWEST: N_("Newest first"),
    "oldest": N_("Oldest first"),
    "patient": N_("By patient"),
    "kind": N_("By category"),
}
MOST = 500
"""The number of entries that are sorted by something else than their age: names are sealed, so
the database cannot do it."""

SHOWN = 50
"""Entries of a page: who reviews them looks at one after the other."""
_BY_AGE = (NEWEST, "oldest")
_DIGITS = 15
"""Of a time in milliseconds."""

_Key = Callable[[Place], tuple[Any, ...]]


def order_of(request: Request) -> str:
    """Return the order in the address, or the usual one."""
    given = request.query_params.get("sort", "")
    return given if given in ORDERS else NEWEST


def via_of(order: str) -> str:
    """Return what the address of an entry says of the way on which somebody came to it."""
    return "inbox" if order == NEWEST else f"inbox-{order}"


def _sorting(order: str, names: Mapping[str, str]) -> _Key:
    """Return the key of an order by something else than age; no two entries have the same."""
    if order == "patient":
        # Those of the same name stay apart.
        as_sorted = {patient_id: folded(name) for patient_id, name in names.items()}
        return lambda entry: (
            as_sorted[entry.patient_id],
            entry.patient_id,
            -entry.received_at,
            entry.id,
        )
    labels = {key: gettext(label).casefold() for key, label in categories.LABELS.items()}
    return lambda entry: (labels[entry.category], -entry.received_at, entry.id)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the inbox, with names of its patients. `place` is where it begins, "" for the
    first one, and `further` where the next one does, "" for the last one."""

    entries: list[Entry]
    names: dict[str, str]
    place: str
    further: str


async def page_of(services: Services, staff: StaffAccess, order: str, place: str) -> Page:
    """Return a page. A `place` that nobody has named is the beginning.

    By age, a place is that of an entry, and stays when the entry is reviewed. In the other orders
    it is how many come before.
    """
    if order in _BY_AGE:
        beyond = _place_of(place)
        found = await services.charts.contents.inbox(
            staff, SHOWN + 1, oldest=order == "oldest", beyond=beyond
        )
        names = await _named(services, staff, found)
        last = found[SHOWN - 1] if len(found) > SHOWN else None
        further = f"{last.received_at}-{last.id}" if last else ""
        return Page(found[:SHOWN], names, place if beyond else "", further)
    found, names = await _sorted(services, staff, order)
    first = int(place) if place.isdecimal() and len(place) <= len(str(MOST)) else 0
    further = str(first + SHOWN) if len(found) > first + SHOWN else ""
    shown = [one.id for one in found[first : first + SHOWN]]
    entries = await services.charts.inbox.entries(staff, shown)
    return Page(entries, names, place if first else "", further)


async def following_in_order(
    services: Services, chart: ChartAccess, here: Entry, order: str
) -> Place | None:
    """Return where the entry is that comes after this one, or the first one; None if no other
    waits."""
    staff, contents = chart.staff, services.charts.contents
    if order in _BY_AGE:
        oldest, place = order == "oldest", (here.received_at, here.id)
        found = await contents.inbox(staff, 1, oldest=oldest, beyond=place)
        others = found or await contents.inbox(staff, 2, oldest=oldest)
        return next((_place_in(entry) for entry in others if entry.id != here.id), None)
    found, names = await _sorted(services, staff, order)
    patient = await services.people.patients.get(chart)
    key = _sorting(order, names | {patient.id: patient.name})
    others = [one for one in found if one.id != here.id]
    after = (one for one in others if key(one) > key(_place_in(here)))
    return next(after, others[0] if others else None)


def _place_of(name: str) -> tuple[int, str] | None:
    at, _dash, entry_id = name.partition("-")
    if not (at.isascii() and at.isdecimal() and len(at) <= _DIGITS and is_id(entry_id, "ent")):
        return None
    return int(at), entry_id


def _place_in(entry: Entry) -> Place:
    return Place(entry.id, entry.patient_id, entry.category, entry.received_at)


async def _sorted(
    services: Services, staff: StaffAccess, order: str
) -> tuple[list[Place], dict[str, str]]:
    """Return where the newest entries are, in an order by something else than age. What they say
    stays sealed until they are shown."""
    places = await services.charts.inbox.places(staff, MOST)
    names = await _named(services, staff, places)
    return sorted(places, key=_sorting(order, names)), names


async def _named(
    services: Services, staff: StaffAccess, entries: Sequence[Entry | Place]
) -> dict[str, str]:
    ids = {entry.patient_id for entry in entries}
    return await services.people.patients.named(staff.clinic_id, ids)
