"""Encryption of web push messages for one browser (RFC 8291, in the coding of RFC 8188), and the
signature that identifies the sender to push services (VAPID, RFC 8292)."""

import base64
import json
import os

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bedside.notifications.ports import PushSubscription

RECORD = 4096
"""One record; push services accept no more than that (RFC 8030, 7.2)."""
LONGEST = RECORD - 86 - 17
"""Bytes of a message: the record without the header and the delimiter with the tag."""
_SALT = 16


def encrypted(
    subscription: PushSubscription,
    plain: bytes,
    *,
    padded_to: int = 0,
    salt: bytes | None = None,
    sender: EllipticCurvePrivateKey | None = None,
) -> bytes:
    """Return the body for the push service, padded so that its length reveals little. `salt` and
    `sender`, which must be new each time, are passed by tests only. Raises ValueError for a key
    that is no point of the curve, or for too long a message."""
    if len(plain) > LONGEST:
        raise ValueError("too long for a push message")
    salt = salt or os.urandom(_SALT)
    sender = sender or generate_private_key(SECP256R1())
    receiver = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), subscription.key)
    point = point_of(sender)
    info = b"WebPush: info\0" + subscription.key + point
    shared = sender.exchange(ECDH(), receiver)
    key = _derived(shared, subscription.secret, info, 32)
    content_key = _derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(key, salt, b"Content-Encoding: nonce\0", 12)
    padding = bytes(max(0, min(padded_to, LONGEST) - len(plain)))
    sealed = AESGCM(content_key).encrypt(nonce, plain + b"\x02" + padding, None)
    return salt + RECORD.to_bytes(4, "big") + bytes([len(point)]) + point + sealed


def authorization(pair: EllipticCurvePrivateKey, origin: str, contact: str, until: int) -> str:
    """Return the Authorization header for a push service. `until` is in seconds since the epoch,
    at most a day from now; `contact` a mailto: or https: address."""
    claims = {"aud": origin, "exp": until, "sub": contact}
    head = {"typ": "JWT", "alg": "ES256"}
    said = ".".join(text_of(json.dumps(part).encode()) for part in (head, claims))
    r, s = decode_dss_signature(pair.sign(said.encode(), ECDSA(SHA256())))
    signature = text_of(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={said}.{signature}, k={text_of(point_of(pair))}"


def point_of(pair: EllipticCurvePrivateKey) -> bytes:
    """Return the public key of a pair, uncompressed: 65 bytes."""
    return pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def text_of(value: bytes) -> str:
    """Encode base 64 for URLs, without padding."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
