"""Group calls: moving to the media server, its exchange with browsers, and what happens if it goes
down.

Each process talks to the media server for the connections whose pages are connected to it.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from bedside.calls import rows
from bedside.calls.events import CallChanged, CallSignal, MediaInterrupted, ParticipantChanged
from bedside.calls.media_server import (
    MOST_PUBLISHERS,
    CallIsFull,
    Interruption,
    MediaServer,
    MediaServerDown,
    SubscriptionOffer,
)
from bedside.calls.states import DIRECT_LIMIT, PRESENT, CallState, NoMediaServer, Standing
from bedside.database import Database
from bedside.errors import BedsideError
from bedside.kernel import faults
from bedside.kernel.events import Published
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.realtime.envelopes import FROM_PUBLISH, FROM_SUBSCRIBE, Signal


class GroupCalls:
    """Connects calls with the media server, if there is one."""

    def __init__(self, database: Database, media: MediaServer | None) -> None:
        self._database = database
        self._media = media
        self._here: dict[str, str] = {}
        """connection → participant, for media arranged by this process."""
        self._opened: set[str] = set()
        """Calls whose room this process has requested."""
        self._tasks: set[asyncio.Task[None]] = set()
        if media is not None:
            media.on_offer(self._offered)
            media.on_interruption(self._interrupted)
            database.on_events(self._on_events)

    @property
    def configured(self) -> bool:
        """Whether there is a media server, up or not."""
        return self._media is not None

    async def state(self) -> str:
        """The state for health: “ok”, “down”, “not configured”."""
        return await self._media.state() if self._media else "not configured"

    async def start(self) -> None:
        """Start with the process; the connection to the media server is made on first use."""

    async def stop(self) -> None:
        """Stop with the process, ending the media it has arranged."""
        if self._media is not None:
            await self._media.stop()

    async def prepare(self, call_id: str) -> None:
        """Prepare a room for a call that outgrows direct connections.

        Raises NoMediaServer, or MediaServerDown; the call then goes on as it is.
        """
        if self._media is None:
            raise NoMediaServer
        await self._open_room(self._media, call_id)

    async def require_room(self, work: UnitOfWork, call_id: str) -> None:
        """Raise CallIsFull or NoMediaServer if one more could not join: the member of staff who
        lets them in sees the reason, and they keep waiting."""
        people = await rows.participants_of(work, call_id)
        present = sum(row.state in PRESENT for row in people)
        if present >= MOST_PUBLISHERS:
            raise CallIsFull
        if present >= DIRECT_LIMIT and not self.configured:
            raise NoMediaServer

    async def take(self, participant_id: str, signal: Signal) -> None:
        """Handle a connection's message to the media server. A failure is reported to that
        connection."""
        if self._media is None:
            return
        try:
            if signal.sender not in self._here and _goes_on(signal):
                # Another process arranged what it continues, and may have ended it.
                await self._interrupted(Interruption(signal.call, (signal.sender,), over=True))
            elif signal.to == FROM_PUBLISH:
                if signal.ask == "watch" or signal.description is not None:
                    self._here[signal.sender] = participant_id
                await self._publishing(self._media, signal)
            else:
                await self._subscribing(self._media, signal)
        except BedsideError as error:
            await self._send(signal.call, signal.to, signal.sender, failure=error.code)

    async def _publishing(self, media: MediaServer, signal: Signal) -> None:
        if signal.ask == "watch":
            await self._open_room(media, signal.call)
            await media.watch(signal.call, signal.sender)
        elif signal.description is not None:
            await self._open_room(media, signal.call)
            answer = await media.publish(signal.call, signal.sender, signal.description.sdp)
            said = {"type": "answer", "sdp": answer}
            await self._send(signal.call, FROM_PUBLISH, signal.sender, description=said)
        else:
            await media.trickle(signal.sender, "publish", _candidate(signal))

    async def _subscribing(self, media: MediaServer, signal: Signal) -> None:
        if signal.ask == "restart_ice":
            await media.restart_ice(signal.sender)
        elif signal.description is not None:
            await media.answer(signal.sender, signal.number, signal.description.sdp)
        else:
            await media.trickle(signal.sender, "subscribe", _candidate(signal))

    # --- rooms -----------------------------------------------------------------------------------

    async def _open_room(self, media: MediaServer, call_id: str) -> None:
        self._opened.add(call_id)
        await media.open_room(call_id)
        faults.point("call.room_opened")

    async def close_room(self, payload: dict[str, Any]) -> None:
        """Job: close the room of a call that has ended."""
        if self._media is not None:
            await self._media.close_room(payload["call_id"])

    async def close_forgotten_rooms(self) -> None:
        """Sweep: close rooms whose call is over, because the process that should have done so was
        killed, or could not reach the media server. A call unknown here is another installation's,
        and so is its room."""
        if self._media is None:
            return
        with suppress(MediaServerDown):  # the next sweep comes soon
            for call_id in await self._media.rooms():
                async with self._database.read() as db:
                    call = await rows.call_row(db, call_id)
                if call is not None and call.state == CallState.ENDED:
                    await self._media.close_room(call_id)

    # --- messages of the media server ----------------------------------------------------------

    async def _offered(self, offer: SubscriptionOffer) -> None:
        await self._send(
            offer.call_id,
            FROM_SUBSCRIBE,
            offer.connection_id,
            description={"type": "offer", "sdp": offer.sdp},
            streams=[
                {
                    "mid": stream.mid,
                    "connection_id": stream.publisher,
                    "kind": stream.kind,
                    "publisher_mid": stream.publisher_mid,
                }
                for stream in offer.streams
            ],
            number=offer.number,
            fresh=offer.fresh,
        )

    async def _interrupted(self, interruption: Interruption) -> None:
        async with self._database.unit_of_work() as work:
            work.emit(
                MediaInterrupted(
                    call_id=interruption.call_id,
                    connection_ids=list(interruption.connection_ids),
                    over=interruption.over,
                )
            )

    async def _send(self, call_id: str, sender: str, connection_id: str, **what: Any) -> None:
        async with self._database.unit_of_work() as work:
            work.emit(
                CallSignal(
                    call_id=call_id, from_connection=sender, to_connection=connection_id, **what
                )
            )

    # --- connections that left -----------------------------------------------------------------

    def _on_events(self, events: list[Published]) -> None:
        """End the media of connections that have left their call, and a room opened by this
        process with its call; otherwise the next connection to the media server would create it
        again."""
        for published in events:
            told = published.payload
            if published.type == ParticipantChanged.type:
                self._changed(told)
            elif published.type == CallChanged.type and told["state"] == CallState.ENDED:
                self._ended(told["call_id"])

    def _changed(self, told: dict[str, Any]) -> None:
        joined = told["state"] == Standing.JOINED
        for connection_id, participant_id in list(self._here.items()):
            gone = not joined or told["connection_id"] != connection_id
            if self._media is not None and participant_id == told["participant_id"] and gone:
                del self._here[connection_id]
                self._begin(self._media.leave(connection_id))

    def _ended(self, call_id: str) -> None:
        if self._media is not None and call_id in self._opened:
            self._opened.discard(call_id)
            self._begin(self._media.close_room(call_id))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _goes_on(signal: Signal) -> bool:
    """Whether it concerns an RTCPeerConnection that must have existed for a while."""
    is_offer = signal.to == FROM_PUBLISH and signal.description is not None
    return signal.ask == "restart_ice" or (is_offer and signal.number > 0)


def _candidate(signal: Signal) -> dict[str, object] | None:
    return signal.candidate.model_dump() if signal.candidate else None
