"""Validation of a child's answers, because a parser that was taken over may say anything."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bedside.adapters.rendering.limits import MAX_PAGES, MAX_TEXT
from bedside.files import media_types as types
from bedside.files.media_types import Kind
from bedside.files.ports import Derivation, Derivative, Examination
from bedside.files.readings import MEDIA_TYPE, READING, reading_of
from bedside.files.refusals import REFUSALS, notes_in

_ROLE = re.compile(r"thumbnail|preview|strip|page-\d{1,2}|figure-\d{1,2}")
_UNREAD = re.compile(r"ocr-(\d{1,2})")
_Count = Annotated[int, Field(ge=0, le=10_000_000)]
_Moment = Annotated[int, Field(ge=-62_135_596_800_000, le=253_402_300_799_999)]
"""Milliseconds of the years 1 to 9999."""
_Short = Annotated[str, Field(max_length=1_000)]

_Place = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2, max_length=2)]
_Pair = Annotated[list[_Short], Field(min_length=2, max_length=2)]


class Nonsense(Exception):
    """The answer is not one that a child of ours gives."""


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Examined(_Checked):
    media_type: _Short
    refusal: _Short
    pages: _Count | None
    width: _Count | None
    height: _Count | None
    taken_at: _Moment | None
    note: _Short
    unpacked: Annotated[int, Field(ge=0)]
    largest_member: Annotated[int, Field(ge=0)]
    shared: _Short | None = None
    blanked: Annotated[list[_Place], Field(max_length=100_000)]
    sharing_failed: bool


class _Made(_Checked):
    derivatives: Annotated[list[_Pair], Field(max_length=200)]
    text_source: Literal["", "embedded"]
    facts: Annotated[dict[_Short, _Short], Field(max_length=50)]
    note: _Short = ""
    page: Annotated[int, Field(ge=0, le=MAX_PAGES)] = 0


class Unfinished(NamedTuple):
    """The work left to other programs: pages to read, by number, and a PDF of pages to draw
    again with the numbers that they have in the file."""

    unread: dict[int, bytes]
    redraw: bytes = b""
    redrawn: tuple[int, ...] = ()


def examination(header: Mapping[str, Any], parts: tuple[bytes, ...] = ()) -> Examination:
    """Validate the examination in an answer. Its only part is the version for others, if that
    differs from the file. Raises Nonsense."""
    try:
        said = _Examined.model_validate(header.get("examination"))
    except ValidationError as error:
        raise Nonsense from error
    known = said.media_type in types.MEDIA_TYPES or said.refusal
    if not known or said.refusal not in {"", *REFUSALS} or notes_in(said.note) is None:
        raise Nonsense
    facts = said.model_dump(exclude={"shared", "blanked"})
    return Examination(**facts, shared=_shared(said, parts), blanked=_places(said.blanked))


def _shared(said: _Examined, parts: tuple[bytes, ...]) -> Derivative | None:
    if said.shared is None and not parts:
        return None
    if said.shared is None or len(parts) != 1:
        raise Nonsense
    is_pdf = said.shared == types.PDF and said.media_type == types.DICOM
    same = said.shared == said.media_type
    if types.kind(said.shared) is not Kind.IMAGE and not is_pdf and not same:
        raise Nonsense
    return Derivative("shared", said.shared, parts[0])


def _places(given: list[list[int]]) -> tuple[tuple[int, int], ...]:
    """Validate places in a file: in order and not overlapping. Raises Nonsense."""
    places = tuple((start, end) for start, end in given)
    ends = [0, *(end for _, end in places)]
    if any(not last <= start < end for last, (start, end) in zip(ends, places, strict=False)):
        raise Nonsense
    return places


def _reading(data: bytes) -> bytes:
    """Validate a reading. Raises Nonsense."""
    try:
        return reading_of(data).as_bytes()
    except ValueError as error:
        raise Nonsense from error


def derivation(
    header: Mapping[str, Any], parts: tuple[bytes, ...]
) -> tuple[Derivation, Unfinished]:
    """Validate the derivation in an answer, whose last part is the text, and what is yet to be
    done by other programs.

    Raises Nonsense.
    """
    if "refusal" in header:
        return Derivation(), Unfinished({})
    try:
        made = _Made.model_validate(header.get("derivation"))
    except ValidationError as error:
        raise Nonsense from error
    if len(made.derivatives) + 1 != len(parts) or notes_in(made.note) is None:
        raise Nonsense
    kept: list[Derivative] = []
    unread: dict[int, bytes] = {}
    redraw = b""
    for (role, media_type), data in zip(made.derivatives, parts[:-1], strict=True):
        scan = _UNREAD.fullmatch(role)
        if scan and int(scan[1]) >= 1:
            unread[int(scan[1])] = data
        elif (role, media_type) == ("redraw", types.PDF):
            redraw = data
        elif role == READING and media_type == MEDIA_TYPE:
            kept.append(Derivative(role, media_type, _reading(data)))
        elif _ROLE.fullmatch(role) and types.kind(media_type) is Kind.IMAGE:
            kept.append(Derivative(role, media_type, data))
        else:
            raise Nonsense
    text = parts[-1].decode("utf-8", "replace")[:MAX_TEXT]
    facts = {key: value for key, value in made.facts.items() if key != "redraw"}
    unfinished = Unfinished(unread, redraw, _numbers(made.facts.get("redraw", "")))
    whole = Derivation(tuple(kept), text, made.text_source, facts, made.note, made.page)
    return whole, unfinished


def _numbers(text: str) -> tuple[int, ...]:
    """Parse numbers of pages. Raises Nonsense."""
    if not re.fullmatch(r"(?:\d{1,2}(?:,\d{1,2})*)?", text):
        raise Nonsense
    return tuple(int(number) for number in text.split(",") if number)
