"""Invitations to the app, as a kind of request."""

from dataclasses import dataclass
from typing import Any

from bedside.audit import Action
from bedside.kernel.language import N_
from bedside.people.permissions import LinkAccess
from bedside.requests.app_invitations import sending
from bedside.requests.app_invitations.sending import KEY, PREFIX, AppInvitations
from bedside.requests.kinds import RequestHandling, RequestKind, RequestTexts, RequestTools
from bedside.requests.records import Request


@dataclass(frozen=True, slots=True)
class AppInvitationParts:
    """The service of invitations to the app."""

    sending: AppInvitations
    handling: RequestHandling


def _build(tools: RequestTools) -> AppInvitationParts:
    return AppInvitationParts(AppInvitations(tools), RequestHandling(snapshot=_snapshot))


async def _snapshot(link: LinkAccess) -> dict[str, Any]:
    """Return nothing: the patient has the app to look at, not the invitation."""
    return {}


def _about(request: Request) -> str:
    return ""


def _details(request: Request) -> list[tuple[str, str]]:
    return []


APP_INVITATIONS = RequestKind(
    key=KEY,
    prefix=PREFIX,
    name=N_("Invitation to the app"),
    about=_about,
    details=_details,
    build=_build,
    texts=RequestTexts(sending.invitation, sending.reminder),
    sent=Action.APP_INVITATION_SENT,
    in_app=False,
)
