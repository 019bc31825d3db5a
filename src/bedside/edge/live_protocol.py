"""Sockets of uvicorn that can be given a text without waiting and without a task.

An event goes to thousands of pages: its frame is made once, and handed to each connection
unchanged.
"""

from functools import lru_cache
from typing import Any, cast

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode

from bedside.edge.gate import Gate
from bedside.realtime.bus import Push

_EXTENSION = "bedside.push"
_MOST_FRAGMENTS = 64
"""Frames of one message; browsers send a message in one."""
_MOST_CONTROL_FRAMES = 100
"""Pings and pongs between two of our own pings; browsers send one."""


class LiveProtocol(WebSocketsSansIOProtocol):
    """Tells the application how to push, as an extension of the socket's scope, and tolerates no
    more frames than a browser sends."""

    def __init__(self, *args: Any, gate: Gate, **options: Any) -> None:
        super().__init__(*args, **options)
        self._gate = gate
        self._control_frames = 0

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle the end of the connection."""
        self._gate.leave(self.transport)
        super().connection_lost(exc)

    def handle_ping(self) -> None:
        """Answer, unless the client does not read (RFC 6455, 5.5.3, requires an answer to the last
        one only): queued answers would fill the memory."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()
        self._count_control_frame()

    def handle_pong(self, event: Frame) -> None:
        """Count it, and check whether it answers our ping."""
        super().handle_pong(event)
        self._count_control_frame()

    def handle_cont(self, event: Frame) -> None:
        """Take a further piece of a message."""
        super().handle_cont(event)
        if len(self.frames) > _MOST_FRAGMENTS:
            self._break_off(CloseCode.MESSAGE_TOO_BIG)

    def send_keepalive_ping(self) -> None:
        """Check whether the client is still there."""
        self._control_frames = 0
        super().send_keepalive_ping()

    def _count_control_frame(self) -> None:
        self._control_frames += 1
        if self._control_frames > _MOST_CONTROL_FRAMES:
            self._break_off(CloseCode.POLICY_VIOLATION)

    def _break_off(self, code: CloseCode) -> None:
        if not self.close_sent:
            self.close_sent = True
            self.conn.fail(code)
            self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()

    async def run_asgi(self) -> None:
        """Run the application."""
        known = cast(dict[str, object], self.scope.get("extensions") or {})
        cast(dict[str, object], self.scope)["extensions"] = {**known, _EXTENSION: self.push}
        await super().run_asgi()

    def push(self, text: str) -> bool:
        """Send a text, or return False: the connection is not open, or does not keep up."""
        if (
            not self.handshake_complete
            or self.close_sent
            or not self.writable.is_set()
            or self.transport.is_closing()
        ):
            return False
        self.transport.write(_frame(text))
        return True


@lru_cache(maxsize=16)
def _frame(text: str) -> bytes:
    """Frame a text as servers send it: whole, unmasked, not compressed."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def push_of(socket: WebSocket) -> Push:
    """Return how to push to a socket. Behind another server than ours it never works, and texts
    are queued as usual."""
    extensions = cast(dict[str, Push], socket.scope.get("extensions") or {})
    return extensions.get(_EXTENSION, _not_possible)


def _not_possible(_text: str) -> bool:
    return False
