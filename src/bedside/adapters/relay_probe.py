"""Probes of STUN servers and relays: does one answer, and does it accept our secret?

STUN: RFC 8489; TURN: RFC 8656. A relay is asked for an allocation with credentials as pages get
them, which is given back at once.
"""

import asyncio
import hashlib
import hmac
import os
import re
import ssl
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from bedside.kernel.language import N_

_COOKIE = 0x2112A442
_BINDING, _ALLOCATE, _REFRESH = 0x0001, 0x0003, 0x0004
_USERNAME, _INTEGRITY, _ERROR = 0x0006, 0x0008, 0x0009
_LIFETIME, _REALM, _NONCE, _TRANSPORT = 0x000D, 0x0014, 0x0015, 0x0019
_UDP_BYTES = bytes([17, 0, 0, 0])
_SENT_AGAIN = (0.5, 1.0, 1.5)
"""Seconds to wait for an answer over UDP, which may lose one."""
_PATIENCE = 4.0
_LARGEST = 4_096
_URL = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/?\[\]]+)"
    r"(?::(?P<port>\d{1,5}))?(?:\?transport=(?P<transport>udp|tcp))?"
)


class Answer(StrEnum):
    """The findings of a probe."""

    WORKS = "works"
    SILENT = N_("does not answer")
    REFUSES = N_("does not accept our secret")
    UNTRUSTED = N_("has a certificate that is not trusted")
    NONSENSE = N_("is not an address of a STUN server or relay")


@dataclass(frozen=True, slots=True)
class _Server:
    host: str
    port: int
    transport: str


_Exchange = Callable[[bytes], Awaitable[bytes]]


async def stun(url: str) -> Answer:
    """Ask a STUN server for one's own address."""
    return await _asked(url, _bind)


async def relay(url: str, username: str, password: str) -> Answer:
    """Ask a relay for an allocation, and give it back."""

    async def allocate(exchange: _Exchange) -> Answer:
        return await _allocate(exchange, username, password)

    return await _asked(url, allocate)


async def _asked(url: str, ask: Callable[[_Exchange], Awaitable[Answer]]) -> Answer:
    server = _server_of(url)
    if server is None:
        return Answer.NONSENSE
    try:
        async with asyncio.timeout(_PATIENCE), _connected(server) as exchange:
            return await ask(exchange)
    except ssl.SSLError:
        return Answer.UNTRUSTED
    except (OSError, EOFError, TimeoutError, ValueError, struct.error):
        return Answer.SILENT


def _server_of(url: str) -> _Server | None:
    found = _URL.fullmatch(url)
    if not found:
        return None
    secure = found["scheme"].endswith("s")
    port = int(found["port"] or (5349 if secure else 3478))
    if not 0 < port < 65_536:
        return None
    transport = "tls" if secure else found["transport"] or "udp"
    return _Server(found["host"].strip("[]"), port, transport)


@asynccontextmanager
async def _connected(server: _Server) -> AsyncGenerator[_Exchange]:
    if server.transport == "udp":
        loop = asyncio.get_running_loop()
        transport, replies = await loop.create_datagram_endpoint(
            _Replies, remote_addr=(server.host, server.port)
        )
        try:
            yield lambda message: replies.ask(transport, message)
        finally:
            transport.close()
        return
    trust = ssl.create_default_context() if server.transport == "tls" else None
    reader, writer = await asyncio.open_connection(server.host, server.port, ssl=trust)

    async def exchange(message: bytes) -> bytes:
        writer.write(message)
        head = await reader.readexactly(20)
        length = struct.unpack("!H", head[2:4])[0]
        if length > _LARGEST:
            raise ValueError("too long for an answer")
        return head + await reader.readexactly(length)

    try:
        yield exchange
    finally:
        writer.close()


class _Replies(asyncio.DatagramProtocol):
    """Waits for the answer of each message, and sends it again meanwhile."""

    def __init__(self) -> None:
        self._answers: asyncio.Queue[bytes | Exception] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._answers.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        self._answers.put_nowait(exc)

    async def ask(self, transport: asyncio.DatagramTransport, message: bytes) -> bytes:
        """Return the answer with the message's transaction; raises OSError or TimeoutError."""
        for patience in _SENT_AGAIN:
            transport.sendto(message)
            try:
                async with asyncio.timeout(patience):
                    while True:
                        answer = await self._answers.get()
                        if isinstance(answer, Exception):
                            raise answer
                        if answer[8:20] == message[8:20]:
                            return answer
            except TimeoutError:
                continue
        raise TimeoutError


async def _bind(exchange: _Exchange) -> Answer:
    error, _ = _read(await exchange(_message(_BINDING, b"")))
    return Answer.WORKS if not error else Answer.SILENT


async def _allocate(exchange: _Exchange, username: str, password: str) -> Answer:
    wanted = _attribute(_TRANSPORT, _UDP_BYTES)
    error, answer = _read(await exchange(_message(_ALLOCATE, wanted)))
    if error != 401:  # it lets in anybody, or is no relay
        return Answer.WORKS if not error else Answer.SILENT
    who = _Credentials(username, password, answer.get(_REALM, b""), answer.get(_NONCE, b""))
    error, _ = _read(await exchange(who.signed(_ALLOCATE, wanted)))
    if error in (401, 403, 431, 441):
        return Answer.REFUSES
    if error:
        return Answer.SILENT
    await exchange(who.signed(_REFRESH, _attribute(_LIFETIME, bytes(4))))
    return Answer.WORKS


@dataclass(frozen=True, slots=True)
class _Credentials:
    username: str
    password: str
    realm: bytes
    nonce: bytes

    def signed(self, method: int, body: bytes) -> bytes:
        """Return a message with long-term credentials (RFC 8489, 9.2)."""
        name = self.username.encode()
        for kind, value in ((_USERNAME, name), (_REALM, self.realm), (_NONCE, self.nonce)):
            body += _attribute(kind, value)
        # MD5 is what RFC 8489, 9.2.2 requires
        secret = b":".join((name, self.realm, self.password.encode()))
        key = hashlib.md5(secret, usedforsecurity=False).digest()
        transaction = os.urandom(12)
        to_sign = _head(method, len(body) + 24, transaction) + body
        body += _attribute(_INTEGRITY, hmac.digest(key, to_sign, "sha1"))
        return _head(method, len(body), transaction) + body


def _message(method: int, body: bytes) -> bytes:
    return _head(method, len(body), os.urandom(12)) + body


def _head(method: int, length: int, transaction: bytes) -> bytes:
    return struct.pack("!HHI", method, length, _COOKIE) + transaction


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _read(answer: bytes) -> tuple[int, dict[int, bytes]]:
    """Return the number of the error, or 0, and the attributes. Raises ValueError or struct.error
    for what is no answer."""
    _, length, cookie = struct.unpack("!HHI", answer[:8])
    if cookie != _COOKIE:
        raise ValueError("not STUN")
    found: dict[int, bytes] = {}
    body, at = answer[20 : 20 + length], 0
    while at + 4 <= len(body):
        kind, size = struct.unpack("!HH", body[at : at + 4])
        found.setdefault(kind, body[at + 4 : at + 4 + size])
        at += 4 + size + -size % 4
    error = found.get(_ERROR)
    if error is not None and len(error) < 4:
        raise ValueError("an error without a number")
    return (error[2] * 100 + error[3] if error else 0), found
