"""The link of a personal invitation: the date of birth once, and the patient is checked in.

Opening the link changes nothing, also on a device that is known: previews and restored tabs open
links too. There one press checks in, or leads back to the visit that goes on.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge import request_pages
from bedside.edge.context import services_of
from bedside.edge.dates import first_box
from bedside.edge.forms import Form
from bedside.edge.link_devices import page_of_link
from bedside.edge.link_pages import Entry, LinkFace, LinkPages, Question, page
from bedside.edge.visit_devices import keep_visitor, page_of
from bedside.errors import WrongInput
from bedside.kernel.language import gettext as _
from bedside.links.records import Link, LinkState
from bedside.people.permissions import LinkAccess
from bedside.requests.invitations.kind import INVITATIONS
from bedside.visits.check_in import RoomClosed


async def _face(request: Request, link: Link) -> LinkFace:
    """Return the public view; for invitations of earlier versions, which are no requests, without
    what somebody has reported."""
    services = services_of(request)
    clinic = await services.people.clinics.get(link.clinic_id)
    if not await services.requests.invitations.is_request(link):
        return LinkFace(link, clinic, clinic.name, reports=False)
    asked = (await services.requests.faces.of(link)).request
    return LinkFace(link, clinic, clinic.name, asked.reported)


async def _check(request: Request, link: Link, form: Form) -> dict[str, str]:
    room = await services_of(request).visits.invitations.room_of(link)
    if room.options.consent_text and form["consented"] != "yes":
        return {"consented": _("Please agree to go on.")}
    return {}


async def _ask(request: Request, face: LinkFace, question: Question) -> Response:
    return await door_page(request, face, question)


async def _known(request: Request, face: LinkFace, access: LinkAccess) -> Response | None:
    goes_on = bool(await services_of(request).visits.check_in.going_on(access.subject_id))
    question = Question(face.link.tries_left)
    return await door_page(request, face, question, known=True, goes_on=goes_on)


async def _ended(request: Request, face: LinkFace) -> Response | None:
    """Lead back to a visit that goes on after its invitation has ended."""
    if face.link.state is LinkState.REVOKED:
        return None
    visit_id = await services_of(request).visits.check_in.going_on(face.link.subject_id)
    return RedirectResponse(page_of(visit_id), status_code=303) if visit_id else None


async def enter(request: Request, face: LinkFace, entry: Entry, here: str = "") -> Response:
    """Check the patient in, and lead on to the visit. `here` is the page of the invitation if it is
    not that of its link."""
    services = services_of(request)
    consented = entry.form["consented"] == "yes"
    tries = face.link.tries_left
    try:
        checked_in = await services.visits.check_in.with_invitation(
            entry.access, consented=consented
        )
    except RoomClosed as error:
        return await door_page(
            request, face, Question(tries), status=error.status, known=True, shut=True, here=here
        )
    except WrongInput as error:
        wrong = Question(tries, entry.form, {error.field: _(error.sentence)})
        return await door_page(request, face, wrong, known=True, here=here)
    await services.requests.invitations.arrived(entry.access)
    response = RedirectResponse(page_of(checked_in.visit_id), status_code=303)
    keep_visitor(response, services.settings, *checked_in)
    return response


async def door_page(
    request: Request,
    face: LinkFace,
    question: Question,
    *,
    status: int = 200,
    known: bool = False,
    goes_on: bool = False,
    shut: bool = False,
    here: str = "",
) -> Response:
    """Render the door of an invitation."""
    services = services_of(request)
    room = await services.visits.invitations.room_of(face.link)
    place = await services.visits.rooms.place(room)
    form = question.form
    return page(
        request,
        "invitations/door.html",
        face,
        status=WrongInput.status if question.errors else status,
        tries=question.tries,
        here=here or page_of_link(face.link.id),
        room=room,
        host=place.name,
        emergency_text=await services.visits.rooms.emergency_text(room),
        consented=bool(form and form["consented"] == "yes"),
        errors=question.errors,
        summary=[
            (first_box(face.clinic) if field == "birth" else field, sentence)
            for field, sentence in question.errors.items()
        ],
        known=known,
        goes_on=goes_on,
        shut=shut or not (room.open or goes_on),
        reports=face.reports,
        **question.typed,
    )


LINK_PAGES = LinkPages(
    kind=INVITATIONS,
    face=_face,
    ask=_ask,
    enter=enter,
    check=_check,
    known=_known,
    ended=_ended,
    report=request_pages.report,
    enters_again=True,
)
