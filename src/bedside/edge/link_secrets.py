"""Removes the secret of a link from the address at once.

Opening a link redirects to a page whose address names the link by its id. The secret goes into a
cookie of that page alone: the address with it is requested only once, so that it appears neither
in requests for the page's files, nor in the next page, a bookmark or a proxy's log.
"""

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import services_of
from bedside.edge.signed_in import is_secure, path_cookie_name
from bedside.errors import BedsideError
from bedside.kernel import clock
from bedside.kernel.language import N_

_COOKIE = "bedside-link"


class OpenLinkAgain(BedsideError):
    """The page of a link was requested without the secret: by a bookmark, a preview that keeps no
    cookies, or long after."""

    status = 401
    code = "open_link_again"
    title = N_("Open the link in your message")
    sentence = N_(
        "Go to the message once more and press the link in it. If you come back to this page each "
        "time, this browser keeps no cookies: leave the private window, or open the link in "
        "another browser."
    )


def led_on(request: Request, page: str, secret: str, until: int) -> Response:
    """Redirect to a page of this link, which opens `until` then. A form sent by an older page is
    sent again there."""
    status = 303 if request.method in ("GET", "HEAD") else 307
    rest = request.path_params.get("rest", "")
    response = RedirectResponse(f"{page}/{rest}" if rest else page, status_code=status)
    keep(request, response, _COOKIE, secret, page, max(clock.DAY, until - clock.now()))
    return response


def keep(
    request: Request, response: Response, name: str, value: str, page: str, lasts: int
) -> None:
    """Set a cookie for one page and those below it, for some milliseconds."""
    settings = services_of(request).settings
    response.set_cookie(
        path_cookie_name(settings, name),
        value,
        path=page,
        max_age=lasts // clock.SECOND,
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )


def kept(request: HTTPConnection, name: str) -> str:
    """Return the value of such a cookie; "" without one."""
    return request.cookies.get(path_cookie_name(services_of(request).settings, name), "")


def secret_of(request: Request) -> str:
    """Return the secret behind the page of a link. Raises OpenLinkAgain."""
    secret = kept(request, _COOKIE)
    if not secret:
        raise OpenLinkAgain
    return secret
