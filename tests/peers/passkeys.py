"""A security key in software that verifies its user (W3C Web Authentication, level 2)."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

from bedside.people.permissions import StaffAccess
from bedside.people.sign_in import SignedIn
from tests.house import House

_PRESENT_AND_VERIFIED = 0x05
_WITH_KEY = 0x40


@dataclass
class Key:
    """One passkey, registered for somebody."""

    id: bytes
    private: ec.EllipticCurvePrivateKey
    origin: str

    @classmethod
    async def of(cls, house: House, staff: StaffAccess) -> "Key":
        """Register a new one, like the browser of somebody who is signed in."""
        key = cls(
            hashlib.sha256(staff.staff_id.encode()).digest(),
            ec.generate_private_key(ec.SECP256R1()),
            house.services.settings.base_url,
        )
        options = await house.services.people.passkeys.registration_options(
            staff, "x", "x@example.org"
        )
        await house.services.people.passkeys.register(staff, key.made(json.loads(options)), "a key")
        return key

    async def sign_in(self, house: House, address: str, known: str = "") -> SignedIn:
        """Sign in by the key alone."""
        options = json.loads(await house.services.people.passkeys.sign_in_options(None))
        return await house.services.people.passkeys.sign_in(
            self.used(options), address=address, device="", known=known
        )

    def made(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what navigator.credentials.create returns."""
        numbers = self.private.public_key().public_numbers()
        public = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        about = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        said = self._said(_PRESENT_AND_VERIFIED | _WITH_KEY) + about
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})
        client = self._client("webauthn.create", options["challenge"])
        return self._credential(clientDataJSON=client, attestationObject=attested)

    def used(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what navigator.credentials.get returns."""
        said = self._said(_PRESENT_AND_VERIFIED)
        client = self._client("webauthn.get", options["challenge"])
        signed = self.private.sign(
            said + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256())
        )
        return self._credential(clientDataJSON=client, authenticatorData=said, signature=signed)

    def _said(self, flags: int) -> bytes:
        host = urlsplit(self.origin).hostname or ""
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _credential(self, **response: bytes) -> dict[str, Any]:
        number = bytes_to_base64url(self.id)
        return {
            "id": number,
            "rawId": number,
            "type": "public-key",
            "response": {name: bytes_to_base64url(value) for name, value in response.items()},
        }
