"""Rows of the waiting room as HTML: after each event everyone in charge fetches the list again."""

from collections.abc import Iterable

from markupsafe import Markup

from bedside.edge import formats, rows
from bedside.edge.visit_views import VisitView


async def drawn(visits: Iterable[VisitView], zone: str) -> Markup:
    """Render patients in a list, each with its menu; times are those of the clinic's time zone."""
    return await rows.drawn(
        "rooms/row.html",
        (
            {
                "visit": visit,
                "zone": zone,
                "since": _waited(visit),
                "returned": formats.ago(visit.returned_at) if visit.returned_at else "",
            }
            for visit in visits
        ),
    )


def _waited(visit: VisitView) -> str:
    return formats.waited(visit.admitted_at if visit.in_call else visit.queued_at)
