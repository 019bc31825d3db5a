"""Actors: whoever acts."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """The kinds of people (and the product itself) that appear in the audit log."""

    STAFF = "staff"
    PATIENT = "patient"
    PROXY = "proxy"
    GUEST = "guest"
    SYSTEM = "system"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts, and the network address they act from."""

    kind: ActorKind
    id: str
    address: str = ""


SYSTEM = Actor(ActorKind.SYSTEM, "bedside")
