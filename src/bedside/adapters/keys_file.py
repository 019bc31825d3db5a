"""The master key in a file beside, never inside, the database.

The file holds one line a generation: number, a colon, 32 bytes in base 64. It is readable by its
owner only. Losing it means losing every sealed record, so `bedside backup` reminds of it.
"""

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bedside.database.sealed import RecordSealBroken, unwrap_key, wrap_key


class KeyFile:
    """A master key read from a file; the newest generation wraps, the older ones still unwrap."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._keys = _read(path)

    @classmethod
    def create(cls, path: Path) -> "KeyFile":
        """Make a key file with its first generation. An existing file is opened, never replaced."""
        if not path.exists():
            _write(path, {1: os.urandom(32)})
        return cls(path)

    async def wrap(self, key: bytes, context: str) -> tuple[int, bytes]:
        """See `MasterKey.wrap`. The file is read anew, for another process may have rotated."""
        self._keys = _read(self.path)
        newest = max(self._keys)
        return newest, wrap_key(AESGCM(self._keys[newest]), key, f"master/{context}")

    async def unwrap(self, wrapped: bytes, generation: int, context: str) -> bytes:
        """See `MasterKey.unwrap`; a rotation by another process is picked up from the file."""
        if generation not in self._keys:
            self._keys = _read(self.path)
        key = self._keys.get(generation)
        if key is None:
            raise RecordSealBroken
        return unwrap_key(AESGCM(key), wrapped, f"master/{context}")

    def add_generation(self) -> None:
        """Put a new generation beside the old ones, durably."""
        keys = {**self._keys, max(self._keys) + 1: os.urandom(32)}
        _write(self.path, keys)
        self._keys = keys

    def drop_old_generations(self) -> None:
        """Keep only the newest; call it when nothing is wrapped by the others any more."""
        newest = max(self._keys)
        keys = {newest: self._keys[newest]}
        _write(self.path, keys)
        self._keys = keys


def _read(path: Path) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for line in path.read_text().splitlines():
        number, _, encoded = line.partition(":")
        keys[int(number)] = base64.b64decode(encoded, validate=True)
    return keys


def _write(path: Path, keys: dict[int, bytes]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = "".join(f"{n}:{base64.b64encode(k).decode()}\n" for n, k in sorted(keys.items()))
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
