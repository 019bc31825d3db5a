"""JSON Web Encryption as SMART Health Links use it: compact, `dir`, A256GCM (RFC 7516, RFC 7518).

Written piece by piece: a file is never in memory as a whole, neither plain nor encrypted.
"""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, AsyncIterator

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import GCM

_NONCE, _TAG = 12, 16
KEY_BYTES = 32


def b64url(plain: bytes) -> str:
    """Return base64url without padding, as JOSE writes everything."""
    return urlsafe_b64encode(plain).rstrip(b"=").decode()


def _head(content_type: str) -> bytes:
    header = {"alg": "dir", "enc": "A256GCM", "cty": content_type}
    return b64url(json.dumps(header, separators=(",", ":")).encode()).encode()


def length_of(plain: int, content_type: str) -> int:
    """Return the length of a JWE for so many plain bytes."""
    return len(_head(content_type)) + 4 + _encoded(_NONCE) + _encoded(plain) + _encoded(_TAG)


def _encoded(size: int) -> int:
    return -(-size * 4 // 3)


async def encrypted(
    key: bytes, pieces: AsyncIterator[bytes], content_type: str
) -> AsyncGenerator[bytes]:
    """Yield a JWE of these plain bytes, with a nonce of its own."""
    head, nonce = _head(content_type), os.urandom(_NONCE)
    sealing = Cipher(AES256(key), GCM(nonce)).encryptor()
    sealing.authenticate_additional_data(head)
    yield head + b".." + b64url(nonce).encode() + b"."
    rest = b""
    async for piece in pieces:
        rest += sealing.update(piece)
        whole = len(rest) - len(rest) % 3  # three bytes are four characters, without padding
        if whole:
            yield urlsafe_b64encode(rest[:whole])
        rest = rest[whole:]
    rest += sealing.finalize()
    yield f"{b64url(rest)}.{b64url(sealing.tag)}".encode()
