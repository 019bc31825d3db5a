"""Topics: a kind and an id. Each kind says who may listen and what a snapshot holds."""

from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

from bedside.kernel.events import Published

Snapshot = Callable[[Any, str], Awaitable[dict[str, Any]]]
"""(access, id) → the state that events of the topic build on. Raises NotFound when the person
may not see it. `access` is what the socket proved: a member of staff, a patient's link or visit, a
guest."""
AudienceOf = Callable[[str], Awaitable[Container[object]]]
"""id → the persons (`Listener.person`) who may hear of it at this moment."""
AudienceOfEvent = Callable[[str, Mapping[str, Any]], Awaitable[Container[object]]]
"""(id, what an event tells) → the persons who may hear of this event at this moment."""


@dataclass(frozen=True, slots=True)
class TopicKind:
    """One kind of topic, such as `chart`. `filtered`: events name a patient_id, and each is only
    told to those who may see that patient. `audience`: each event is only told to those who are in
    it then, as people come and go; `audience_of_event`, where that depends on what is told.
    `from_first`: a page that is new hears of everything that is
    kept, for nothing is left of it in a snapshot."""

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
        """Make a kind known; bootstrap does."""
        self._kinds[kind.name] = kind

    def kind(self, topic: str) -> TopicKind | None:
        """The kind of a topic, by its name in front of the colon."""
        return self._kinds.get(topic.partition(":")[0])

    def patient_of(self, published: Published) -> str:
        """The patient whom one must be allowed to see to hear of an event; "" when everybody who
        has subscribed to its topic may."""
        kind = self.kind(published.topic)
        if kind is None or not kind.filtered:
            return ""
        return str(published.payload.get("patient_id", ""))

    async def audience_of(self, published: Published) -> Container[object] | None:
        """Who may hear of an event, where its kind of topic has an audience; None elsewhere."""
        kind = self.kind(published.topic)
        about = published.topic.partition(":")[2]
        if kind is not None and kind.audience_of_event is not None:
            return await kind.audience_of_event(about, published.payload)
        if kind is None or kind.audience is None:
            return None
        return await kind.audience(about)

    def names(self) -> list[str]:
        """The kinds there are, for documentation and its test."""
        return sorted(self._kinds)
