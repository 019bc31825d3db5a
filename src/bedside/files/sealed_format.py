"""The sealed file: AES-256-GCM in segments, each bound to its place (docs/formats/sealed-file.md).

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: “Online Authenticated-Encryption
and its Nonce-Reuse Misuse-Resistance”, CRYPTO 2015): a segment's nonce holds a random prefix, the
segment's number and whether it is the last. So segments cannot be re-ordered, dropped or added,
and any range can be read without the rest.
"""

import os
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bedside.errors import BedsideError
from bedside.files.buffers import SMALL
from bedside.files.ports import Chunk
from bedside.kernel.language import N_

SEGMENT = SMALL
"""Plaintext bytes of every segment but the last."""
PREFIX = 7
TAG = 16
OVERHEAD = PREFIX + TAG
RECORD = SEGMENT + OVERHEAD
"""Stored bytes of a full segment."""
MAGIC = b"BEDSIDE"
VERSION = 1
SEAL_ID = 16
HEADER = len(MAGIC) + 1 + SEAL_ID
DATA_KEY = 32

_NOT_LAST = b"\x00"
_LAST = b"\x01"


class SealBroken(BedsideError):
    """The stored bytes are not what was sealed: damaged, cut, reordered, swapped or forged."""

    status = 500
    code = "seal_broken"
    sentence = N_(
        "This file was damaged in storage and is not shown, because it is not what was sent. "
        "Tell your administrator: a backup may hold it."
    )


class SealUnfinished(SealBroken):
    """The stored bytes are sound but have no last segment: the upload was never finished."""

    code = "seal_unfinished"
    sentence = N_("This file has not arrived completely. Its sender can go on with sending it.")


def new_data_key() -> bytes:
    """Return a fresh key for one file: 32 random bytes."""
    return os.urandom(DATA_KEY)


def record_offset(index: int) -> int:
    """Return where segment number `index`, counted from 0, begins in the sealed bytes."""
    return HEADER + index * RECORD


def sealed_size(plain: int) -> int:
    """Return the sealed size of a finished file of `plain` bytes."""
    segments = max(1, -(-plain // SEGMENT))
    return HEADER + plain + segments * OVERHEAD


def plain_size(sealed: int) -> int:
    """Return the plain size of a finished file of `sealed` bytes; SealBroken if no file has that
    size."""
    full, rest = divmod(sealed - HEADER, RECORD)
    alone = full == 0 and rest == OVERHEAD
    if full < 0 or (full == 0 and rest < OVERHEAD) or (0 < rest <= OVERHEAD and not alone):
        raise SealBroken
    return full * SEGMENT + max(0, rest - OVERHEAD)


class Seal:
    """The cipher of one file: its key, its header and its id."""

    __slots__ = ("_aad", "_cipher", "header")

    def __init__(self, data_key: bytes, header: bytes, file_id: str) -> None:
        if len(data_key) != DATA_KEY:
            raise ValueError("a data key has 32 bytes")
        if len(header) != HEADER or header[: len(MAGIC) + 1] != MAGIC + bytes((VERSION,)):
            raise SealBroken
        self.header = header
        self._cipher = AESGCM(data_key)
        self._aad = header + file_id.encode()

    @classmethod
    def fresh(cls, data_key: bytes, file_id: str) -> Self:
        """Make a seal for a new file, with a random seal id in its header."""
        return cls(data_key, MAGIC + bytes((VERSION,)) + os.urandom(SEAL_ID), file_id)

    def seal_into(
        self, out: memoryview, plain: memoryview, prefix: bytes, index: int, last: bool
    ) -> int:
        """Write the record of one segment to the start of `out` and return its length."""
        end = len(plain) + OVERHEAD
        out[:PREFIX] = prefix
        nonce = prefix + index.to_bytes(4, "big") + (_LAST if last else _NOT_LAST)
        self._cipher.encrypt_into(nonce, plain, self._aad, out[PREFIX:end])
        return end

    def unseal(self, record: Chunk, index: int, last: bool) -> bytes:
        """Return the plaintext of one record. Raises SealBroken."""
        if not OVERHEAD <= len(record) <= RECORD:
            raise SealBroken
        view = memoryview(record)
        nonce = bytes(view[:PREFIX]) + index.to_bytes(4, "big") + (_LAST if last else _NOT_LAST)
        try:
            return self._cipher.decrypt(nonce, view[PREFIX:], self._aad)
        except InvalidTag:
            raise SealBroken from None
