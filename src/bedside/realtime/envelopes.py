"""Message types of the socket protocol.

From the page: `subscribe`, `unsubscribe`, `here`, `typing`, `ping`, `signal`, `media`. To the page:
an event in its envelope, something that passes, a snapshot, a refusal, the answer to a ping.
Unknown fields are rejected in both directions.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bedside.kernel.events import Passing, Published


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_NO_NUL = r"^[^\x00]*$"
"""PostgreSQL accepts no NUL in a text, and no id contains one."""
Id = Annotated[str, Field(max_length=40, pattern=_NO_NUL)]
TopicName = Annotated[str, Field(max_length=80, pattern=_NO_NUL)]


class Subscribe(_Message):
    """The page subscribes to a topic. `since` is the last version it has, 0 for none."""

    action: Literal["subscribe"]
    topic: TopicName
    since: int = Field(default=0, ge=0, lt=2**53)


class Unsubscribe(_Message):
    """The page no longer follows a topic."""

    action: Literal["unsubscribe"]
    topic: TopicName


class Here(_Message):
    """Whether the page is visible; a hidden one keeps its place."""

    action: Literal["here"]
    hidden: bool


class Typing(_Message):
    """Somebody writes about a topic that the page follows, or has just stopped."""

    action: Literal["typing"]
    topic: TopicName
    on: bool


class Ping(_Message):
    """Whether the connection still passes anything on: scripts do not see the WebSocket
    protocol's own pings."""

    action: Literal["ping"]


class Description(_Message):
    """An RTCSessionDescription."""

    type: Literal["offer", "answer"]
    sdp: str = Field(max_length=64 << 10)


class Candidate(_Message):
    """An RTCIceCandidate as browsers write it; an empty one means that there are no more."""

    candidate: str = Field(max_length=2_000)
    sdpMid: str | None = Field(default=None, max_length=64)  # noqa: N815 - the browsers' name
    sdpMLineIndex: int | None = Field(default=None, ge=0, lt=1_000)  # noqa: N815 - the same
    usernameFragment: str | None = Field(default=None, max_length=256)  # noqa: N815 - the same


class Signal(_Message):
    """Something another browser of a call, or the media server, needs to connect to this one.

    `sender` and `to` are connections; `to` may be one of MEDIA_SERVER. `number` is that of the
    media server's offer being answered; with an offer to the media server, 0 for the first one of
    an RTCPeerConnection. `ask` is for the media server: to watch without sending anything, or to
    restart ICE of what is received.
    """

    action: Literal["signal"]
    call: Id
    sender: Id = Field(alias="from")
    to: Id
    description: Description | None = None
    candidate: Candidate | None = None
    number: int = Field(default=0, ge=0, lt=2**31)
    ask: Literal["watch", "restart_ice"] | None = None


Microphone = Literal["ok", "interrupted", "blocked", "missing"]
"""The state of the device, whether its person is muted or not: the phone has taken it for something
else, the page may not use it, or there is none."""


class Media(_Message):
    """The media that a page of a call currently sends. `muted`: no sound, for whatever reason."""

    action: Literal["media"]
    call: Id
    sender: Id = Field(alias="from")
    muted: bool
    camera: bool
    sharing: bool
    microphone: Microphone = "ok"


FROM_PUBLISH = "media_server:publish"
FROM_SUBSCRIBE = "media_server:subscribe"
MEDIA_SERVER = frozenset({FROM_PUBLISH, FROM_SUBSCRIBE})
"""The id, in place of a connection's, of the two RTCPeerConnections with the media server."""

Said = Subscribe | Unsubscribe | Here | Typing | Ping | Signal | Media
FromPage = Annotated[Said, Field(discriminator="action")]
from_page: TypeAdapter[Said] = TypeAdapter(FromPage)


def _packed(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))


def event_envelope(published: Published) -> str:
    """Return an event in its envelope; serialised once, however many pages get it."""
    return _packed(
        {
            "topic": published.topic,
            "version": published.version,
            "type": published.type,
            "data": published.payload,
        }
    )


def passing_envelope(passing: Passing) -> str:
    """Return something that passes: it has no version, and is not counted."""
    return _packed(
        {"topic": passing.topic, "version": 0, "type": passing.type, "data": passing.payload}
    )


def elsewhere_envelope(published: Published) -> str:
    """Return a placeholder for an event this person may not see, which only keeps the count."""
    return _packed({"topic": published.topic, "version": published.version, "type": "elsewhere"})


def snapshot_envelope(topic: str, version: int, data: dict[str, Any]) -> str:
    """Return the whole state of a topic, for a page that is new or has missed something."""
    return _packed({"topic": topic, "version": version, "type": "snapshot", "data": data})


def refused_envelope(topic: str) -> str:
    """Tell a page that it may not follow this topic."""
    return _packed({"topic": topic, "version": 0, "type": "refused"})


PONG = _packed({"type": "pong"})
"""The answer to a ping."""
