"""Invitations to a waiting room in the patient's app: on the first page until the visit is over,
and one press to check in. The person is known from the sign-in, and types nothing."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.accounts import page_in_app, patient_side_of
from bedside.edge.app_shell import app_page
from bedside.edge.context import services_of
from bedside.edge.feature import AppItem
from bedside.edge.forms import form_of
from bedside.edge.link_pages import Entry, Question, closed_page
from bedside.edge.routes import app_route
from bedside.edge.signed_in import APP
from bedside.errors import NotFound
from bedside.kernel.ids import is_id
from bedside.kernel.language import gettext as _
from bedside.links.records import LinkClosed
from bedside.people.permissions import PatientAccess
from bedside.requests.invitations.details import KEY, PREFIX, InvitationDetails
from bedside.requests.states import State
from bedside.services import Services
from bedside.web.invitations import patient


async def app_items(services: Services, side: PatientAccess) -> Sequence[AppItem]:
    """Return the invitations whose visit is not over."""
    found: list[AppItem] = []
    for one in await services.requests.in_app.of(side):
        request = one.request
        if one.kind.key != KEY:
            continue
        goes_on = bool(await services.visits.check_in.going_on(request.id))
        if request.state is State.IN_PROGRESS and not goes_on:
            continue
        found.append(
            AppItem(
                id=request.id,
                title=_("Your video visit"),
                detail=_("Back to your visit")
                if goes_on
                else InvitationDetails.of(request.content).room,
                icon="video",
                href=_address(side, request.id),
                at=request.created_at,
                asks=True,
                new=one.new,
            )
        )
    return found


async def invitation(request: Request) -> Response:
    """GET /app/{patient_id}/invitations/{invitation_id}: check in with one press, or go back to the
    visit. Changes nothing."""
    return await _page(request)


async def check_in(request: Request) -> Response:
    """POST /app/{patient_id}/invitations/{invitation_id}: check in, or come back."""
    return await _page(request, enters=True)


async def _page(request: Request, *, enters: bool = False) -> Response:
    await app_page(request)
    side = await patient_side_of(request)
    links, invitation_id = services_of(request).links, request.path_params["invitation_id"]
    if not is_id(invitation_id, PREFIX):
        raise NotFound
    link = await links.last_of_side(side, invitation_id)
    face = await patient.LINK_PAGES.face(request, link)
    try:
        access = await links.of_side(side, invitation_id)
    except LinkClosed:
        return closed_page(request, face)
    here = _address(side, invitation_id)
    if enters:
        form = await form_of(request)
        await links.opened_by_app(access)
        return await patient.enter(request, face, Entry(access, "", form), here)
    goes_on = bool(await services_of(request).visits.check_in.going_on(invitation_id))
    question = Question(link.tries_left)
    return await patient.door_page(request, face, question, known=True, goes_on=goes_on, here=here)


def _address(side: PatientAccess, invitation_id: str) -> str:
    return page_in_app(side.patient_id, f"/invitations/{invitation_id}")


_INVITATION = APP + "/{patient_id}/invitations/{invitation_id}"

routes = [
    app_route(_INVITATION, invitation, methods=["GET"]),
    app_route(_INVITATION, check_in, methods=["POST"]),
]
