"""Pictures from the chart under the whiteboard: which there are, laying one, and fetching it."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit import Action
from bedside.calls.access import HostSeat
from bedside.calls.apps.whiteboard import Picture
from bedside.charts.records import ChartFilter, Entry
from bedside.edge.context import services_of
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.errors import Conflict, NotFound
from bedside.kernel.language import N_
from bedside.people.permissions import ChartAccess
from bedside.services import Services

_MOST = 30
_FORMS = ("preview", "page-1")
"""The pictures that the chart shows: of a photo, and of the first page of a document."""
_LARGEST = 6 << 20
_NO_PICTURE = N_("There is no picture of this file. The whiteboard was not changed.")


async def chart_of(services: Services, host: HostSeat, visit_id: str) -> ChartAccess:
    """Return permission to the chart of a patient in the call. Raises NotFound, NotIdentified."""
    people = await services.calls.people.of(host)
    if visit_id not in {person.visit_id for person in people if person.visit_id}:
        raise NotFound
    patient_id = await services.visits.whereabouts.patient_of(host.staff, visit_id)
    return await services.people.permissions.chart(host.staff, patient_id)


async def pictures(request: Request, host: HostSeat) -> Response:
    """Render the newest pictures of a patient's chart, to choose from."""
    await prepare(request)
    services = services_of(request)
    chart = await chart_of(services, host, request.path_params["visit_id"])
    await services.audit.looks.note(
        chart.clinic_id,
        chart.actor,
        chart.staff.session_id,
        Action.CHART_OPENED,
        patient_id=chart.patient_id,
    )
    found = await services.charts.contents.entries(chart, ChartFilter(limit=_MOST))
    pictured = await services.files.retrieval.with_thumbnail(found)
    shown: list[Entry] = [entry for entry in found if entry.id in pictured]
    return render(request, "whiteboard/pictures.html", entries=shown)


async def lay(request: Request, host: HostSeat) -> int:
    """Lay a picture of the form's `entry` under the board. Returns the board's newest number."""
    services = services_of(request)
    chart = await chart_of(services, host, request.path_params["visit_id"])
    picture = await _picture(services, chart, (await form_of(request))["entry"])
    return await services.calls.whiteboard.lay_ground(host, chart.patient_id, picture)


async def _picture(services: Services, chart: ChartAccess, entry_id: str) -> Picture:
    """Return what the chart shows of an entry: made from a scanned file, never the file itself."""
    for form in _FORMS:
        try:
            opened = await services.files.retrieval.open(chart, entry_id, form, to_view=True)
        except NotFound:
            continue
        if opened.shown and opened.media_type.startswith("image/") and opened.size <= _LARGEST:
            pieces = [piece async for piece in opened.chunks(0, opened.size)]
            return Picture(opened.media_type, b"".join(pieces))
    await services.charts.contents.entry(chart, entry_id)  # NotFound for one that is not there
    raise Conflict(_NO_PICTURE)


def shown(picture: Picture) -> Response:
    """Return a response with a picture, which nobody keeps."""
    return Response(
        picture.content,
        media_type=picture.media_type,
        headers={
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
