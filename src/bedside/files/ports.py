"""The file domain's ports: a store for sealed bytes, a scanner, an examiner.

The adapters implement these; bootstrap chooses.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bedside.files.states import Sharing
from bedside.files.text_layers import Line, ReadPage

MAX_TEXT = 2_000_000
"""Characters of a file's words that are kept."""

Chunk = bytes | bytearray | memoryview


MakeChunks = Callable[[], Iterator[Chunk]]
"""Makes the next bytes of a blob, piece by piece. Called once, in the thread in which the store
writes, so that sealing and writing take one hop; a piece is valid until the next one is requested.
"""


class BlobWriter(Protocol):
    """An open blob that grows at its end. Bytes are already sealed; the store never sees content.

    Every call may raise StorageFull or Unavailable; what was written before stays, and then only
    `close` may be called. Calls come one at a time.
    """

    async def write(self, make: MakeChunks) -> None:
        """Append what `make` yields. A new blob is created with its first bytes."""
        ...

    async def commit(self, make: MakeChunks | None = None) -> None:
        """Append the last bytes, if any, and close. A blob begun without bytes is empty then.

        Returns once everything written survives a power cut (fsync of the blob and of its
        directory).
        """
        ...

    async def close(self) -> None:
        """Close without a promise of durability; no error if closed already."""
        ...


class BlobStore(Protocol):
    """Named, sealed, immutable-once-complete byte strings. Keys are opaque, [a-z0-9_/.-]."""

    async def append(self, key: str, at: int, *, seen: int | None = None) -> BlobWriter:
        """Open `key` for appending at byte `at`; whatever is beyond is cut off first.

        With `at` 0 the first write creates (or restarts) the blob. Raises NotFound if the blob is
        missing or shorter than `at`, and Conflict if somebody else has it open for appending (for
        `at` 0 the first write raises it), or if `seen` is given, the size on which the caller
        based its decision (-1: no blob), and is no longer the size.
        """
        ...

    async def size(self, key: str) -> int | None:
        """Return the bytes stored under `key`; None if there is no such blob."""
        ...

    async def read(self, key: str, start: int, length: int) -> bytes:
        """Return `length` bytes from `start` (fewer at the end). Raises NotFound."""
        ...

    async def delete(self, key: str) -> None:
        """Remove; no error if it is gone already."""
        ...

    def keys(self) -> AsyncIterator[str]:
        """Yield every blob's key, in no order; for backup, doctor and the sweep of leftovers."""
        ...


class Verdict(StrEnum):
    """The possible results of a scan."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


class Cause(StrEnum):
    """The reasons for a missing verdict."""

    AWAY = "away"
    """The scanner does not answer or cannot work; the file is scanned once it does."""
    BROKE = "broke"
    """The scan ended without an answer, or took too long; the file may be what broke it."""
    TOO_LARGE = "too_large"
    """The file, or what it unpacks to, is more than the scanner looks at."""
    ENCRYPTED = "encrypted"
    """A part is encrypted, so that the scanner cannot look into it."""
    SUSPECTED = "suspected"
    """The scanner has a suspicion, named by its signature, and says itself that it is no more."""


@dataclass(frozen=True, slots=True)
class ScanResult:
    """One verdict of one engine. `signature` names the finding; `cause` and `reason` say why it
    did not scan, the latter for logs."""

    verdict: Verdict
    engine: str
    signature: str = ""
    reason: str = ""
    cause: Cause = Cause.AWAY


class Scanner(Protocol):
    """A malware scanner."""

    @property
    def name(self) -> str:
        """The scanner's name for the screen, e.g. “ClamAV 1.4.1” or “Built-in scanner”."""
        ...

    async def scan(self, chunks: AsyncIterator[bytes], size: int) -> ScanResult:
        """Scan a stream of `size` bytes. Never raises for an engine that is down: UNSCANNED."""
        ...

    async def complete(self, result: ScanResult, size: int, found: "Examination") -> ScanResult:
        """Revise `result` for a file of `size` bytes, now that its content is known."""
        ...

    async def shortcomings(self) -> list[str]:
        """Describe to the operator what keeps its verdicts from being complete, and what to do
        about it."""
        ...


