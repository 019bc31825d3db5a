"""One's own account: password, second factors, sessions."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bedside.web.context import services_of
from bedside.web.rendering import render
from bedside.web.signed_in import shell


async def account(request: Request) -> Response:
    """GET /account."""
    staff = await shell(request)
    sessions = await services_of(request).sessions.listed(staff)
    return render(request, "pages/account/account.html", sessions=sessions)


routes = [Route("/account", account)]
