"""The kinds of links and requests, as the features of the web have registered their pages: a kind
without pages does not exist, and no list has to agree with another."""

from bedside.audit import AuditLog
from bedside.links.kinds import LinkKind, LinkKinds
from bedside.people.phone_numbers import PhoneNumbers
from bedside.requests.door import RequestDoor
from bedside.requests.kinds import AnyRequestKind, RequestKind, RequestKinds
from bedside.web import app


def request_kinds() -> RequestKinds:
    """Return everything that a clinic can ask for by link."""
    return RequestKinds(*(kind for kind in _kinds() if isinstance(kind, RequestKind)))


def link_kinds(audit: AuditLog, numbers: PhoneNumbers) -> LinkKinds:
    """Return everything that a link can lead to."""
    door = RequestDoor(audit, numbers)
    return LinkKinds(
        *(door.link_kind(kind) if isinstance(kind, RequestKind) else kind for kind in _kinds())
    )


def _kinds() -> list[LinkKind | AnyRequestKind]:
    return [pages.kind for feature in app.FEATURES for pages in feature.link_pages]
