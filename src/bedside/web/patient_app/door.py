"""The link of an invitation to the app: the date of birth once, and the app is there."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge import request_pages
from bedside.edge.accounts import device_name, keep_account
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.link_pages import Entry, LinkFace, LinkPages
from bedside.edge.request_pages import QuestionTexts
from bedside.edge.signed_in import APP
from bedside.kernel.language import N_
from bedside.links.records import LinkClosed
from bedside.people.emergencies import emergency
from bedside.people.permissions import LinkAccess
from bedside.requests.app_invitations.kind import APP_INVITATIONS

USED = flash_message(
    "app_invitation_used",
    N_("Your app is set up already. Sign in with a passkey or a code."),
    "info",
)


async def _enter(request: Request, face: LinkFace, entry: Entry) -> Response:
    """Open the account and sign this device in, once for each invitation."""
    services = services_of(request)
    try:
        await services.requests.app_invitations.require_unused(entry.access)
    except LinkClosed:
        return redirect(f"{APP}/sign-in", USED)
    signed_in = await services.accounts.sign_in.by_link(
        entry.access, device=device_name(request), own=True
    )
    await services.requests.app_invitations.used(entry.access)
    response = RedirectResponse(f"{APP}/welcome", status_code=303)
    await keep_account(request, response, signed_in, own=True)
    return response


async def _known(request: Request, face: LinkFace, access: LinkAccess) -> Response | None:
    """Lead whoever was here before to the app, which knows whether they are signed in."""
    return RedirectResponse(APP, status_code=303)


async def _home(request: Request) -> Response:
    """GET /my/{request_id}: an invitation has no pages of its own."""
    return RedirectResponse(APP, status_code=303)


_ASKED = request_pages.request_pages(
    APP_INVITATIONS,
    QuestionTexts(
        asks=N_(
            "<strong>%(who)s</strong> invites you to the clinic’s app. To make sure that it is "
            "you, please enter your date of birth."
        ),
        heading=N_("You only do this once."),
        promise=N_("Only you see what is in your app. You can end it at any time."),
        emergency=emergency,
    ),
    home=_home,
)
LINK_PAGES = LinkPages(
    kind=APP_INVITATIONS,
    face=_ASKED.face,
    ask=_ASKED.ask,
    enter=_enter,
    known=_known,
    report=request_pages.report,
    home=_home,
)
