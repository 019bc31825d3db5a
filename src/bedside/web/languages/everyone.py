"""Choosing the language of the pages, by whoever reads them."""

from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import services_of
from bedside.edge.forms import form_of
from bedside.edge.languages import remember
from bedside.edge.routes import open_route
from bedside.edge.signed_in import local_path
from bedside.kernel import language


async def choose(request: Request) -> Response:
    """POST /language: show this page, and all others, in another language. A language that is not
    offered changes nothing."""
    form = await form_of(request)
    response = RedirectResponse(_back(form.line("back")), status_code=303)
    if language.is_spoken(form.line("language")):
        remember(response, services_of(request).settings, form.line("language"))
    return response


def _back(address: str) -> str:
    """Return the address of the page on which the choice was made."""
    path = local_path(address)
    query = urlsplit(address).query if path != "/" else ""
    return quote(path, safe="/%:@!$&'()*+,;=-._~") + (
        f"?{quote(query, safe='=&%-._~')}" if query else ""
    )


routes = [open_route("/language", choose, methods=["POST"])]
