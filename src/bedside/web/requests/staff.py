"""Requests as staff send and follow them: from the card or the chart, and the list of the desk."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.readers import proof_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.errors import Conflict, WrongInput
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.links.options import LinkOptions
from bedside.notifications.addresses import RuledOut, ways_to
from bedside.notifications.messenger import CHANNELS
from bedside.notifications.text_limits import ManyTexts
from bedside.people.clinics import Clinic
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess
from bedside.requests.lists import PAGE, VIEWS
from bedside.requests.photos.kind import PHOTOS
from bedside.requests.photos.options import PhotoOptions
from bedside.requests.photos.sending import Draft
from bedside.requests.photos.texts import PHOTO_TEMPLATES
from bedside.requests.service import Outgoing
from bedside.requests.states import Step, allowed, closing
from bedside.web.requests.rows import drawn_rows

SENT = flash_message(
    "request_sent", N_("The request is on its way. You see here when it is opened.")
)
REVOKED = flash_message("request_revoked", N_("The link is closed. Nobody can open it any more."))
REISSUED = flash_message("request_reissued", N_("A new link is on its way. The old one is closed."))
RESENT = flash_message("message_resent", N_("The message is sent again."))
NOT_NOW = flash_message(
    "request_moved_on",
    N_("This request has moved on in the meantime. Look at it again."),
    "attention",
)
NO_ADDRESS = flash_message(
    "request_no_address",
    N_("No message can go to the patient's number or address. Correct or confirm it on the card."),
    "attention",
)

RULED_OUT = flash_message("request_ruled_out", RuledOut.sentence, "attention")
MANY_TEXTS = flash_message(
    "request_many_texts",
    N_(
        "Many text messages went to this number just now, so this one was not sent. Call the "
        "patient, or send it again in some minutes."
    ),
    "attention",
)

_VIEW_NAMES = {
    "open": N_("Still open"),
    "waiting": N_("Needs you"),
    "done": N_("Done"),
    "all": N_("All"),
}


# --- the desk ------------------------------------------------------------------------------------


async def desk(request: Request) -> Response:
    """GET /requests?view=&page=: requests to all patients the person may see."""
    await shell(request, "requests")
    return render(request, "requests/desk.html", **await _desk(request))


async def desk_list(request: Request) -> Response:
    """GET /requests/list: the list alone, for live updates."""
    await prepare(request)
    return render(request, "requests/desk_list.html", **await _desk(request))


async def _desk(request: Request) -> dict[str, Any]:
    staff = await staff_of(request)
    view = request.query_params.get("view", "open")
    view = view if view in VIEWS else "open"
    given = request.query_params.get("page", "1")
    page = max(1, int(given)) if given.isdecimal() and len(given) < 4 else 1
    services = services_of(request)
    lists, lost = services.requests.lists, services.requests.lost
    asked_again = await lost.of_desk(staff) if view == "waiting" and page == 1 else []
    rooms = {
        room_id: (await services.visits.rooms.get(staff.clinic_id, room_id)).name
        for room_id in {one.room_id for one in asked_again}
    }
    rows = await lists.of_desk(staff, view, page)
    return {
        "asked_again": asked_again,
        "rooms": rooms,
        "rows": rows,
        "drawn": await drawn_rows(
            request, staff.clinic_id, ((one.request, one.patient_name) for one in rows)
        ),
        "kinds": services.requests.kinds,
        "view": view,
        "page": page,
        "most": PAGE,
        "waiting": await lists.waiting(staff) + await lost.waiting(staff),
        "views": [(key, _(name)) for key, name in _VIEW_NAMES.items()],
    }


# --- a patient's requests ----------------------------------------------------------------------


async def of_patient(request: Request) -> Response:
    """GET /patients/{patient_id}/requests."""
    chart, patient, _clinic = await _chart(request)
    shown = await _of_chart(request, chart)
    return render(request, "requests/of_patient.html", patient=patient, **shown)


async def of_patient_list(request: Request) -> Response:
    """GET /patients/{patient_id}/requests/list: the list alone, for live updates."""
    chart = await _fragment(request)
    return render(request, "requests/of_patient_list.html", **await _of_chart(request, chart))


async def _of_chart(request: Request, chart: ChartAccess) -> dict[str, Any]:
    requests = await services_of(request).requests.lists.of_chart(chart)
    drawn = await drawn_rows(request, chart.clinic_id, ((asked, "") for asked in requests))
    return {"requests": requests, "drawn": drawn}


async def one(request: Request) -> Response:
    """GET /patients/{patient_id}/requests/{request_id}: its progress, and what can be done."""
    chart, patient, _clinic = await _chart(request)
    return render(request, "requests/one.html", patient=patient, **await _one(request, chart))


async def one_now(request: Request) -> Response:
    """GET /patients/{patient_id}/requests/{request_id}/now: the live part."""
    chart = await _fragment(request)
    return render(request, "requests/one_now.html", **await _one(request, chart))


async def _one(request: Request, chart: ChartAccess) -> dict[str, Any]:
    services = services_of(request)
    asked = await services.requests.all.get(chart, request.path_params["request_id"])
    kind = services.requests.kinds.by_key(asked.kind)
    return {
        **await proof_of(services, chart, asked.id),
        "asked": asked,
        "kind": kind,
        "not_taken": await services.requests.photos.not_taken(chart, asked.id)
        if kind is PHOTOS
        else None,
        "details": kind.details(asked),
        "deliveries": await services.notifications.messages.of_request(chart, asked.id),
        "may_revoke": allowed(asked.state, closing(asked.state, stays=kind.stays)),
        "may_reissue": allowed(asked.state, Step.REISSUED),
    }


# --- sending -------------------------------------------------------------------------------------


async def new(request: Request) -> Response:
    """GET /patients/{patient_id}/requests/new: what to ask for; for scripts a panel beside the page
    they are on, with the messages in it."""
    if wants_fragment(request):
        return await _panel(request)
    _chart_access, patient, clinic = await _chart(request)
    return _form_page(request, patient, clinic, _empty_draft(patient))


async def _panel(request: Request) -> Response:
    chart = await _fragment(request)
    services = services_of(request)
    patient = await services.people.patients.get(chart)
    ways = ways_to(patient.demographics)
    # without any, the refusal of the first says what is missing
    draft = Draft(new_id(PHOTOS.prefix), ways or CHANNELS[:1], "general")
    messages: tuple[Outgoing, ...] = ()
    problem = ""
    try:
        messages = (await services.requests.photos.preview(chart, draft)).messages
    except WrongInput as error:
        problem = _(error.sentence)
    return render(
        request,
        "requests/new_panel.html",
        patient=patient,
        draft=draft,
        messages=messages,
        problem=problem,
        templates=_templates(),
        clinic_name=(await services.people.clinics.get(chart.clinic_id)).name,
    )


async def preview(request: Request) -> Response:
    """POST /patients/{patient_id}/requests/new: preview; nothing is sent yet."""
    chart, patient, clinic = await _chart(request)
    form = await form_of(request)
    draft = _draft(form)
    if "edit" in form:
        return _form_page(request, patient, clinic, draft)
    try:
        shown = await services_of(request).requests.photos.preview(chart, draft)
    except WrongInput as error:
        return _form_page(request, patient, clinic, draft, error)
    return render(
        request,
        "requests/preview.html",
        patient=patient,
        draft=draft,
        shown=shown,
        kind=_(PHOTO_TEMPLATES[draft.template].label),
    )


async def send(request: Request) -> Response:
    """POST /patients/{patient_id}/requests: send what was previewed. Idempotent."""
    chart, patient, clinic = await _chart(request)
    draft = _draft(await form_of(request))
    try:
        request_id = await services_of(request).requests.photos.send(chart, draft)
    except WrongInput as error:
        if wants_json(request):
            raise
        return _form_page(request, patient, clinic, draft, error)
    if wants_json(request):
        return Response(status_code=204)
    return redirect(f"/patients/{patient.id}/requests/{request_id}", SENT)


def _empty_draft(patient: Patient) -> Draft:
    return Draft(new_id(PHOTOS.prefix), ways_to(patient.demographics)[:1], "general")


def _draft(form: Form) -> Draft:
    return Draft(
        id=form.line("id"),
        channels=tuple(form.all("channels")),
        template=form.line("template"),
        body_part=form.line("body_part"),
        instructions=form.line("instructions"),
    )


def _form_page(
    request: Request,
    patient: Patient,
    clinic: Clinic,
    draft: Draft,
    error: WrongInput | None = None,
) -> Response:
    return render(
        request,
        "requests/new.html",
        status=error.status if error else 200,
        patient=patient,
        draft=draft,
        photos=clinic.of(PhotoOptions),
        link_days=clinic.of(LinkOptions).link_days,
        templates=_templates(),
        errors={error.field: _(error.sentence)} if error else {},
    )


def _templates() -> list[tuple[str, str, str]]:
    return [(key, _(one.label), _(one.asks)) for key, one in PHOTO_TEMPLATES.items()]


# --- afterwards ----------------------------------------------------------------------------------


async def revoke(request: Request) -> Response:
    """POST /patients/{patient_id}/requests/{request_id}/revoke."""
    chart, request_id, back = await _at_one(request)
    try:
        await services_of(request).requests.all.revoke(chart, request_id)
    except Conflict:
        return redirect(back, NOT_NOW)
    return redirect(back, REVOKED)


async def reissue(request: Request) -> Response:
    """POST /patients/{patient_id}/requests/{request_id}/reissue."""
    chart, request_id, back = await _at_one(request)
    try:
        await services_of(request).requests.all.reissue(chart, request_id)
    except Conflict:
        return redirect(back, NOT_NOW)
    except ManyTexts:
        return redirect(back, MANY_TEXTS)
    except RuledOut:
        return redirect(back, RULED_OUT)
    except WrongInput:
        return redirect(back, NO_ADDRESS)
    return redirect(back, REISSUED)


async def resend(request: Request) -> Response:
    """POST /patients/{patient_id}/requests/{request_id}/messages/{notification_id}/resend."""
    chart, _request_id, back = await _at_one(request)
    try:
        await services_of(request).notifications.dispatcher.resend(
            chart, request.path_params["notification_id"]
        )
    except Conflict:
        return redirect(back, NOT_NOW)
    return redirect(back, RESENT)


async def _at_one(request: Request) -> tuple[ChartAccess, str, str]:
    staff = await staff_of(request)
    chart = await services_of(request).people.permissions.chart(
        staff, request.path_params["patient_id"]
    )
    request_id = request.path_params["request_id"]
    return chart, request_id, f"/patients/{chart.patient_id}/requests/{request_id}"


async def _chart(request: Request) -> tuple[ChartAccess, Patient, Clinic]:
    staff = await shell(request, "requests")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    clinic = await services.people.clinics.get(staff.clinic_id)
    return chart, await services.people.patients.get(chart), clinic


async def _fragment(request: Request) -> ChartAccess:
    staff = await prepare(request)
    return await services_of(request).people.permissions.chart(
        staff, request.path_params["patient_id"]
    )


_PATIENT = "/patients/{patient_id}/requests"
_ONE = _PATIENT + "/{request_id}"

routes = [
    staff_route("/requests", desk),
    staff_route("/requests/list", desk_list),
    staff_route(_PATIENT, of_patient, methods=["GET"]),
    staff_route(_PATIENT, send, methods=["POST"]),
    staff_route(_PATIENT + "/list", of_patient_list),
    staff_route(_PATIENT + "/new", new, methods=["GET"]),
    staff_route(_PATIENT + "/new", preview, methods=["POST"]),
    staff_route(_ONE, one),
    staff_route(_ONE + "/now", one_now),
    staff_route(_ONE + "/revoke", revoke, methods=["POST"]),
    staff_route(_ONE + "/reissue", reissue, methods=["POST"]),
    staff_route(_ONE + "/messages/{notification_id}/resend", resend, methods=["POST"]),
]
