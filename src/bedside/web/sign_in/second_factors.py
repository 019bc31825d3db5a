"""Setting up a second factor: for those who are signed in, and as a step of the first sign-in."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bedside.edge.browsers import browser_name
from bedside.edge.context import services_of
from bedside.edge.flash import flash, flash_message
from bedside.edge.forms import form_of, json_of
from bedside.edge.qr_codes import qr_code_response
from bedside.edge.rendering import render
from bedside.edge.routes import open_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import confirmed_staff_of, pending_of
from bedside.errors import BedsideError, WrongInput
from bedside.kernel.language import N_, gettext
from bedside.people.permissions import StaffAccess
from bedside.people.second_factors import Who
from bedside.people.sessions import Pending, SignInUnfinished
from bedside.people.staff import Member
from bedside.web.sign_in.password import proceed

PASSKEY_ADDED = flash_message(
    "passkey_added", N_("The passkey is added. You can sign in with it now.")
)


async def choose(request: Request) -> Response:
    """GET /second-factor: an app or a passkey."""
    await _who(request)
    services = services_of(request)
    return render(
        request,
        "sign_in/choose_second_factor.html",
        layout=await _layout(request),
        passkeys=services.people.passkeys.possible,
    )


async def app(request: Request) -> Response:
    """GET /second-factor/app: scan, then type the first code."""
    return await _app(request)


async def confirm_app(request: Request) -> Response:
    """POST /second-factor/app: the first code, which activates the app.

    Answers with the recovery codes, and not with a redirect, because they are shown only once.
    """
    who = await _who(request)
    services = services_of(request)
    given = await form_of(request)
    try:
        codes = await services.people.second_factors.confirm(who, given.line("code"))
    except WrongInput as error:
        return await _app(request, error)
    layout = await _layout(request)
    if isinstance(who, StaffAccess):
        return _codes(request, layout, codes, "/account")
    done = await services.people.second_factors.finish(who, "totp")
    onward = proceed(request, done)
    page = _codes(request, layout, codes, onward.headers["location"])
    page.raw_headers.extend(h for h in onward.raw_headers if h[0] == b"set-cookie")
    return page


async def app_picture(request: Request) -> Response:
    """GET /second-factor/app/code.svg: the QR code to scan."""
    who = await _who(request)
    member = await _member(request, who)
    offer = await services_of(request).people.second_factors.offered(who, member.email)
    return qr_code_response(offer.address, scale=6)


async def new_codes(request: Request) -> Response:
    """POST /second-factor/codes: new recovery codes, shown only once."""
    staff = await confirmed_staff_of(request, "/account")
    codes = await services_of(request).people.second_factors.new_codes(staff)
    return _codes(request, await _layout(request), codes, "/account")


async def passkey_options(request: Request) -> Response:
    """POST /second-factor/passkey/options: the browser's options for creating a passkey."""
    who = await _who(request)
    member = await _member(request, who)
    options = await services_of(request).people.passkeys.registration_options(
        who, member.name, member.email
    )
    return Response(options, media_type="application/json")


async def add_passkey(request: Request) -> Response:
    """POST /second-factor/passkey: the passkey created by the browser."""
    who = await _who(request)
    services = services_of(request)
    given = await json_of(request)
    label = browser_name(request.headers.get("user-agent", ""))
    await services.people.passkeys.register(who, given.get("credential"), label)
    if isinstance(who, Pending):
        done = await services.people.second_factors.finish(who, "passkey")
        return proceed(request, done, script=True)
    response = JSONResponse({"next": "/account"})
    flash(response, PASSKEY_ADDED)
    return response


async def _app(request: Request, error: BedsideError | None = None) -> Response:
    who = await _who(request)
    member = await _member(request, who)
    offer = await services_of(request).people.second_factors.offered(who, member.email)
    groups = [offer.secret[at : at + 4] for at in range(0, len(offer.secret), 4)]
    return render(
        request,
        "sign_in/app.html",
        status=error.status if error else 200,
        layout=await _layout(request),
        secret=" ".join(groups),
        address=offer.address,
        error=gettext(error.sentence) if error else "",
    )


def _codes(request: Request, layout: str, codes: list[str], onward: str) -> Response:
    return render(request, "sign_in/recovery_codes.html", layout=layout, codes=codes, onward=onward)


async def _who(request: Request) -> Who:
    """Return somebody signed in who proved their identity recently, or somebody signing in."""
    try:
        return await confirmed_staff_of(request, "/second-factor")
    except SignInUnfinished:
        return await pending_of(request)


async def _member(request: Request, who: Who) -> Member:
    return await services_of(request).people.staff.get(who.clinic_id, who.staff_id)


async def _layout(request: Request) -> str:
    try:
        await shell(request)
    except SignInUnfinished:
        return "console/signed_out.html"
    return "console/layout.html"


routes = [
    open_route("/second-factor", choose),
    open_route("/second-factor/app", app),
    open_route("/second-factor/app", confirm_app, methods=["POST"]),
    open_route("/second-factor/app/code.svg", app_picture),
    open_route("/second-factor/codes", new_codes, methods=["POST"]),
    open_route("/second-factor/passkey/options", passkey_options, methods=["POST"]),
    open_route("/second-factor/passkey", add_passkey, methods=["POST"]),
]
