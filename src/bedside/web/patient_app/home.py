"""The first pages of the app: for whom, what is there, and one's own devices."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.edge.accounts import account_of, page_in_app
from bedside.edge.app_shell import account_page, app_page
from bedside.edge.browsers import browser_name
from bedside.edge.context import services_of
from bedside.edge.feature import AppItem, features_of
from bedside.edge.flash import flash, flash_message, redirect
from bedside.edge.forms import form_of, json_of
from bedside.edge.rendering import render
from bedside.edge.routes import app_route
from bedside.edge.signed_in import APP
from bedside.kernel.language import N_

PASSKEY_ADDED = flash_message(
    "app_passkey_added", N_("Your passkey is set up. It signs you in from now on.")
)
PASSKEY_REMOVED = flash_message("app_passkey_removed", N_("The passkey is removed."))
DEVICE_ENDED = flash_message("app_device_ended", N_("That device is signed out."))
DEVICES_ENDED = flash_message("app_devices_ended", N_("All other devices are signed out."))


async def start(request: Request) -> Response:
    """GET /app: lead to the one patient, or ask for whom."""
    account, _clinic = await account_page(request)
    people = await services_of(request).accounts.sides.whose(account)
    if len(people) == 1:
        return RedirectResponse(page_in_app(people[0].patient_id), status_code=303)
    return render(request, "patient_app/whose.html", people=people)


async def welcome(request: Request) -> Response:
    """GET /app/welcome: a passkey, so that no code is needed next time."""
    account, _clinic = await account_page(request)
    passkeys = services_of(request).accounts.passkeys
    if not passkeys.possible or await passkeys.listed(account):
        return RedirectResponse(APP, status_code=303)
    return render(request, "patient_app/welcome.html")


async def home(request: Request) -> Response:
    """GET /app/{patient_id}: what waits for the patient, then what is there, the newest first."""
    page = await app_page(request, "home")
    items: list[AppItem] = []
    for found in features_of(request).app_items:
        items += await found(services_of(request), page.side)
    items.sort(key=lambda item: item.at, reverse=True)
    return render(
        request,
        "patient_app/home.html",
        parts=page.side.parts,
        waiting=[item for item in items if item.asks],
        others=[item for item in items if not item.asks][:_MOST],
    )


_MOST = 30


async def own_account(request: Request) -> Response:
    """GET /app/account: one's own devices and passkeys."""
    account, _clinic = await account_page(request)
    accounts = services_of(request).accounts
    return render(
        request,
        "patient_app/account.html",
        person=await accounts.all.person(account),
        devices=[
            (one, browser_name(one.agent)) for one in await accounts.sessions.devices(account)
        ],
        passkeys=await accounts.passkeys.listed(account),
        possible=accounts.passkeys.possible,
        told=await services_of(request).notifications.app_devices.listed(account),
    )


async def end_device(request: Request) -> Response:
    """POST /app/account/devices: sign out one other device, or all of them."""
    account, _clinic = await account_page(request)
    sessions = services_of(request).accounts.sessions
    device = (await form_of(request)).line("device")
    if device:
        await sessions.end(account, device)
        return redirect(f"{APP}/account", DEVICE_ENDED)
    await sessions.end_others(account)
    return redirect(f"{APP}/account", DEVICES_ENDED)


async def there(request: Request) -> Response:
    """GET /app/account/there: 204 while somebody is signed in, for a form that is about to go."""
    await account_of(request)
    return Response(status_code=204)


async def passkey_options(request: Request) -> Response:
    """POST /app/passkey/options: the browser's options for making a passkey."""
    account, _clinic = await account_page(request)
    options = await services_of(request).accounts.passkeys.making(account)
    return Response(options, media_type="application/json")


async def add_passkey(request: Request) -> Response:
    """POST /app/passkey: the passkey that the browser made."""
    account, _clinic = await account_page(request)
    given = await json_of(request)
    label = browser_name(request.headers.get("user-agent", ""))
    await services_of(request).accounts.passkeys.add(account, given.get("credential"), label)
    response = JSONResponse({"next": APP})
    flash(response, PASSKEY_ADDED)
    return response


async def remove_passkey(request: Request) -> Response:
    """POST /app/account/passkeys: remove one."""
    account, _clinic = await account_page(request)
    passkey = (await form_of(request)).line("passkey")
    await services_of(request).accounts.passkeys.remove(account, passkey)
    return redirect(f"{APP}/account", PASSKEY_REMOVED)


routes = [
    app_route(APP, start, methods=["GET"]),
    app_route(f"{APP}/welcome", welcome, methods=["GET"]),
    app_route(f"{APP}/account", own_account, methods=["GET"]),
    app_route(f"{APP}/account/there", there, methods=["GET"]),
    app_route(f"{APP}/account/devices", end_device, methods=["POST"]),
    app_route(f"{APP}/account/passkeys", remove_passkey, methods=["POST"]),
    app_route(f"{APP}/passkey/options", passkey_options, methods=["POST"]),
    app_route(f"{APP}/passkey", add_passkey, methods=["POST"]),
    app_route(APP + "/{patient_id}", home, methods=["GET"]),
]
