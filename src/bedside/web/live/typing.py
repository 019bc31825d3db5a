"""“… is writing”: said by a page while somebody types, passed on to the pages of the others, and
stored nowhere (feature C2)."""

import time

from bedside.errors import BedsideError
from bedside.kernel.events import Passing
from bedside.people.audiences import person_of
from bedside.realtime.envelopes import Typing
from bedside.services import Services

TYPE = "typing"
SAID_EVERY = 1.0
"""Seconds; a page that says it more often is not passed on. Ours says it every three."""


class PageTyping:
    """The topics in which somebody writes on one page."""

    def __init__(self, services: Services) -> None:
        self._topics = services.realtime.topics
        self._database = services.database
        self._since: dict[str, float] = {}

    async def said(self, access: object, message: Typing) -> None:
        """Pass on that somebody writes, or has stopped; nothing if they may not write there."""
        begun = self._since.get(message.topic)
        now = time.monotonic()
        if message.on:
            if begun is not None and now - begun < SAID_EVERY:
                return
            self._since[message.topic] = now
        elif self._since.pop(message.topic, None) is None:
            return
        await self._pass_on(access, message.topic, on=message.on)

    async def closed(self, access: object) -> None:
        """End what the page has begun: it is gone."""
        for topic in list(self._since):
            await self._pass_on(access, topic, on=False)
        self._since.clear()

    async def _pass_on(self, access: object, topic: str, *, on: bool) -> None:
        kind = self._topics.kind(topic)
        if kind is None or kind.typing is None:
            return
        try:
            told = await kind.typing(access, topic.partition(":")[2])
            passing = Passing(topic, TYPE, person_of(access), {**told, "on": on})
            await self._database.pass_on(passing)
        except BedsideError:
            return  # it is over in seconds: nobody misses it
