"""The one place where kinds are registered: what links lead to."""

from bedside.audit import AuditLog
from bedside.links.kinds import LinkKinds
from bedside.requests.door import RequestDoor
from bedside.visits.invitations import INVITATION_LINK


def link_kinds(audit: AuditLog) -> LinkKinds:
    """Everything that a link can lead to."""
    return LinkKinds(RequestDoor(audit).link_kind(), INVITATION_LINK)
