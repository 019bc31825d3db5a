"""Rows of the waiting room as HTML.

After each event everyone in charge fetches the list again, and most of its rows are unchanged. A
row takes half a millisecond to render, so it is cached by everything it shows: a changed row is
rendered again, and nothing has to be invalidated.
"""

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup

from bedside.edge import formats
from bedside.edge.rendering import environment
from bedside.edge.visit_views import VisitView
from bedside.kernel import language

_KEPT = 2_000
"""Rows of about 5 kB."""


def drawn(visits: Iterable[VisitView], zone: str) -> Markup:
    """Render patients in a list, each with its menu; times are those of the clinic's time zone."""
    return Markup("".join([_row(visit, zone) for visit in visits]))  # noqa: S704 - rows are escaped


def _row(visit: VisitView, zone: str) -> str:
    waited = formats.waited(visit.admitted_at if visit.in_call else visit.queued_at)
    return _drawn(visit, zone, language.spoken(), waited)


@lru_cache(_KEPT)
def _drawn(visit: VisitView, zone: str, _language: str, _waited: str) -> str:
    return environment().get_template("rooms/row.html").render(visit=visit, zone=zone)
