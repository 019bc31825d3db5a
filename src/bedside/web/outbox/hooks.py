"""Hooks called by other systems."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.forms import form_of
from bedside.edge.routes import open_route
from bedside.notifications.bounces import LONGEST
from bedside.notifications.bounces import PATH as MAIL_PATH
from bedside.notifications.callbacks import PATH


async def sms_report(request: Request) -> Response:
    """POST /hooks/sms: the SMS gateway's delivery report; signed."""
    form = await form_of(request)
    signature = request.headers.get("x-twilio-signature", "")
    await services_of(request).notifications.sms_reports.take(form.pairs(), signature)
    return Response(status_code=204)


async def mail_report(request: Request) -> Response:
    """POST /hooks/mail: a mail that came back, as it is; `Authorization: Bearer` has the token.
    What is no report about a message of ours is taken, too, and changes nothing."""
    bounces = services_of(request).notifications.bounces
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    bounces.require(token.strip() if scheme.casefold() == "bearer" else "")
    recipient = request.headers.get("x-original-to", "")
    await bounces.take(await _beginning(request), recipient)
    return Response(status_code=204)


async def _beginning(request: Request) -> bytes:
    """Return as much of the body as is read; the rest is thrown away."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk[: LONGEST - len(body)]
    return bytes(body)


routes = [
    open_route(PATH, sms_report, methods=["POST"]),
    open_route(MAIL_PATH, mail_report, methods=["POST"]),
]
