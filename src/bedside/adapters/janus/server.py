"""Janus as the media server of group calls: its VideoRoom plugin over a WebSocket.

https://janus.conf.meetecho.com/docs/videoroom.html
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextvars import Context
from typing import TypeVar

import structlog

from bedside.adapters.janus.participant import Participant
from bedside.adapters.janus.rooms import Room
from bedside.adapters.janus.session import Event, Refused, Session
from bedside.adapters.janus.session_descriptions import fingerprint
from bedside.calls.media_server import (
    CallIsFull,
    Candidate,
    Health,
    Interruption,
    InterruptionListener,
    MediaServerDown,
    OfferListener,
    Role,
)
from bedside.errors import BedsideError, NotFound, WrongInput
from bedside.kernel.language import N_

_log = structlog.get_logger("janus")

T = TypeVar("T")

SECONDS_EACH = 5.0
"""Timeout for connecting, and for each answer."""

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 10.0
"""Seconds between attempts to connect; each pause is twice the one before."""

_NO_SUCH_ROOM = 426
_PUBLISHERS_FULL = 432
_BAD_DESCRIPTIONS = {431, 437, 464, 465, 466, 467, 469}

_STRANGE = N_(
    "Your browser's camera and microphone could not be connected. Reload the page and join again."
)


class JanusServer:
    """The media server at `url`, a WebSocket; `secret` is its api_secret. See `MediaServer`.

    Connects on first use, and reconnects whenever the connection is lost; until then every request
    fails at once.
    """

    def __init__(self, url: str, secret: str, *, seconds: float = SECONDS_EACH) -> None:
        self._url = url
        self._secret = secret
        self._seconds = seconds
        self._session: Session | None = None
        self._desk = 0
        self._tried = asyncio.Event()
        self._supervising: asyncio.Task[None] | None = None
        self._rooms: dict[str, Room] = {}
        self._to_close: dict[str, Room] = {}
        self._participants: dict[str, Participant] = {}
        self._interrupted: dict[str, str] = {}
        self._telling: set[asyncio.Task[None]] = set()
        self._offer_listener: OfferListener | None = None
        self._interruption_listener: InterruptionListener | None = None

    def on_offer(self, listener: OfferListener) -> None:
        """Set the listener for offers."""
        self._offer_listener = listener

    def on_interruption(self, listener: InterruptionListener) -> None:
        """Set the listener for media that stopped, and for when it can go on."""
        self._interruption_listener = listener

    async def open_room(self, call_id: str) -> None:
        """Create or find the call's room."""
        room = Room(call_id, self._secret)
        session = await self._connected()
        try:
            await room.create(session, self._desk)
        except Refused as refused:
            raise _meaning(refused) from refused
        self._to_close.pop(call_id, None)
        self._rooms[call_id] = room

    async def close_room(self, call_id: str) -> None:
        """End the call's room, now or once Janus can be reached again."""
        room = self._rooms.pop(call_id, None) or Room(call_id, self._secret)
        self._interrupted = {n: call for n, call in self._interrupted.items() if call != call_id}
        inside = [p for p in self._participants.values() if p.room.call_id == call_id]
        self._to_close[call_id] = room
        await asyncio.gather(*(self.leave(there.connection_id) for there in inside))
        with contextlib.suppress(MediaServerDown, Refused):
            session = await self._connected()
            await room.destroy(session, self._desk)
            self._to_close.pop(call_id, None)

    async def rooms(self) -> set[str]:
        """Return the calls that have a room."""
        session = await self._connected()
        try:
            there = await Room.all_there(session, self._desk, self._secret)
        except Refused as refused:
            raise _meaning(refused) from refused
        return {room.call_id for room in there}

    async def publish(self, call_id: str, connection_id: str, offer_sdp: str) -> str:
        """Answer a connection's offer to publish."""
        if not fingerprint(offer_sdp):
            raise WrongInput(_STRANGE)
        async with self._beginning(call_id, connection_id) as participant:
            return await participant.publish(offer_sdp)

    async def watch(self, call_id: str, connection_id: str) -> None:
        """Admit a connection that sends nothing."""
        async with self._beginning(call_id, connection_id) as participant:
            await participant.watch()

    async def trickle(self, connection_id: str, role: Role, candidate: Candidate | None) -> None:
        """Pass on a candidate, if its connection still exists."""
        participant = self._participants.get(connection_id)
        if participant is not None:
            with contextlib.suppress(MediaServerDown, Refused):
                await participant.trickle(role, candidate)

    async def answer(self, connection_id: str, number: int, answer_sdp: str) -> None:
        """Take the browser's answer to an offer."""
        participant = self._participants.get(connection_id)
        if participant is not None:
            try:
                await participant.answer(number, answer_sdp)
            except Refused as refused:
                raise _meaning(refused) from refused

    async def restart_ice(self, connection_id: str) -> None:
        """Make an offer that restarts ICE."""
        participant = self._participants.get(connection_id)
        if participant is not None:
            participant.restart_ice()

    async def leave(self, connection_id: str) -> None:
        """End a connection's media."""
        self._interrupted.pop(connection_id, None)
        participant = self._participants.pop(connection_id, None)
        if participant is not None:
            with contextlib.suppress(MediaServerDown, Refused):
                await participant.leave()

    async def state(self) -> Health:
        """Whether Janus answers."""
        try:
            session = await self._connected()
            await session.alive()
        except (MediaServerDown, Refused):
            return "down"
        return "ok"

    async def stop(self) -> None:
        """End the session, and with it all handles; listeners are not called any more."""
        tasks = [*self._telling]
        if self._supervising is not None:
            tasks.append(self._supervising)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None
        self._tried.set()  # requests from now on learn that it is down

    @contextlib.asynccontextmanager
    async def _beginning(self, call_id: str, connection_id: str) -> AsyncGenerator[Participant]:
        """Get the participant; a new one is dropped if its first request fails."""
        there = self._participants.get(connection_id)
        if there is not None and there.room.call_id != call_id and call_id in self._rooms:
            await self.leave(connection_id)
        session = await self._connected()
        participant = self._participants.get(connection_id)
        is_new = participant is None
        room = self._rooms.get(call_id)
        if room is None:
            raise NotFound
        if participant is None:
            participant = self._new_participant(session, room, connection_id)
        self._interrupted.pop(connection_id, None)
        try:
            yield participant
        except Refused as refused:
            if refused.code == _NO_SUCH_ROOM:
                self._rooms.pop(call_id, None)  # another process closed it
            if is_new:
                await self.leave(connection_id)
            raise _meaning(refused) from refused

    def _new_participant(self, session: Session, room: Room, connection_id: str) -> Participant:
        def broken() -> None:
            told = Interruption(room.call_id, (connection_id,), over=True)
            self._call(self._interruption_listener, told)

        def closed() -> None:
            self._rooms.pop(room.call_id, None)  # another process closed it
            self._call(self.leave, connection_id)

        participant = Participant(
            session,
            self._desk,
            room,
            connection_id,
            lambda offer: self._call(self._offer_listener, offer),
            broken,
            closed,
        )
        self._participants[connection_id] = participant
        return participant

    async def _connected(self) -> Session:
        """Return the session; raises MediaServerDown if the last attempt to get one failed."""
        if self._supervising is None:
            self._supervising = asyncio.create_task(
                self._supervise(),
                context=Context(),  # it outlives the request that started it
            )
        await self._tried.wait()
        if self._session is None:
            raise MediaServerDown
        return self._session

    async def _supervise(self) -> None:
        """Keep a session open, reconnecting when it ends, for as long as the process lives."""
        pause = FIRST_PAUSE
        while True:
            try:
                session, desk = await self._begin_session()
            except Exception as error:  # whatever it was, the next attempt may succeed
                self._tried.set()
                if pause == FIRST_PAUSE:
                    _log.warning("down", error=type(error.__cause__ or error).__name__)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            self._session, self._desk = session, desk
            self._tried.set()
            self._publish_interruption(over=True)
            await session.ended()
            _log.warning("lost", connections=len(self._participants))
            self._session = None
            self._tried.clear()
            for there in self._participants.values():
                self._interrupted[there.connection_id] = there.room.call_id
            self._participants.clear()
            self._publish_interruption(over=False)

    async def _begin_session(self) -> tuple[Session, int]:
        """Return a new session, its handle for rooms, and the rooms that have to exist."""
        session = await Session.open(self._url, self._secret, self._seconds)
        try:
            desk = await session.attach(_ignore)
            for call_id, room in list(self._to_close.items()):
                await room.destroy(session, desk)
                self._to_close.pop(call_id, None)
            for room in list(self._rooms.values()):
                await room.create(session, desk)
        except BaseException:
            await session.close()
            raise
        return session, desk

    def _publish_interruption(self, *, over: bool) -> None:
        calls: dict[str, list[str]] = {}
        for connection_id, call_id in self._interrupted.items():
            calls.setdefault(call_id, []).append(connection_id)
        for call_id, connection_ids in calls.items():
            told = Interruption(call_id, tuple(connection_ids), over=over)
            self._call(self._interruption_listener, told)
        if over:
            self._interrupted.clear()

    def _call(self, listener: Callable[[T], Awaitable[None]] | None, what: T) -> None:
        """Call a listener in a task of its own, because it may be waiting for Janus's next
        message."""
        if listener is not None:
            task = asyncio.create_task(_told(listener, what))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)


async def _told(listener: Callable[[T], Awaitable[None]], what: T) -> None:
    try:
        await listener(what)
    except Exception as error:
        _log.error("listener_failed", error=type(error).__name__)


def _ignore(_event: Event) -> None:
    """Ignore an event; rooms have no news of their own."""


def _meaning(refused: Refused) -> BedsideError:
    """Translate a refusal for the caller."""
    if refused.code == _PUBLISHERS_FULL:
        return CallIsFull()
    if refused.code == _NO_SUCH_ROOM:
        return NotFound()
    if refused.code in _BAD_DESCRIPTIONS:
        return WrongInput(_STRANGE)
    _log.warning("refused", code=refused.code)
    return MediaServerDown()
