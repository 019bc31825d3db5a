"""The live socket: one per page, authenticated like the page, receiving only what its person
may."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from bedside.accounts.events import AccountSessionsEnded
from bedside.calls.access import CallAccess
from bedside.calls.events import GuestChanged
from bedside.edge.accounts import patient_side_of
from bedside.edge.context import services_of
from bedside.edge.devices import device_of
from bedside.edge.errors import TOO_MANY
from bedside.edge.guests import guest_of
from bedside.edge.live_protocol import push_of
from bedside.edge.open_pages import OpenPages, holder_of
from bedside.edge.protection import Buckets, Rate, is_own_origin
from bedside.edge.rail import Rail
from bedside.edge.routes import Audience, AudienceSocket, audience_of
from bedside.edge.signed_in import APP, staff_of
from bedside.edge.visit_devices import visitor_of
from bedside.errors import BedsideError, Unavailable
from bedside.people.audiences import person_of
from bedside.people.events import SessionsEnded
from bedside.people.permissions import (
    GuestAccess,
    LinkAccess,
    PatientAccess,
    StaffAccess,
)
from bedside.realtime.bus import Listener
from bedside.realtime.envelopes import (
    PONG,
    Here,
    Ping,
    Said,
    Signal,
    Subscribe,
    Typing,
    Unsubscribe,
    from_page,
    refused_envelope,
    snapshot_envelope,
)
from bedside.services import Services
from bedside.web.live.presence import SocketPresence
from bedside.web.live.typing import PageTyping

_POLICY_VIOLATION = 1008
_SIGNED_OUT = 4401
_TRY_AGAIN = 1013
"""Something is down: the page reconnects by itself."""
_MOST_TOPICS = 32
_NO_TOPIC = ""
"""Of the answer to a ping: several that a page has not read are one."""
_MESSAGES = Rate("socket", per_second=5, burst=200)
"""Rate limit of a page's messages; each subscription reads a snapshot. Signals are counted per
person."""
_CHECK_EVERY = 60.0
"""Seconds after which an open socket's session is looked up again, because it may have expired;
one that was ended is noticed at once."""


Access = CallAccess | LinkAccess | PatientAccess
"""Anybody who can have a page with a socket."""


class LivePage:
    """One open page."""

    def __init__(self, socket: WebSocket, services: Services) -> None:
        self._socket = socket
        self._services = services
        self._listener = Listener(services.realtime.topics.may_hear, push_of(socket))
        self._access: Access | None = None
        self._look_again: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rate = Buckets(size=1)
        self._pages: OpenPages = socket.app.state.open_pages
        self._rail: Rail = socket.app.state.rail
        self._gives_way = False
        self._presence = SocketPresence(services)
        self._typing = PageTyping(services)

    async def serve(self) -> None:
        """Serve until the page disconnects or its session ends."""
        if not _same_origin(self._socket, self._services):
            await self._socket.close(_POLICY_VIOLATION)
            return
        try:
            await self._look_up()
        except Unavailable:
            await self._socket.accept()
            await self._socket.close(_TRY_AGAIN)
            return
        await self._socket.accept()
        if self._access is None:  # on an open socket, because only then pages get the code
            await self._socket.close(_SIGNED_OUT)
            return
        self._holder, most = holder_of(self._access)
        self._pages.enter(self._holder, self, most)
        try:
            await self._presence.opened(self._access)
            await self._talk(self._access)
        except Unavailable:
            with suppress(RuntimeError):  # it has just disconnected
                await self._socket.close(_TRY_AGAIN)
        finally:
            self._pages.leave(self._holder, self)

    def give_way(self) -> None:
        """Give the place to a newer page of the same person."""
        self._gives_way = True
        self._wake()

    async def _talk(self, access: Access) -> None:
        stop = self._services.realtime.bus.watch(_end_of(access), self._wake)
        tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]
        try:
            code = await self._recheck(tasks)
        finally:
            stop()
            self._services.realtime.bus.leave(self._listener)
            for task in tasks:
                task.cancel()
            await self._typing.closed(access)
            await self._presence.closed()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            failed = [one for one in done if isinstance(one, Exception)]
            for one in sorted(failed, key=lambda one: isinstance(one, WebSocketDisconnect)):
                raise one
        await self._socket.close(code)  # last: nobody writes to it any more

    async def _look_up(self) -> None:
        access: Access | None = None
        self._socket.state.staff = None
        try:
            access = await _access_of(self._socket)
        except Unavailable:  # unknown for now; the session may still be valid
            raise
        except BedsideError:
            access = None
        self._access = access
        self._listener.person = person_of(access)

    def _wake(self) -> None:
        """Wake the page: the session has ended, or it gives way."""
        if not self._look_again.done():
            self._look_again.set_result(None)

    async def _recheck(self, tasks: list[asyncio.Task[int]]) -> int:
        """Wait until one of the tasks ends, or the session. Returns the code to close with.
        Nothing but a timer is recreated: thousands of pages do this all the time."""
        while self._access is not None:
            await asyncio.wait(
                [*tasks, self._look_again],
                timeout=_CHECK_EVERY,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in tasks:
                if task.done():
                    return _POLICY_VIOLATION if task.exception() else task.result()
            if self._gives_way:
                return TOO_MANY
            # Before checking: what ends in the meantime is checked again.
            if self._look_again.done():
                self._look_again = asyncio.get_running_loop().create_future()
            with suppress(Unavailable):
                await self._look_up()
                self._rail.renew(self._access)
        return _SIGNED_OUT

    async def _read(self) -> int:
        """Read until the page sends what no page of ours sends, or too much; one that leaves the
        answers unread is not read either. Returns the code to close with."""
        while True:
            try:
                text = await self._socket.receive_text()
                message = from_page.validate_json(text)
            except (KeyError, ValidationError):  # a binary frame has no text
                return _POLICY_VIOLATION
            if isinstance(message, Signal):
                if not self._pages.may_signal(self._holder, len(text)):
                    return TOO_MANY
            elif self._rate.take(_MESSAGES, ""):
                return TOO_MANY
            await self._listener.has_room()
            await self._take(message)

    async def _take(self, message: Said) -> None:
        if isinstance(message, Subscribe | Unsubscribe):
            if self._services.realtime.topics.kind(message.topic) is None:
                self._listener.send(message.topic, refused_envelope(message.topic))
            elif isinstance(message, Subscribe):
                await self._subscribe(message.topic, message.since)
            else:
                self._services.realtime.bus.unsubscribe(self._listener, message.topic)
                await self._presence.unsubscribed(message.topic)
        elif isinstance(message, Typing):
            if message.topic in self._listener.topics:
                await self._typing.said(self._access, message)
        elif isinstance(message, Ping):
            self._listener.send(_NO_TOPIC, PONG)
        elif isinstance(message, Here):
            await self._presence.here(self._access, hidden=message.hidden)
        elif isinstance(self._access, CallAccess):
            if isinstance(message, Signal):
                await self._services.calls.signalling.relay(self._access, message)
            else:
                await self._services.calls.participants.media(self._access, message)

    async def _write(self) -> int:
        while True:
            text = await self._listener.next()
            if text is not None:
                await self._socket.send_text(text)
            else:
                for topic in list(self._listener.fell_behind):
                    self._listener.fell_behind.discard(topic)
                    await self._subscribe(topic, 0, again=True)

    async def _subscribe(self, topic: str, since: int, *, again: bool = False) -> None:
        """Subscribe first and read second, so that nothing is lost in between. `again`: the page
        has fallen behind, and ignores what it has."""
        if topic in self._listener.topics:
            self._services.realtime.bus.unsubscribe(self._listener, topic)
        if len(self._listener.topics) >= _MOST_TOPICS:
            self._listener.send(topic, refused_envelope(topic))
            return
        try:
            state = await self._snapshot(topic)  # which refuses those who may not see it
        except Unavailable:
            raise
        except BedsideError:
            self._listener.send(topic, refused_envelope(topic))
            return
        bus = self._services.realtime.bus
        kind = self._services.realtime.topics.kind(topic)
        from_first = kind is not None and kind.from_first
        if from_first and not since:
            since = await bus.before_kept(topic)
            if since and not again:
                self._listener.send(topic, snapshot_envelope(topic, since, state))
        bus.subscribe(self._listener, topic)
        await self._presence.subscribed(topic)
        version = await bus.catch_up(self._listener, topic, since, from_first=from_first)
        if version is not None:
            state = await self._snapshot(topic)
            self._listener.send(topic, snapshot_envelope(topic, version, state))

    async def _snapshot(self, topic: str) -> dict[str, Any]:
        kind = self._services.realtime.topics.kind(topic)
        if kind is None:
            raise BedsideError
        return await kind.snapshot(self._access, topic.partition(":")[2])


async def _access_of(socket: WebSocket) -> Access:
    """Return the access of the page's person. Raises as the page does."""
    return await _ACCESS[audience_of(socket)](socket)


