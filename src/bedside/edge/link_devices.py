"""Shared by the pages of links: devices with access."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.languages import speak_to_patient
from bedside.edge.link_secrets import OpenLinkAgain, keep, kept, secret_of
from bedside.kernel import clock
from bedside.links.records import Link

_COOKIE = "bedside-known"


def page_of_link(link_id: str) -> str:
    """Return where the first page of a link is, for somebody who has opened it."""
    return f"/link/{link_id}"


async def opened_link(request: Request) -> Link:
    """Return the link whose page is requested, by a device that has opened it. Raises
    OpenLinkAgain."""
    link = await services_of(request).links.look(secret_of(request))
    if link is None or link.id != request.path_params["link_id"]:
        raise OpenLinkAgain
    await speak_to_patient(request, link.clinic_id, link.patient_id)
    return link


def keep_link_device(request: Request, response: Response, link_id: str, token: str) -> None:
    """Let the same device open the message again without being asked twice."""
    keep(request, response, _COOKIE, token, page_of_link(link_id), 400 * clock.DAY)


def link_device_token(request: Request) -> str:
    """Return the token of a device that opens a message again; "" for others."""
    return kept(request, _COOKIE)
