"""What the file domain needs from outside: a place for sealed bytes, a scanner, an examiner.

The adapters implement these; bootstrap chooses.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

Chunk = bytes | bytearray | memoryview


class BlobWriter(Protocol):
    """An open blob that grows at its end. Bytes are already sealed; the store never sees content."""

    async def write(self, data: Chunk) -> None:
        """Append; the buffer may be reused by the caller when this returns."""
        ...

    async def flush(self) -> None:
        """Return when everything written so far survives a power cut (fsync)."""
        ...

    async def close(self) -> None:
        """Close without a promise of durability."""
        ...


class BlobStore(Protocol):
    """Named, sealed, immutable-once-complete byte strings. Keys are opaque, [a-z0-9_/.-]."""

    async def append(self, key: str, at: int) -> BlobWriter:
        """Open `key` for appending at byte `at`; whatever lies beyond is cut off first."""
        ...

    async def size(self, key: str) -> int | None:
        """Bytes stored under `key`; None when there is no such blob."""
        ...

    async def read(self, key: str, start: int, length: int) -> bytes:
        """`length` bytes from `start` (fewer at the end). Raises NotFound."""
        ...

    async def delete(self, key: str) -> None:
        """Remove; no error when it is gone already."""
        ...


class Verdict(StrEnum):
    """What a scan can say."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


@dataclass(frozen=True, slots=True)
class ScanResult:
    """One verdict of one engine. `signature` names what was found; `reason` why it did not scan."""

    verdict: Verdict
    engine: str
    signature: str = ""
    reason: str = ""


class Scanner(Protocol):
    """A malware scanner."""

    @property
    def name(self) -> str:
        """What the screen says did the scan, e.g. “ClamAV 1.4.1” or “Built-in scanner”."""
        ...

    async def scan(self, chunks: AsyncIterator[bytes], size: int) -> ScanResult:
        """Scan a stream of `size` bytes. Never raises for an engine that is down: UNSCANNED."""
        ...


@dataclass(frozen=True, slots=True)
class Examination:
    """What a file really is, found by parsing it.

    `refusal` is a key of `files.refusals.REFUSALS`, or "" when the file is accepted.
    `taken_at` is the time of capture in milliseconds, when the file tells. `note` is a key of
    `files.refusals.NOTES`, e.g. a DICOM file without pixels that is kept but cannot be shown.
    """

    media_type: str
    refusal: str = ""
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    taken_at: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Derivative:
    """Something made from a file. `role` is one of: thumbnail (≤ 320 px JPEG), preview (first
    page or display-size image, ≤ 1600 px JPEG), page-N (further pages), strip (frames of a
    multi-frame image side by side), shared (what others download: a copy without location data,
    HEIC as JPEG, DICOM as PNG)."""

    role: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Derivation:
    """All that was made from one file. `text` holds extracted or recognised words."""

    derivatives: tuple[Derivative, ...] = ()
    text: str = ""
    text_source: str = ""
    """“embedded”, “recognised” (OCR) or "" when there is no text."""
    facts: dict[str, str] = field(default_factory=dict[str, str])


class Examiner(Protocol):
    """Parses hostile input in a child process with limits on time and memory."""

    async def examine(self, chunks: AsyncIterator[bytes], size: int, name: str) -> Examination:
        """True type and validity. `name` is the file name that the sender gave."""
        ...

    async def derive(
        self, chunks: AsyncIterator[bytes], size: int, media_type: str
    ) -> Derivation:
        """Thumbnail, previews, text. A failure gives an empty Derivation, never an exception."""
        ...
