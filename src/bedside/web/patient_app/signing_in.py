"""Signing in to the app: with a passkey, or with a code and the date of birth."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.accounts.sign_in import CodeOver, SeveralPeople, SignedIn
from bedside.edge.accounts import (
    account_of,
    app_token,
    clinic_before,
    device_name,
    drop_account,
    keep_account,
)
from bedside.edge.context import address_of, services_of
from bedside.edge.dates import TypedDate, first_box
from bedside.edge.flash import flash_message, flash_messages, redirect
from bedside.edge.forms import Form, form_of, json_of
from bedside.edge.link_secrets import keep, kept
from bedside.edge.rendering import render
from bedside.edge.routes import app_route, open_route
from bedside.edge.signed_in import APP, local_path
from bedside.errors import BedsideError, NotSignedIn, TooMany, WrongInput
from bedside.kernel import clock, language
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.by_address import Address
from bedside.people.clinics import Clinic
from bedside.people.emergencies import IN_APP, emergency

_CODE_COOKIE = "bedside-app-code"
_HERE = f"{APP}/sign-in"
ASK_AGAIN = flash_message(
    "app_code_again", N_("Ask for a new code here: the other one is over."), "info"
)
SIGNED_OUT = flash_message("app_signed_out", N_("You are signed out on this device."))


@dataclass(frozen=True, slots=True)
class Typed:
    """The form of the code as it was sent, with its errors by field."""

    form: Form | None = None
    errors: dict[str, str] = field(default_factory=dict[str, str])
    choices: dict[str, str] = field(default_factory=dict[str, str])


async def ask(request: Request) -> Response:
    """GET /app/sign-in?clinic=&next=: a passkey, or where to send a code."""
    return await _ask_page(request)


async def ask_code(request: Request) -> Response:
    """POST /app/sign-in: have a code sent. The answer is the same for every address."""
    form = await form_of(request)
    clinic = await _clinic(request, form.line("clinic"))
    if clinic is None:
        error = WrongInput(N_("Please choose your clinic."), field="clinic")
        return await _ask_page(request, form, error)
    try:
        address = Address.read(form["address"], clinic.options.home)
        token = await services_of(request).accounts.sign_in.ask_code(
            clinic.id, address, address_of(request)
        )
    except (WrongInput, TooMany) as error:
        return await _ask_page(request, form, error)
    back = local_path(form["next"])
    response = RedirectResponse(_code_address(clinic.id, back), status_code=303)
    keep(request, response, _CODE_COOKIE, token, _HERE, clock.HOUR)
    return response


async def code_page(request: Request) -> Response:
    """GET /app/sign-in/code: the code, and the date of birth."""
    if not kept(request, _CODE_COOKIE):
        return redirect(_HERE)
    return await _code_page(request, Typed())


async def with_code(request: Request) -> Response:
    """POST /app/sign-in/code: sign in."""
    form = await form_of(request)
    clinic = await _clinic(request, form.line("clinic"))
    if clinic is None or not kept(request, _CODE_COOKIE):
        return redirect(_HERE, ASK_AGAIN)
    born, wrong = TypedDate.of(form).read(clinic)
    errors = {"birth": _(wrong)} if wrong else dict[str, str]()
    code = "".join(sign for sign in form.line("code") if sign.isdecimal())
    if not code:
        errors["code"] = _("Enter the code from the message.")
    if errors or born is None:
        return await _code_page(request, Typed(form, errors))
    own = form["shared"] != "yes"
    try:
        signed_in = await services_of(request).accounts.sign_in.with_code(
            kept(request, _CODE_COOKIE),
            code,
            born,
            address_of(request),
            device=device_name(request),
            own=own,
            account_id=form.line("account"),
        )
    except SeveralPeople as several:
        return await _code_page(request, Typed(form, {}, several.choices))
    except (NotSignedIn, CodeOver):
        return redirect(_HERE, ASK_AGAIN)
    except (WrongInput, TooMany) as error:
        return await _code_page(request, Typed(form, {"code": _(error.sentence)}))
    return await _let_in(request, signed_in, local_path(form["next"]), own=own)


async def passkey_options(request: Request) -> Response:
    """POST /app/sign-in/passkey/options: the browser's options for using a passkey."""
    options = await services_of(request).accounts.passkeys.using()
    return Response(options, media_type="application/json")


