"""Limits on the size and duration of a body, before anything reads it.

A body is small unless its route declares that it takes a stream (`streamed`), as uploads do: they
check each piece themselves, and keep what arrived. A form with a long text declares how long it may
be (`at_most`). So a new route, of the pages or of the API, is
limited by default.
"""

import asyncio
from typing import cast

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bedside.edge.at_once import CALLER
from bedside.errors import BedsideError, TooLarge, TooMany
from bedside.kernel.language import N_

MOST = 256 << 10
"""Bytes of a small body: a form or a JSON object."""
PATIENCE = 20.0
"""Seconds for a small body, plus one for each BYTES_A_SECOND of it."""
BYTES_A_SECOND = 1_000
HELD_FOR_ONE = 8 << 20
"""Bytes of small bodies that one address may have in memory at once; a hospital's staff
share one."""
HELD_IN_ALL = 64 << 20
HELD_WHEN_FULL = 512 << 10
"""The limit of one address once the total is above that."""
_BODY = "bedside.body"


class TooSlow(BedsideError):
    """A body did not arrive in the time that even a poor connection needs for it."""

    status = 408
    code = "too_slow"
    sentence = N_(
        "What you sent took too long to arrive, so nothing was changed. Please try again when your "
        "connection is better."
    )


class SmallBodies:
    """Lets no more of a body through than a form needs, and not slower than a poor connection.

    Raises TooLarge, TooSlow and TooMany where the route reads the body, which answers with them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._held = _Held()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = scope[_BODY] = _Body(scope, receive, self._held)

        async def noticing(message: Message) -> None:
            body.answered = True
            await send(message)

        try:
            await self.app(scope, body.receive, noticing)
        finally:
            body.forget()


def streamed(request: Request) -> None:
    """Declare that this route takes a stream, and has limits of its own for it."""
    body = cast(_Body | None, request.scope.get(_BODY))
    if body is not None:
        body.small = False


def at_most(request: Request, size: int) -> None:
    """Declare that the body of this route may have so many bytes."""
    body = cast(_Body | None, request.scope.get(_BODY))
    if body is not None:
        body.most = size


class _Held:
    """Bytes of small bodies of requests in progress, by caller and in total."""

    def __init__(self) -> None:
        self.by_caller: dict[str, int] = {}
        self.in_all = 0

    def add(self, caller: str, size: int) -> None:
        held = self.by_caller.get(caller, 0) + size
        self.in_all += size
        if held:
            self.by_caller[caller] = held
        else:
            self.by_caller.pop(caller, None)

    def is_too_much(self, caller: str) -> bool:
        return self.by_caller[caller] > (
            HELD_FOR_ONE if self.in_all <= HELD_IN_ALL else HELD_WHEN_FULL
        )


class _Body:
    """The body of one request."""

    def __init__(self, scope: Scope, receive: Receive, held: _Held) -> None:
        self._scope = scope
        self._receive = receive
        self._held = held
        self._caller = cast(str, scope.get(CALLER, ""))
        self._deadline = 0.0
        self._size = 0
        self._whole = False
        self.small = True
        self.most = MOST
        self.answered = False

    async def receive(self) -> Message:
        """Return the server's next message, within the limits of a small body."""
        if not self.small or self._whole:
            return await self._receive()
        if self.answered:
            return await self._after_the_answer()
        if not self._size and _announced(self._scope) > self.most:
            raise TooLarge
        message = await self._in_time()
        self._count(message)
        return message

    async def _in_time(self) -> Message:
        loop = asyncio.get_running_loop()
        self._deadline = self._deadline or loop.time() + PATIENCE
        try:
            async with asyncio.timeout_at(self._deadline + self._size / BYTES_A_SECOND):
                return await self._receive()
        except TimeoutError:
            raise TooSlow from None

    def _count(self, message: Message) -> None:
        if message["type"] != "http.request":
            return
        self._whole = not message.get("more_body", False)
        size = len(message.get("body", b""))
        self._size += size
        if not size:
            return
        self._held.add(self._caller, size)
        if self._size > self.most:
            raise TooLarge
        if self._held.is_too_much(self._caller):
            raise TooMany(retry_after=5)

    async def _after_the_answer(self) -> Message:
        """Wait for the caller to disconnect, after an answer without reading the body."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                self._whole = True
                return message

    def forget(self) -> None:
        """Release the body: the request is answered."""
        if self._size:
            self._held.add(self._caller, -self._size)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 20 else 0
