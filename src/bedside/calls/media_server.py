"""The port for a media server, which forwards everybody's pictures in a group call to the others.

Each connection (a browser in a call) has two RTCPeerConnections with it: one *publishes* its own
camera, microphone and shared screen, the other *subscribes* to those of everybody else. The
browser makes the offers of the first, the media server those of the second. Secrets of the media
server never leave the adapter; only session descriptions and candidates pass.

The order of events, for one connection:

1. `open_room` once for the call, in each process that serves it;
2. `publish` with the browser's offer → the answer (or `watch`); `trickle` in any order;
3. each time somebody begins or stops, a `SubscriptionOffer` is made; the browser's answer comes
   by `answer`, and no other offer is made before it;
4. `leave`; at the end of the call `close_room`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from bedside.errors import Conflict, Unavailable
from bedside.kernel.language import N_

MOST_PUBLISHERS = 16
"""The most participants of one call through the media server."""

Role = Literal["publish", "subscribe"]
"""One of a connection's two RTCPeerConnections."""

Kind = Literal["audio", "video"]

Health = Literal["ok", "down"]

Candidate = Mapping[str, object]
"""An RTCIceCandidate as browsers write it: candidate, sdpMid, sdpMLineIndex."""


class MediaServerDown(Unavailable):
    """The media server does not answer, or does not accept our secret."""

    code = "media_server_down"
    sentence = N_(
        "The group call cannot go on right now, because the media server does not answer. "
        "It is tried again by itself; please wait a moment."
    )


class CallIsFull(Conflict):
    """There are MOST_PUBLISHERS in the call already."""

    code = "call_is_full"
    sentence = N_("This call is full. Nobody else can join until somebody leaves.")


@dataclass(frozen=True)
class Stream:
    """One sound or picture in a subscription.

    `mid` names the transceiver in the subscription. It belongs to the connection `publisher`, in
    whose own publishing RTCPeerConnection it is `publisher_mid`; so browsers can tell a shared
    screen from a camera.
    """

    mid: str
    publisher: str
    kind: Kind
    publisher_mid: str


@dataclass(frozen=True)
class SubscriptionOffer:
    """An offer for one connection's subscription; the answer goes to `MediaServer.answer`.

    `number` distinguishes answers. `streams` is everything the connection receives from now on;
    transceivers that are not in it are silent. If `fresh`, the browser makes a new
    RTCPeerConnection for it and closes the previous one, if any.
    """

    call_id: str
    connection_id: str
    number: int
    sdp: str
    streams: tuple[Stream, ...]
    fresh: bool


@dataclass(frozen=True)
class Interruption:
    """Media of these connections of a call stopped flowing, both ways.

    If `over`, each of them has to `publish` again from a new RTCPeerConnection (or to `watch`),
    and then gets a fresh `SubscriptionOffer`. Otherwise the media server is down: a page can say
    so, and another interruption with `over` follows.
    """

    call_id: str
    connection_ids: tuple[str, ...]
    over: bool


OfferListener = Callable[[SubscriptionOffer], Awaitable[None]]
InterruptionListener = Callable[[Interruption], Awaitable[None]]


class MediaServer(Protocol):
    """A media server. Whatever a call raises, the others in the call are not affected."""

    def on_offer(self, listener: OfferListener) -> None:
        """Set the listener for offers, once, before the first `publish`."""
        ...

    def on_interruption(self, listener: InterruptionListener) -> None:
        """Set the listener for media that stopped, and for when it can go on; once."""
        ...

    async def open_room(self, call_id: str) -> None:
        """Create a room for the call, or find the existing one. Idempotent.

        It is recreated automatically after a crash of the media server. Raises MediaServerDown.
        """
        ...

    async def close_room(self, call_id: str) -> None:
        """End the room and everybody's media in it. A missing room is no error, and one that
        cannot be reached now is ended as soon as it can be."""
        ...

    async def rooms(self) -> set[str]:
        """Return the calls that have a room there, whoever opened it: another process, a killed
        one, or another installation that shares the media server. Raises MediaServerDown."""
        ...

    async def publish(self, call_id: str, connection_id: str, offer_sdp: str) -> str:
        """Answer the offer of a connection's publishing RTCPeerConnection.

        The first time it takes the connection into the room. Another offer of the same
        RTCPeerConnection renegotiates (a shared screen was added, ICE restarts); one of a new
        RTCPeerConnection starts over, and the next SubscriptionOffer is `fresh`.

        Raises NotFound if the room is not open here, WrongInput for an invalid offer, CallIsFull,
        MediaServerDown.
        """
        ...

    async def watch(self, call_id: str, connection_id: str) -> None:
        """Take a connection without camera and microphone into the room: it receives everybody
        else's media, and may `publish` later. A repetition starts over with a fresh offer.

        Raises NotFound if the room is not open here, MediaServerDown.
        """
        ...

    async def trickle(self, connection_id: str, role: Role, candidate: Candidate | None) -> None:
        """Pass on a candidate of the browser, or None if there are no more. Dropped for unknown
        connections, and while the media server is down."""
        ...

    async def answer(self, connection_id: str, number: int, answer_sdp: str) -> None:
        """Take the browser's answer to the offer of this number; answers to older ones are
        dropped.

        Raises WrongInput for an invalid answer, MediaServerDown.
        """
        ...

    async def restart_ice(self, connection_id: str) -> None:
        """Make an offer that restarts the subscription's ICE: the browser's network changed.

        An offer still waiting for its answer is repeated first, in case it was lost. For the
        publishing side the browser restarts by itself, with an offer to `publish`.
        """
        ...

    async def leave(self, connection_id: str) -> None:
        """End a connection's media; the others get offers without it. Idempotent."""
        ...

    async def state(self) -> Health:
        """Whether the media server answers, for health checks."""
        ...

    async def stop(self) -> None:
        """End everybody's media and the connection to the media server; the process ends."""
        ...
