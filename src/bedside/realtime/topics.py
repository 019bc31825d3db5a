"""Topics: a kind and an id. Each kind declares who may subscribe and what a snapshot holds."""

from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

from bedside.kernel.events import Published

Snapshot = Callable[[Any, str], Awaitable[dict[str, Any]]]
"""(access, id) → the state that events of the topic build on. Raises NotFound if the person may
not see it. `access` is what the socket proved: a member of staff, a patient's link or visit, a
guest."""
AudienceOf = Callable[[str], Awaitable[Container[object]]]
"""id → the persons (`Listener.person`) who may receive events of it at this moment."""
AudienceOfEvent = Callable[[str, Mapping[str, Any]], Awaitable[Container[object]]]
"""(id, the event's payload) → the persons who may receive this event at this moment."""


@dataclass(frozen=True, slots=True)
class TopicKind:
    """One kind of topic, such as `chart`. `filtered`: events name a patient_id, and each goes only
    to subscribers who may see that patient. `audience`: each event goes only to those in it at
    that moment, as people come and go; `audience_of_event` if that depends on the payload.
    `from_first`: a new page gets every event still kept, because a snapshot would hold nothing of
    them."""

    name: str
    snapshot: Snapshot
    filtered: bool = False
    audience: AudienceOf | None = None
    audience_of_event: AudienceOfEvent | None = None
    from_first: bool = False


class Topics:
    """The kinds of topics there are."""

    def __init__(self) -> None:
        self._kinds: dict[str, TopicKind] = {}

    def add(self, kind: TopicKind) -> None:
        """Register a kind. Raises ValueError for a name that is taken."""
        if kind.name in self._kinds:
            raise ValueError(f"two kinds of topics have the name {kind.name}")
        self._kinds[kind.name] = kind

    def kind(self, topic: str) -> TopicKind | None:
        """Return the kind of a topic, by its name before the colon."""
        return self._kinds.get(topic.partition(":")[0])

    def patient_of(self, published: Published) -> str:
        """Return the patient a subscriber must have access to in order to receive this event, or
        "" if every subscriber may."""
        kind = self.kind(published.topic)
        if kind is None or not kind.filtered:
            return ""
        return str(published.payload.get("patient_id", ""))

    async def audience_of(self, published: Published) -> Container[object] | None:
        """Return who may receive an event, if its kind of topic has an audience; None otherwise."""
        kind = self.kind(published.topic)
        about = published.topic.partition(":")[2]
        if kind is not None and kind.audience_of_event is not None:
            return await kind.audience_of_event(about, published.payload)
        if kind is None or kind.audience is None:
            return None
        return await kind.audience(about)

    def names(self) -> list[str]:
        """Return the names of all kinds, for documentation and its test."""
        return sorted(self._kinds)
