"""Sealed columns and blind indexes: the clinic's keys.

Three levels. The master key lives outside the database (a key file, or a KMS) and wraps each
clinic's key. The clinic's key wraps the working keys: `columns` (seals values), `index` (keyed
tokens to look values up by), `audit` (chains the audit log), and every file's own data key.
Rotating a master or a clinic key re-wraps the keys below it and touches no content.

Format of a sealed value: version (1 byte) ‖ generation of the columns key (4, big endian) ‖ nonce
(12) ‖ AES-256-GCM ciphertext and tag. The associated data name clinic, column and row, so that a
value cannot be moved to another place. docs/formats/sealed-column.md has test vectors.
"""

import hashlib
import hmac
import json
import os
from contextlib import AbstractContextManager
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, insert, select, update

from bedside.database.statements import prepared
from bedside.database.tables import clinic_keys
from bedside.errors import Unavailable
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Row, Transactions, UnitOfWork

VERSION = 1
PLATFORM = "cli_platform"
"""The key holder for what belongs to no clinic, such as looking up a sign-in name."""

_NONCE = 12
_HEAD = 1 + 4 + _NONCE
_WORKING = ("columns", "index", "audit")


class RecordSealBroken(Unavailable):
    """A sealed value does not open: the key is wrong, or it was changed or moved on disk."""

    code = "record_seal_broken"
    sentence = N_(
        "This record cannot be opened: its seal is broken. Nothing was changed. "
        "Please tell your administrator to run “bedside doctor”."
    )


class MasterKeyMissing(RecordSealBroken):
    """There is no master key where it should be, or it cannot be read."""

    code = "master_key_missing"
    sentence = N_(
        "The master key is missing, so nothing can be opened. Nothing was changed. Please tell "
        "your administrator to run “bedside doctor”."
    )


class MasterKey(Protocol):
    """Wraps the clinics' keys; the key itself never leaves its holder."""

    async def make_first(self) -> None:
        """Create the first generation, durably, unless there is a key already. Raises Unavailable
        if it cannot be written."""
        ...

    async def wrap(self, key: bytes, context: str) -> tuple[int, bytes]:
        """Encrypt a key, bound to `context`. Returns the generation used and the wrapped key."""
        ...

    async def unwrap(self, wrapped: bytes, generation: int, context: str) -> bytes:
        """Decrypt a key. Raises RecordSealBroken."""
        ...

    async def authenticate(self, message: bytes, purpose: str) -> tuple[int, bytes]:
        """Compute a message authentication code with a key derived from this one for `purpose`.
        Returns the generation used and the code."""
        ...

    async def is_authentic(self, message: bytes, purpose: str, generation: int, mac: bytes) -> bool:
        """Whether `authenticate` gave this code for this message. Raises RecordSealBroken if there
        is no such generation."""
        ...

    def only_one(self) -> AbstractContextManager[bool]:
        """Keep out other rotations of the same key during a block; yields False if one is in
        progress."""
        ...

    def add_generation(self, above: int) -> int:
        """Create a new generation, durably, which wraps from now on; the old ones still unwrap.

        Its number is higher than `above` and all existing ones. Returns the number.
        """
        ...

    def keep_only(self, generation: int) -> str:
        """Remove the other generations, once nothing is wrapped by them.

        Returns where they are kept, for older backups. Raises Conflict if `generation` is no
        longer the newest.
        """
        ...


def wrap_key(cipher: AESGCM, key: bytes, context: str) -> bytes:
    """AES-256-GCM key wrapping: nonce (12) ‖ ciphertext and tag, bound to `context`."""
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, key, context.encode())


def unwrap_key(cipher: AESGCM, wrapped: bytes, context: str) -> bytes:
    """The inverse of `wrap_key`. Raises RecordSealBroken."""
    try:
        return cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise RecordSealBroken from error


