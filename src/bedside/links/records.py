"""A link's current state, and the outcome of an answer to its question."""

from dataclasses import dataclass
from enum import StrEnum

from bedside.errors import Gone
from bedside.kernel.language import N_


class LinkState(StrEnum):
    """Whether a link still opens."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Link:
    """The current state of a link. `subject_id` is what it leads to, e.g. a request (`req_…`)."""

    id: str
    clinic_id: str
    patient_id: str
    subject_id: str
    state: LinkState
    tries_left: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer that was compared and not counted yet; its outcome is an `Answer`."""

    link_id: str
    address: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of an answer. `token` is the device's, or "" if it was refused, or who is signed
    in to the app came in without one. `locked_now` is True for the wrong answer that locked the
    link."""

    link: Link
    token: str = ""
    locked_now: bool = False
    let_in: bool = False


class LinkClosed(Gone):
    """The link existed and no longer opens; `state` says why."""

    code = "link_closed"
    sentence = N_(
        "This link no longer works. What you sent so far is kept. Please ask the clinic for a new "
        "link."
    )

    def __init__(self, state: LinkState) -> None:
        super().__init__(code=f"link_{state}")
        self.state = state
