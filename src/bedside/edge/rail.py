"""The numbers of the rail, pushed to open pages.

A page subscribes to `rail:…` while somebody can see it, and gets a snapshot: how many things wait
in each section. Afterwards each person is counted for once, however many pages they have open,
soon after an event that concerns them and then not more often than anybody looks. People who see
the same patients and are in charge of the same rooms share one count.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any

from bedside.errors import BedsideError, NotFound, Unavailable
from bedside.kernel.events import Published
from bedside.people.audiences import person_of
from bedside.people.permissions import StaffAccess
from bedside.realtime.bus import Bus
from bedside.realtime.envelopes import snapshot_envelope
from bedside.realtime.topics import TopicKind

KIND = "rail"
TOGETHER = 0.15
"""Seconds in which events are answered together."""
AT_MOST_EVERY = 1.0
_TIMES_AS_LONG = 4
"""How much longer than the last counting took the next one waits: with hundreds of people it takes
a fifth of the processor at most."""

Counts = Mapping[str, int]
CountAll = Callable[[StaffAccess], Awaitable[Counts]]
ViewOf = Callable[[StaffAccess], Awaitable[Hashable]]


def topic_of(staff_id: str) -> str:
    """Return the topic of a person's numbers."""
    return f"{KIND}:{staff_id}"


class _Person:
    """A person with open pages. It is subscribed to what moves the numbers, so the bus decides
    for it, as for pages, which events concern the person."""

    def __init__(self, access: StaffAccess, changed: Callable[[str], None]) -> None:
        self.access = access
        self.person = person_of(access)
        self.topics: set[str] = set()
        self.fell_behind: set[str] = set()
        self.sent: Counts | None = None
        self._changed = changed

    def deliver(self, _published: Published, text: str, now: str) -> None:
        """Take note of an event, unless this person may not see it."""
        if now is text:
            self._changed(self.access.staff_id)

    def offer(self, _published: Published, _text: str) -> None:
        """Take note of an event of which the audience is not known."""
        self._changed(self.access.staff_id)


class Rail:
    """Counts for everybody who has a page open, and pushes what has changed.

    `count` counts what waits for a person; `view_of` is the same for people for whom `count` has
    the same results.
    """

    def __init__(self, bus: Bus, count: CountAll, view_of: ViewOf) -> None:
        self._bus = bus
        self._count = count
        self._view_of = view_of
        self._people: dict[str, _Person] = {}
        self._due: dict[str, None] = {}
        self._task: asyncio.Task[None] | None = None

    def topic(self) -> TopicKind:
        """Return the kind of topic."""
        return TopicKind(KIND, self.snapshot)

    async def snapshot(self, access: object, staff_id: str) -> dict[str, Any]:
        """Return the numbers of a person, who is counted for from now on. Raises NotFound for
        everybody else."""
        if not isinstance(access, StaffAccess) or access.staff_id != staff_id:
            raise NotFound
        person = self._people.get(staff_id)
        if person is None:
            person = self._people[staff_id] = _Person(access, self._changed)
            for kind in ("desk", "rooms"):
                self._bus.subscribe(person, f"{kind}:{access.clinic_id}")
        person.access = access
        counts = await self._count(access)
        if counts != person.sent:
            person.sent = None  # pages differ now, so the next count goes to all of them
        return dict(counts)

    def renew(self, access: object) -> None:
        """Count with what was just verified: the role of somebody with open pages may change."""
        if isinstance(access, StaffAccess) and (person := self._people.get(access.staff_id)):
            person.access = access

    def _changed(self, staff_id: str) -> None:
        self._due[staff_id] = None
        if self._task is None:
            self._task = asyncio.create_task(self._work_off())

    async def _work_off(self) -> None:
        """Count for everybody for whom something may have changed, until nothing is left."""
        loop = asyncio.get_running_loop()
        try:
            await asyncio.sleep(TOGETHER)
            while self._due:
                began = loop.time()
                await self._round()
                took = loop.time() - began
                await asyncio.sleep(max(AT_MOST_EVERY, took * _TIMES_AS_LONG))
        finally:
            self._task = None

    async def _round(self) -> None:
        due, self._due = self._due, {}
        counted: dict[Hashable, Counts] = {}
        for staff_id in due:
            person = self._people.get(staff_id)
            if person is None:
                continue
            if not self._bus.is_followed(topic_of(staff_id)):
                # a page that is just subscribing asks for a second snapshot once it is subscribed
                self._bus.leave(person)
                del self._people[staff_id]
                continue
            try:
                await self._push(person, counted)
            except Unavailable:
                self._changed(staff_id)  # again in a moment
            except BedsideError:
                continue  # no longer of this clinic: the page is about to be closed
            await asyncio.sleep(0)  # others have their turn

    async def _push(self, person: _Person, counted: dict[Hashable, Counts]) -> None:
        """Send what has changed for a person; `counted` has what was counted in this round."""
        access = person.access
        view = (access.clinic_id, access.role, await self._view_of(access))
        if view not in counted:
            counted[view] = await self._count(access)
        if counted[view] != person.sent:
            person.sent = counted[view]
            topic = topic_of(access.staff_id)
            self._bus.tell(topic, snapshot_envelope(topic, 0, dict(person.sent)))
