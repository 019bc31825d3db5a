"""Events of calls for their participants: ids and states only.

Signals are the exception: session descriptions and candidates of browsers, delivered only to the
connection they are for, and deleted after minutes.
"""

from typing import Any, ClassVar

from pydantic import Field

from bedside.kernel import clock
from bedside.kernel.events import Event, declared


@declared
class CallChanged(Event):
    """A call was turned to video, moved to the media server, or ended."""

    type: ClassVar[str] = "call.changed"

    call_id: str
    state: str
    mode: str
    topology: str

    def topic(self) -> str:
        """The stream of the call."""
        return f"call:{self.call_id}"


@declared
class ParticipantChanged(Event):
    """Somebody was admitted, knocks, joined, reloaded the page, muted, or left."""

    type: ClassVar[str] = "call.participant_changed"

    call_id: str
    participant_id: str
    kind: str
    state: str
    connection_id: str
    muted: bool
    camera: bool
    sharing: bool
    waits_for: str = ""
    refused_by: str = ""
    microphone: str = "ok"

    def topic(self) -> str:
        """The stream of the call."""
        return f"call:{self.call_id}"


@declared
class MediaInterrupted(Event):
    """The media server stopped forwarding media to these connections, or can do so again: `over`
    means that each of them starts over."""

    type: ClassVar[str] = "call.media_interrupted"

    call_id: str
    connection_ids: list[str]
    over: bool

    def topic(self) -> str:
        """The stream of the call."""
        return f"call:{self.call_id}"


@declared
class CallSignal(Event):
    """A message from one browser (or the media server) to another, for establishing their
    connection."""

    type: ClassVar[str] = "call.signal"
    keep: ClassVar[int] = 10 * clock.MINUTE

    call_id: str
    from_connection: str
    to_connection: str
    description: dict[str, str] | None = None
    candidate: dict[str, Any] | None = None
    streams: list[dict[str, str]] = Field(default_factory=list[dict[str, str]])
    number: int = 0
    fresh: bool = False
    failure: str = ""

    def topic(self) -> str:
        """The stream of the receiving connection."""
        return f"signals:{self.to_connection}"


@declared
class NewcomerChanged(Event):
    """For the page of a waiting patient: they are asked into a call, or not any more."""

    type: ClassVar[str] = "visit.newcomer_changed"

    visit_id: str
    call_id: str
    state: str

    def topic(self) -> str:
        """The stream of the visit."""
        return f"visit:{self.visit_id}"


@declared
class GuestChanged(Event):
    """For the page of a guest: admitted, refused, or the call has ended."""

    type: ClassVar[str] = "guest.changed"

    guest_id: str
    call_id: str
    state: str

    def topic(self) -> str:
        """The stream of the guest."""
        return f"guest:{self.guest_id}"