_ACCESS: dict[Audience, Callable[[WebSocket], Awaitable[Access]]] = {
    Audience.STAFF: staff_of,
    Audience.VISITOR: visitor_of,
    Audience.LINK: device_of,
    Audience.GUEST: guest_of,
    Audience.ACCOUNT: patient_side_of,
}


def _end_of(access: Access) -> str:
    """Return the topic that announces the end of this person's access: pages cannot subscribe to
    that of sessions; "" if the access ends by time only."""
    if isinstance(access, StaffAccess):
        return SessionsEnded(staff_id=access.staff_id, session_ids=[]).topic()
    if isinstance(access, PatientAccess):
        account_id = access.account.account_id
        return AccountSessionsEnded(account_id=account_id, session_ids=[]).topic()
    if isinstance(access, GuestAccess):
        return GuestChanged(guest_id=access.guest_id, call_id="", state="").topic()
    return ""


def _same_origin(socket: WebSocket, services: Services) -> bool:
    """Check Origin: browsers send it with every socket, and do not restrict sockets to their own
    site."""
    headers, own = socket.headers, services.settings.base_url
    return is_own_origin(headers.get("origin", ""), headers.get("host", ""), own)


async def _live(socket: WebSocket) -> None:
    with suppress(WebSocketDisconnect):
        await LivePage(socket, services_of(socket)).serve()


routes = [
    AudienceSocket(Audience.STAFF, "/live", _live),
    AudienceSocket(Audience.LINK, "/my/{request_id}/live", _live),
    AudienceSocket(Audience.VISITOR, "/visit/{visit}/live", _live),
    AudienceSocket(Audience.ACCOUNT, f"{APP}/{{patient_id}}/live", _live),
    AudienceSocket(Audience.GUEST, "/guest/{guest_id}/live", _live),
]
