"""The local outbox: messages as patients would see them, where no gateway sends them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import NotAllowed
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.ports import Channel
from bedside.people.permissions import StaffAccess
from bedside.people.roles import May, allows

_NAMES = {Channel.SMS: N_("SMS"), Channel.EMAIL: N_("e-mail")}


async def outbox(request: Request) -> Response:
    """GET /outbox."""
    staff = await shell(request, "outbox")
    return render(request, "outbox/outbox.html", **await _messages(request, staff))


async def outbox_list(request: Request) -> Response:
    """GET /outbox/list: the messages alone, for live updates."""
    staff = await prepare(request)
    return render(request, "outbox/list.html", **await _messages(request, staff))


async def _messages(request: Request, staff: StaffAccess) -> dict[str, Any]:
    if not allows(staff.role, May.SEND_REQUESTS):
        raise NotAllowed
    services = services_of(request)
    base = services.settings.base_url
    shown = await services.notifications.messages.outbox(staff)
    return {
        "messages": [(message, _linked(message.text, base)) for message in shown],
        "local": [
            _(_NAMES[channel]) for channel in sorted(services.notifications.dispatcher.local)
        ],
        "clinic": await services.people.clinics.get(staff.clinic_id),
    }


def _linked(text: str, base: str) -> list[tuple[str, bool]]:
    """Split the text into pieces, each with whether it is a link into this installation."""
    return [
        (piece, piece.startswith(f"{base}/")) for piece in text.replace("\n", " \n ").split(" ")
    ]


routes = [staff_route("/outbox", outbox), staff_route("/outbox/list", outbox_list)]
