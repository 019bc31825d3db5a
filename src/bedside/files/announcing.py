"""What is said of a file before its bytes, and why it may not come."""

import re
from dataclasses import dataclass

from bedside.errors import BedsideError, TooLarge
from bedside.files.refusals import REFUSALS
from bedside.kernel.language import gettext as _


class FileRefused(BedsideError):
    """The file is of a kind that is not taken; the sentence says what works instead."""

    status = 415
    code = "file_refused"

    def __init__(self, key: str) -> None:
        super().__init__(_(REFUSALS[key]), code=f"file_refused_{key}")
        self.key = key


class ChecksumMismatch(BedsideError):
    """The bytes of one PATCH are not those that the sender hashed (tus checksum extension)."""

    status = 460
    code = "checksum_mismatch"
    sentence = "Some bytes were changed on their way. They were dropped and are sent again."


@dataclass(frozen=True, slots=True)
class Announced:
    """What the sender says of a file before its bytes. `length` in bytes."""

    name: str
    length: int
    comment: str = ""
    taken_at: int = 0
    metadata: str = ""
    """What the sender's protocol said, to be given back to the sender as it came."""
    given_id: str = ""
    """What the sender's device calls the file, from before it had an id here; "" for none."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much may be sent: `largest` is the limit of a single file, `files` and `total` those of
    everything that one request holds (None: no such limit). In bytes."""

    largest: int
    files: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload as its sender sees it. `position` is the number of bytes that are safe here."""

    id: str
    file_id: str
    length: int
    position: int
    finished: bool
    refusal: str
    expires_at: int


def too_large(allowance: Allowance) -> TooLarge:
    """One file is larger than the limit."""
    return TooLarge(
        _("This file is larger than %(size)s MB, which is the most that can be sent.")
        % {"size": allowance.largest // 1_000_000}
    )


def too_many_bytes(allowance: Allowance) -> TooLarge:
    """All files of a request together are larger than the limit."""
    return TooLarge(
        _("All photos together can be up to %(size)s MB. Delete one to add another.")
        % {"size": (allowance.total or 0) // 1_000_000},
        code="too_many_bytes",
    )


def safe_id(given: str) -> str:
    """What a device calls a file, when it is a name for one; else ""."""
    return given if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", given) else ""


def safe_name(name: str) -> str:
    """A file name without path, control characters or excess; never empty."""
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*')
    return printable.strip(" .")[-180:] or "file"
