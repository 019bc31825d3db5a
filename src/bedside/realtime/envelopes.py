"""What goes over the socket, as declared types.

From the page: `subscribe`, `unsubscribe`, `here`, `signal`, `media`. To the page: an event in its
envelope, a snapshot, a refusal. Unknown fields are refused in both directions.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bedside.kernel.events import Published


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_NO_NUL = r"^[^\x00]*$"
"""PostgreSQL takes no NUL in a text, and nobody's id has one."""
Id = Annotated[str, Field(max_length=40, pattern=_NO_NUL)]
TopicName = Annotated[str, Field(max_length=80, pattern=_NO_NUL)]


class Subscribe(_Message):
    """The page wants to hear of a topic. `since` is the last version it has, 0 for none."""

    action: Literal["subscribe"]
    topic: TopicName
    since: int = Field(default=0, ge=0, lt=2**53)


class Unsubscribe(_Message):
    """The page has seen enough of a topic."""

    action: Literal["unsubscribe"]
    topic: TopicName


class Here(_Message):
    """Whether anybody can see the page: a hidden one keeps its place."""

    action: Literal["here"]
    hidden: bool


class Description(_Message):
    """An RTCSessionDescription."""

    type: Literal["offer", "answer"]
    sdp: str = Field(max_length=64 << 10)


class Candidate(_Message):
    """An RTCIceCandidate, as browsers write it; an empty one says that there are no more."""

    candidate: str = Field(max_length=2_000)
    sdpMid: str | None = Field(default=None, max_length=64)  # noqa: N815 - the browsers' name
    sdpMLineIndex: int | None = Field(default=None, ge=0, lt=1_000)  # noqa: N815 - the same
    usernameFragment: str | None = Field(default=None, max_length=256)  # noqa: N815 - the same


class Signal(_Message):
    """Something that another browser of a call, or the media server, needs to connect to this one.

    `sender` and `to` are connections; `to` may be one of MEDIA_SERVER. `number` is that of the
    offer of the media server that is answered; with an offer to it, 0 for the first one of an
    RTCPeerConnection. `ask` is for the media server: to watch without sending anything, or to
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


class Media(_Message):
    """What a page of a call sends at present."""

    action: Literal["media"]
    call: Id
    sender: Id = Field(alias="from")
    muted: bool
    camera: bool
    sharing: bool


FROM_PUBLISH = "media_server:publish"
FROM_SUBSCRIBE = "media_server:subscribe"
MEDIA_SERVER = frozenset({FROM_PUBLISH, FROM_SUBSCRIBE})
"""What stands in place of a connection for the two RTCPeerConnections with the media server."""

Said = Subscribe | Unsubscribe | Here | Signal | Media
FromPage = Annotated[Said, Field(discriminator="action")]
from_page: TypeAdapter[Said] = TypeAdapter(FromPage)


def _packed(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))


def event_envelope(published: Published) -> str:
    """An event; serialised once, however many pages get it."""
    return _packed(
        {
            "topic": published.topic,
            "version": published.version,
            "type": published.type,
            "data": published.payload,
        }
    )


def elsewhere_envelope(published: Published) -> str:
    """A place holder for an event that this person may not see: it only keeps the count."""
    return _packed({"topic": published.topic, "version": published.version, "type": "elsewhere"})


def snapshot_envelope(topic: str, version: int, data: dict[str, Any]) -> str:
    """The whole state of a topic, for a page that is new or has missed something."""
    return _packed({"topic": topic, "version": version, "type": "snapshot", "data": data})


def refused_envelope(topic: str) -> str:
    """This page may not hear of this topic."""
    return _packed({"topic": topic, "version": 0, "type": "refused"})
