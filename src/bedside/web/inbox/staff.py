"""The inbox: what has arrived and nobody has reviewed yet."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bedside.audit import Action
from bedside.charts.records import DEAD
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.errors import NotFound
from bedside.files.states import FileState
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import StaffAccess

_SHOWN = 50
_MOST = 500
REVIEWED = flash_message("reviewed", N_("Marked as reviewed."))
NOT_REVIEWED = flash_message("not_reviewed", N_("Back in the inbox."))


async def inbox(request: Request) -> Response:
    """GET /inbox: unreviewed files of all patients the person may see, newest first."""
    staff = await shell(request, "inbox")
    await services_of(request).audit.log.note(staff.clinic_id, staff.actor, Action.INBOX_OPENED)
    return render(request, "inbox/inbox.html", **await _waiting(request, staff))


async def waiting(request: Request) -> Response:
    """GET /inbox/waiting: the list alone; the look was recorded by its page."""
    staff = await prepare(request)
    return render(request, "inbox/waiting.html", **await _waiting(request, staff))


async def _waiting(request: Request, staff: StaffAccess) -> dict[str, Any]:
    services = services_of(request)
    limit = _limit(request)
    entries = await services.charts.contents.inbox(staff, limit)
    alarms = await services.charts.inbox.alarms(staff)
    shown = [*entries, *alarms]
    return {
        "entries": entries,
        "alarms": alarms,
        "names": await services.people.patients.named(
            staff.clinic_id, {entry.patient_id for entry in shown}
        ),
        "pictured": await services.files.retrieval.with_thumbnail(entries),
        "count": await services.charts.contents.unreviewed_count(staff),
        "limit": limit,
        "more": min(limit + _SHOWN, _MOST),
        "most": _MOST,
    }


def _limit(request: Request) -> int:
    given = request.query_params.get("show", "")
    wanted = int(given) if given.isdecimal() and len(given) < 5 else _SHOWN
    return min(max(wanted, _SHOWN), _MOST)


async def review(request: Request) -> Response:
    """POST /inbox/{patient_id}/{entry_id}: mark reviewed, or undo that with `reviewed=no`.

    A script gets 204 and shows the Undo itself; a plain form comes back to the inbox.
    """
    staff = await staff_of(request)
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    wanted = (await form_of(request))["reviewed"] != "no"
    await services.charts.contents.review(chart, request.path_params["entry_id"], wanted)
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    return redirect("/inbox", REVIEWED if wanted else NOT_REVIEWED)


async def alarm(request: Request) -> Response:
    """GET /inbox/{patient_id}/{entry_id}/alarm: the toast about a destroyed file."""
    staff = await prepare(request)
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    entry = await services.charts.contents.entry(chart, request.path_params["entry_id"])
    if entry.state not in DEAD:
        raise NotFound
    patient = await services.people.patients.get(chart)
    text = (
        _("A file of {patient} was infected. It was destroyed before anybody could open it.")
        if entry.state == FileState.INFECTED
        else _("A file of {patient} was refused and destroyed.")
    )
    return JSONResponse({"text": text.format(patient=patient.name), "href": "/inbox"})


routes = [
    staff_route("/inbox", inbox),
    staff_route("/inbox/waiting", waiting),
    staff_route("/inbox/{patient_id}/{entry_id}", review, methods=["POST"]),
    staff_route("/inbox/{patient_id}/{entry_id}/alarm", alarm),
]
