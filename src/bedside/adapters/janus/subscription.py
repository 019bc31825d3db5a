"""The incoming streams of one connection: one handle of Janus for all of them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import NamedTuple

import structlog

from bedside.adapters.janus.rooms import Room
from bedside.adapters.janus.session import Event, Refused, Session
from bedside.adapters.janus.session_descriptions import described
from bedside.calls.media_server import MediaServerDown, Stream, SubscriptionOffer

_log = structlog.get_logger("janus")

_NO_SUCH_FEED = 428

_numbers = count(1)
"""Numbers of offers, for the whole process, so that an answer never fits another connection's
offer."""


class Source(NamedTuple):
    """A published stream: Janus's number for the publisher, and its mid there."""

    feed: int
    mid: str


class Subscription:
    """Keeps a subscription up to date: `sources` is called on each `adjust`.

    Each change becomes an offer, given to `on_offer`; the next change waits for its answer, and
    those in between become one. `broken` is called if the media ended unexpectedly.
    """

    def __init__(
        self,
        session: Session,
        room: Room,
        connection_id: str,
        sources: Callable[[], Mapping[Source, str]],
        on_offer: Callable[[SubscriptionOffer], None],
        broken: Callable[[], None],
    ) -> None:
        self._session = session
        self._room = room
        self._connection_id = connection_id
        self._sources = sources
        self._on_offer = on_offer
        self._broken = broken
        self._handle: int | None = None
        self._streams: dict[Source, Stream] = {}
        self._unanswered: SubscriptionOffer | None = None
        self._answering = asyncio.Lock()
        self._offered = False
        self._restart = False
        self._stale = False
        self._adjusting: asyncio.Task[None] | None = None
        self._closed = False

    def adjust(self) -> None:
        """Compare what is published with what the connection receives, now or after the next
        answer."""
        self._stale = True
        if self._closed or self._unanswered is not None:
            return
        if self._adjusting is None or self._adjusting.done():
            self._adjusting = asyncio.create_task(self._adjust())

    def restart_ice(self) -> None:
        """Repeat an offer that has no answer yet; otherwise make one that restarts ICE."""
        self._restart = self._handle is not None
        if self._unanswered is not None:
            self._on_offer(self._unanswered)
        else:
            self.adjust()

    async def answer(self, number: int, sdp: str) -> None:
        """Take the answer to the offer of this number; others are too late. Raises Refused."""
        async with self._answering:
            offer = self._unanswered
            if offer is None or offer.number != number or self._handle is None or self._closed:
                return
            try:
                await self._session.ask(self._handle, {"request": "start"}, answer=sdp)
            except Refused as refused:
                if self._closed or refused.gone:
                    return
                raise
            if self._unanswered is offer:
                self._unanswered = None
        self.adjust()

    async def trickle(self, candidate: dict[str, object]) -> None:
        """Pass on a candidate of the browser."""
        if self._handle is not None:
            await self._session.trickle(self._handle, candidate)

    async def close(self) -> None:
        """End the subscription; its events are dropped."""
        self._closed = True
        if self._adjusting is not None:
            await asyncio.wait([self._adjusting])  # otherwise a handle could be left behind
        if self._handle is not None:
            await self._session.detach(self._handle)

    async def _adjust(self) -> None:
        try:
            while self._stale and self._unanswered is None and not self._closed:
                self._stale = False
                await self._step()
        except MediaServerDown:
            return  # this is announced to everybody
        except Refused as refused:
            # A publisher left between our request and its arrival; the event follows.
            if refused.code != _NO_SUCH_FEED:
                _log.warning("subscription_refused", code=refused.code)

    async def _step(self) -> None:
        """Request one change. Its offer comes to `_on_event`, perhaps later."""
        there = self._sources()
        subscribe = [{"feed": s.feed, "mid": s.mid} for s in there if s not in self._streams]
        gone = [stream.mid for source, stream in self._streams.items() if source not in there]
        if self._handle is None:
            if subscribe:
                await self._begin(subscribe)
        elif self._restart:
            self._restart = False
            await self._session.ask(self._handle, {"request": "configure", "restart": True})
        elif subscribe or gone:
            body: dict[str, object] = {"request": "update"}
            if subscribe:
                body["subscribe"] = subscribe
            if gone:
                body["unsubscribe"] = [{"sub_mid": mid} for mid in gone]
            await self._session.ask(self._handle, body)

    async def _begin(self, subscribe: Sequence[object]) -> None:
        handle = await self._session.attach(self._on_event)
        body = {
            "request": "join",
            "ptype": "subscriber",
            "room": self._room.number,
            "token": self._room.token(self._connection_id),
            "autoupdate": False,  # `update` removes whoever left, with what else changed
            "streams": subscribe,
        }
        self._handle = handle
        try:
            await self._session.ask(handle, body)
        except Refused:
            self._handle = None
            await self._session.detach(handle)
            raise

    def _on_event(self, event: Event) -> None:
        if self._closed:
            return
        if event.kind in ("hangup", "detached"):
            self._broken()
        elif event.kind == "event":
            if event.data.get("videoroom") in ("attached", "updated") and "streams" in event.data:
                self._streams = self._read(event)
            if event.sdp:
                self._offer(event.sdp)

    def _read(self, event: Event) -> dict[Source, Stream]:
        streams: dict[Source, Stream] = {}
        for told in event.data["streams"]:
            if told.get("active") and "feed_id" in told:
                source = Source(told["feed_id"], told["feed_mid"])
                publisher = str(told.get("feed_display", ""))
                streams[source] = Stream(told["mid"], publisher, told["type"], source.mid)
        return streams

    def _offer(self, sdp: str) -> None:
        self._unanswered = SubscriptionOffer(
            call_id=self._room.call_id,
            connection_id=self._connection_id,
            number=next(_numbers),
            sdp=described(sdp),
            streams=tuple(self._streams.values()),
            fresh=not self._offered,
        )
        self._offered = True
        self._on_offer(self._unanswered)
