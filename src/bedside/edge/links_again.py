"""“Send me my link again”: the form is at the door of a room, and on the pages of links that are
over. The answer is the same whatever is found."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import address_of, services_of
from bedside.edge.link_pages import LinkFace, page
from bedside.edge.protection import Rate, require_rate
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.by_address import Address

FIELD = "address"
PATH = "/again"
"""Below the address of a link's page."""
_RATE = Rate("links again", per_second=1 / 60, burst=10)
"""From one network, which all patients in a clinic may share."""
TOO_MANY_LINKS = N_(
    "Links were asked for several times from this network. Please wait a few minutes, or call the "
    "clinic."
)


async def ask_again(request: Request, typed: str, clinic_id: str, *, target: str) -> None:
    """Take the question with what was typed in the form. `target` is where it was asked: a room, or
    what a link leads to. Raises WrongInput for what is no address, TooMany."""
    services = services_of(request)
    clinic = await services.people.clinics.get(clinic_id)
    address = Address.read(typed, clinic.options.home)
    require_rate(request, _RATE, address_of(request), _(TOO_MANY_LINKS))
    await services.requests.again.ask(clinic_id, address, address_of(request), target=target)


def asked_page(request: Request, face: LinkFace, *, back: str) -> Response:
    """Say what happens now, on the page of a link."""
    return page(request, "components/link_again_asked.html", face, back=back, staff="")
