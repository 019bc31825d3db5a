"""The first page, and the counts beside the sections."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.edge.routes import staff_route
from bedside.edge.shell import sections_of, waiting_in
from bedside.edge.signed_in import staff_of
from bedside.people.roles import May, allows


async def home(request: Request) -> Response:
    """GET /: the inbox, or the account page for those who see no charts."""
    staff = await staff_of(request)
    return RedirectResponse(
        "/inbox" if allows(staff.role, May.SEE_CHARTS) else "/account", status_code=303
    )


async def badges(request: Request) -> Response:
    """GET /badges: how many things wait in each section of the rail, for live updates."""
    staff = await staff_of(request)
    counted = [section for section in sections_of(request, staff) if section.waiting is not None]
    return JSONResponse(
        {section.key: await waiting_in(request, staff, section) for section in counted}
    )


routes = [staff_route("/", home), staff_route("/badges", badges)]
