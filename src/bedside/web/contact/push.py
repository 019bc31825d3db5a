"""Notifications on a patient's device: turned on and off in the app, and reported as shown."""

from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bedside.edge.accounts import account_of
from bedside.edge.browsers import browser_name
from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import json_of
from bedside.edge.routes import app_route, open_route
from bedside.kernel.language import N_
from bedside.notifications.plans.subject import OVER, SHOWN

REMOVED = flash_message("push_removed", N_("Removed. This device is not told any more."))


async def offer(request: Request) -> Response:
    """GET /app/account/push: this installation's key, and one's own devices that are told."""
    account, notifications = await account_of(request), services_of(request).notifications
    devices = await notifications.app_devices.listed(account)
    key = await notifications.push_keys.public()
    return JSONResponse({"key": key, "devices": [one.id for one in devices if not one.ended]})


async def add(request: Request) -> Response:
    """POST /app/account/push: the browser's PushSubscription as JSON, with `before`, the id that it
    had. Returns the device's id."""
    account = await account_of(request)
    given = await json_of(request)
    label = browser_name(request.headers.get("user-agent", ""))
    before = str(given.get("before", ""))
    devices = services_of(request).notifications.app_devices
    device = await devices.add(account, given, label, before=before)
    return JSONResponse({"id": device}, status_code=201)


async def remove(request: Request) -> Response:
    """POST /app/account/push/{device_id}/remove: by a script, or from the list."""
    account = await account_of(request)
    devices = services_of(request).notifications.app_devices
    await devices.remove(account, request.path_params["device_id"])
    return Response(status_code=204) if wants_json(request) else redirect("/app/account", REMOVED)


async def shown(request: Request) -> Response:
    """POST /push/shown: a device has shown a notification; its cause, which came encrypted, says
    which one. It is the same answer for a cause that nobody knows."""
    cause = str((await json_of(request)).get("cause", ""))[:200]
    await services_of(request).notifications.on_devices.shown(cause)
    return Response(status_code=204)


async def over(request: Request) -> Response:
    """POST /push/over: which of these causes a device should not show any more, because it was read
    elsewhere, for example. It is the same answer for a cause that nobody knows."""
    given: Any = (await json_of(request)).get("causes", [])
    causes = [str(one)[:200] for one in cast(list[Any], given)] if isinstance(given, list) else []
    found = await services_of(request).notifications.on_devices.over(causes)
    return JSONResponse({"over": found})


routes = [
    app_route("/app/account/push", offer, methods=["GET"]),
    app_route("/app/account/push", add, methods=["POST"]),
    app_route("/app/account/push/{device_id}/remove", remove, methods=["POST"]),
    open_route(SHOWN, shown, methods=["POST"]),
    open_route(OVER, over, methods=["POST"]),
]
