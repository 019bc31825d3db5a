"""“From the patient's files” for staff: the chart's files, to choose from (features C1, L2)."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit import Action
from bedside.charts.records import ChartFilter, Entry
from bedside.charts.search import query_words
from bedside.edge.context import services_of
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare
from bedside.edge.routes import staff_route
from bedside.files.states import FileState
from bedside.people.permissions import ChartAccess
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
    """GET /patients/{patient_id}/picker?category=&only=&single=&older=: newest first."""
    chart, wanted = await _chart(request), wanted_of(request)
    found = await services_of(request).charts.contents.entries(
        chart,
        ChartFilter(
            kinds=wanted.kinds, category=wanted.category, older_than=wanted.older, limit=PAGE + 1
        ),
    )
    shown, older = first_page(found)
    return await _render(request, chart, wanted, shown, older=older)


async def searched(request: Request) -> Response:
    """POST /patients/{patient_id}/picker: files with all of the words, which are posted so that no
    address has them. Field: words."""
    words = (await form_of(request)).line("words")[:LONGEST_QUERY]
    if not query_words(words):
        return await listed(request)
    chart, wanted, services = await _chart(request), wanted_of(request), services_of(request)
    ids = await services.charts.search.in_chart(chart, words)
    found = await services.charts.contents.entries(
        chart,
        ChartFilter(entry_ids=ids, kinds=wanted.kinds, category=wanted.category, limit=MOST_FOUND),
    )
    await services.audit.log.note(
        chart.clinic_id,
        chart.actor,
        Action.CHART_SEARCHED,
        patient_id=chart.patient_id,
        found=len(found),
    )
    return await _render(request, chart, wanted, found, typed=words)


async def _chart(request: Request) -> ChartAccess:
    staff, services = await prepare(request), services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    await services.audit.looks.note(
        chart.clinic_id,
        chart.actor,
        staff.session_id,
        Action.CHART_OPENED,
        patient_id=chart.patient_id,
    )
    return chart


async def _render(
    request: Request,
    chart: ChartAccess,
    wanted: Wanted,
    found: Sequence[Entry],
    *,
    typed: str = "",
    older: str = "",
) -> Response:
    ready = [one for one in found if one.state == FileState.FILED and not one.moved_to]
    pictured = await services_of(request).files.retrieval.with_thumbnail(ready)
    content = f"/patients/{chart.patient_id}/entries/%s/content?form=thumbnail&inline=1"
    rows = [
        PickRow(
            one.id,
            one.title,
            one.category,
            one.received_at,
            one.size,
            icon_of(one.media_type),
            content % one.id if one.id in pictured else "",
        )
        for one in ready
    ]
    return render_rows(request, wanted, rows, typed=typed, older=older)


_PICKER = "/patients/{patient_id}/picker"
routes = [
    staff_route(_PICKER, listed, methods=["GET"]),
    staff_route(_PICKER, searched, methods=["POST"]),
]
