"""A client of a relay, one message at a time (STUN: RFC 8489, TURN: RFC 8656, TCP: RFC 6062)."""

import hashlib
import hmac
import os
import socket
import struct
from ipaddress import ip_address
from types import TracebackType
from typing import Self

_COOKIE = 0x2112A442
_ALLOCATE, _CREATE_PERMISSION = 0x0003, 0x0008
_USERNAME, _INTEGRITY, _ERROR = 0x0006, 0x0008, 0x0009
_PEER, _REALM, _NONCE = 0x0012, 0x0014, 0x0015
_FAMILY, _TRANSPORT = 0x0017, 0x0019
UDP, TCP = 17, 6


class TurnClient:
    """One TCP connection to a relay, with the name and password that a page is given."""

    def __init__(self, address: str, port: int, username: str, credential: str) -> None:
        self._socket = socket.create_connection((address, port), timeout=10)
        self._username = username
        self._credential = credential
        self._realm = self._nonce = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def allocate(self, transport: int = UDP, *, ipv6: bool = False) -> int:
        """Request a relayed address. Returns 0, or the number of the error."""
        asked = [(_TRANSPORT, bytes([transport, 0, 0, 0]))]
        if ipv6:
            asked.append((_FAMILY, b"\x02\x00\x00\x00"))
        return self._ask(_ALLOCATE, asked)

    def permit(self, peer: str) -> int:
        """Request to send to `peer`. Returns 0, or the number of the error (403: forbidden)."""
        return self._ask(_CREATE_PERMISSION, [(_PEER, ip_address(peer).packed)])

    def _ask(self, method: int, attributes: list[tuple[int, bytes]]) -> int:
        error, answer = self._once(method, attributes)
        if error in (401, 438):  # now realm and nonce are known
            self._realm, self._nonce = answer[_REALM], answer[_NONCE]
            error, _ = self._once(method, attributes)
        return error

    def _once(
        self, method: int, attributes: list[tuple[int, bytes]]
    ) -> tuple[int, dict[int, bytes]]:
        transaction = os.urandom(12)
        body = b"".join(
            _attribute(kind, _xored(value, transaction) if kind == _PEER else value)
            for kind, value in attributes
        )
        if self._nonce:
            name = self._username.encode()
            for kind, value in ((_USERNAME, name), (_REALM, self._realm), (_NONCE, self._nonce)):
                body += _attribute(kind, value)
            # MD5 is what RFC 8489, 9.2.2 requires
            secret = b":".join((name, self._realm, self._credential.encode()))
            key = hashlib.md5(secret, usedforsecurity=False).digest()
            signed = _head(method, len(body) + 24, transaction) + body
            body += _attribute(_INTEGRITY, hmac.digest(key, signed, "sha1"))
        self._socket.sendall(_head(method, len(body), transaction) + body)
        return self._answer()

    def _answer(self) -> tuple[int, dict[int, bytes]]:
        _, length = struct.unpack("!HH16x", self._exactly(20))
        body, at = self._exactly(length), 0
        found: dict[int, bytes] = {}
        while at + 4 <= length:
            kind, size = struct.unpack("!HH", body[at : at + 4])
            found.setdefault(kind, body[at + 4 : at + 4 + size])
            at += 4 + size + -size % 4
        error = found.get(_ERROR)
        return (error[2] * 100 + error[3] if error else 0), found

    def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = self._socket.recv(length - len(data))
            assert piece, "the relay has hung up"
            data += piece
        return data


def _head(method: int, length: int, transaction: bytes) -> bytes:
    return struct.pack("!HHI", method, length, _COOKIE) + transaction


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _xored(packed: bytes, transaction: bytes) -> bytes:
    """Return an address as XOR-PEER-ADDRESS; the port does not matter."""
    mask = struct.pack("!I", _COOKIE) + transaction
    family = 1 if len(packed) == 4 else 2
    return struct.pack("!xBH", family, 40_000) + bytes(
        a ^ b for a, b in zip(packed, mask, strict=False)
    )
