"""One connection in a room: the publisher handle, and the subscription to everybody else."""

import asyncio
from collections.abc import Callable
from typing import Any

from bedside.adapters.janus.rooms import Room
from bedside.adapters.janus.session import Event, Refused, Session
from bedside.adapters.janus.session_descriptions import (
    candidate_for_janus,
    described,
    fingerprint,
)
from bedside.adapters.janus.subscription import Source, Subscription
from bedside.calls.media_server import Candidate, MediaServerDown, Role, SubscriptionOffer


class Participant:
    """A participant of `room` on `session`; `desk` is the handle for managing rooms.

    Offers go to `on_offer`. `broken` is called once if media ended unexpectedly; `publish` or
    `watch` then start over. `closed` is called if somebody else ended the room. Requests raise
    Refused and MediaServerDown.
    """

    def __init__(
        self,
        session: Session,
        desk: int,
        room: Room,
        connection_id: str,
        on_offer: Callable[[SubscriptionOffer], None],
        broken: Callable[[], None],
        closed: Callable[[], None],
    ) -> None:
        self.room = room
        self.connection_id = connection_id
        self._session = session
        self._desk = desk
        self._on_offer = on_offer
        self._on_broken = broken
        self._on_closed = closed
        self._turn = asyncio.Lock()
        self._handle: int | None = None
        self._published = ""
        self._sources: dict[Source, str] = {}
        self._subscription: Subscription | None = None
        self._is_broken = False

    async def publish(self, offer_sdp: str) -> str:
        """Answer an offer: the first one, a renegotiation, or that of a new RTCPeerConnection,
        which starts everything over."""
        async with self._turn:
            mark = fingerprint(offer_sdp)
            if self._is_broken or self._published not in ("", mark):
                await self._end()
            try:
                handle = self._handle or await self._join()
                request = "configure" if self._published else "publish"
                answer = await self._session.ask(handle, {"request": request}, offer=offer_sdp)
            except MediaServerDown:
                self._is_broken = True  # nobody knows how far it got
                raise
            except Refused as refused:
                self._is_broken |= refused.gone
                raise
            self._published = mark
            return described(answer.sdp)

    async def watch(self) -> None:
        """Receive everybody's media from a fresh offer on, and send nothing."""
        async with self._turn:
            await self._end()
            await self._join()

    async def trickle(self, role: Role, candidate: Candidate | None) -> None:
        """Pass on a candidate for one of the two; dropped if that connection does not exist."""
        if role == "subscribe":
            if self._subscription is not None:
                await self._subscription.trickle(candidate_for_janus(candidate))
            return
        async with self._turn:  # it may arrive while the offer is still in flight
            if self._handle is not None and not self._is_broken:
                await self._session.trickle(self._handle, candidate_for_janus(candidate))

    async def answer(self, number: int, sdp: str) -> None:
        """Take the browser's answer to an offer."""
        if self._subscription is not None:
            await self._subscription.answer(number, sdp)

    def restart_ice(self) -> None:
        """Make the next offer restart ICE."""
        if self._subscription is not None:
            self._subscription.restart_ice()

    async def leave(self) -> None:
        """Leave the room, which this participant cannot enter again."""
        async with self._turn:
            await self._end()
            await self.room.forbid(self._session, self._desk, self.connection_id)

    async def _join(self) -> int:
        await self.room.allow(self._session, self._desk, self.connection_id)
        self._subscription = Subscription(
            self._session,
            self.room,
            self.connection_id,
            lambda: self._sources,
            self._on_offer,
            self._broken,
        )
        handle = await self._session.attach(self._on_event)
        body = {
            "request": "join",
            "ptype": "publisher",
            "room": self.room.number,
            "token": self.room.token(self.connection_id),
            "display": self.connection_id,  # so that every process knows who publishes
        }
        try:
            await self._session.ask(handle, body)
        except Refused:
            await self._session.detach(handle)
            raise
        self._handle = handle
        return handle

    async def _end(self) -> None:
        subscription, handle = self._subscription, self._handle
        self._subscription, self._handle = None, None
        self._published, self._is_broken = "", False
        self._sources = {}
        if handle is not None:
            self._session.ignore(handle)
        if subscription is not None:
            await subscription.close()
        if handle is not None:
            await self._session.detach(handle)

    def _broken(self) -> None:
        if not self._is_broken:
            self._is_broken = True
            self._on_broken()

    def _on_event(self, event: Event) -> None:
        """Handle the room's news for publishers: who else is there, and who has left."""
        if event.data.get("videoroom") == "destroyed":
            self._is_broken = True
            self._on_closed()
        elif event.kind in ("hangup", "detached"):
            self._broken()
        for publisher in event.data.get("publishers", ()):
            self._take_in(publisher)
        for word in ("unpublished", "leaving", "kicked"):
            if word in event.data:
                self._forget(event.data[word])
        if self._subscription is not None and not self._is_broken:
            self._subscription.adjust()

    def _take_in(self, publisher: dict[str, Any]) -> None:
        self._forget(publisher["id"])
        who = str(publisher.get("display", ""))
        if who == self.connection_id:
            return  # our own previous connection, which is about to go
        for stream in publisher.get("streams", ()):
            if stream["type"] in ("audio", "video") and not stream.get("disabled"):
                self._sources[Source(publisher["id"], stream["mid"])] = who

    def _forget(self, feed: object) -> None:
        self._sources = {s: who for s, who in self._sources.items() if s.feed != feed}
