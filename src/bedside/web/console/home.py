"""The first page, and the counts beside the sections."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.edge.context import services_of
from bedside.edge.feature import features_of
from bedside.edge.last_section import last_section
from bedside.edge.routes import staff_route
from bedside.edge.signed_in import staff_of
from bedside.people.roles import May, allows


async def home(request: Request) -> Response:
    """GET /: where work is: the waiting room that was used last, for those who have rooms;
    otherwise the section that was used last, at first the inbox. Those who see no charts get their
    account page."""
    staff = await staff_of(request)
    if not allows(staff.role, May.SEE_CHARTS):
        return RedirectResponse("/account", status_code=303)
    if await services_of(request).visits.rooms.of_staff(staff):
        return RedirectResponse("/rooms", status_code=303)
    used = last_section(request)
    sections = features_of(request).sections
    open_to = [one for one in sections if one.key != "rooms" and allows(staff.role, one.may)]
    pages = (one.href for one in open_to if one.key == used)
    return RedirectResponse(next(pages, "/inbox"), status_code=303)


async def badges(request: Request) -> Response:
    """GET /badges: how many things wait in each section of the rail, for
    pages whose socket is not connected."""
    staff = await staff_of(request)
    return JSONResponse(await features_of(request).waiting(services_of(request), staff))


routes = [staff_route("/", home), staff_route("/badges", badges)]