class ClinicKeys:
    """One clinic's working keys, open in memory. All methods are synchronous and fast."""

    def __init__(
        self,
        clinic_id: str,
        wrapping: dict[int, bytes],
        columns: dict[int, bytes],
        index: bytes,
        audit: bytes,
    ) -> None:
        self.clinic_id = clinic_id
        self._wrapping = {number: AESGCM(key) for number, key in wrapping.items()}
        self._columns = {number: AESGCM(key) for number, key in columns.items()}
        self._newest_wrapping = max(wrapping)
        self._newest_columns = max(columns)
        self._head = bytes([VERSION]) + self._newest_columns.to_bytes(4, "big")
        self._index = index
        self._binding = hmac.digest(
            index, b"\0binding", "sha256"
        )  # no kind of token begins like this
        self._audit = audit

    def seal(self, column: str, row_id: str, value: Any) -> bytes:
        """Seal a JSON value for one place. `column` is “table.column”."""
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return self.seal_bytes(column, row_id, plain)

    def seal_bytes(self, column: str, row_id: str, plain: bytes) -> bytes:
        """Seal raw bytes for one place."""
        nonce = os.urandom(_NONCE)
        cipher = self._columns[self._newest_columns]
        return self._head + nonce + cipher.encrypt(nonce, plain, self._place(column, row_id))

    def unseal(self, column: str, row_id: str, sealed: bytes) -> Any:
        """Return the value sealed for this place. Raises RecordSealBroken."""
        return json.loads(self.unseal_bytes(column, row_id, sealed))

    def unseal_bytes(self, column: str, row_id: str, sealed: bytes) -> bytes:
        """Return the raw bytes sealed for this place. Raises RecordSealBroken."""
        cipher = self._columns.get(int.from_bytes(sealed[1:5], "big"))
        if cipher is None or sealed[0] != VERSION:
            raise RecordSealBroken
        try:
            return cipher.decrypt(sealed[5:_HEAD], sealed[_HEAD:], self._place(column, row_id))
        except (InvalidTag, ValueError) as error:  # ValueError: too short to hold nonce and tag
            raise RecordSealBroken from error

    def _place(self, column: str, row_id: str) -> bytes:
        return f"{self.clinic_id}/{column}/{row_id}".encode()

    def token(self, kind: str, term: str) -> int:
        """Return a keyed 64-bit token for a term: equal terms give equal tokens, within this
        clinic only. Callers normalise the term first."""
        digest = hmac.digest(self._index, f"{kind}\0{term}".encode(), "sha256")
        return int.from_bytes(digest[:8], "big", signed=True)

    def bind(self, content: bytes) -> bytes:
        """Return the HMAC-SHA-256 of something in clear that must not be changed without the
        clinic's keys (docs/formats/bound-row.md). Callers put its kind first."""
        return hmac.digest(self._binding, content, "sha256")

    def browser_key(self, person_id: str) -> bytes:
        """Return a person's key for what their browser keeps, which opens nothing else."""
        return hmac.digest(self._index, b"\0browser\0" + person_id.encode(), "sha256")

    def wrap(self, data_key: bytes, column: str, row_id: str) -> bytes:
        """Wrap a file's data key: generation (4) ‖ nonce ‖ ciphertext and tag."""
        context = f"{self.clinic_id}/{column}/{row_id}"
        cipher = self._wrapping[self._newest_wrapping]
        return self._newest_wrapping.to_bytes(4, "big") + wrap_key(cipher, data_key, context)

    def unwrap(self, wrapped: bytes, column: str, row_id: str) -> bytes:
        """Return a file's data key. Raises RecordSealBroken."""
        cipher = self._wrapping.get(int.from_bytes(wrapped[:4], "big"))
        if cipher is None:
            raise RecordSealBroken
        return unwrap_key(cipher, wrapped[4:], f"{self.clinic_id}/{column}/{row_id}")

    def knows(self, wrapped: bytes) -> bool:
        """Whether the clinic's key that wrapped this is among the open ones."""
        return int.from_bytes(wrapped[:4], "big") in self._wrapping

    @property
    def newest(self) -> int:
        """The generation of the clinic's key that wraps from now on, as far as this process
        knows."""
        return self._newest_wrapping

    def is_newest(self, wrapped: bytes) -> bool:
        """Whether a data key is wrapped by the clinic's newest key."""
        return int.from_bytes(wrapped[:4], "big") == self._newest_wrapping

    def chain(self, previous: bytes, line: bytes) -> bytes:
        """Return the next state of the audit chain: HMAC-SHA-256 of the previous one and the
        line."""
        return hmac.digest(self._audit, previous + hashlib.sha256(line).digest(), "sha256")

    def mark(self, state: bytes) -> bytes:
        """Return what a line shows of the chain's state after it; the state cannot be derived from
        it."""
        return hmac.digest(self._audit, b"mark" + state, "sha256")


