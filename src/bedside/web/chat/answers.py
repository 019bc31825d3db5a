"""The answer to a message that begins a conversation, now or later."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bedside.edge.errors import wants_json
from bedside.edge.flash import flash, redirect


def led_to(request: Request, address: str, key: str) -> Response:
    """Lead to a page that shows a flash message: a form is redirected, a script is told where."""
    if not wants_json(request):
        return redirect(address, key)
    response = JSONResponse({"address": address})
    flash(response, key)
    return response
