"""Calls and participants as values."""

from enum import StrEnum

from bedside.errors import Conflict, Gone
from bedside.kernel.language import N_


class Mode(StrEnum):
    """How a call began: a voice call can be turned to video, not back."""

    VIDEO = "video"
    VOICE = "voice"


class Topology(StrEnum):
    """How sound and pictures travel. It changes once, from direct to media server."""

    DIRECT = "direct"
    MEDIA_SERVER = "media_server"


class CallState(StrEnum):
    """Whether a call is active."""

    ACTIVE = "active"
    ENDED = "ended"


class Kind(StrEnum):
    """The kind of participant, which says what `person_id` is: staff, a visit, a guest."""

    STAFF = "staff"
    PATIENT = "patient"
    GUEST = "guest"


class Standing(StrEnum):
    """The state of a participant."""

    KNOCKING = "knocking"
    """A guest waiting to be admitted."""
    ASKED = "asked"
    """Admitted; the page has not joined yet."""
    JOINED = "joined"
    AGREEING = "agreeing"
    """To come in as soon as those who would hear them have agreed (see `newcomers`)."""
    LEFT = "left"
    REFUSED = "refused"
    """A guest who was not admitted, or was removed."""


PRESENT = frozenset({Standing.ASKED, Standing.JOINED})
"""Participants in a call, or expected in it at any moment."""

DIRECT_LIMIT = 4
"""The most participants with direct connections; more need the media server."""


class CallEnded(Gone):
    """Nobody can join any more."""

    code = "call_ended"
    sentence = N_("This call has ended.")


class NotInCall(Conflict):
    """The patient was returned to the waiting room, or has left."""

    code = "not_in_call"
    sentence = N_("You are not in a call at the moment. Your place is kept.")


class NoMediaServer(Conflict):
    """A fifth person, and nothing to forward their pictures."""

    code = "no_media_server"
    sentence = N_(
        "Up to four people can be in a call here. For more, an administrator has to set up a "
        "media server. Nobody was added."
    )


class InAnotherCall(Conflict):
    """The caller is in another call; the patient can be added to that one instead."""

    code = "in_another_call"
    sentence = N_(
        "You are in a call already. Add this patient to that call, or end it before you start "
        "another one."
    )

    def __init__(self, call_id: str) -> None:
        super().__init__()
        self.call_id = call_id
