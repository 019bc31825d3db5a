"""Hooks called by other systems."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.forms import form_of
from bedside.edge.routes import open_route
from bedside.notifications.callbacks import PATH


async def sms_report(request: Request) -> Response:
    """POST /hooks/sms: the SMS gateway's delivery report; signed."""
    form = await form_of(request)
    signature = request.headers.get("x-twilio-signature", "")
    await services_of(request).notifications.sms_reports.take(form.pairs(), signature)
    return Response(status_code=204)


routes = [open_route(PATH, sms_report, methods=["POST"])]
