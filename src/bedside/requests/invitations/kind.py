"""Invitations to a waiting room, as a kind of request."""

from dataclasses import dataclass
from typing import Any

from bedside.audit import Action
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import LinkAccess
from bedside.requests.invitations import sending
from bedside.requests.invitations.details import KEY, PREFIX, InvitationDetails
from bedside.requests.invitations.sending import InvitationRequests
from bedside.requests.kinds import RequestHandling, RequestKind, RequestTexts, RequestTools
from bedside.requests.records import Request


@dataclass(frozen=True, slots=True)
class InvitationParts:
    """The service of invitations."""

    sending: InvitationRequests
    handling: RequestHandling


def _build(tools: RequestTools) -> InvitationParts:
    return InvitationParts(InvitationRequests(tools), RequestHandling(snapshot=_snapshot))


async def _snapshot(link: LinkAccess) -> dict[str, Any]:
    """Return nothing: the patient follows the visit, not the invitation."""
    return {}


def _about(request: Request) -> str:
    return InvitationDetails.of(request.content).room


def _details(request: Request) -> list[tuple[str, str]]:
    return [(_("Waiting room"), InvitationDetails.of(request.content).room)]


INVITATIONS = RequestKind(
    key=KEY,
    prefix=PREFIX,
    name=N_("Invitation"),
    about=_about,
    details=_details,
    build=_build,
    texts=RequestTexts(sending.invitation, sending.reminder),
    sent=Action.INVITATION_SENT,
    in_app=False,
)
