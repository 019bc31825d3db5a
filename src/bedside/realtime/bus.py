"""The bus: from commits to open pages.

An event is serialised once, and who may hear it is found out once, however many pages listen. A
page that waits for nothing else gets it at once; any other has a bounded queue, and one that does
not keep up is told to ask for snapshots (`resync`) instead of being waited for.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Container

from bedside.database import Database, outbox
from bedside.errors import BedsideError
from bedside.kernel.events import Published
from bedside.realtime.envelopes import elsewhere_envelope, event_envelope

_LONGEST_QUEUE = 256
_AT_ONCE = 250
"""Pages that are told before anything else that waits has its turn: some two milliseconds."""

MaySee = Callable[[Published], Awaitable[bool]]
"""Whether a page's person may see an event of a topic that it has subscribed to."""
Push = Callable[[str], bool]
"""Gives a text to a page without waiting. False: not possible now, and nothing was sent."""
Audience = Callable[[Published], Awaitable[Container[object] | None]]
"""The persons (`Listener.person`) who may see an event now; None when all who listen may."""


__all__ = ["Bus", "Listener", "Published"]


class Listener:
    """One open page. What `next` gives is sent by one task, which is passed over with `push` while
    it has nothing to do. `person` is whom an `Audience` knows the page by."""

    def __init__(self, may_see: MaySee, push: Push) -> None:
        self._may_see = may_see
        self._push = push
        self._queue: deque[tuple[Published, str] | str] = deque()
        self._wake = asyncio.Event()
        self._at_rest = False
        self.person: object = None
        self.topics: set[str] = set()
        self.fell_behind: set[str] = set()

    def hear(self, published: Published, text: str, as_told: str) -> None:
        """Give the page an event at once as `as_told`, or queue it as `text`, which it gets when
        its person may see it then."""
        if self._at_rest and self._push(as_told):
            return
        self.offer(published, text)

    def offer(self, published: Published, text: str) -> None:
        """Queue an event; when the queue is full the topic must be asked for again."""
        if published.topic in self.fell_behind:
            return
        if len(self._queue) >= _LONGEST_QUEUE:
            self.fell_behind.add(published.topic)
        else:
            self._queue.append((published, text))
        self._rouse()

    def say(self, text: str) -> None:
        """Queue a message of the server's own, such as a snapshot."""
        self._queue.append(text)
        self._rouse()

    def _rouse(self) -> None:
        self._at_rest = False
        self._wake.set()

    async def next(self) -> str | None:
        """The next text for the page. None: look at `fell_behind` and give snapshots again."""
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
            self._at_rest = True
            await self._wake.wait()


class Bus:
    """Who listens to which topic, in this process."""

    def __init__(self, database: Database, audience: Audience) -> None:
        self._database = database
        self._audience = audience
        self._listeners: dict[str, set[Listener]] = {}
        self._watchers: dict[str, set[Callable[[], None]]] = {}
        self._telling: dict[str, deque[Published]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
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

    def watch(self, topic: str, action: Callable[[], None]) -> Callable[[], None]:
        """Call `action` at each event of `topic`, before any page hears of it. Returns how to end
        that."""
        self._watchers.setdefault(topic, set()).add(action)

        def end() -> None:
            watchers = self._watchers[topic]
            watchers.discard(action)
            if not watchers:
                del self._watchers[topic]

        return end

    async def catch_up(
        self, listener: Listener, topic: str, since: int, *, from_first: bool = False
    ) -> int | None:
        """Offer what happened after version `since`. None: it is all there now. Otherwise it is
        no longer kept (or `since` is 0, and the topic is not one to be heard from its first event
        on), and a snapshot of at least this version is needed."""
        async with self._database.read() as db:
            known = since or from_first
            missed = await outbox.events_since(db, topic, since) if known else None
            version = await outbox.topic_version(db, topic)
        if missed is None:
            return version
        for published in missed:
            listener.offer(published, event_envelope(published))
        return None

    def publish(self, events: list[Published]) -> None:
        """Give committed events to those who listen: each topic's in order, one topic's beside
        another's."""
        for published in events:
            for action in list(self._watchers.get(published.topic, ())):
                action()
            if published.topic in self._telling:
                self._telling[published.topic].append(published)
            elif published.topic in self._listeners:
                self._telling[published.topic] = deque([published])
                task = asyncio.create_task(self._tell(published.topic))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _tell(self, topic: str) -> None:
        waiting = self._telling[topic]
        try:
            while waiting:
                await self._tell_one(waiting.popleft())
        finally:
            del self._telling[topic]

    async def _tell_one(self, published: Published) -> None:
        text = event_envelope(published)
        elsewhere = elsewhere_envelope(published)
        listeners = list(self._listeners.get(published.topic, ()))
        try:
            persons = await self._audience(published)
        except BedsideError:  # the database was away; each page asks again when it sends
            for listener in listeners:
                listener.offer(published, text)
            return
        topic = published.topic
        for first in range(0, len(listeners), _AT_ONCE):
            for listener in listeners[first : first + _AT_ONCE]:
                if topic in listener.topics:
                    seen = persons is None or listener.person in persons
                    listener.hear(published, text, text if seen else elsewhere)
            await asyncio.sleep(0)
