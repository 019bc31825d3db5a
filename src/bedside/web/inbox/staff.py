"""The inbox: what has arrived and nobody has reviewed yet."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bedside.audit import Action
from bedside.charts import categories
from bedside.charts.records import DEAD
from bedside.edge.asked import answers_in
from bedside.edge.context import services_of
from bedside.edge.first_steps import first_steps
from bedside.edge.flash import flash_message, redirect
from bedside.edge.formats import ago
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare
from bedside.edge.marking import MARKS, chosen_of, mark, marked_all
from bedside.edge.patients_ask import patients_ask
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.rows import drawn
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.errors import NotFound, WrongInput
from bedside.files.states import FileState
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.plans.tasks import Progress
from bedside.people.permissions import StaffAccess
from bedside.people.roles import May, allows
from bedside.services import Services
from bedside.web.inbox.alarms import alarm_of, concerns
from bedside.web.inbox.ordering import (
    MOST,
    NEWEST,
    ORDERS,
    Page,
    following_in_order,
    order_of,
    page_of,
    via_of,
)

REVIEWED = flash_message("reviewed", N_("Marked as reviewed."))
NOT_REVIEWED = flash_message("not_reviewed", N_("Back in the inbox."))


async def inbox(request: Request) -> Response:
    """GET /inbox: unreviewed files of all patients the person may see, newest first or by
    `sort`."""
    staff = await shell(request, "inbox")
    await services_of(request).audit.log.note(staff.clinic_id, staff.actor, Action.INBOX_OPENED)
    return render(request, "inbox/inbox.html", **await _waiting(request, staff))


async def waiting(request: Request) -> Response:
    """GET /inbox/waiting: the list alone; the look was recorded by its page."""
    staff = await prepare(request)
    return render(request, "inbox/waiting.html", **await _waiting(request, staff))


async def _waiting(request: Request, staff: StaffAccess) -> dict[str, Any]:
    services, order = services_of(request), order_of(request)
    page = await page_of(services, staff, order, request.query_params.get("from", ""))
    destroyed = [e for e in await services.charts.inbox.alarms(staff) if concerns(staff, e)]
    names = page.names | await services.people.patients.named(
        staff.clinic_id, {entry.patient_id for entry in destroyed} - page.names.keys()
    )
    unreached = [] if page.place else await services.notifications.plan_tasks.waiting(staff)
    return {
        "entries": page.entries,
        "unreached": unreached,
        "unopened": {one.progress.id: _unopened(services, one.progress) for one in unreached},
        "drawn": await _drawn(request, staff, page, order),
        "order": order,
        "orders": ORDERS,
        "query": _query(order, page.place),
        "first": "" if not page.place else _address(order),
        "further": _address(order, page.further) if page.further else "",
        "alarms": [await alarm_of(services, e, names[e.patient_id]) for e in destroyed],
        "count": await _count(request, staff) if page.further and not page.place else 0,
        "steps_left": await _steps_left(services, staff) if not page.entries else 0,
        "categories": [(str(key), _(name)) for key, name in categories.LABELS.items()],
        "most": MOST,
        "patients_ask": await patients_ask(services, staff),
    }


def _unopened(services: Services, progress: Progress) -> tuple[str, str]:
    """Return where staff see what a patient has not opened, and what it is."""
    patient = f"/patients/{progress.patient_id}"
    if services.requests.kinds.has(progress.item_id):
        return f"{patient}/requests/{progress.item_id}", _("Open the request")
    if is_id(progress.item_id, "msg"):
        return f"{patient}/chat", _("Open the message")
    return patient, _("Open the chart")


async def _drawn(request: Request, staff: StaffAccess, page: Page, order: str) -> Markup:
    """Render the rows of a page."""
    services = services_of(request)
    pictured = await services.files.retrieval.with_thumbnail(page.entries)
    answers = await answers_in(services, staff.clinic_id, page.entries)
    return await drawn(
        "inbox/row.html",
        (
            {
                "entry": entry,
                "name": page.names[entry.patient_id],
                "pictured": entry.id in pictured,
                "asked": answers.firsts.get(entry.id),
                "answers": entry.id in answers.ids,
                "via": via_of(order),
                "zone": request.state.page["zone"],
                "when": ago(entry.received_at),
            }
            for entry in page.entries
        ),
    )


async def _count(request: Request, staff: StaffAccess) -> int:
    """Count all of which a page shows the first: the rail of the page knows."""
    rail: list[dict[str, Any]] = request.state.page.get("rail", [])
    for section in rail:
        if section["key"] == "inbox":
            return section["badge"]
    return await services_of(request).charts.contents.unreviewed_count(staff)


async def _steps_left(services: Services, staff: StaffAccess) -> int:
    """Count what an administrator still has to set up."""
    if not allows(staff.role, May.ADMINISTER):
        return 0
    clinic = services.people.permissions.administer(staff)
    return sum(step.done is False for step in await first_steps(services, clinic))


def _query(order: str, place: str = "") -> str:
    """Return what an address of the inbox says of order and place."""
    said = {"sort": order} if order != NEWEST else {}
    return urlencode(said | ({"from": place} if place else {}))


def _address(order: str, place: str = "") -> str:
    query = _query(order, place)
    return f"/inbox?{query}" if query else "/inbox"


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


async def several(request: Request) -> Response:
    """POST /inbox/several: mark or sort the chosen files, whosever they are; `chosen` are
    “patient:entry”. A file that is no longer there, or that nobody could open yet, is left out."""
    staff = await staff_of(request)
    services = services_of(request)
    form = await form_of(request)
    if form["do"] not in MARKS:
        raise WrongInput(_("Please choose what to do with the files."))
    for chosen in chosen_of(form):
        patient_id, _colon, entry_id = chosen.partition(":")
        with suppress(NotFound):
            chart = await services.people.permissions.chart(staff, patient_id)
            entry = await services.charts.contents.entry(chart, entry_id)
            if entry.state == FileState.FILED and not entry.moved_to:
                await mark(services, chart, [entry], form)
    return marked_all(request, "/inbox")


async def after(request: Request) -> Response:
    """GET /inbox/{patient_id}/{entry_id}/next: the next file that waits, in the order in which this
    person goes through the inbox, or from the beginning again."""
    staff = await staff_of(request)
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    here = await services.charts.contents.entry(chart, request.path_params["entry_id"])
    order = order_of(request)
    following = await following_in_order(services, chart, here, order)
    if following is None:
        return redirect(_address(order))
    via = via_of(order)
    return redirect(f"/patients/{following.patient_id}/entries/{following.id}?via={via}")


async def alarm(request: Request) -> Response:
    """GET /inbox/{patient_id}/{entry_id}/alarm: the toast about a destroyed file."""
    staff = await prepare(request)
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    entry = await services.charts.contents.entry(chart, request.path_params["entry_id"])
    if entry.state not in DEAD or not concerns(staff, entry):
        raise NotFound
    patient = await services.people.patients.get(chart)
    shown = await alarm_of(services, entry, patient.name)
    text = f"{shown.title}. {shown.reason}"
    return JSONResponse({"text": text, "tone": shown.tone, "href": "/inbox"})


routes = [
    staff_route("/inbox", inbox),
    staff_route("/inbox/waiting", waiting),
    staff_route("/inbox/several", several, methods=["POST"]),
    staff_route("/inbox/{patient_id}/{entry_id}/next", after),
    staff_route("/inbox/{patient_id}/{entry_id}", review, methods=["POST"]),
    staff_route("/inbox/{patient_id}/{entry_id}/alarm", alarm),
]
