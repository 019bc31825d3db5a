"""Many open pages in one process: `python -m benchmarks.pages`, with its task as JSON on stdin.

It opens the sockets, prints `ready`, and then takes frames with as little work as possible: the
time of arrival is read after each `recv`, everything else is done on request. A complete round, in
which every page has got one more event, is reported by a line. When stdin is closed it writes
(version, nanoseconds of the monotonic clock) of every event of every page to stdout and exits.
"""

import json
import os
import re
import select
import socket
import sys
import time
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass

AT_ONCE = 50
_LARGEST = 1 << 16
_TEXT, _PING = 1, 9
_VERSION = re.compile(rb'"version":(\d+)')
_NO_MASK = bytes(4)


@dataclass(frozen=True, slots=True)
class Visit:
    """The pages to open: `count` at `path`, using the `cookies` in turn. `say` is the first
    message of each, if any, which then waits for an answer. `address` is the address they connect
    from."""

    port: int
    path: str
    count: int
    address: str
    cookies: list[str]
    say: str

    def as_json(self) -> str:
        """Return the task for the process that opens them."""
        return json.dumps(asdict(self)) + "\n"


class Page:
    """One socket, and what came after the last complete frame."""

    __slots__ = ("rest", "socket")

    def __init__(self, visit: Visit) -> None:
        self.socket = socket.create_connection(
            ("127.0.0.1", visit.port), source_address=(visit.address, 0)
        )
        self.rest = b""

    def greet(self, visit: Visit, cookie: str) -> None:
        """Request the upgrade as browsers do. The key only matters to those who check the
        answer."""
        self.socket.sendall(
            f"GET {visit.path} HTTP/1.1\r\nHost: localhost:{visit.port}\r\n"
            f"Origin: http://localhost:{visit.port}\r\nCookie: {cookie}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )

    def welcomed(self) -> None:
        """Take the answer to the upgrade."""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self._more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        if b" 101 " not in head or b"permessage-deflate" in head:
            raise ConnectionError(head.decode())

    def say(self, text: str) -> None:
        """Send a short text."""
        self._send(_TEXT, text.encode())

    def answered(self) -> None:
        """Receive one text."""
        while not list(self.texts(b"")):
            self.rest += self._more()

    def is_one_text(self, data: bytes) -> bool:
        """Whether this is one complete frame with a text of more than 125 bytes, as it nearly
        always is."""
        return data[:2] == b"\x81\x7e" and len(data) - 4 == data[2] << 8 | data[3] and not self.rest

    def texts(self, data: bytes) -> Iterator[bytes]:
        """Yield the texts completed by `data`; pings are answered."""
        data = self.rest + data
        while len(data) >= 2:
            size, start = data[1], 2
            if size == 126:
                size, start = int.from_bytes(data[2:4], "big"), 4
            elif size == 127:
                raise ValueError("a frame of more than 64 KiB")
            if len(data) < start + size:
                break
            if data[0] & 15 == _TEXT:
                yield data[start : start + size]
            elif data[0] & 15 == _PING:
                self._send(10, data[start : start + size])
            data = data[start + size :]
        self.rest = data

    def _more(self) -> bytes:
        data = self.socket.recv(_LARGEST)
        if not data:
            raise ConnectionError("the server closed a socket")
        return data

    def _send(self, kind: int, data: bytes) -> None:
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2)
        self.socket.sendall(bytes([0x80 | kind]) + size + _NO_MASK + data)


class Pages:
    """All pages of the process."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._poll = select.epoll()
        self._by_number: dict[int, Page] = {}

    def open(self) -> None:
        """Open the pages, a few in parallel. Open ones answer pings in the meantime, because the
        server closes a page that does not."""
        while missing := self._visit.count - len(self._by_number):
            for page in self._some(min(AT_ONCE, missing)):
                page.socket.setblocking(False)
                self._by_number[page.socket.fileno()] = page
                self._poll.register(page.socket.fileno(), select.EPOLLIN)
            for number, _ in self._poll.poll(0):
                if list(self._by_number[number].texts(os.read(number, _LARGEST))):
                    raise ValueError("an event before there was one")

    def _some(self, count: int) -> list[Page]:
        visit, some = self._visit, [Page(self._visit) for _ in range(count)]
        for number, page in enumerate(some, len(self._by_number)):
            page.greet(visit, visit.cookies[number % len(visit.cookies)])
        for page in some:
            page.welcomed()
            if visit.say:
                page.say(visit.say)
        for page in some:
            if visit.say:
                page.answered()
        return some

    def listen(self) -> list[tuple[int, bytes]]:
        """Receive events until stdin ends. Returns the time of each, and its content."""
        self._poll.register(sys.stdin.fileno(), select.EPOLLIN | select.EPOLLHUP)
        taken: list[tuple[int, bytes]] = []
        while True:
            for number, _ in self._poll.poll():
                page = self._by_number.get(number)
                if page is None:
                    return taken
                data = os.read(number, _LARGEST)
                moment = time.monotonic_ns()
                if not data:
                    raise ConnectionError("the server closed a socket")
                for text in (data,) if page.is_one_text(data) else page.texts(data):
                    taken.append((moment, text))
                    if len(taken) % len(self._by_number) == 0:
                        os.write(1, b"all\n")


def main() -> None:
    """Open, listen, report."""
    visit = Visit(**json.loads(sys.stdin.readline()))
    pages = Pages(visit)
    pages.open()
    os.write(1, b"ready\n")
    told = array("q")
    for moment, text in pages.listen():
        version = _VERSION.search(text)
        if version is None:
            raise ValueError("a message that is no event")
        told.extend((int(version[1]), moment))
    sys.stdout.buffer.write(told.tobytes())


if __name__ == "__main__":
    main()
