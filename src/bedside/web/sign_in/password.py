"""Signing in and out, step by step: password, second factor, a new password in place of the first.

A passkey replaces the first two steps.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.edge.context import address_of, services_of
from bedside.edge.flash import flash, flash_message, flash_messages
from bedside.edge.forms import form_of, json_of
from bedside.edge.rendering import render
from bedside.edge.routes import open_route
from bedside.edge.shell import ROLE_NAMES
from bedside.edge.signed_in import (
    drop_session,
    is_secure,
    keep_known,
    keep_session,
    known_of,
    local_path,
    pending_of,
    staff_of,
    token_of,
)
from bedside.edge.waits import sentence_of
from bedside.errors import BedsideError, NotSignedIn, TooMany, WrongInput
from bedside.kernel.language import N_, gettext
from bedside.people.sessions import Stage
from bedside.people.sign_in import SignedIn, SignInStep
from bedside.services import KnownSignIn

SIGNED_OUT = flash_message("signed_out", N_("You are signed out."))

_NEXT = "bedside-next"
_NEXT_SECONDS = 15 * 60
_STEPS = {
    SignInStep.SECOND_FACTOR: "/sign-in/second-factor",
    SignInStep.SET_UP_SECOND_FACTOR: "/second-factor",
    SignInStep.NEW_PASSWORD: "/sign-in/new-password",
}


async def form(request: Request) -> Response:
    """GET /sign-in."""
    services = services_of(request)
    if not await services.people.clinics.any_exist():
        return RedirectResponse("/set-up", status_code=303)
    back = local_path(request.query_params.get("next", "/"))
    try:
        await staff_of(request)
    except NotSignedIn:
        return _form(request, back)
    return RedirectResponse(back, status_code=303)


async def with_password(request: Request) -> Response:
    """POST /sign-in: by e-mail address and password."""
    services = services_of(request)
    given = await form_of(request)
    back = local_path(given["next"])
    try:
        done = await services.people.sign_in.with_password(
            given.line("email"),
            given["password"],
            address=address_of(request),
            device=request.headers.get("user-agent", ""),
            known=known_of(request),
        )
    except (WrongInput, TooMany) as error:
        return _form(request, back, email=given.line("email"), error=error)
    return proceed(request, done, back)


async def passkey_options(request: Request) -> Response:
    """POST /sign-in/passkey/options: the browser's options for using a passkey."""
    options = await services_of(request).people.passkeys.sign_in_options(None)
    return Response(options, media_type="application/json")


async def with_passkey(request: Request) -> Response:
    """POST /sign-in/passkey: with a passkey alone."""
    given = await json_of(request)
    done = await services_of(request).people.passkeys.sign_in(
        given.get("credential"),
        address=address_of(request),
        device=request.headers.get("user-agent", ""),
        known=known_of(request),
    )
    return proceed(request, done, local_path(str(given.get("next", "/"))), script=True)


def proceed(request: Request, done: SignedIn, back: str = "", *, script: bool = False) -> Response:
    """Redirect to the page that was wanted, or to the missing step.

    `back` is kept in a cookie for the steps in between; scripts get the address as JSON.
    """
    back = back or local_path(request.cookies.get(_NEXT, "/"))
    is_in = done.stage is Stage.FULL
    where = back if is_in else "/sign-in/continue"
    response = JSONResponse({"next": where}) if script else RedirectResponse(where, 303)
    keep_session(response, services_of(request).settings, done.token)
    if is_in:
        response.delete_cookie(_NEXT, path="/")
        keep_known(response, services_of(request).settings, done.known)
    else:
        response.set_cookie(
            _NEXT,
            back,
            max_age=_NEXT_SECONDS,
            path="/",
            httponly=True,
            secure=is_secure(services_of(request).settings),
            samesite="lax",
        )
    return response


def _form(
    request: Request, back: str, *, email: str = "", error: BedsideError | None = None
) -> Response:
    services = services_of(request)
    return render(
        request,
        "sign_in/password.html",
        status=error.status if error else 200,
        back=back,
        email=email,
        error=sentence_of(error) if error else "",
        waits=isinstance(error, TooMany),
        passkeys=services.people.passkeys.possible,
        known=_by_clinic(services.known_sign_ins),
        roles={role: gettext(name) for role, name in ROLE_NAMES.items()},
        toasts=flash_messages(request),
    )


def _by_clinic(known: tuple[KnownSignIn, ...]) -> dict[str, list[KnownSignIn]]:
    clinics: dict[str, list[KnownSignIn]] = {}
    for person in known:
        clinics.setdefault(person.clinic, []).append(person)
    return clinics


# --- the steps after it --------------------------------------------------------------------------


