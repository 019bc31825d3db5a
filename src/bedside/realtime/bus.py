"""The bus: carries events from commits to open pages.

Each event is serialised once and its audience computed once, however many pages subscribe. An idle
page gets it immediately; any other has a bounded queue, and one that cannot keep up gets a
`resync` (request snapshots) instead of holding up the others.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from bedside.database import Database, outbox
from bedside.errors import BedsideError
from bedside.kernel.events import Passing, Published
from bedside.realtime.envelopes import elsewhere_envelope, event_envelope, passing_envelope
from bedside.realtime.topics import Audience

_LONGEST_QUEUE = 256
_MOST_OWN = 64
"""Messages of the server's own that wait for a page before nothing more is taken from it."""
_AT_ONCE = 250
"""Pages served before anything else that is waiting gets to run: some two milliseconds."""

MayHear = Callable[[str, Published], Awaitable[bool]]
"""Whether a person may receive an event of a topic the page has subscribed to: see
`Topics.may_hear`."""
Push = Callable[[str], bool]
"""Hands a text to a page without waiting. False: not possible now, and nothing was sent."""
AudienceOf = Callable[[Published | Passing], Awaitable[Audience]]
"""See `Topics.audience`."""


__all__ = ["Bus", "Listener", "Published"]


class Subscriber(Protocol):
    """Whatever gets events of topics. `person` is the name by which an `Audience` knows it."""

    person: str
    topics: set[str]
    fell_behind: set[str]

    def deliver(self, published: Published, text: str, now: str, /) -> None:
        """Take an event: `text` is the event, `now` what this person may receive of it."""
        ...

    def offer(self, published: Published, text: str, /) -> None:
        """Take an event of which nobody has decided yet who may receive it."""
        ...


class Listener:
    """One open page. `push` writes directly while the page's sender task is idle; otherwise texts
    queue for `next`. `person` is the name by which an `Audience` knows the page, or "".

    A page that never reads costs a bounded amount: of its topics' events some are kept, and of the
    server's own messages the newest of each topic.
    """

    def __init__(self, may_hear: MayHear, push: Push) -> None:
        self._may_hear = may_hear
        self._push = push
        self._queue: deque[tuple[Published, str] | str] = deque()  # a topic: see `_own`
        self._own: dict[str, str] = {}
        self._room: asyncio.Event | None = None
        self._wake = asyncio.Event()
        self._at_rest = False
        self.person = ""
        self.topics: set[str] = set()
        self.fell_behind: set[str] = set()

    def deliver(self, published: Published, text: str, now: str) -> None:
        """Push the event now as `now`, or queue it as `text`, to be delivered if its person is
        still in the audience."""
        if self._at_rest and self._push(now):
            return
        self.offer(published, text)

    def offer(self, published: Published, text: str) -> None:
        """Queue an event; if the queue is full, the page must ask for the topic's snapshot."""
        if published.topic in self.fell_behind:
            return
        if len(self._queue) >= _LONGEST_QUEUE:
            self.fell_behind.add(published.topic)
        else:
            self._queue.append((published, text))
        self._rouse()

    def send(self, topic: str, text: str) -> None:
        """Queue a message of the server's own about a topic, such as a snapshot. It takes the
        place of one that the page has not read: events that follow there and that it includes
        are old to the page, which passes over them."""
        if topic not in self._own:
            self._queue.append(topic)
        self._own[topic] = text
        self._rouse()

    def pass_on(self, text: str) -> None:
        """Push something that passes; a page that is behind does not get it, because it would
        come too late."""
        if self._at_rest:
            self._push(text)

    async def has_room(self) -> None:
        """Wait while the page leaves too many of the server's answers unread."""
        while len(self._own) >= _MOST_OWN:
            self._room = asyncio.Event()
            await self._room.wait()

    def _rouse(self) -> None:
        self._at_rest = False
        self._wake.set()

    async def next(self) -> str | None:
        """Return the next text for the page. None: look at `fell_behind` and send snapshots
        again."""
        while True:
            if self._queue:
                waiting = self._queue.popleft()
                if isinstance(waiting, str):
                    return self._taken(waiting)
                published, text = waiting
                if published.topic not in self.topics:
                    continue
                if await self._may_hear(self.person, published):
                    return text
                return elsewhere_envelope(published)
            if self.fell_behind:
                return None
            self._wake.clear()
            self._at_rest = True
            await self._wake.wait()

    def _taken(self, topic: str) -> str:
        if self._room is not None:
            self._room.set()
        return self._own.pop(topic)


