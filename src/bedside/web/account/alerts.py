"""Settings for alerts that a patient is waiting while nobody of the room is online: e-mail, SMS to
a confirmed number, web push on devices that were allowed to."""

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from bedside.edge.browsers import browser_name
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of, json_of
from bedside.edge.rendering import STATIC, asset
from bedside.edge.routes import open_route, staff_route
from bedside.edge.signed_in import staff_of
from bedside.errors import TooMany, WrongInput
from bedside.kernel.language import N_
from bedside.web.account.page import account_page

CHOSEN = flash_message("alerts_chosen", N_("Your choice is saved."))
CONFIRMED = flash_message(
    "phone_confirmed", N_("Your number is confirmed. You can choose SMS now.")
)
CANCELLED = flash_message("phone_cancelled", N_("The number was not added."))
REMOVED = flash_message("phone_removed", N_("Your number is removed."))
DEVICE_REMOVED = flash_message("device_removed", N_("The device gets no notifications any more."))
_CHOICE = "/account#alerts"
_PHONE = "/account#mobile-number"
_DEVICES = "/account#devices"


async def choose(request: Request) -> Response:
    """POST /account/alerts."""
    staff = await staff_of(request)
    given = await form_of(request)
    try:
        await services_of(request).notifications.staff_alerts.choose(staff, given.all("channels"))
    except WrongInput as error:
        return await account_page(request, error)
    return redirect(_CHOICE, CHOSEN)


async def offer_phone(request: Request) -> Response:
    """POST /account/phone: send a code to the number."""
    staff = await staff_of(request)
    phone = (await form_of(request)).line("phone")
    try:
        await services_of(request).notifications.own_phones.offer(staff, phone)
    except (WrongInput, TooMany) as error:
        return await account_page(request, error, field="phone", phone=phone)
    return redirect(_PHONE)  # the page says where the code was sent


async def confirm_phone(request: Request) -> Response:
    """POST /account/phone/confirm: confirm the code."""
    staff = await staff_of(request)
    code = (await form_of(request)).line("code")
    try:
        await services_of(request).notifications.own_phones.confirm(staff, code)
    except WrongInput as error:
        return await account_page(request, error)
    return redirect(_CHOICE, CONFIRMED)


async def cancel_phone(request: Request) -> Response:
    """POST /account/phone/cancel: use another number, or none."""
    await services_of(request).notifications.own_phones.cancel(await staff_of(request))
    return redirect(_PHONE, CANCELLED)


async def remove_phone(request: Request) -> Response:
    """POST /account/phone/remove."""
    await services_of(request).notifications.own_phones.remove(await staff_of(request))
    return redirect(_PHONE, REMOVED)


async def push(request: Request) -> Response:
    """GET /account/push: what a browser needs to subscribe, and the subscribed devices."""
    staff = await staff_of(request)
    services = services_of(request)
    devices = await services.notifications.push_devices.listed(staff)
    key = await services.notifications.push_keys.public()
    shown = [{"id": device.id, "ended": str(device.ended)} for device in devices]
    return JSONResponse({"key": key, "devices": shown})


async def add_device(request: Request) -> Response:
    """POST /account/push, after a press: the browser's PushSubscription as JSON, with the id that
    the browser had in `device`."""
    staff = await staff_of(request)
    given = await json_of(request)
    devices = services_of(request).notifications.push_devices
    before = str(given.get("device", ""))
    device_id = await devices.add(staff, given, _label(request), before=before)
    return JSONResponse({"device": device_id}, status_code=201)


async def renew_device(request: Request) -> Response:
    """POST /account/push/renew, by the browser itself: the same, in place of a listed device, which
    is named by `device` or by its address of before, `address`. 404 for one that was removed."""
    staff = await staff_of(request)
    given = await json_of(request)
    devices = services_of(request).notifications.push_devices
    device_id = await devices.renew(
        staff,
        given,
        _label(request),
        device=str(given.get("device", "")),
        address=str(given.get("address", "")),
    )
    return JSONResponse({"device": device_id})


def _label(request: Request) -> str:
    return browser_name(request.headers.get("user-agent", ""))


async def remove_device(request: Request) -> Response:
    """POST /account/push/remove."""
    staff = await staff_of(request)
    device_id = (await form_of(request))["device"]
    await services_of(request).notifications.push_devices.remove(staff, device_id)
    return redirect(_DEVICES, DEVICE_REMOVED)


async def worker(_request: Request) -> Response:
    """GET /push/worker.js: browsers keep requesting it under this one address, so its name has no
    hash; it controls no page, because there are none below /push/."""
    script = STATIC / asset("push_worker.js").rpartition("/")[2]
    return FileResponse(script, media_type="text/javascript", headers={"cache-control": "no-cache"})


routes = [
    staff_route("/account/alerts", choose, methods=["POST"]),
    staff_route("/account/phone", offer_phone, methods=["POST"]),
    staff_route("/account/phone/confirm", confirm_phone, methods=["POST"]),
    staff_route("/account/phone/cancel", cancel_phone, methods=["POST"]),
    staff_route("/account/phone/remove", remove_phone, methods=["POST"]),
    staff_route("/account/push", push),
    staff_route("/account/push", add_device, methods=["POST"]),
    staff_route("/account/push/renew", renew_device, methods=["POST"]),
    staff_route("/account/push/remove", remove_device, methods=["POST"]),
    open_route("/push/worker.js", worker),
]
