"""“Invite to the app”: choose the channels, preview the message, send it; and close an account."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.accounts import OUR_APP
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import WrongInput
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.addresses import ways_to
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess
from bedside.requests.app_invitations.sending import PREFIX

INVITED = flash_message("app_invitation_sent", N_("The invitation to the app is on its way."))
CLOSED = flash_message(
    "account_closed", N_("The app is closed for this patient, and every device is signed out.")
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An invitation that was not sent yet. `id` is made with the form, so that sending the form
    twice invites once."""

    id: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inviting:
    """The invited patient."""

    chart: ChartAccess
    patient: Patient


async def form_page(request: Request) -> Response:
    """GET /patients/{patient_id}/app: whether the patient has it, and the channels."""
    inviting = await _inviting(request)
    ways = ways_to(inviting.patient.demographics)
    return await _form(request, inviting, Draft(new_id(PREFIX), ways[:1]))


async def preview(request: Request) -> Response:
    """POST /patients/{patient_id}/app: preview; nothing is sent yet."""
    inviting = await _inviting(request)
    form = await form_of(request)
    draft = _draft(form)
    if "edit" in form:
        return await _form(request, inviting, draft)
    invitations = services_of(request).requests.app_invitations
    try:
        messages = await invitations.preview(inviting.chart, draft.channels)
    except WrongInput as error:
        return await _form(request, inviting, draft, error)
    return render(
        request,
        "patient_app/preview.html",
        patient=inviting.patient,
        draft=draft,
        messages=messages,
    )


async def send(request: Request) -> Response:
    """POST /patients/{patient_id}/app/send: send what was previewed."""
    inviting = await _inviting(request)
    draft = _draft(await form_of(request))
    try:
        await services_of(request).requests.app_invitations.send(
            inviting.chart, draft.channels, draft.id
        )
    except WrongInput as error:
        return await _form(request, inviting, draft, error)
    return redirect(f"/patients/{inviting.patient.id}/card", INVITED)


async def close(request: Request) -> Response:
    """POST /patients/{patient_id}/app/close: close the patient's account."""
    inviting = await _inviting(request)
    account_id = (await form_of(request)).line("account")
    await services_of(request).accounts.all.close(inviting.chart, account_id)
    return redirect(f"/patients/{inviting.patient.id}/app", CLOSED)


def _draft(form: Form) -> Draft:
    return Draft(form.line("id"), tuple(form.all("channels")))


async def _inviting(request: Request) -> Inviting:
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    return Inviting(chart, await services.people.patients.get(chart))


async def _form(
    request: Request, inviting: Inviting, draft: Draft, error: WrongInput | None = None
) -> Response:
    return render(
        request,
        "patient_app/invite.html",
        status=error.status if error else 200,
        patient=inviting.patient,
        draft=draft,
        account=await services_of(request).accounts.all.opened_for(inviting.chart),
        about_app=f"{OUR_APP}/{inviting.chart.clinic_id}",
        errors={error.field: _(error.sentence)} if error else {},
    )


_APP = "/patients/{patient_id}/app"

routes = [
    staff_route(_APP, form_page, methods=["GET"]),
    staff_route(_APP, preview, methods=["POST"]),
    staff_route(_APP + "/send", send, methods=["POST"]),
    staff_route(_APP + "/close", close, methods=["POST"]),
]
