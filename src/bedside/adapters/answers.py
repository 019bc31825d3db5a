"""Bounded reading of answers from foreign servers.

Anybody may have named the server, and any server may be taken over: an answer that never ends,
trickles in byte by byte or unpacks to a thousand times its size is cut off here, with one deadline
for everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

_AS_IT_IS = {"Accept-Encoding": "identity"}


class TooMuch(httpx.TransportError):
    """The answer is longer than expected, or compressed although nobody asked for that."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A server's status, and as many bytes of its answer as were wanted."""

    status: int
    content: bytes


async def ask(
    http: httpx.AsyncClient,
    method: str,
    address: str,
    *,
    most: int,
    headers: Mapping[str, str] | None = None,
    **request: Any,
) -> Answered:
    """Send a request and read at most `most` bytes of the answer; with 0 the status is enough, and
    the rest is left unread. The overall deadline is up to the caller.

    Raises httpx.TransportError, including TooMuch for a longer answer.
    """
    given = {**(headers or {}), **_AS_IT_IS}
    async with http.stream(method, address, headers=given, **request) as answer:
        content = bytearray()
        if most:
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise TooMuch("packed")
            async for piece in answer.aiter_raw():
                content += piece
                if len(content) > most:
                    raise TooMuch("too long")
        return Answered(answer.status_code, bytes(content))
