"""Signing in and out."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bedside.errors import BedsideError, NotSignedIn, TooMany, WrongInput
from bedside.kernel.language import N_, gettext
from bedside.people.sessions import Stage
from bedside.people.sign_in import SignedIn
from bedside.web.context import address_of, services_of
from bedside.web.forms import form_of
from bedside.web.rendering import render
from bedside.web.said import say, sayable, was_said
from bedside.web.signed_in import (
    drop_session,
    keep_session,
    local_path,
    pending_of,
    staff_of,
    token_of,
)

SIGNED_OUT = sayable("signed_out", N_("You are signed out."))


async def start(request: Request) -> Response:
    """GET /: to the first section that the person has, or to the sign-in."""
    await staff_of(request)
    return RedirectResponse("/account", status_code=303)


async def form(request: Request) -> Response:
    """GET /sign-in."""
    services = services_of(request)
    if not await services.clinics.any_exist():
        return RedirectResponse("/set-up", status_code=303)
    back = local_path(request.query_params.get("next", "/"))
    try:
        await staff_of(request)
    except NotSignedIn:
        return _form(request, back)
    return RedirectResponse(back, status_code=303)


async def with_password(request: Request) -> Response:
    """POST /sign-in: the first step, by e-mail address and password."""
    services = services_of(request)
    given = await form_of(request)
    back = local_path(given["next"])
    try:
        done = await services.sign_in.with_password(
            given.line("email"),
            given["password"],
            address=address_of(request),
            device=request.headers.get("user-agent", ""),
        )
    except (WrongInput, TooMany) as error:
        return _form(request, back, email=given.line("email"), error=error)
    return proceed(request, done, back)


def proceed(request: Request, done: SignedIn, back: str) -> Response:
    """On to the page that was wanted, or to the step that is missing."""
    where = back if done.stage is Stage.FULL else "/sign-in/continue"
    response = RedirectResponse(where, status_code=303)
    keep_session(response, services_of(request).settings, done.token)
    return response


async def sign_out(request: Request) -> Response:
    """POST /sign-out: end this session, or a sign-in that is not finished."""
    services = services_of(request)
    try:
        staff = await staff_of(request)
        await services.sessions.end(staff, staff.session_id)
    except NotSignedIn:
        if token_of(request):
            await _abandon(request)
    response = RedirectResponse("/sign-in", status_code=303)
    drop_session(response, services.settings)
    say(response, SIGNED_OUT)
    return response


async def _abandon(request: Request) -> None:
    try:
        pending = await pending_of(request)
    except NotSignedIn:
        return
    await services_of(request).sessions.abandon(pending)


def _form(
    request: Request, back: str, *, email: str = "", error: BedsideError | None = None
) -> Response:
    return render(
        request,
        "pages/sign_in/password.html",
        status=error.status if error else 200,
        back=back,
        email=email,
        error=gettext(error.sentence) if error else "",
        demo=services_of(request).settings.demo,
        toasts=was_said(request),
    )


routes = [
    Route("/", start),
    Route("/sign-in", form),
    Route("/sign-in", with_password, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
]
