"""“From my files” in the patient's app: what this person may see of the chart (feature C1)."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from bedside.charts.patient_side import OwnEntry
from bedside.edge.accounts import page_in_app
from bedside.edge.app_shell import app_page
from bedside.edge.context import services_of
from bedside.edge.forms import form_of
from bedside.edge.routes import app_route
from bedside.edge.signed_in import APP
from bedside.kernel.words import words_of
from bedside.people.permissions import PatientAccess
from bedside.web.file_picker.rows import (
    LONGEST_QUERY,
    MOST_FOUND,
    PAGE,
    PickRow,
    Wanted,
    first_page,
    icon_of,
    render_rows,
    wanted_of,
)


async def listed(request: Request) -> Response:
    """GET /app/{patient_id}/picker?category=&older=: newest first. Raises NotShared for a proxy
    without access to files."""
    side, wanted = (await app_page(request, "files")).side, wanted_of(request)
    found = await services_of(request).charts.patient_side.entries(
        side, limit=PAGE + 1, older_than=wanted.older
    )
    shown, older = first_page(found)
    return await _render(request, side, wanted, shown, older=older)


async def searched(request: Request) -> Response:
    """POST /app/{patient_id}/picker: of the newest files those whose name has all of the words.
    Field: words."""
    typed = (await form_of(request)).line("words")[:LONGEST_QUERY]
    words = words_of(typed)
    if not words:
        return await listed(request)
    side, wanted = (await app_page(request, "files")).side, wanted_of(request)
    newest = await services_of(request).charts.patient_side.entries(side, limit=MOST_FOUND)
    found = [one for one in newest if set(words) <= set(words_of(one.name))]
    return await _render(request, side, wanted, found, typed=typed)


async def _render(
    request: Request,
    side: PatientAccess,
    wanted: Wanted,
    found: Sequence[OwnEntry],
    *,
    typed: str = "",
    older: str = "",
) -> Response:
    shown = [one for one in found if wanted.category in ("", one.category)]
    pictured = await services_of(request).files.of_patients.with_thumbnail(shown)
    content = page_in_app(side.patient_id, "/files/%s/content?form=thumbnail&view=")
    rows = [
        PickRow(
            one.id,
            one.name,
            one.category,
            one.received_at,
            one.size,
            icon_of(one.media_type),
            content % one.id if one.id in pictured else "",
        )
        for one in shown
    ]
    return render_rows(request, wanted, rows, typed=typed, older=older)


_PICKER = APP + "/{patient_id}/picker"
routes = [
    app_route(_PICKER, listed, methods=["GET"]),
    app_route(_PICKER, searched, methods=["POST"]),
]
