"""File contents over HTTP: ranges (RFC 9110), safe names, nothing that could run in the page."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bedside.edge.file_names import portable
from bedside.files.retrieval import Opened


class SealedResponse(Response):
    """Sends a range of a sealed file, decrypting it piece by piece.

    Headers: `Content-Disposition: attachment` unless it is displayed in the page; a sandbox for
    everything; no caching, because another person may use the same browser next.
    """

    def __init__(self, request: Request, opened: Opened) -> None:
        self._opened = opened
        self._head = request.method == "HEAD"
        self.cut_off = False
        """Whether the other side disconnected before all of it was sent."""
        self.start, self.length, status = _range_of(request, opened)
        super().__init__(status_code=status, headers=self._headers(status))

    def _headers(self, status: int) -> dict[str, str]:
        opened = self._opened
        headers = {
            "Content-Type": opened.media_type,
            "Content-Disposition": disposition(portable(opened.name), inline=opened.shown),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Accept-Ranges": "bytes",
            "ETag": opened.etag,
        }
        if status == 416:
            headers["Content-Range"] = f"bytes */{opened.size}"
        elif status != 304:
            headers["Content-Length"] = str(self.length)
            if status == 206:
                last = self.start + self.length - 1
                headers["Content-Range"] = f"bytes {self.start}-{last}/{opened.size}"
        return headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send head and body, as long as the client is connected: a server would also accept bytes
        for nobody."""
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        if not self._head and self.status_code in (200, 206):
            async with _until_gone(receive) as gone, aclosing(self._pieces()) as pieces:
                async for piece in pieces:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                    if gone.done():
                        self.cut_off = True
                        break
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pieces(self) -> AsyncGenerator[bytes]:
        async for piece in self._opened.chunks(self.start, self.length):
            yield piece


@asynccontextmanager
async def _until_gone(receive: Receive) -> AsyncGenerator[asyncio.Task[None]]:
    """Yield a task that is done once the other side has disconnected."""

    async def wait() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    waiting = asyncio.create_task(wait())
    try:
        yield waiting
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


def _range_of(request: Request, opened: Opened) -> tuple[int, int, int]:
    """Return (start, length, status). Several ranges at once are answered with the whole file."""
    whole = 0, opened.size, 200
    if not _known(request.headers.get("if-none-match", "")).isdisjoint({opened.etag, "*"}):
        return 0, 0, 304
    if request.method != "GET":  # ranges are defined for GET only (RFC 9110, 14.2)
        return whole
    if request.headers.get("if-range", opened.etag) != opened.etag:
        return whole
    match = re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", request.headers.get("range", ""))
    if not match or match.groups() == ("", ""):
        return whole
    start, end = _ends(match[1], match[2], opened.size)
    return (start, end - start, 206) if start < end else (0, 0, 416)


def _ends(first: str, last: str, size: int) -> tuple[int, int]:
    """Return start and end (exclusive) of a range; an empty range if it is invalid."""
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(int(last) + 1, size) if last else size


def _known(header: str) -> set[str]:
    """Return the tags of If-None-Match, which are compared weakly (RFC 9110, 13.1.2)."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def disposition(name: str, *, inline: bool) -> str:
    """Build the header by RFC 6266: a plain ASCII name for old programs, the real one beside it."""
    plain = re.sub(r"[^A-Za-z0-9 ._-]", "_", name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def range_start(request: Request) -> int:
    """Return where the requested range begins; 0 without one."""
    match = re.match(r"bytes=(\d{1,15})-", request.headers.get("range", ""))
    return int(match.group(1)) if match else 0
