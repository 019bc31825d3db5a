"""The one list of kinds: of requests, and of everything else that links can lead to."""

from bedside.audit import AuditLog
from bedside.links.kinds import LinkKind, LinkKinds
from bedside.requests.door import RequestDoor
from bedside.requests.kinds import AnyRequestKind, RequestKinds
from bedside.requests.photos.kind import PHOTOS
from bedside.visits.invitations import INVITATION_LINK

REQUESTS: tuple[AnyRequestKind, ...] = (PHOTOS,)
OTHER_LINKS: tuple[LinkKind, ...] = (INVITATION_LINK,)


def request_kinds() -> RequestKinds:
    """Everything that a clinic can ask for by link."""
    return RequestKinds(*REQUESTS)


def link_kinds(audit: AuditLog) -> LinkKinds:
    """Return every kind of link."""
    door = RequestDoor(audit)
    return LinkKinds(*(door.link_kind(kind.prefix) for kind in REQUESTS), *OTHER_LINKS)
