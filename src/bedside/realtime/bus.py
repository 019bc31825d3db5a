"""The bus: from commits to open pages.

An event is serialised once. Each page has a bounded queue; one that does not keep up is told to
ask for snapshots (`resync`) instead of being waited for.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from bedside.database import Database, outbox
from bedside.database.engine import Published
from bedside.realtime.envelopes import elsewhere_envelope, event_envelope

_LONGEST_QUEUE = 256

MaySee = Callable[[Published], Awaitable[bool]]
"""Whether a page's person may see an event of a topic that it has subscribed to."""


__all__ = ["Bus", "Listener", "Published"]


class Listener:
    """One open page. `send` takes text; it is called by one task at a time."""

    def __init__(self, may_see: MaySee) -> None:
        self._may_see = may_see
        self._queue: deque[tuple[Published, str] | str] = deque()
        self._wake = asyncio.Event()
        self.topics: set[str] = set()
        self.fell_behind: set[str] = set()

    def offer(self, published: Published, text: str) -> None:
        """Queue an event; when the queue is full the topic must be asked for again."""
        if published.topic in self.fell_behind:
            return
        if len(self._queue) >= _LONGEST_QUEUE:
            self.fell_behind.add(published.topic)
        else:
            self._queue.append((published, text))
        self._wake.set()

    def say(self, text: str) -> None:
        """Queue a message of the server's own, such as a snapshot."""
        self._queue.append(text)
        self._wake.set()

    async def next(self) -> str | None:
        """The next text for the page. None: look at `fell_behind` and give snapshots anew."""
        while True:
            if self._queue:
                waiting = self._queue.popleft()
                if isinstance(waiting, str):
                    return waiting
                published, text = waiting
                if published.topic not in self.topics:
                    continue
                if await self._may_see(published):
                    return text
                return elsewhere_envelope(published)
            if self.fell_behind:
                return None
            self._wake.clear()
            await self._wake.wait()


class Bus:
    """Who listens to which topic, in this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: dict[str, set[Listener]] = {}
        database.on_events(self.publish)

    @property
    def pages(self) -> int:
        """How many pages listen."""
        return len({id(one) for many in self._listeners.values() for one in many})

    def subscribe(self, listener: Listener, topic: str) -> None:
        """From now on `listener` hears of `topic`."""
        listener.topics.add(topic)
        self._listeners.setdefault(topic, set()).add(listener)

    def unsubscribe(self, listener: Listener, topic: str) -> None:
        """`listener` hears no more of `topic`."""
        listener.topics.discard(topic)
        listener.fell_behind.discard(topic)
        listeners = self._listeners.get(topic)
        if listeners:
            listeners.discard(listener)
            if not listeners:
                del self._listeners[topic]

    def leave(self, listener: Listener) -> None:
        """The page is closed."""
        for topic in list(listener.topics):
            self.unsubscribe(listener, topic)

    async def catch_up(self, listener: Listener, topic: str, since: int) -> int | None:
        """Offer what happened after version `since`. None: it is all there now. Otherwise it is
        no longer kept (or `since` is 0), and a snapshot of at least this version is needed."""
        async with self._database.read() as db:
            missed = await outbox.events_since(db, topic, since) if since else None
            version = await outbox.topic_version(db, topic)
        if missed is None:
            return version
        for published in missed:
            listener.offer(published, event_envelope(published))
        return None

    def publish(self, events: list[Published]) -> None:
        """Give committed events to those who listen."""
        for published in events:
            listeners = self._listeners.get(published.topic)
            if listeners:
                text = event_envelope(published)
                for listener in listeners:
                    listener.offer(published, text)