async def onward(request: Request) -> Response:
    """GET /sign-in/continue: redirect to the next step of a sign-in."""
    try:
        pending = await pending_of(request)
    except NotSignedIn:
        return RedirectResponse("/sign-in", status_code=303)
    step = await services_of(request).people.sign_in.next_step(pending)
    return RedirectResponse(_STEPS[step], status_code=303)


async def second_factor(request: Request) -> Response:
    """GET /sign-in/second-factor."""
    return await _second_factor(request)


async def with_code(request: Request) -> Response:
    """POST /sign-in/second-factor: with a code of the app or from paper."""
    pending = await pending_of(request)
    given = await form_of(request)
    try:
        done = await services_of(request).people.second_factors.check(pending, given.line("code"))
    except (WrongInput, TooMany) as error:
        return await _second_factor(request, error)
    return proceed(request, done)


async def second_passkey_options(request: Request) -> Response:
    """POST /sign-in/second-factor/options: for a passkey of this person."""
    pending = await pending_of(request)
    options = await services_of(request).people.passkeys.sign_in_options(pending)
    return Response(options, media_type="application/json")


async def with_second_passkey(request: Request) -> Response:
    """POST /sign-in/second-factor/passkey."""
    pending = await pending_of(request)
    given = await json_of(request)
    done = await services_of(request).people.passkeys.second_factor(
        pending, given.get("credential")
    )
    return proceed(request, done, script=True)


async def _second_factor(request: Request, error: BedsideError | None = None) -> Response:
    pending = await pending_of(request)
    services = services_of(request)
    if await services.people.sign_in.next_step(pending) is not SignInStep.SECOND_FACTOR:
        return RedirectResponse("/sign-in/continue", status_code=303)
    factors = await services.people.sign_in.factors(pending.staff_id)
    return render(
        request,
        "sign_in/second_factor.html",
        status=error.status if error else 200,
        factors=factors,
        passkeys=factors.passkey and services.people.passkeys.possible,
        error=sentence_of(error) if error else "",
    )


async def new_password(request: Request) -> Response:
    """GET /sign-in/new-password: in place of the first one."""
    return await _new_password(request)


async def choose_password(request: Request) -> Response:
    """POST /sign-in/new-password."""
    pending = await pending_of(request)
    services = services_of(request)
    given = await form_of(request)
    member = await services.people.staff.get(pending.clinic_id, pending.staff_id)
    try:
        done = await services.people.sign_in.choose_password(
            pending, given["new_password"], member.name, member.email
        )
    except WrongInput as error:
        return await _new_password(request, error)
    return proceed(request, done)


async def _new_password(request: Request, error: BedsideError | None = None) -> Response:
    pending = await pending_of(request)
    services = services_of(request)
    if await services.people.sign_in.next_step(pending) is not SignInStep.NEW_PASSWORD:
        return RedirectResponse("/sign-in/continue", status_code=303)
    member = await services.people.staff.get(pending.clinic_id, pending.staff_id)
    return render(
        request,
        "sign_in/new_password.html",
        status=error.status if error else 200,
        email=member.email,
        error=sentence_of(error) if error else "",
    )


# --- out -----------------------------------------------------------------------------------------


async def sign_out(request: Request) -> Response:
    """POST /sign-out: end this session, or an unfinished sign-in."""
    services = services_of(request)
    try:
        staff = await staff_of(request)
        await services.people.sessions.end(staff, staff.session_id)
    except NotSignedIn:
        if token_of(request):
            await _abandon(request)
    response = RedirectResponse("/sign-in", status_code=303)
    drop_session(response, services.settings)
    response.delete_cookie(_NEXT, path="/")
    flash(response, SIGNED_OUT)
    return response


async def _abandon(request: Request) -> None:
    try:
        pending = await pending_of(request)
    except NotSignedIn:
        return
    await services_of(request).people.sessions.abandon(pending)


routes = [
    open_route("/sign-in", form),
    open_route("/sign-in", with_password, methods=["POST"]),
    open_route("/sign-in/passkey/options", passkey_options, methods=["POST"]),
    open_route("/sign-in/passkey", with_passkey, methods=["POST"]),
    open_route("/sign-in/continue", onward),
    open_route("/sign-in/second-factor", second_factor),
    open_route("/sign-in/second-factor", with_code, methods=["POST"]),
    open_route("/sign-in/second-factor/options", second_passkey_options, methods=["POST"]),
    open_route("/sign-in/second-factor/passkey", with_second_passkey, methods=["POST"]),
    open_route("/sign-in/new-password", new_password),
    open_route("/sign-in/new-password", choose_password, methods=["POST"]),
    open_route("/sign-out", sign_out, methods=["POST"]),
]