_keys_of = prepared(select(clinic_keys).where(clinic_keys.c.clinic_id == bindparam("of")))
_add_key = prepared(insert(clinic_keys))
_rewrap = prepared(
    update(clinic_keys)
    .where(
        clinic_keys.c.clinic_id == bindparam("of"),
        clinic_keys.c.purpose == bindparam("of_purpose"),
        clinic_keys.c.generation == bindparam("of_generation"),
    )
    .values(wrapped=bindparam("new_wrapped"), wrapped_by=bindparam("new_wrapped_by"))
)
_clinics = prepared(select(clinic_keys.c.clinic_id).distinct())
_wrapped_by_master = prepared(
    select(
        clinic_keys.c.clinic_id,
        clinic_keys.c.generation,
        clinic_keys.c.wrapped,
        clinic_keys.c.wrapped_by,
    ).where(clinic_keys.c.purpose == "clinic")
)
_in_force = prepared(
    select(clinic_keys.c.wrapped_by)
    .where(clinic_keys.c.clinic_id == bindparam("of"), clinic_keys.c.purpose == "columns")
    .with_for_update(read=True)
)
"""The generation of a clinic's newest key, which wraps its working keys. Read with a shared lock,
so that a rotation waits for those using it, and the other way round."""

_MASTER = "keys.master"
"""Locked by units of work that wrap with the master key, so that none of its generations is
dropped while it is about to be used."""


