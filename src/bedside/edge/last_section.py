"""The section of the console that was used last on this device: the first page for those who are in
charge of no room. The cookie holds the key of a section and nothing else."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.signed_in import is_secure, path_cookie_name

_COOKIE = "bedside-section"
_YEAR = 365 * 24 * 3600


def last_section(request: Request) -> str:
    """Return the key of that section, "" if none was used. It comes from the browser."""
    return request.cookies.get(path_cookie_name(services_of(request).settings, _COOKIE), "")


def remember_section(request: Request, response: Response) -> None:
    """Remember the section of a page that is shown."""
    section = getattr(request.state, "page", {}).get("section", "")
    shown = request.method == "GET" and response.status_code == 200
    if not section or not shown or section == last_section(request):
        return
    settings = services_of(request).settings
    response.set_cookie(
        path_cookie_name(settings, _COOKIE),
        section,
        max_age=_YEAR,
        path="/",
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )
