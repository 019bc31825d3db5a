"""Events: what happened, published to other parts and to open pages.

An event is declared as a class. It rejects unknown fields and carries ids and states only, never
patient content, because events are stored and broadcast.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

from bedside.kernel import clock

KEEP = clock.DAY
"""How long most events are kept, for pages that were disconnected."""


class Event(BaseModel):
    """Base of every event. `topic` is the stream it belongs to, such as `chart:pat_…`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: ClassVar[str]
    version: ClassVar[int] = 1
    keep: ClassVar[int] = KEEP
    """Milliseconds for which the event can be replayed."""

    def topic(self) -> str:
        """The stream this event belongs to."""
        raise NotImplementedError

    def payload(self) -> dict[str, Any]:
        """The fields as they go over the wire."""
        return self.model_dump()


E = TypeVar("E", bound=Event)

_declared: dict[str, type[Event]] = {}


def declared(kind: type[E]) -> type[E]:
    """Class decorator that registers an event by its `type`. A duplicate type is a defect."""
    if kind.type in _declared:
        raise RuntimeError(f"the event {kind.type} is declared twice")
    _declared[kind.type] = kind
    return kind


def all_declared() -> dict[str, type[Event]]:
    """Return every event type of the product, for documentation and its test."""
    return dict(_declared)


@dataclass(frozen=True, slots=True)
class Passing:
    """Something about a topic that is over in seconds, and so is neither stored nor counted. `by`
    is the person who caused it, as an audience names them; `payload` has ids and states only."""

    topic: str
    type: str
    by: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """An event with its version in the topic, as it goes to the bus."""

    topic: str
    version: int
    type: str
    payload: dict[str, Any]
