"""A push service (RFC 8030) on loopback, and browsers that read what it gets (RFC 8291).

Nothing here is the product's: keys are derived with HMAC alone (RFC 5869), as in the standards.
"""

import base64
import hmac
import json
import secrets
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.peers.certificates import server_context


def to_bytes(text: str) -> bytes:
    """Base 64 for addresses, without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_text(value: bytes) -> str:
    """The inverse."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF with SHA-256, one block."""
    key = hmac.digest(salt, secret, "sha256")
    return hmac.digest(key, info + b"\x01", "sha256")[:length]


class Device:
    """A browser that subscribed at `endpoint`. `private` and `secret` fix its keys."""

    def __init__(self, endpoint: str, private: str = "", secret: str = "") -> None:
        self.endpoint = endpoint
        number = int.from_bytes(to_bytes(private), "big")
        self._pair = derive_private_key(number, SECP256R1()) if private else _new_pair()
        self.secret = to_bytes(secret) if secret else secrets.token_bytes(16)
        self.key = self._pair.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )

    @property
    def given(self) -> dict[str, Any]:
        """PushSubscription.toJSON()."""
        keys = {"p256dh": to_text(self.key), "auth": to_text(self.secret)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> bytes:
        """Return the message in the body of a push request."""
        salt, length = body[:16], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert int.from_bytes(body[16:20], "big") >= len(sealed), "more than one record"
        point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), sender)
        shared = self._pair.exchange(ECDH(), point)
        info = b"WebPush: info\0" + self.key + sender
        key = _derived(self.secret, shared, info, 32)
        content_key = _derived(salt, key, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(salt, key, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(content_key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain.endswith(b"\x02"), "not the last record"
        return plain[:-1]


def _new_pair() -> Any:
    return generate_private_key(SECP256R1())


def claims_of(authorization: str) -> tuple[dict[str, Any], str]:
    """Return a VAPID header's claims and the key that signed it (RFC 8292); fails on a bad one."""
    scheme, _, fields = authorization.partition(" ")
    assert scheme == "vapid"
    given = dict(part.strip().split("=", 1) for part in fields.split(","))
    head, claims, signature = given["t"].split(".")
    assert json.loads(to_bytes(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = to_bytes(signature)
    assert len(raw) == 64
    point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), to_bytes(given["k"]))
    numbers = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    point.verify(encode_dss_signature(*numbers), f"{head}.{claims}".encode(), ECDSA(SHA256()))
    return json.loads(to_bytes(claims)), given["k"]


@dataclass(frozen=True)
class Pushed:
    """A message as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """The service on a free port of loopback, over HTTPS, in threads of its own. `answers` are the
    statuses of the next requests, 201 if there are none."""

    pushed: list[Pushed] = field(default_factory=list[Pushed])
    answers: deque[int] = field(default_factory=deque[int])
    port: int = 0

    def start(self, context: ssl.SSLContext | None = None) -> None:
        """Listen, by default with a certificate for loopback."""
        service = self

        class Handler(_Handler):
            of = service

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        context = context or server_context()
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def device(self, name: str = "") -> Device:
        """Return a browser that subscribes here."""
        return Device(f"https://localhost:{self.port}/send/{name or secrets.token_hex(8)}")


class _Handler(BaseHTTPRequestHandler):
    of: PushService
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.of.pushed.append(Pushed(self.path, headers, body))
        status = self.of.answers.popleft() if self.of.answers else 201
        self.send_response(status)
        if status in (301, 307):
            self.send_header("Location", f"https://localhost:{self.of.port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the tests look at `pushed`."""
