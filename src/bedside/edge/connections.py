"""HTTP connections with the timeouts of a proxy: uvicorn's own protocol waits forever for the rest
of a head or a body, and accepts a head of any size and any number of connections."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bedside.edge.gate import Gate

HEAD_BYTES = 32 << 10
"""The longest request line and headers together, as common proxies allow."""
HEAD_SECONDS = 20.0
"""From the connection, or the first byte of a further request, to the end of its headers."""
BODY_SECONDS = 60.0
"""Without a single byte of an announced body. A phone in a lift resumes by tus afterwards."""
SLOW_SECONDS = 120.0
SLOW_BYTES = 32 << 10
"""The least bytes of a body per window: a quarter of what GPRS gives. Small bodies have less time
(`edge.body_limits`)."""
REST_SECONDS = 20.0
"""For the rest of a body that was answered before it was complete, such as one that is too large:
a client still sending reads the answer only then."""
_EVERY = 5.0
_FULL = b"Too many connections are open here. Please try again in a moment."


class PatientProtocol(HttpToolsProtocol):
    """Closes connections that send too much, too slowly or nothing, and those over the limit."""

    _limit: float | None
    """Seconds that may pass since `_since`; None while nothing is expected from the caller."""
    _since: float
    _head: int | None
    """Bytes of the head so far; None once it is complete."""
    _window: float
    _in_window: int
    """Bytes of the body since the moment `_window`."""

    def __init__(self, *args: Any, gate: Gate, **options: Any) -> None:
        super().__init__(*args, **options)
        self._gate = gate

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Handle a new connection; a request has to follow."""
        super().connection_made(transport)
        self._head = 0
        self._expect(HEAD_SECONDS)
        self._window, self._in_window = self._since, 0
        self._timer = self.loop.call_later(_EVERY, self._look)
        if not self._gate.enter(self, transport, self.client[0] if self.client else ""):
            self._turn_away(b"503 Service Unavailable", _FULL)

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle the end of the connection."""
        self._timer.cancel()
        self._gate.asked(self, self.transport)
        self._gate.leave(self.transport)
        super().connection_lost(exc)

    def give_way(self) -> None:
        """Close for somebody who needs the place: there is no request here."""
        self._gate.asked(self, self.transport)
        self._gate.leave(self.transport)
        self._hang_up()

    def _hang_up(self) -> None:
        """Close without waiting forever for the client to receive what is still in transit."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def _turn_away(self, status: bytes, words: bytes = b"") -> None:
        self.transport.write(
            b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-type: text/plain\r\n"
            b"content-length: %d\r\n\r\n%b" % (status, len(words), words)
        )
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Take bytes: of a head, which is counted, or of a body."""
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > HEAD_BYTES:
            self._turn_away(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """Handle the first byte of a request."""
        super().on_message_begin()
        self._head = self._head or 0
        self._expect(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """Handle a complete head; a body may follow."""
        super().on_headers_complete()
        self._head = None
        self._gate.asked(self, self.transport)
        self._expect(BODY_SECONDS)
        self._window, self._in_window = self._since, 0

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        super().on_body(body)
        self._in_window += len(body)
        if not self._answered():
            self._since = self.loop.time()

    def on_message_complete(self) -> None:
        """Handle a complete request; what follows is a new one."""
        super().on_message_complete()
        self._head = 0
        self._limit = None  # from here on uvicorn's own limit for idle connections applies
        if self._answered():
            self._gate.unasked(self, self.transport)

    def on_response_complete(self) -> None:
        """Handle an answered request; the rest of its body may still arrive, and is ignored."""
        super().on_response_complete()
        if not self._answered():
            return  # the next request has arrived already
        if self._limit is None:
            self._gate.unasked(self, self.transport)
        else:
            self._expect(REST_SECONDS)

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the socket protocol, which has limits of its own."""
        self._timer.cancel()
        super().handle_websocket_upgrade()

    def _expect(self, seconds: float) -> None:
        self._limit = seconds
        self._since = self.loop.time()

    def _answered(self) -> bool:
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        return cycle is not None and cycle.response_complete

    def _look(self) -> None:
        we_wait = self._limit is not None and (self._answered() or not self.flow.read_paused)
        now = self.loop.time()
        if not we_wait:
            self._window, self._in_window = now, 0
        if we_wait and (now - self._since > (self._limit or 0) or self._is_slow(now)):
            self._hang_up()
        else:
            self._timer = self.loop.call_later(_EVERY, self._look)

    def _is_slow(self, now: float) -> bool:
        """Whether a body came too slowly in the past window."""
        if self._head is not None or now - self._window < SLOW_SECONDS:
            return False
        is_slow = self._in_window < SLOW_BYTES
        self._window, self._in_window = now, 0
        return is_slow
