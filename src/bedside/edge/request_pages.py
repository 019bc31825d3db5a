"""The patient's side of requests by link, whatever they ask for: /my/{request_id} and below."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import Handler, address_of, services_of
from bedside.edge.dates import first_box
from bedside.edge.devices import device_of, keep_device, last_link_of, pages_of
from bedside.edge.errors import wants_json
from bedside.edge.forms import form_of
from bedside.edge.languages import speak_to_patient
from bedside.edge.link_devices import page_of_link
from bedside.edge.link_pages import (
    Entry,
    LinkFace,
    LinkPages,
    Question,
    closed_page,
    page,
    told_page,
)
from bedside.edge.links_again import FIELD, ask_again, asked_page
from bedside.edge.rendering import render
from bedside.errors import NotFound, NotSignedIn, TooMany, WrongInput
from bedside.kernel import language
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_
from bedside.links.records import Link, LinkClosed, LinkState
from bedside.people.clinics import Clinic
from bedside.people.emergencies import emergency
from bedside.people.permissions import LinkAccess
from bedside.requests.faces import Face
from bedside.requests.kinds import AnyRequestKind
from bedside.requests.records import Reported

Page = Callable[[Request, LinkAccess], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class QuestionTexts:
    """Texts of a kind of request beside the question for the date of birth, untranslated.

    `asks` names the person asking (%(who)s) and the purpose, `promise` what becomes of it, below
    `heading`; `emergency` returns what to do in an emergency, for those who send something and
    those who only read.
    """

    asks: str
    promise: str
    heading: str = N_("You don’t need an app or an account.")
    emergency: Callable[[Clinic], str] = emergency


def request_pages(kind: AnyRequestKind, texts: QuestionTexts, home: Handler) -> LinkPages:
    """Return the pages of links to a kind of request, whose pages begin with `home`."""

    async def ask(request: Request, face: LinkFace, question: Question) -> Response:
        error = question.errors.get("birth", "")
        return page(
            request,
            "components/link_date_of_birth.html",
            face,
            status=422 if error else 200,
            link=page_of_link(face.link.id),
            texts=texts,
            emergency_text=texts.emergency(face.clinic),
            tries=question.tries,
            error=error,
            first_box=first_box(face.clinic),
            **question.typed,
        )

    return LinkPages(
        kind=kind, face=_face, ask=ask, enter=_enter, known=_known, report=report, home=home
    )


async def _face(request: Request, link: Link) -> LinkFace:
    return face_of(await services_of(request).requests.faces.of(link))


def face_of(face: Face) -> LinkFace:
    """Return the public view of a request, for the page of its link."""
    asked = face.request
    return LinkFace(
        face.link,
        face.clinic,
        asked.content.asked_by,
        asked.reported,
        asked.filed > 0 if asked.file_limit else None,
        asked.content.asked_role,
        over=asked.is_over,
    )


async def _enter(request: Request, face: LinkFace, entry: Entry) -> Response:
    request_id = face.link.subject_id
    response = RedirectResponse(pages_of(request_id), status_code=303)
    keep_device(response, services_of(request).settings, request_id, entry.token)
    return response


async def _known(request: Request, face: LinkFace, access: LinkAccess) -> Response | None:
    return RedirectResponse(pages_of(access.subject_id), status_code=303)


async def report(request: Request, link: Link, what: Reported) -> None:
    """Report to the clinic what somebody says on a link's page."""
    await services_of(request).requests.faces.report(link, what, address_of(request))


# --- /my/{request_id} ----------------------------------------------------------------------------


def for_devices(kind: AnyRequestKind) -> Callable[[Page], Handler]:
    """Return a decorator for pages of requests of this kind.

    It admits only the device of the request, and tells others what to do instead. Raises NotFound
    for a request of another kind.
    """

    def for_device(page: Page) -> Handler:
        @wraps(page)
        async def handler(request: Request) -> Response:
            try:
                link = await device_of(request)
                if not is_id(link.subject_id, kind.prefix):
                    raise NotFound
                return await page(request, link)
            except (NotSignedIn, LinkClosed):
                if wants_json(request):
                    raise
                return await turned_away(request)

        return handler

    return for_device


async def turned_away(request: Request) -> Response:
    """Explain why this device does not get the pages of a request."""
    request_id = request.path_params["request_id"]
    face = await _of_device(request)
    if face is not None:
        return closed_page(request, face_of(face), address=pages_of(request_id))
    return render(
        request,
        "components/link_not_let_in.html",
        status=401,
        lang=language.spoken(),
        clinic_name="",
    )


async def _of_device(request: Request) -> Face | None:
    """Return the request for a device that had access, or where who may see it is signed in to the
    app, in the patient's language."""
    try:
        link = await last_link_of(request, request.path_params["request_id"])
    except NotSignedIn:
        return None
    await speak_to_patient(request, link.clinic_id, link.patient_id)
    return await services_of(request).requests.faces.of(link)


async def send_again(request: Request) -> Response:
    """POST /my/{request_id}/again: ask for a link on a device whose own has ended."""
    request_id = request.path_params["request_id"]
    face = await _of_device(request)
    if face is None:
        return await turned_away(request)
    here = pages_of(request_id)
    if face.link.state is LinkState.OPEN:
        return RedirectResponse(here, status_code=303)
    typed = (await form_of(request)).line(FIELD)
    try:
        await ask_again(request, typed, face.link.clinic_id, target=request_id)
    except (WrongInput, TooMany) as error:
        return closed_page(request, face_of(face), address=here, typed=typed, error=error)
    return asked_page(request, face_of(face), back=here)


async def ask_new_link(request: Request) -> Response:
    """POST /my/{request_id}/new-link: request a new link from a device whose link has ended."""
    request_id = request.path_params["request_id"]
    faces = services_of(request).requests.faces
    face = await _of_device(request)
    if face is None:
        return await turned_away(request)
    await faces.report(face.link, Reported.NEW_LINK, address_of(request))
    now = await _of_device(request) or face
    return told_page(request, face_of(now), back=pages_of(request_id))