class Vault:
    """Opens clinics' keys and keeps them in memory for the life of the process."""

    def __init__(self, database: Transactions, master: MasterKey) -> None:
        self._database = database
        self._master = master
        self._open: dict[str, ClinicKeys] = {}

    async def clinic(self, clinic_id: str) -> ClinicKeys:
        """Return the keys of a clinic. Raises RecordSealBroken if the master key does not fit."""
        keys = self._open.get(clinic_id)
        if keys is None:
            keys = self._open[clinic_id] = await self._load(clinic_id)
        return keys

    async def platform(self) -> ClinicKeys:
        """Return the keys for what belongs to no clinic."""
        return await self.clinic(PLATFORM)

    async def unwrap(self, clinic_id: str, wrapped: bytes, column: str, row_id: str) -> bytes:
        """Return a file's data key, even if another process has just rotated the clinic's key.

        Raises RecordSealBroken.
        """
        keys = await self.clinic(clinic_id)
        if not keys.knows(wrapped):
            self._open.pop(clinic_id, None)
            keys = await self.clinic(clinic_id)
        return keys.unwrap(wrapped, column, row_id)

    async def wrap_new(
        self, work: UnitOfWork, clinic_id: str, data_key: bytes, column: str, row_id: str
    ) -> bytes:
        """Wrap a new file's data key with the clinic's newest key, for a row of this unit of work:
        whether another process rotates before or after it, nothing stays with the old key."""
        keys = await self.clinic(clinic_id)
        row = await work.one(_in_force, of=clinic_id)
        if row is not None and row.wrapped_by != keys.newest:
            self._open.pop(clinic_id, None)
            keys = await self.clinic(clinic_id)
        return keys.wrap(data_key, column, row_id)

    def forget(self) -> None:
        """Drop the open keys (after a rotation); they are loaded again when needed."""
        self._open.clear()

    async def _load(self, clinic_id: str) -> ClinicKeys:
        async with self._database.read() as db:
            rows = await db.all(_keys_of, of=clinic_id)
        wrapping: dict[int, bytes] = {}
        for row in rows:
            if row.purpose == "clinic":
                wrapping[row.generation] = await self._master.unwrap(
                    row.wrapped, row.wrapped_by, f"{clinic_id}/clinic/{row.generation}"
                )
        if not wrapping:
            raise RecordSealBroken
        working: dict[str, dict[int, bytes]] = {purpose: {} for purpose in _WORKING}
        for row in rows:
            if row.purpose in working:
                working[row.purpose][row.generation] = unwrap_key(
                    AESGCM(wrapping[row.wrapped_by]),
                    row.wrapped,
                    f"{clinic_id}/{row.purpose}/{row.generation}",
                )
        return ClinicKeys(
            clinic_id, wrapping, working["columns"], working["index"][1], working["audit"][1]
        )

    async def check(self) -> None:
        """Verify that the master key opens all existing keys.

        Raises MasterKeyMissing if there are keys but no master key, RecordSealBroken if it is
        another one.
        """
        async with self._database.read() as db:
            await self._opened_by(await db.all(_wrapped_by_master))

    async def begin(self) -> None:
        """Verify that the master key opens everything, as `check` does. Where there are no keys
        yet it is created, so that it can be copied before there is anything to lose."""
        if await self.holders():
            await self.check()
        else:
            await self._master.make_first()

    async def _opened_by(self, rows: list[Row]) -> set[int]:
        """Return the generations of the master key that wrap these clinics' keys, after opening
        each."""
        for row in rows:
            context = f"{row.clinic_id}/clinic/{row.generation}"
            await self._master.unwrap(row.wrapped, row.wrapped_by, context)
        return {row.wrapped_by for row in rows}

    async def master_in_use(self, work: UnitOfWork) -> set[int]:
        """Return the generations of the master key that are needed, each of which was tried.

        Until the unit of work ends no clinic is founded and no other rotation wraps anything.
        Raises as `check` does.
        """
        await work.lock(_MASTER)
        return await self._opened_by(await work.all(_wrapped_by_master))

    async def create(self, work: UnitOfWork, clinic_id: str) -> ClinicKeys:
        """Create the keys of a new clinic and, before the very first ones, the master key.

        Raises as `check` does, because what another master key wraps could not be opened beside
        the rest; Unavailable if the master key cannot be written.
        """
        in_use = await self.master_in_use(work)
        if not in_use:
            await self._master.make_first()
        clinic_key = os.urandom(32)
        by, wrapped = await self._master.wrap(clinic_key, f"{clinic_id}/clinic/1")
        await self._add(work, clinic_id, "clinic", 1, wrapped, by)
        working: dict[str, bytes] = {}
        for purpose in _WORKING:
            working[purpose] = os.urandom(32)
            wrapped = wrap_key(AESGCM(clinic_key), working[purpose], f"{clinic_id}/{purpose}/1")
            await self._add(work, clinic_id, purpose, 1, wrapped, 1)
        keys = ClinicKeys(
            clinic_id,
            {1: clinic_key},
            {1: working["columns"]},
            working["index"],
            working["audit"],
        )
        self._open[clinic_id] = keys
        return keys

    async def _add(
        self,
        work: UnitOfWork,
        clinic_id: str,
        purpose: str,
        generation: int,
        wrapped: bytes,
        by: int,
    ) -> None:
        await work.execute(
            _add_key,
            clinic_id=clinic_id,
            purpose=purpose,
            generation=generation,
            wrapped=wrapped,
            wrapped_by=by,
            created_at=clock.now(),
        )

    async def holders(self) -> list[str]:
        """Return all key holders: the clinics and the platform."""
        async with self._database.read() as db:
            return [row.clinic_id for row in await db.all(_clinics)]

    async def renew(self, work: UnitOfWork) -> list[str]:
        """Wrap all keys with the master key's newest generation, and give each holder a new clinic
        key. Returns the holders."""
        await work.lock(_MASTER)
        holders = [row.clinic_id for row in await work.all(_clinics)]
        for holder in holders:
            await self.rewrap_under_master(work, holder)
            await self.new_clinic_key(work, holder)
        return holders

    async def rewrap_under_master(self, work: UnitOfWork, clinic_id: str) -> None:
        """Wrap the clinic's keys with the master key's newest generation."""
        for row in await work.all(_keys_of, of=clinic_id):
            if row.purpose == "clinic":
                context = f"{clinic_id}/clinic/{row.generation}"
                key = await self._master.unwrap(row.wrapped, row.wrapped_by, context)
                by, wrapped = await self._master.wrap(key, context)
                await work.execute(
                    _rewrap,
                    of=clinic_id,
                    of_purpose="clinic",
                    of_generation=row.generation,
                    new_wrapped=wrapped,
                    new_wrapped_by=by,
                )

    async def new_clinic_key(self, work: UnitOfWork, clinic_id: str) -> None:
        """Give a clinic a new key and wrap its working keys with it.

        The old key stays, so that the data keys it wraps still open until they are re-wrapped.
        """
        rows = await work.all(_keys_of, of=clinic_id)
        old: dict[int, bytes] = {}
        for row in rows:
            if row.purpose == "clinic":
                context = f"{clinic_id}/clinic/{row.generation}"
                old[row.generation] = await self._master.unwrap(
                    row.wrapped, row.wrapped_by, context
                )
        generation, fresh = max(old) + 1, os.urandom(32)
        by, wrapped = await self._master.wrap(fresh, f"{clinic_id}/clinic/{generation}")
        await self._add(work, clinic_id, "clinic", generation, wrapped, by)
        for row in rows:
            if row.purpose in _WORKING:
                context = f"{clinic_id}/{row.purpose}/{row.generation}"
                key = unwrap_key(AESGCM(old[row.wrapped_by]), row.wrapped, context)
                await work.execute(
                    _rewrap,
                    of=clinic_id,
                    of_purpose=row.purpose,
                    of_generation=row.generation,
                    new_wrapped=wrap_key(AESGCM(fresh), key, context),
                    new_wrapped_by=generation,
                )
        work.after_commit(self.forget)
