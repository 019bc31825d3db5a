"""The master key in a file beside, never inside, the database.

The file holds one line per generation: number, a colon, 32 bytes in base 64. It is readable by its
owner only. Losing it means losing every sealed record, so `bedside backup` reminds of it.
"""

import base64
import hmac
import os
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bedside.database.sealed import MasterKeyMissing, RecordSealBroken, unwrap_key, wrap_key
from bedside.errors import Conflict, Unavailable
from bedside.kernel import clock, durable, faults


class KeyFile:
    """A master key read from a file; the newest generation wraps, the older ones still unwrap.

    The file is read on first use, and again by everything that depends on changes by other
    processes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._keys: dict[int, bytes] = {}

    async def make_first(self) -> None:
        """See `MasterKey.make_first`."""
        if self.path.exists():
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.put_new(self.path, _lines({1: os.urandom(32)}))
        except OSError as error:
            if self.path.exists():  # another process was first
                return
            raise Unavailable(
                f"The master key could not be written to {self.path} ({error.strerror}). Nothing "
                "was set up."
            ) from error

    async def wrap(self, key: bytes, context: str) -> tuple[int, bytes]:
        """See `MasterKey.wrap`. The file is read again, because another process may have
        rotated."""
        newest, cipher = self._newest()
        return newest, wrap_key(AESGCM(cipher), key, f"master/{context}")

    async def unwrap(self, wrapped: bytes, generation: int, context: str) -> bytes:
        """See `MasterKey.unwrap`; a rotation by another process is picked up from the file."""
        known = self._of(generation)
        try:
            return unwrap_key(AESGCM(known), wrapped, f"master/{context}")
        except RecordSealBroken:
            key = self._replaced(generation, known)
            return unwrap_key(AESGCM(key), wrapped, f"master/{context}")

    async def authenticate(self, message: bytes, purpose: str) -> tuple[int, bytes]:
        """See `MasterKey.authenticate`."""
        newest, key = self._newest()
        return newest, hmac.digest(_derived(key, purpose), message, "sha256")

    async def is_authentic(self, message: bytes, purpose: str, generation: int, mac: bytes) -> bool:
        """See `MasterKey.is_authentic`."""
        known = self._of(generation)
        if _is_of(known, message, purpose, mac):
            return True
        try:
            return _is_of(self._replaced(generation, known), message, purpose, mac)
        except RecordSealBroken:
            return False

    def only_one(self) -> AbstractContextManager[bool]:
        """See `MasterKey.only_one`: a lock on a file beside the key file."""
        if not self.path.exists():
            raise MasterKeyMissing
        return durable.only_one(self.path.with_name(self.path.name + ".lock"), self.path)

    def add_generation(self, above: int) -> int:
        """See `MasterKey.add_generation`."""
        keys = self._read()
        number = max(above, *keys) + 1
        durable.put(self.path, _lines({**keys, number: os.urandom(32)}), like=self.path)
        faults.point("keys.generation_added")
        self._read()
        return number

    def keep_only(self, generation: int) -> str:
        """See `MasterKey.keep_only`. The others go to a file with the date, beside this one."""
        proven, keys = self._keys.get(generation), self._read()
        if proven is None or proven != keys.get(generation):
            raise Conflict(
                f"Somebody changed {self.path} during the rotation, so nothing was taken out of it."
            )
        old = {number: key for number, key in keys.items() if number != generation}
        kept = self._keep(_lines(old))
        faults.point("keys.old_kept")
        durable.put(self.path, _lines({generation: proven}), like=self.path)
        faults.point("keys.old_dropped")
        self._read()
        return str(kept)

    def _keep(self, lines: bytes) -> Path:
        """Write the old key to a file that does not exist yet."""
        today = datetime.fromtimestamp(clock.now() / clock.SECOND, UTC).date()
        for number in count(1):
            which = f"-{number}" if number > 1 else ""
            path = self.path.with_name(f"{self.path.name}.until-{today}{which}")
            try:
                durable.put_new(path, lines, like=self.path)
            except FileExistsError:
                continue
            return path
        raise AssertionError("numbers do not end")

    def _newest(self) -> tuple[int, bytes]:
        keys = self._read()
        return max(keys), keys[max(keys)]

    def _of(self, generation: int) -> bytes:
        key = self._keys.get(generation) or self._read().get(generation)
        if key is None:
            raise RecordSealBroken
        return key

    def _replaced(self, generation: int, known: bytes) -> bytes:
        """Return the key of a generation that the file has by now, when it is another one than was
        known: an operator has put the newer copy of another machine in its place, where that
        machine had made a generation of the same number. It is not kept as known, because a
        rotation here has to notice that the file was changed (`keep_only`).

        Raises RecordSealBroken if the file has no other key.
        """
        key = self._in_file().get(generation, known)
        if key == known:
            raise RecordSealBroken
        return key

    def _read(self) -> dict[int, bytes]:
        """Read all generations, as they are in the file now, and know them from then on."""
        self._keys = self._in_file()
        return self._keys

    def _in_file(self) -> dict[int, bytes]:
        try:
            text = self.path.read_text()
        except OSError as error:
            raise MasterKeyMissing from error
        keys: dict[int, bytes] = {}
        try:
            for line in text.splitlines():
                number, _, encoded = line.partition(":")
                keys[int(number)] = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise RecordSealBroken from error
        if not keys or any(len(key) != 32 for key in keys.values()):
            raise RecordSealBroken
        return keys


def _lines(keys: dict[int, bytes]) -> bytes:
    lines = (f"{number}:{base64.b64encode(key).decode()}\n" for number, key in sorted(keys.items()))
    return "".join(lines).encode()


def _is_of(key: bytes, message: bytes, purpose: str, mac: bytes) -> bool:
    return hmac.compare_digest(hmac.digest(_derived(key, purpose), message, "sha256"), mac)


def _derived(key: bytes, purpose: str) -> bytes:
    """Derive a key for one purpose: HKDF-Expand with SHA-256 and one block (RFC 5869, 2.3)."""
    return hmac.digest(key, b"bedside/" + purpose.encode() + b"\x01", "sha256")
