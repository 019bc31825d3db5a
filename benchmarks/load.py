"""A cheap client: plain sockets, with the body sent by the kernel."""

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

_RECEIVE = 1 << 20


class Connection:
    """One HTTP/1.1 connection that is kept alive."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._room = memoryview(bytearray(_RECEIVE))

    def send(
        self, method: str, path: str, body: Path | None, size: int, headers: str = ""
    ) -> bytes:
        """Send the first `size` bytes of `body`. Returns the head of an answer, which must
        be 2xx."""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n{headers}"
        self._socket.sendall(head.encode() + b"\r\n")
        if body is not None:
            with body.open("rb") as file:
                self._socket.sendfile(file, 0, size)
        answer, _ = self._head()
        return answer

    def get(self, path: str, size: int, headers: str = "") -> None:
        """Receive and discard `size` bytes."""
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"
        self._socket.sendall(request.encode())
        _, got = self._head()
        while got < size:
            got += self._more()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _more(self) -> int:
        received = self._socket.recv_into(self._room)
        if not received:
            raise ConnectionError("the server hung up")
        return received

    def _head(self) -> tuple[bytes, int]:
        """Return the head of the answer, and how many bytes of its body came with it."""
        found = b""
        while b"\r\n\r\n" not in found:
            found += bytes(self._room[: self._more()])
        head, rest = found.split(b"\r\n\r\n", 1)
        if head.split(b" ", 2)[1][:1] != b"2":
            raise ConnectionError(head.decode())
        return head, len(rest)


Send = Callable[[Connection, str], None]
"""Sends one file under a name, and returns once the server says that it is safe."""


def put(body: Path, size: int, synced_in: Path | None = None) -> Send:
    """Send by HTTP PUT. With `synced_in`, the file of that name there is fsynced after the answer,
    for a server that does not do it."""

    def send(connection: Connection, name: str) -> None:
        connection.send("PUT", f"/files/{name}", body, size)
        if synced_in is not None:
            _fsync(synced_in / name)

    return send


_VERSION = "Tus-Resumable: 1.0.0\r\n"
_BODY = "Content-Type: application/offset+octet-stream\r\n"


def tus(
    body: Path, size: int, *, to: str = "/files", headers: str = "", synced_in: Path | None = None
) -> Send:
    """Send by the tus protocol in two requests: POST creates, PATCH sends everything. `synced_in`
    as for `put`; `headers` are sent with both."""

    def send(connection: Connection, _name: str) -> None:
        about = f"{headers}{_VERSION}Upload-Length: {size}\r\n"
        at = _location(connection.send("POST", to, None, 0, about))
        about = f"{headers}{_VERSION}{_BODY}Upload-Offset: 0\r\n"
        connection.send("PATCH", at, body, size, about)
        if synced_in is not None:
            _fsync(synced_in / at.rsplit("/", 1)[1])

    return send


def tus_in_one(body: Path, size: int, *, to: str, headers: str = "") -> Send:
    """Send by the tus protocol in one request: a POST that creates and sends everything."""
    about = f"{headers}{_VERSION}{_BODY}Upload-Length: {size}\r\n"

    def send(connection: Connection, _name: str) -> None:
        connection.send("POST", to, body, size, about)

    return send


def _location(answer: bytes) -> str:
    """Return the path of what a POST has created."""
    lines = (line.split(b": ", 1) for line in answer.split(b"\r\n")[1:])
    return urlsplit({key.lower(): value for key, value in lines}[b"location"].decode()).path


def _fsync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)


def timed_uploads(port: int, send: Send, count: int, at_once: int) -> float:
    """Return the seconds for `count` uploads over `at_once` connections, each under its own
    name."""
    run = time.time_ns()
    names = iter([f"{run}-{number}" for number in range(count)])
    turn = threading.Lock()
    failed: list[BaseException] = []

    def work() -> None:
        connection = Connection(port)
        try:
            while True:
                with turn:
                    name = next(names, None)
                if name is None:
                    return
                send(connection, name)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return time.perf_counter() - started
