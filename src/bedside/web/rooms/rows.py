"""Rows of the waiting room as HTML.

After each event everyone in charge asks for the list again, and most of its rows say what they said
before. A row takes half a millisecond to draw, so it is kept by all that it shows: a row that
changed is drawn again, and nothing has to be told that it did.
"""

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup

from bedside.edge import formats
from bedside.edge.rendering import environment
from bedside.edge.visit_rows import VisitRow
from bedside.kernel import language

_KEPT = 2_000
"""Rows of about 5 kB."""


def drawn(visits: Iterable[VisitRow], zone: str) -> Markup:
    """Patients in a list, each with its menu; times are those of the clinic's time zone."""
    return Markup("".join([_row(visit, zone) for visit in visits]))  # noqa: S704 - rows are escaped


def _row(visit: VisitRow, zone: str) -> str:
    waited = formats.waited(visit.admitted_at if visit.in_call else visit.queued_at)
    return _drawn(visit, zone, language.spoken(), waited)


@lru_cache(_KEPT)
def _drawn(visit: VisitRow, zone: str, _language: str, _waited: str) -> str:
    return environment().get_template("rooms/row.html").render(visit=visit, zone=zone)
