"""Request bodies as streams: never collected, never on a disk."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from bedside.edge.body_limits import streamed
from bedside.errors import BedsideError, TooLarge
from bedside.files.ports import Chunk
from bedside.files.receiving import SenderGone
from bedside.kernel.language import N_

_LONGEST_FIELD = 64 << 10
_LONGEST_HEADERS = 16 << 10
"""Bytes of the headers of one field."""
_MOST_PARTS = 500
_MOST_UNREAD = 512 << 20
"""Bytes of a form that nobody read, such as the rest of files that were refused."""
_TOO_MUCH = N_("What you sent is larger than the limit. Go back and look at what has arrived.")


class NotAForm(BedsideError):
    """The body does not match its headers."""

    code = "not_a_form"
    sentence = N_("Your browser sent something that we could not read. Please try again.")


async def raw_body(request: Request) -> AsyncIterator[Chunk]:
    """Yield the bytes of a body as they arrive, without a limit: the reader has its own.

    Raises SenderGone if the connection ends early.
    """
    streamed(request)
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise SenderGone
        if body := message.get("body"):
            yield body
        if not message.get("more_body"):
            return


@dataclass
class Part:
    """One field of a multipart form (RFC 7578). Read it before asking for the next one."""

    name: str
    file_name: str | None
    _form: "_Form"
    _pieces: list[bytes] = field(default_factory=list[bytes])
    _ended: bool = False

    async def chunks(self) -> AsyncIterator[Chunk]:
        """Yield the bytes of this field as they arrive."""
        while True:
            while self._pieces:
                yield self._pieces.pop(0)
            if self._ended:
                return
            await self._form.feed()

    async def text(self) -> str:
        """Return a short text field. Raises TooLarge past 64 KiB."""
        collected = bytearray()
        async for piece in self.chunks():
            collected += piece
            if len(collected) > _LONGEST_FIELD:
                raise TooLarge
        return collected.decode("utf-8", "replace")

    def add(self, piece: bytes) -> None:
        """Take bytes that arrived; called by the parser."""
        self._pieces.append(piece)

    def end(self) -> None:
        """Complete the field; called by the parser."""
        self._ended = True


class _Form:
    """Feeds the push parser and returns parts."""

    def __init__(self, body: AsyncIterator[Chunk], boundary: bytes) -> None:
        self._body = body
        self._over = False
        self.ready: list[Part] = []
        self._open: Part | None = None
        self._header = bytearray()
        self._value = bytearray()
        self._headers: dict[str, bytes] = {}
        self._header_bytes = 0
        self._begun = self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": self._on_end,
                "on_end": self._on_last,
            },
        )

    async def feed(self) -> bool:
        """Parse what arrives next. Returns False at the end of the body."""
        if self._over:
            raise NotAForm
        try:
            self._parser.write(bytes(await anext(self._body)))
        except StopAsyncIteration:
            self._over = True
            if self._begun and not self._ended:
                raise NotAForm from None
            return False
        except ValueError as error:
            raise NotAForm from error
        return True

    def _on_last(self) -> None:
        self._ended = True

    def _on_begin(self) -> None:
        self._begun = True
        self._headers.clear()
        self._header_bytes = 0

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._value += data[start:end]

    def _count(self, length: int) -> None:
        self._header_bytes += length
        if self._header_bytes > _LONGEST_HEADERS:
            raise NotAForm

    def _on_header_end(self) -> None:
        self._headers[self._header.decode("latin-1").lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _on_headers(self) -> None:
        disposition = self._headers.get("content-disposition", b"")
        _, options = parse_options_header(disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        file_name = options.get(b"filename")
        self._open = Part(
            name, None if file_name is None else file_name.decode("utf-8", "replace"), self
        )
        self.ready.append(self._open)

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._open is not None:
            self._open.add(data[start:end])

    def _on_end(self) -> None:
        if self._open is not None:
            self._open.end()
            self._open = None


async def form_parts(request: Request) -> AsyncIterator[Part]:
    """Yield the fields of a multipart form, one after the other.

    Raises NotAForm, SenderGone, and TooLarge for what no page of ours sends: hundreds of fields,
    or hundreds of megabytes that nobody reads.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary or len(boundary) > 200:
        raise NotAForm
    form = _Form(raw_body(request), boundary)
    parts = unread = 0
    while True:
        while form.ready:
            parts += 1
            if parts > _MOST_PARTS:
                raise TooLarge(_TOO_MUCH)
            part = form.ready.pop(0)
            yield part
            async for piece in part.chunks():  # whatever the page did not read
                unread += len(piece)
                if unread > _MOST_UNREAD:
                    raise TooLarge(_TOO_MUCH)
        if not await form.feed():
            return
