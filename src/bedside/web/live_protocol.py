"""Sockets of uvicorn, with a way to give them a text without waiting and without a task.

An event goes to thousands of pages: its frame is made once, and handed to each connection as it is.
"""

from functools import lru_cache
from typing import cast

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

from bedside.realtime.bus import Push

_EXTENSION = "bedside.push"


class LiveProtocol(WebSocketsSansIOProtocol):
    """Tells the application how to push, as an extension of the socket's scope."""

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
    """A text as servers send it: whole, unmasked, not compressed."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def push_of(socket: WebSocket) -> Push:
    """How to push to a socket. Behind another server than ours it never works, and what is to be
    sent takes the way of everything else."""
    extensions = cast(dict[str, Push], socket.scope.get("extensions") or {})
    return extensions.get(_EXTENSION, _not_possible)


def _not_possible(_text: str) -> bool:
    return False
