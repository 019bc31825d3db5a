"""What goes over the socket, as declared types.

From the page: `subscribe`, `unsubscribe`. To the page: an event in its envelope, a snapshot, a
refusal. Unknown fields are refused in both directions.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bedside.database.engine import Published


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Subscribe(_Message):
    """The page wants to hear of a topic. `since` is the last version it has, 0 for none."""

    action: Literal["subscribe"]
    topic: str = Field(max_length=80)
    since: int = Field(default=0, ge=0, lt=2**53)


class Unsubscribe(_Message):
    """The page has seen enough of a topic."""

    action: Literal["unsubscribe"]
    topic: str = Field(max_length=80)


FromPage = Annotated[Subscribe | Unsubscribe, Field(discriminator="action")]
from_page: TypeAdapter[Subscribe | Unsubscribe] = TypeAdapter(FromPage)


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
