"""The orders in which the inbox can be gone through."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request

from bedside.charts import categories
from bedside.charts.records import Entry
from bedside.kernel.language import N_, gettext
from bedside.people.names import folded
from bedside.people.permissions import StaffAccess
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

_Key = Callable[[Entry], tuple[Any, ...]]


def order_of(request: Request) -> str:
    """Return the order in the address, or the usual one."""
    given = request.query_params.get("sort", "")
    return given if given in ORDERS else NEWEST


def sorting(order: str, names: Mapping[str, str]) -> _Key:
    """Return the key of an order; no two entries have the same."""
    if order == "oldest":
        return lambda entry: (entry.received_at, entry.id)
    if order == "patient":
        # Those of the same name stay apart.
        return lambda entry: (
            folded(names[entry.patient_id]),
            entry.patient_id,
            -entry.received_at,
            entry.id,
        )
    if order == "kind":
        return lambda entry: (
            gettext(categories.LABELS[entry.category]).casefold(),
            -entry.received_at,
            entry.id,
        )
    return lambda entry: (-entry.received_at, entry.id)


async def waiting_in_order(
    services: Services, staff: StaffAccess, order: str, limit: int
) -> tuple[list[Entry], dict[str, str]]:
    """Return the first `limit` entries that wait for review, and names of their patients."""
    by_age = order in (NEWEST, "oldest")
    entries = await services.charts.contents.inbox(
        staff, limit if by_age else MOST, oldest=order == "oldest"
    )
    names = await services.people.patients.named(
        staff.clinic_id, {entry.patient_id for entry in entries}
    )
    return sorted(entries, key=sorting(order, names))[:limit], names
