"""What the pages of links have in common: the device that was let in, the date that was typed."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from bedside.web.context import services_of
from bedside.web.dates import typed_date
from bedside.web.forms import Form
from bedside.web.signed_in import is_secure, path_cookie_name

_COOKIE = "bedside-known"


def keep_link_device(request: Request, response: Response, token: str) -> None:
    """The same device may open the message again: it is not asked twice. The cookie goes to this
    address only, which has the secret in it anyway."""
    settings = services_of(request).settings
    response.set_cookie(
        path_cookie_name(settings, _COOKIE),
        token,
        path=request.url.path,
        max_age=400 * 24 * 3600,
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )


def link_device_token(request: Request) -> str:
    """What a device shows that opens a message again; "" for others."""
    return request.cookies.get(path_cookie_name(services_of(request).settings, _COOKIE), "")


def date_in(form: Form) -> tuple[date | None, str]:
    """The date of birth of a form, or None with a sentence, not translated yet."""
    return typed_date(*(form.line(f"birth_{part}") for part in ("year", "month", "day")))
