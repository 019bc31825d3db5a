"""What happens in calls, told to those who are in them: ids and states only.

Signals are the exception: session descriptions and candidates of browsers, told only to the
connection that they are for, and forgotten after minutes.
"""

from typing import Any, ClassVar

from pydantic import Field

from bedside.kernel import clock
from bedside.kernel.events import Event, declared


@declared
class CallChanged(Event):
    """A call was turned to video, went to the media server, or ended."""

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
    """Somebody was asked in, knocks, joined, loaded the page again, muted, or left."""

    type: ClassVar[str] = "call.participant_changed"

    call_id: str
    participant_id: str
    kind: str
    state: str
    connection_id: str
    muted: bool
    camera: bool
    sharing: bool

    def topic(self) -> str:
        """The stream of the call."""
        return f"call:{self.call_id}"


@declared
class MediaInterrupted(Event):
    """The media server stopped sending media on to these connections, or can do it again: `over`
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
    """What one browser (or the media server) says to another, so that they find each other."""

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
        """The stream of the connection that it is for."""
        return f"signals:{self.to_connection}"


@declared
class GuestChanged(Event):
    """For the page of a guest: let in, refused, or the call has ended."""

    type: ClassVar[str] = "guest.changed"

    guest_id: str
    call_id: str
    state: str

    def topic(self) -> str:
        """The stream of the guest."""
        return f"guest:{self.guest_id}"
