"""The first page of a link: is this for you? A GET changes nothing, whoever makes it.

The link in a message is `/l/{secret}`; the page itself is below `/link/{link_id}`, without it. What
a link leads to is the business of the feature that has registered its `LinkPages`.
"""

from contextlib import suppress
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge import request_pages
from bedside.edge.accounts import account_of
from bedside.edge.context import address_of, services_of
from bedside.edge.dates import CHECK_ORDER, TypedDate, may_be_swapped
from bedside.edge.devices import pages_of, side_of_link
from bedside.edge.feature import features_of
from bedside.edge.forms import form_of
from bedside.edge.link_devices import (
    keep_link_device,
    link_device_token,
    opened_link,
    page_of_link,
)
from bedside.edge.link_pages import (
    Entry,
    LinkFace,
    LinkPages,
    Question,
    closed_page,
    page,
    told_page,
)
from bedside.edge.link_secrets import led_on, secret_of
from bedside.edge.links_again import FIELD, PATH, ask_again, asked_page
from bedside.edge.rendering import render
from bedside.edge.routes import app_route, link_route, open_route
from bedside.edge.signed_in import APP
from bedside.errors import BedsideError, NotFound, TooMany, WrongInput
from bedside.kernel import language
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.links.records import Link, LinkState
from bedside.people.permissions import LinkAccess
from bedside.requests.records import Reported


async def arrive(request: Request) -> Response:
    """GET /l/{secret}, also HEAD and by previews, and posts of older pages: redirect to the page
    of the link."""
    secret = request.path_params["secret"]
    link = await services_of(request).links.look(secret)
    if link is None:
        return render(
            request, "links/unknown.html", status=404, lang=language.spoken(), clinic_name=""
        )
    response = led_on(request, page_of_link(link.id), secret, link.expires_at)
    token = link_device_token(request)
    if token:  # of a device with access when the page was still here
        keep_link_device(request, response, link.id, token)
    return response


async def open_link(request: Request) -> Response:
    """GET /link/{link_id}: ask for the date of birth, or say why not."""
    pages, face = await _opened(request)
    access = await _known_device(request, face.link)
    shown = await pages.known(request, face, access) if access is not None else None
    if shown is not None:
        return shown
    if face.link.state is not LinkState.OPEN:
        return await _goes_on(request, pages, face) or _closed(request, pages, face)
    return await pages.ask(request, face, Question(face.link.tries_left))


async def answer(request: Request) -> Response:
    """POST /link/{link_id}: the date of birth. The right one lets this device in, and no other."""
    pages, face = await _opened(request)
    form = await form_of(request)
    asks_again = face.link.state is LinkState.OPEN and not pages.enters_again
    access = None if asks_again else await _known_device(request, face.link)
    if access is not None:
        return await pages.enter(request, face, Entry(access, link_device_token(request), form))
    if face.link.state is not LinkState.OPEN:
        return _closed(request, pages, face)
    born, wrong = TypedDate.of(form).read(face.clinic)
    errors = {"birth": _(wrong)} if wrong else dict[str, str]()
    errors.update(await pages.check(request, face.link, form))
    if errors or born is None:
        return await pages.ask(request, face, Question(face.link.tries_left, form, errors))
    links = services_of(request).links
    answered = await links.answer(secret_of(request), born, address_of(request))
    link = answered.link
    face = await pages.face(request, link)
    if answered.token:
        access = await links.resume(answered.token, link.subject_id, address_of(request))
        response = await pages.enter(request, face, Entry(access, answered.token, form))
        keep_link_device(request, response, link.id, answered.token)
        return response
    if link.state is not LinkState.OPEN:
        return _closed(request, pages, face)
    sentence = _not_the_date(face, born)
    return await pages.ask(request, face, Question(link.tries_left, form, {"birth": sentence}))


def _not_the_date(face: LinkFace, born: date) -> str:
    """Return the sentence after a wrong answer: the tries left, and the order of the boxes if
    day and month may have changed places."""
    left = face.link.tries_left
    sentence = ngettext(
        "This is not the date of birth that we have. You can try %(left)s more time.",
        "This is not the date of birth that we have. You can try %(left)s more times.",
        left,
    ) % {"left": left}
    if not may_be_swapped(born):
        return sentence
    return f"{sentence} {_(CHECK_ORDER[face.clinic.options.date_order])}"


async def _opened(request: Request) -> tuple[LinkPages, LinkFace]:
    """Return the public view of the link open in this browser. Raises OpenLinkAgain."""
    link = await opened_link(request)
    pages = features_of(request).link_pages.of(link.subject_id)
    return pages, await pages.face(request, link)


async def _known_device(request: Request, link: Link) -> LinkAccess | None:
    """Return access for a device that has given the date of birth before, or on which the patient
    is signed in to the app."""
    links, token = services_of(request).links, link_device_token(request)
    with suppress(BedsideError):
        return await links.resume(token, link.subject_id, address_of(request))
    with suppress(BedsideError):
        access = await side_of_link(request, link.subject_id)
        await links.opened_by_app(access)
        return access
    return None