async def with_passkey(request: Request) -> Response:
    """POST /app/sign-in/passkey: sign in with what the device answers."""
    given = await json_of(request)
    signed_in = await services_of(request).accounts.passkeys.sign_in(
        given.get("credential"), address_of(request), device=device_name(request)
    )
    response = JSONResponse({"next": _onward(local_path(str(given.get("next", ""))))})
    await keep_account(request, response, signed_in, own=True)
    return response


async def sign_out(request: Request) -> Response:
    """POST /app/sign-out: sign this device out."""
    account = await account_of(request)
    await services_of(request).accounts.sessions.end(account, account.session_id)
    response = redirect(_HERE, SIGNED_OUT)
    drop_account(response, services_of(request).settings)
    return response


async def _let_in(request: Request, signed_in: SignedIn, back: str, *, own: bool) -> Response:
    response = RedirectResponse(_onward(back), status_code=303)
    await keep_account(request, response, signed_in, own=own)
    keep(request, response, _CODE_COOKIE, "", _HERE, 0)
    return response


def _code_address(clinic_id: str, back: str) -> str:
    return f"{_HERE}/code?{urlencode({'clinic': clinic_id, 'next': back})}"


def _onward(back: str) -> str:
    """Return the page after signing in: one of the app, or its first."""
    return back if back == APP or back.startswith(f"{APP}/") else APP


async def _clinic(request: Request, chosen: str = "") -> Clinic | None:
    """Return the clinic that was chosen, now or before; the only one, if there is only one."""
    clinics = await services_of(request).people.clinics.all()
    wanted = chosen or request.query_params.get("clinic", "") or clinic_before(request)
    if len(clinics) == 1:
        return clinics[0]
    return next((one for one in clinics if one.id == wanted), None)


async def _ask_page(
    request: Request, form: Form | None = None, error: BedsideError | None = None
) -> Response:
    services = services_of(request)
    clinic = await _clinic(request, form.line("clinic") if form else "")
    clinics = await services.people.clinics.all()
    where = error.field if isinstance(error, WrongInput) and error.field else "address"
    return render(
        request,
        "patient_app/sign_in.html",
        status=error.status if error else 200,
        app=None,
        lang=language.spoken(),
        clinic_name=clinic.name if clinic else "",
        clinics=[(one.id, one.name) for one in clinics] if len(clinics) > 1 else [],
        clinic=clinic.id if clinic else "",
        phone=clinic.options.phone if clinic else "",
        emergency_text=emergency(clinic, IN_APP) if clinic else "",
        passkeys=services.accounts.passkeys.possible,
        typed=form["address"] if form else "",
        back=local_path(form["next"] if form else request.query_params.get("next", "")),
        errors={where: _(error.sentence)} if error else {},
        toasts=flash_messages(request),
        signed_in=bool(app_token(request)) and error is None,
    )


async def _code_page(request: Request, typed: Typed) -> Response:
    form = typed.form
    clinic = await _clinic(request, form.line("clinic") if form else "")
    if clinic is None:
        return redirect(_HERE)
    query = request.query_params
    return render(
        request,
        "patient_app/code.html",
        status=WrongInput.status if typed.errors else 200,
        app=None,
        lang=language.spoken(),
        clinic_name=clinic.name,
        toasts=[],
        date_order=clinic.options.date_order,
        phone=clinic.options.phone,
        emergency_text=emergency(clinic, IN_APP),
        clinic=clinic.id,
        code=form["code"] if form else "",
        shared=bool(form and form["shared"] == "yes"),
        choices=list(typed.choices.items()),
        back=local_path(form["next"] if form else query.get("next", "")),
        errors=typed.errors,
        summary=[
            (first_box(clinic) if name == "birth" else name, sentence)
            for name, sentence in typed.errors.items()
        ],
        **{part: form.line(f"birth_{part}") if form else "" for part in ("day", "month", "year")},
    )


routes = [
    open_route(_HERE, ask, methods=["GET"]),
    open_route(_HERE, ask_code, methods=["POST"]),
    open_route(_HERE + "/code", code_page, methods=["GET"]),
    open_route(_HERE + "/code", with_code, methods=["POST"]),
    open_route(_HERE + "/passkey/options", passkey_options, methods=["POST"]),
    open_route(_HERE + "/passkey", with_passkey, methods=["POST"]),
    app_route(f"{APP}/sign-out", sign_out, methods=["POST"]),
]
