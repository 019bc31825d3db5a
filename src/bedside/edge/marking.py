"""Marking several files at once, in a chart and in the inbox: reviewed, or of a category."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from bedside.charts.records import Entry
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form
from bedside.kernel.language import N_
from bedside.people.permissions import ChartAccess
from bedside.services import Services

MARKED = flash_message("marked", N_("Done for all chosen files."))
MARKS = ("review", "unreview", "category")
"""The actions that `do` may ask for; the category is in the field of that name."""
MOST_AT_ONCE = 200


def chosen_of(form: Form) -> list[str]:
    """Return the values of the ticked boxes, each once; scripts send them in one field."""
    return list(dict.fromkeys(" ".join(form.all("chosen")).split()))[:MOST_AT_ONCE]


async def mark(
    services: Services, chart: ChartAccess, entries: Iterable[Entry], form: Form
) -> None:
    """Do to entries of one chart what the form asks for. What is so already stays as it is.

    Raises WrongInput for an unknown category.
    """
    contents = services.charts.contents
    for entry in entries:
        if form["do"] == "category":
            if entry.category != form["category"]:
                await contents.change(
                    chart,
                    entry.id,
                    label=entry.label,
                    note=entry.note,
                    category=form["category"],
                    seen_version=entry.version,
                )
        else:
            await contents.review(chart, entry.id, form["do"] == "review")


def marked_all(request: Request, back: str) -> Response:
    """Answer a script with 204, and a plain form with a redirect."""
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    return redirect(back, MARKED)