async def _goes_on(request: Request, pages: LinkPages, face: LinkFace) -> Response | None:
    """Lead a device that had access to what outlasts its link, such as a visit."""
    token = link_device_token(request)
    known = await services_of(request).links.of_device(token, face.link.subject_id)
    return await pages.ended(request, face) if known is not None else None


def _closed(
    request: Request,
    pages: LinkPages,
    face: LinkFace,
    *,
    typed: str = "",
    error: BedsideError | None = None,
) -> Response:
    address = page_of_link(face.link.id) if pages.report and face.reports else ""
    return closed_page(request, face, address=address, typed=typed, error=error)


# --- telling the clinic ------------------------------------------------------------------------


async def not_me(request: Request) -> Response:
    """GET /link/{link_id}/not-me: what to do with a message that reached somebody else."""
    pages, face = await _opened(request)
    return _not_me_page(request, pages, face)


async def report_not_me(request: Request) -> Response:
    """POST /link/{link_id}/not-me: report to the clinic that the message was misdirected. A box
    has to be ticked, because programs that check links press every button."""
    if (await form_of(request))["sure"] != "yes":
        pages, face = await _opened(request)
        error = _("Tick the box if the message is not for you.")
        return _not_me_page(request, pages, face, error)
    return await _report(request, Reported.WRONG_PERSON)


def _not_me_page(request: Request, pages: LinkPages, face: LinkFace, error: str = "") -> Response:
    if pages.report is None or not face.reports:
        raise NotFound
    address = page_of_link(face.link.id)
    status = WrongInput.status if error else 200
    return page(request, "links/not_me.html", face, status=status, link=address, error=error)


async def ask_new_link(request: Request) -> Response:
    """POST /link/{link_id}/new-link: ask the clinic for a new link."""
    return await _report(request, Reported.NEW_LINK)


async def send_again(request: Request) -> Response:
    """POST /link/{link_id}/again: ask for a link in place of one that is over."""
    pages, face = await _opened(request)
    if face.link.state is LinkState.OPEN:
        return RedirectResponse(page_of_link(face.link.id), status_code=303)
    typed = (await form_of(request)).line(FIELD)
    try:
        await ask_again(request, typed, face.link.clinic_id, target=face.link.subject_id)
    except (WrongInput, TooMany) as error:
        return _closed(request, pages, face, typed=typed, error=error)
    return RedirectResponse(f"{page_of_link(face.link.id)}{PATH}", status_code=303)


async def asked_again(request: Request) -> Response:
    """GET /link/{link_id}/again: what happens now, the same for everybody."""
    _pages, face = await _opened(request)
    return asked_page(request, face, back=page_of_link(face.link.id))


async def _report(request: Request, report: Reported) -> Response:
    pages, face = await _opened(request)
    if pages.report is None:
        raise NotFound
    await pages.report(request, face.link, report)
    return RedirectResponse(f"{page_of_link(face.link.id)}/reported", status_code=303)


async def reported(request: Request) -> Response:
    """GET /link/{link_id}/reported: confirm the report to the clinic."""
    pages, face = await _opened(request)
    if pages.report is None:
        raise NotFound
    return told_page(request, face, back=page_of_link(face.link.id))


async def home(request: Request) -> Response:
    """GET /my/{request_id}: the first page of a request, for a device with access."""
    request_id = request.path_params["request_id"]
    kinds = features_of(request).link_pages
    begin = kinds.of(request_id).home if kinds.has(request_id) else None
    return await (begin or request_pages.turned_away)(request)


async def in_app(request: Request) -> Response:
    """GET /app/requests/{request_id}: where a notification leads. The request's own pages know a
    device without access by its link only, and a notification has none: who is signed out signs in
    here first."""
    await account_of(request)
    return RedirectResponse(pages_of(request.path_params["request_id"]), status_code=303)


_PAGE = "/link/{link_id}"

routes = [
    open_route("/l/{secret}", arrive, methods=["GET", "HEAD", "POST"]),
    open_route("/l/{secret}/{rest}", arrive, methods=["GET", "HEAD", "POST"]),
    open_route(_PAGE, open_link, methods=["GET", "HEAD"]),
    open_route(_PAGE, answer, methods=["POST"]),
    open_route(_PAGE + "/not-me", not_me, methods=["GET"]),
    open_route(_PAGE + "/not-me", report_not_me, methods=["POST"]),
    open_route(_PAGE + "/new-link", ask_new_link, methods=["POST"]),
    open_route(_PAGE + PATH, send_again, methods=["POST"]),
    open_route(_PAGE + PATH, asked_again, methods=["GET"]),
    open_route(_PAGE + "/reported", reported, methods=["GET"]),
    app_route(APP + "/requests/{request_id}", in_app, methods=["GET"]),
    link_route("/my/{request_id}", home, methods=["GET"]),
    link_route("/my/{request_id}" + PATH, request_pages.send_again, methods=["POST"]),
    link_route("/my/{request_id}/new-link", request_pages.ask_new_link, methods=["POST"]),
]
