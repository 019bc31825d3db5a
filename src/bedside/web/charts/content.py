"""The content of a chart entry."""

import re

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.downloads import SealedResponse, range_start
from bedside.edge.routes import staff_route
from bedside.edge.signed_in import staff_of

_FORM = re.compile(r"(thumbnail|preview|shared|original|fields|strip|page-\d{1,3}|figure-\d{1,2})?")


async def content(request: Request) -> Response:
    services = services_of(request)
    chart = await services.people.permissions.chart(
        await staff_of(request), request.path_params["patient_id"]
    )
    form = request.query_params.get("form", "")
    if not _FORM.fullmatch(form):
        form = "original" if form == "original" else "shared"
    opened = await services.files.retrieval.open(
        chart,
        request.path_params["entry_id"],
        form,
        to_view=request.query_params.get("inline") == "1",
        start=range_start(request),
    )
    return SealedResponse(request, opened)


routes = [
    staff_route(
        "/patients/{patient_id}/entries/{entry_id}/content", content, methods=["GET", "HEAD"]
    ),
]
