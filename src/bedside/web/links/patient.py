"""The first page of a link: is this for you? A GET changes nothing, whoever makes it.

The link in a message is `/l/{secret}`; the page itself is below `/link/{link_id}`, without it.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import address_of, services_of
from bedside.edge.devices import keep_device, pages_of
from bedside.edge.forms import Form, form_of
from bedside.edge.link_devices import (
    date_in,
    keep_link_device,
    link_device_token,
    opened_link,
    page_of_link,
)
from bedside.edge.link_secrets import led_on, secret_of
from bedside.edge.rendering import render
from bedside.edge.routes import open_route
from bedside.errors import BedsideError
from bedside.kernel import language
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.links.records import Link, LinkState
from bedside.requests.faces import Face
from bedside.requests.records import Told
from bedside.settings import Settings
from bedside.web.invitations.patient import answer_invitation, invitation_of, open_invitation

_STATUS = {
    LinkState.OPEN: 200,
    LinkState.EXPIRED: 410,
    LinkState.REVOKED: 410,
    LinkState.LOCKED: 403,
}


async def arrive(request: Request) -> Response:
    """GET /l/{secret}, also HEAD and by previews, and posts of older pages: redirect to the page
    of the link."""
    secret = request.path_params["secret"]
    link = await services_of(request).links.look(secret)
    if link is None:
        return closed_page(request, None)
    response = led_on(request, page_of_link(link.id), secret, link.expires_at)
    token = link_device_token(request)
    if token:  # of a device that was let in when the page was still here
        keep_link_device(request, response, link.id, token)
    return response


async def open_link(request: Request) -> Response:
    """GET /link/{link_id}: ask for the date of birth, or say why not."""
    invitation = await invitation_of(request)
    if invitation is not None:
        return await open_invitation(request, invitation)
    face = await _face(request)
    if face is None:
        return closed_page(request, None)
    if face.link.state is not LinkState.OPEN:
        return closed_page(request, face, address=request.url.path)
    if await _is_known(request, face):
        return RedirectResponse(pages_of(face.request.id), status_code=303)
    return _question(request, face)


async def answer(request: Request) -> Response:
    """POST /link/{link_id}: the date of birth. The right one lets this device in, and no other."""
    invitation = await invitation_of(request)
    if invitation is not None:
        return await answer_invitation(request, invitation)
    face = await _face(request)
    if face is None:
        return closed_page(request, None)
    form = await form_of(request)
    born, wrong = date_in(form)
    if born is None:
        return _question(request, face, form, _(wrong))
    services = services_of(request)
    answered = await services.links.answer(secret_of(request), born, address_of(request))
    if answered.token:
        return _let_in(request, services.settings, answered.link, answered.token)
    if answered.link.state is LinkState.OPEN:
        left = answered.link.tries_left
        sentence = ngettext(
            "This is not the date of birth that we have. You can try %(left)s more time.",
            "This is not the date of birth that we have. You can try %(left)s more times.",
            left,
        ) % {"left": left}
        return _question(request, face, form, sentence, tries=left)
    face = await _face(request)
    return closed_page(request, face, address=request.url.path)


def _let_in(request: Request, settings: Settings, link: Link, token: str) -> Response:
    response = RedirectResponse(pages_of(link.subject_id), status_code=303)
    keep_device(response, settings, link.subject_id, token)
    keep_link_device(request, response, link.id, token)
    return response


async def _is_known(request: Request, face: Face) -> bool:
    try:
        token = link_device_token(request)
        await services_of(request).links.resume(token, face.request.id, address_of(request))
    except BedsideError:
        return False
    return True


async def not_me(request: Request) -> Response:
    """GET /link/{link_id}/not-me: what to do with a message that reached somebody else."""
    face = await _face(request)
    if face is None:
        return closed_page(request, None)
    return _page(request, "links/not_me.html", face, link=_link_of(request))


async def tell_not_me(request: Request) -> Response:
    """POST /link/{link_id}/not-me: tell the clinic."""
    return await _tell(request, Told.WRONG_PERSON)


async def ask_new_link(request: Request) -> Response:
    """POST /link/{link_id}/new-link: ask the clinic for a new link."""
    return await _tell(request, Told.NEW_LINK)


async def _tell(request: Request, told: Told) -> Response:
    face = await _face(request)
    if face is None:
        return closed_page(request, None)
    await services_of(request).requests.faces.tell(face.link, told, address_of(request))
    return RedirectResponse(f"{_link_of(request)}/told", status_code=303)


async def told(request: Request) -> Response:
    """GET /link/{link_id}/told: confirm what the clinic was told."""
    face = await _face(request)
    if face is None:
        return closed_page(request, None)
    return told_page(request, face, back=_link_of(request))


# --- pages shared with /my ----------------------------------------------------------------------


def closed_page(request: Request, face: Face | None, *, address: str = "") -> Response:
    """Render why a link does not open, and what to do. `address` is where a new one can be
    requested."""
    if face is None:
        return render(
            request, "links/unknown.html", status=404, lang=language.spoken(), clinic_name=""
        )
    return _page(
        request,
        "components/link_closed.html",
        face,
        status=_STATUS[face.link.state],
        state=str(face.link.state),
        address=address,
        asked=face.request.told is Told.NEW_LINK,
        sent=face.request.filed > 0,
    )


def told_page(request: Request, face: Face, *, back: str) -> Response:
    """Render the confirmation that the clinic knows now."""
    return _page(request, "links/told.html", face, told=str(face.request.told), back=back)


def _question(
    request: Request,
    face: Face,
    form: Form | None = None,
    error: str = "",
    *,
    tries: int | None = None,
) -> Response:
    parts = {part: form.line(f"birth_{part}") if form else "" for part in ("day", "month", "year")}
    return _page(
        request,
        "links/date_of_birth.html",
        face,
        status=422 if error else 200,
        link=_link_of(request),
        tries=face.link.tries_left if tries is None else tries,
        error=error,
        **parts,
    )


def _page(
    request: Request, template: str, face: Face, *, status: int = 200, **values: object
) -> Response:
    return render(
        request,
        template,
        status=status,
        lang=language.spoken(),
        clinic_name=face.clinic.name,
        phone=face.clinic.options.phone,
        asked_by=face.request.content.asked_by,
        **values,
    )


async def _face(request: Request) -> Face | None:
    return await services_of(request).requests.faces.of(await opened_link(request))


def _link_of(request: Request) -> str:
    return page_of_link(request.path_params["link_id"])


_PAGE = "/link/{link_id}"

routes = [
    open_route("/l/{secret}", arrive, methods=["GET", "HEAD", "POST"]),
    open_route("/l/{secret}/{rest}", arrive, methods=["GET", "HEAD", "POST"]),
    open_route(_PAGE, open_link, methods=["GET", "HEAD"]),
    open_route(_PAGE, answer, methods=["POST"]),
    open_route(_PAGE + "/not-me", not_me, methods=["GET"]),
    open_route(_PAGE + "/not-me", tell_not_me, methods=["POST"]),
    open_route(_PAGE + "/new-link", ask_new_link, methods=["POST"]),
    open_route(_PAGE + "/told", told, methods=["GET"]),
]
