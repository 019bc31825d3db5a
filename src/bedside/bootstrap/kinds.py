"""The one place where kinds are registered: the subjects of links."""

from bedside.audit import AuditLog
from bedside.links.kinds import LinkKinds
from bedside.requests.door import RequestDoor
from bedside.visits.invitations import INVITATION_LINK


def link_kinds(audit: AuditLog) -> LinkKinds:
    """Return every kind of link."""
    return LinkKinds(RequestDoor(audit).link_kind(), INVITATION_LINK)
