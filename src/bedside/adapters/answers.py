"""Answers of foreign servers, of which no more is read than can be needed.

A server may be whoever somebody named, and any server may be taken over: an answer that goes on for
ever, comes byte by byte or unpacks to a thousand times its size ends here, with the time for all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

_AS_IT_IS = {"Accept-Encoding": "identity"}


class TooMuch(httpx.TransportError):
    """The answer is longer than expected, or packed although nobody asked for that."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server said, and as many bytes of it as were wanted."""

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
    """Send a request and read at most `most` bytes of what is said; with 0 the status is enough,
    and the rest is left where it is. The time for all of it is the caller's to limit.

    Raises httpx.TransportError, also (TooMuch) for an answer that is longer.
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
