"""One's own account: password, second factors, sessions. `account.alerts` has the alerts."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.languages import remember
from bedside.edge.rendering import render
from bedside.edge.routes import open_route, staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import confirmed_staff_of, local_path, staff_of, token_of
from bedside.edge.waits import sentence_of
from bedside.errors import BedsideError, TooMany, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.web.account.page import account_page

PASSWORD_CHANGED = flash_message(
    "password_changed", N_("Your password is changed. All your other sessions are ended.")
)
APP_REMOVED = flash_message("app_removed", N_("The authenticator app is removed."))
PASSKEY_REMOVED = flash_message("passkey_removed", N_("The passkey is removed."))
SESSION_ENDED = flash_message("session_ended", N_("The session is ended."))
LANGUAGE_CHANGED = flash_message("language_changed", N_("Your language is saved."))
OTHERS_ENDED = flash_message("others_ended", N_("All your other sessions are ended."))


async def account(request: Request) -> Response:
    """GET /account."""
    return await account_page(request)


async def change_password(request: Request) -> Response:
    """POST /account/password."""
    staff = await staff_of(request)
    services = services_of(request)
    given = await form_of(request)
    member = await services.people.staff.get(staff.clinic_id, staff.staff_id)
    try:
        await services.people.sign_in.change_password(
            staff, given["current_password"], given["new_password"], member.name, member.email
        )
    except (WrongInput, TooMany) as error:
        return await account_page(request, error)
    return redirect("/account", PASSWORD_CHANGED)


async def choose_language(request: Request) -> Response:
    """POST /account/language: the language of one's pages. The browser remembers it for the
    sign-in."""
    staff = await staff_of(request)
    services = services_of(request)
    code = (await form_of(request)).line("language")
    try:
        await services.people.staff.choose_language(staff, code)
    except WrongInput as error:
        return await account_page(request, error)
    response = redirect("/account", LANGUAGE_CHANGED)
    remember(response, services.settings, code)
    return response


async def confirm(request: Request) -> Response:
    """GET /account/confirm: the password again, before something that matters."""
    return await _confirm(request, local_path(request.query_params.get("next", "/account")))


async def confirmed(request: Request) -> Response:
    """POST /account/confirm."""
    staff = await staff_of(request)
    services = services_of(request)
    given = await form_of(request)
    back = local_path(given["next"])
    try:
        await services.people.sign_in.confirm_password(staff, given["current_password"])
    except (WrongInput, TooMany) as error:
        return await _confirm(request, back, error)
    await services.people.sessions.confirmed(staff)
    return redirect(back)


async def remove_app(request: Request) -> Response:
    """POST /account/app/remove."""
    staff = await confirmed_staff_of(request, "/account")
    await services_of(request).people.second_factors.remove(staff)
    return redirect("/account", APP_REMOVED)


async def remove_passkey(request: Request) -> Response:
    """POST /account/passkeys/remove."""
    staff = await confirmed_staff_of(request, "/account")
    given = await form_of(request)
    await services_of(request).people.passkeys.remove(staff, given["passkey"])
    return redirect("/account", PASSKEY_REMOVED)


async def end_session(request: Request) -> Response:
    """POST /account/sessions/end."""
    staff = await staff_of(request)
    await services_of(request).people.sessions.end(staff, (await form_of(request))["session"])
    return redirect("/account", SESSION_ENDED)


async def end_others(request: Request) -> Response:
    """POST /account/sessions/end-others."""
    staff = await staff_of(request)
    await services_of(request).people.sessions.end_others(staff)
    return redirect("/account", OTHERS_ENDED)


async def time_left(request: Request) -> Response:
    """GET /account/time-left: seconds until the session ends, without counting as use."""
    left = await services_of(request).people.sessions.time_left(token_of(request))
    return JSONResponse({"seconds": left // clock.SECOND})


async def stay(request: Request) -> Response:
    """POST /account/stay: somebody is there, although the page requested nothing else."""
    await staff_of(request)
    return await time_left(request)


async def _confirm(request: Request, back: str, error: BedsideError | None = None) -> Response:
    staff = await shell(request)
    member = await services_of(request).people.staff.get(staff.clinic_id, staff.staff_id)
    return render(
        request,
        "account/confirm.html",
        status=error.status if error else 200,
        back=back,
        email=member.email,
        error=sentence_of(error) if error else "",
    )


routes = [
    staff_route("/account", account),
    staff_route("/account/password", change_password, methods=["POST"]),
    staff_route("/account/language", choose_language, methods=["POST"]),
    staff_route("/account/confirm", confirm),
    staff_route("/account/confirm", confirmed, methods=["POST"]),
    staff_route("/account/app/remove", remove_app, methods=["POST"]),
    staff_route("/account/passkeys/remove", remove_passkey, methods=["POST"]),
    open_route("/account/time-left", time_left),  # asking as staff would count as use
    staff_route("/account/stay", stay, methods=["POST"]),
    staff_route("/account/sessions/end", end_session, methods=["POST"]),
    staff_route("/account/sessions/end-others", end_others, methods=["POST"]),
]
