"""HTTP connections with the patience of a proxy: uvicorn's own protocol waits for ever for the rest
of a head or a body, and takes a head of any size."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 32 << 10
"""The longest request line and headers together, as common proxies allow."""
HEAD_SECONDS = 20.0
"""From the connection, or the first byte of a further request, to the end of its headers."""
BODY_SECONDS = 60.0
"""Without one byte of a body that is announced. A phone in a lift goes on by tus afterwards."""
_EVERY = 5.0


class PatientProtocol(HttpToolsProtocol):
    """Closes connections that say too much or nothing."""

    _limit: float | None
    """Seconds that may pass since `_since`; None while nothing is expected from the caller."""
    _since: float
    _head: int | None
    """Bytes of the head so far; None when it is complete."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Somebody connects; a request has to follow."""
        super().connection_made(transport)
        self._head = 0
        self._expect(HEAD_SECONDS)
        self._timer = self.loop.call_later(_EVERY, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes arrive: of a head, which is counted, or of a body."""
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > HEAD_BYTES:
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
                b"connection: close\r\ncontent-length: 0\r\n\r\n"
            )
            self.transport.close()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._head = self._head or 0
        self._expect(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """The head is complete; a body may follow."""
        super().on_headers_complete()
        self._head = None
        self._expect(BODY_SECONDS)

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        super().on_body(body)
        self._since = self.loop.time()

    def on_message_complete(self) -> None:
        """The request is complete, and what follows is a new one."""
        super().on_message_complete()
        self._head = 0
        self._limit = None  # from here on uvicorn's own limit for idle connections counts

    def handle_websocket_upgrade(self) -> None:
        """From here on it is a socket, which has limits of its own."""
        self._timer.cancel()
        super().handle_websocket_upgrade()

    def _expect(self, seconds: float) -> None:
        self._limit = seconds
        self._since = self.loop.time()

    def _look(self) -> None:
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        answered = cycle is not None and cycle.response_complete
        we_wait = self._limit is not None and (answered or not self.flow.read_paused)
        if we_wait and self.loop.time() - self._since > (self._limit or 0):
            self.transport.close()
        else:
            self._timer = self.loop.call_later(_EVERY, self._look)
