"""Announcing an upload: metadata before the bytes, and the reasons for refusing a file."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bedside.errors import BedsideError, TooLarge
from bedside.files.refusals import REFUSALS
from bedside.kernel import written
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _


class FileRefused(BedsideError):
    """Files of this kind are not accepted; the sentence says what works instead."""

    status = 415
    code = "file_refused"

    def __init__(self, key: str) -> None:
        super().__init__(_(REFUSALS[key]), code=f"file_refused_{key}")
        self.key = key


class ChecksumMismatch(BedsideError):
    """The bytes of one PATCH do not match the sender's hash (tus checksum extension)."""

    status = 460
    code = "checksum_mismatch"
    sentence = N_("Some bytes were changed on their way. They were dropped and are sent again.")


LOOKS = frozenset({"dark", "blurred"})


@dataclass(frozen=True, slots=True)
class Announced:
    """A file as announced by its sender, before the bytes. `length` in bytes."""

    name: str
    length: int
    comment: str = ""
    taken_at: int = 0
    metadata: str = ""
    """Metadata of the sender's protocol, returned to the sender unchanged."""
    given_id: str = ""
    """The sending device's own name for the file, from before it had an id here; "" for none."""
    looks: str = ""
    """The sending device's opinion of a photo: one of `LOOKS`, or ""."""


def _not_accepted(_most: int) -> str:
    return _(TooLarge.sentence)


@dataclass(frozen=True, slots=True)
class LimitTexts:
    """Texts for a sender at the limits of a holder: `too_many` gives the one for a number of files,
    translated; in `too_much`, which is not, `%(size)s` stands for the size of all together."""

    too_many: Callable[[int], str] = _not_accepted
    too_much: str = TooLarge.sentence


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much may be sent: `largest` is the limit of a single file, `files` and `total` those of
    everything one holder holds (None: no such limit). In bytes."""

    largest: int
    files: int | None = None
    total: int | None = None
    texts: LimitTexts = LimitTexts()


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload as its sender sees it. `position` is the number of acknowledged bytes."""

    id: str
    file_id: str
    length: int
    position: int
    finished: bool
    refusal: str
    expires_at: int


def too_large(allowance: Allowance) -> TooLarge:
    """Return the error for one file that is larger than the limit."""
    return TooLarge(
        _("This file is larger than %(size)s, which is the most that can be sent.")
        % {"size": written.size(allowance.largest)}
    )


def too_many_files(allowance: Allowance) -> TooLarge:
    """Return the error for a holder that has as many files as it can take."""
    return TooLarge(allowance.texts.too_many(allowance.files or 0), code="too_many_files")


def too_many_bytes(allowance: Allowance) -> TooLarge:
    """Return the error for files of a holder that are together larger than the limit."""
    return TooLarge(
        _(allowance.texts.too_much) % {"size": written.size(allowance.total or 0)},
        code="too_many_bytes",
    )


def safe_id(given: str) -> str:
    """Return a device's name for a file if it is valid; else ""."""
    return given if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", given) else ""
