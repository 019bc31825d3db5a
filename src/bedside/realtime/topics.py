"""Topics: a kind and an id. Each kind declares who may subscribe and what a snapshot holds."""

from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

from bedside.kernel.events import Passing, Published

Snapshot = Callable[[Any, str], Awaitable[dict[str, Any]]]
"""(access, id) → the state that events of the topic build on. Raises NotFound if the person may
not see it. `access` is what the socket proved: a member of staff, a patient's link or visit, a
guest."""
Audience = Container[str] | None
"""The persons (`Listener.person`) who may receive an event now; None if every subscriber may."""
AudienceOf = Callable[[str, Mapping[str, Any], str], Awaitable[Audience]]
"""(id, the event's payload, a person or "") → the current audience. If it is asked for one person,
the others may be left out; "" asks for everybody."""


TypingOf = Callable[[Any, str], Awaitable[dict[str, Any]]]
"""(access, id) → what pages learn of somebody who is writing about a topic, with what the audience
needs. Raises NotFound for those who may not write there."""


async def _every_subscriber(_id: str, _payload: Mapping[str, Any], _person: str) -> Audience:
    return None


@dataclass(frozen=True, slots=True)
class TopicKind:
    """One kind of topic, such as `chart`. `audience`: each event goes only to those in it at that
    moment, as people come and go; without one, to whoever was given a snapshot, for as long as the
    page's access lasts. `from_first`: a new page gets every event still kept, because a snapshot
    would hold nothing of them. `typing`: pages of the topic learn that somebody is writing."""

    name: str
    snapshot: Snapshot
    audience: AudienceOf = _every_subscriber
    from_first: bool = False
    typing: TypingOf | None = None


class Topics:
    """The kinds of topics there are."""

    def __init__(self) -> None:
        self._kinds: dict[str, TopicKind] = {}

    def add(self, kind: TopicKind) -> None:
        """Register a kind. Raises ValueError for a name that is taken."""
        if kind.name in self._kinds:
            raise ValueError(f"two kinds of topics have the name {kind.name}")
        self._kinds[kind.name] = kind

    def replace(self, kind: TopicKind) -> None:
        """Register the kind of an application, which comes after the services and is their newest
        one."""
        self._kinds[kind.name] = kind

    def kind(self, topic: str) -> TopicKind | None:
        """Return the kind of a topic, by its name before the colon."""
        return self._kinds.get(topic.partition(":")[0])

    async def audience(self, published: Published | Passing, person: str = "") -> Audience:
        """Return the current audience of an event, only as far as `person` is concerned if one is
        given. Empty if the kind of topic is not declared."""
        kind = self.kind(published.topic)
        if kind is None:
            return ()
        return await kind.audience(published.topic.partition(":")[2], published.payload, person)

    async def may_hear(self, person: str, published: Published) -> bool:
        """Decide whether a subscriber may receive an event now. `person` is "" for one whom no
        audience names."""
        audience = await self.audience(published, person)
        return audience is None or bool(person and person in audience)

    def names(self) -> list[str]:
        """Return the names of all kinds, for documentation and its test."""
        return sorted(self._kinds)
