"""The key pair by which push services know this installation (VAPID, RFC 8292).

It is made once: browsers bind their subscription to its public half. It is sealed with the
platform's key, and so under the master key. Curves are loaded only when needed, because they take
memory.
"""

import base64
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Transactions
from bedside.notifications.models import push_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_NAME = "vapid"
_COLUMN = "push_keys.private"

_add = prepared(upsert(push_keys).on_conflict_do_nothing(index_elements=["name"]))
_by_name = prepared(select(push_keys).where(push_keys.c.name == bindparam("of")))


class PushKeys:
    """Has the key pair, and creates it on first use."""

    def __init__(self, database: Transactions, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._pair: EllipticCurvePrivateKey | None = None

    async def pair(self) -> "EllipticCurvePrivateKey":
        """Return the private key, with the public one in it."""
        if self._pair is None:
            self._pair = await self._load()
        return self._pair

    async def public(self) -> str:
        """Return the public key for browsers: 65 bytes in base 64 for URLs."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        pair = await self.pair()
        point = pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).decode().rstrip("=")

    async def _load(self) -> "EllipticCurvePrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ec import (
            SECP256R1,
            derive_private_key,
            generate_private_key,
        )

        keys = await self._vault.platform()
        async with self._database.read() as db:
            row = await db.one(_by_name, of=_NAME)
        if row is None:
            number = generate_private_key(SECP256R1()).private_numbers().private_value
            sealed = keys.seal(_COLUMN, _NAME, f"{number:064x}")
            async with self._database.unit_of_work() as work:
                await work.execute(_add, name=_NAME, private=sealed)
                row = await work.one(_by_name, of=_NAME)  # another process may have been faster
        if row is None:
            raise RuntimeError("the key pair for web push was not kept")
        return derive_private_key(int(keys.unseal(_COLUMN, _NAME, row.private), 16), SECP256R1())