@dataclass(frozen=True, slots=True)
class Derivative:
    """Something made from a file. `role` is one of: thumbnail (≤ 320 px JPEG), preview (first
    page or display-size image, ≤ 1600 px JPEG), page-N (further pages), strip (frames of a
    multi-frame image side by side), reading (what a table, document or text says, see
    `files.readings`), figure-N (the pictures in a document), ocr-N (a page that waits to be read by
    OCR), words-N (its words, until all pages are read), searchable (a PDF with the words of its
    pages as text, see `files.text_layers`), shared (what others download: a copy without location
    data or without links, HEIC as JPEG, DICOM as PNG), fields (a filled-in form that still has its
    fields, see `files.fillable`)."""

    role: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Examination:
    """The true type of a file, found by parsing it, and the version for others.

    `refusal` is a key of `files.refusals.REFUSALS`, or "" if the file is accepted. `taken_at` is
    the time of capture in milliseconds, if the file has one. `note` holds keys of
    `files.refusals.NOTES` with blanks between, e.g. for a DICOM file without pixels, which is kept
    but cannot be displayed; a key may be followed by a colon and numbers of pages. `unpacked` is
    the number of bytes to which all its members or streams unpack, `largest_member` that of the
    largest one; 0 if nothing is packed.

    Others get the file itself unless `shared` holds what they get instead, or `blanked` the places
    in it (from, to) that are not for them. `sharing_failed`: they get nothing.
    """

    media_type: str
    refusal: str = ""
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    taken_at: int | None = None
    note: str = ""
    unpacked: int = 0
    largest_member: int = 0
    shared: Derivative | None = None
    blanked: tuple[tuple[int, int], ...] = ()
    sharing_failed: bool = False

    @property
    def sharing(self) -> Sharing:
        """The form in which others get the file."""
        if self.sharing_failed:
            return Sharing.FAILED
        if self.shared is not None:
            return Sharing.COPY
        return Sharing.BLANKED if self.blanked else Sharing.AS_IT_IS


@dataclass(frozen=True, slots=True)
class Derivation:
    """Things made from one file, or from one page of it. `text` holds extracted words."""

    derivatives: tuple[Derivative, ...] = ()
    text: str = ""
    text_source: str = ""
    """“embedded”, “recognised” (OCR) or "" if there is no text."""
    facts: dict[str, str] = field(default_factory=dict[str, str])
    """Among others “pages”: how many pages the file has, if it has pages."""
    note: str = ""
    """Keys of `files.refusals.NOTES`, in addition to those of the examination."""
    page: int = 0
    """The number of the page that it is about; 0 for the file as a whole."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file to look into. `opened` starts at its first byte each time: a file that breaks its
    parser on one page is opened again for the others. `language` is the clinic's, a hint at how a
    text's letters are stored."""

    opened: Callable[[], AsyncIterator[bytes]]
    size: int
    media_type: str
    language: str = ""


class Examiner(Protocol):
    """Parses hostile input in a child process with limits on time and memory."""

    async def examine(self, chunks: AsyncIterator[bytes], size: int, name: str) -> Examination:
        """Determine true type and validity. `name` is the file name given by the sender."""
        ...

    def derive(self, content: Content) -> AsyncGenerator[Derivation]:
        """Yield what is made of a file, as it is made: pictures and words page by page, then the
        rest (see `files.steps`). Scans “ocr-N” among the pictures have words that only `read`
        finds. Nothing is yielded for a file that breaks its parser; a page that does costs that
        page. Raises Unavailable if no child could run."""
        ...

    async def read(self, scan: bytes, own: str) -> ReadPage:
        """Return the words of a scanned page: those read by OCR, or `own`, the words that it
        brings along, where these say the same; with their places if it has no layer of text."""
        ...

    async def with_words(
        self, content: Content, pages: Mapping[int, Sequence[Line]]
    ) -> Derivative | None:
        """Return a copy of a PDF whose pages have an invisible layer of these words; None if there
        is none to be made. Raises Unavailable if no child could run."""
        ...