class Bus:
    """The topics that pages subscribe to, in this process."""

    def __init__(self, database: Database, audience: AudienceOf) -> None:
        self._database = database
        self._audience = audience
        self._listeners: dict[str, set[Subscriber]] = {}
        self._watchers: dict[str, set[Callable[[], None]]] = {}
        self._pending: dict[str, deque[Published]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        database.on_events(self.publish)
        database.on_passing(self.pass_on)

    @property
    def pages(self) -> int:
        """Number of subscribed pages."""
        listening = {id(one): one for many in self._listeners.values() for one in many}
        return sum(isinstance(one, Listener) for one in listening.values())

    def is_followed(self, topic: str) -> bool:
        """Whether a page of this process is subscribed to a topic."""
        return topic in self._listeners

    def tell(self, topic: str, text: str) -> None:
        """Send a message of the server's own to every page that is subscribed to a topic."""
        for listener in list(self._listeners.get(topic, ())):
            if isinstance(listener, Listener):
                listener.send(topic, text)

    def subscribe(self, listener: Subscriber, topic: str) -> None:
        """Deliver events of `topic` to `listener` from now on."""
        listener.topics.add(topic)
        self._listeners.setdefault(topic, set()).add(listener)

    def unsubscribe(self, listener: Subscriber, topic: str) -> None:
        """Stop delivering events of `topic` to `listener`."""
        listener.topics.discard(topic)
        listener.fell_behind.discard(topic)
        listeners = self._listeners.get(topic)
        if listeners:
            listeners.discard(listener)
            if not listeners:
                del self._listeners[topic]

    def leave(self, listener: Subscriber) -> None:
        """Drop a page that was closed."""
        for topic in list(listener.topics):
            self.unsubscribe(listener, topic)

    def watch(self, topic: str, action: Callable[[], None]) -> Callable[[], None]:
        """Call `action` on each event of `topic`, before any page gets it. Returns a function that
        ends this."""
        self._watchers.setdefault(topic, set()).add(action)

        def end() -> None:
            watchers = self._watchers[topic]
            watchers.discard(action)
            if not watchers:
                del self._watchers[topic]

        return end

    async def before_kept(self, topic: str) -> int:
        """Return the version from which a page gets every event that is still kept."""
        async with self._database.read() as db:
            return await outbox.before_kept(db, topic)

    async def catch_up(
        self, listener: Listener, topic: str, since: int, *, from_first: bool = False
    ) -> int | None:
        """Offer events after version `since`. Returns None if that covers everything. Otherwise
        they are no longer kept (or `since` is 0 and the topic cannot be followed from its first
        event on), and the result is the lowest version a snapshot must have."""
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
        """Deliver committed events to subscribers: in order within a topic, topics in parallel."""
        for published in events:
            for action in list(self._watchers.get(published.topic, ())):
                action()
            if published.topic in self._pending:
                self._pending[published.topic].append(published)
            elif published.topic in self._listeners:
                self._pending[published.topic] = deque([published])
                task = asyncio.create_task(self._deliver(published.topic))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def pass_on(self, passing: Passing) -> None:
        """Hand something that passes to the pages of this process that may see it, but to none of
        the person who caused it."""
        if passing.topic in self._listeners:
            task = asyncio.create_task(self._pass_on(passing))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, passing: Passing) -> None:
        with suppress(BedsideError):  # the database is down, and it is over in seconds
            persons = await self._audience(passing)
            text = passing_envelope(passing)
            for listener in list(self._listeners.get(passing.topic, ())):
                seen = persons is None or listener.person in persons
                if isinstance(listener, Listener) and seen and listener.person != passing.by:
                    listener.pass_on(text)

    async def _deliver(self, topic: str) -> None:
        waiting = self._pending[topic]
        try:
            while waiting:
                await self._deliver_one(waiting.popleft())
        finally:
            del self._pending[topic]

    async def _deliver_one(self, published: Published) -> None:
        text = event_envelope(published)
        elsewhere = elsewhere_envelope(published)
        listeners = list(self._listeners.get(published.topic, ()))
        try:
            persons = await self._audience(published)
        except BedsideError:  # the database was down; each page asks again when it sends
            for listener in listeners:
                listener.offer(published, text)
            return
        topic = published.topic
        for first in range(0, len(listeners), _AT_ONCE):
            for listener in listeners[first : first + _AT_ONCE]:
                if topic in listener.topics:
                    seen = persons is None or listener.person in persons
                    listener.deliver(published, text, text if seen else elsewhere)
            await asyncio.sleep(0)
