"""The file domain's `Examiner`: parses files in child processes, and makes the best of those that
break one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Protocol

from bedside.adapters import child_answers
from bedside.adapters.child_answers import Nonsense
from bedside.adapters.child_process import ChildFailed, Children, Failure
from bedside.adapters.page_words import chosen_words
from bedside.adapters.rendering.limits import MAX_PAGES
from bedside.files import media_types as types
from bedside.files.media_types import Kind
from bedside.files.ports import Content, Derivation, Derivative, Examination
from bedside.files.sniffing import HEAD_SIZE, sniff
from bedside.files.text_layers import SEARCHABLE, Line, ReadPage, as_rows

_DAMAGED = {
    Kind.IMAGE: "damaged_image",
    Kind.PDF: "damaged_pdf",
    Kind.TEXT: "damaged_text",
    Kind.DOCUMENT: "damaged_document",
    Kind.VIDEO: "damaged_video",
}
_LONGEST_PAGE = 100_000
"""Characters read from one picture."""
_MOST_BROKEN = 5
"""Pages that may break a child before the others are given up."""
_MOST_CHILDREN = 2 * _MOST_BROKEN + 4
_MOST_FOR_THE_WHOLE = 10
"""Steps besides those of the pages."""
_STAMPED = 8
"""A page with fewer letters of its own has no layer of text, but perhaps a stamped number."""


class PageReader(Protocol):
    """Reads the words of one page, given as a JPEG (`adapters.ocr.Recogniser`)."""

    async def read(self, picture: bytes) -> ReadPage:
        """Return the words with their places. Raises Unavailable if no child could run."""
        ...


class Drawer(Protocol):
    """Draws pages of a PDF whose letters PDFium lacks (`adapters.page_drawing.PageDrawer`)."""

    async def pictures(self, document: bytes, numbers: Sequence[int]) -> list[Derivative]:
        """Return pictures of the pages of `document`, which have these numbers in the file."""
        ...

    async def scan(self, document: bytes, place: int) -> bytes:
        """Return a picture of a page to be read; empty if there is none."""
        ...


class ChildExaminer:
    """The file domain's `Examiner`. Without a `reader`, scans have no words; without a `drawer`,
    letters that a PDF does not bring along may be missing from its pictures."""

    def __init__(
        self,
        children: Children | None = None,
        *,
        reader: PageReader | None = None,
        drawer: Drawer | None = None,
    ) -> None:
        self._children = children or Children()
        self._reader = reader
        self._drawer = drawer

    async def examine(self, chunks: AsyncIterator[bytes], size: int, name: str) -> Examination:
        """Determine type and validity of a file of `size` bytes; `name` as the sender gave it.

        A file that breaks its parser is refused. Raises Unavailable if no child could run.
        """
        if size == 0:
            return Examination(types.UNKNOWN, refusal="empty")
        head = bytearray()
        try:
            answer = await self._children.ask(
                "examine", _remembering(chunks, head), size, name=name[:255]
            )
            return child_answers.examination(answer.header, answer.parts)
        except (ChildFailed, Nonsense) as failed:
            media_type = sniff(bytes(head), name).media_type
            failure = failed.failure if isinstance(failed, ChildFailed) else Failure.CRASHED
            return Examination(media_type, refusal=_refusal(failure, media_type))

    async def derive(self, content: Content) -> AsyncGenerator[Derivation]:
        """Yield what is made of an accepted file, page by page; nothing if its parser fails.

        A child that fails on a page costs that page: another one goes on behind it. Raises
        Unavailable if no child could run, so that the work is repeated later.
        """
        if types.kind(content.media_type) in {None, Kind.VIDEO}:
            return
        course = _Course()
        for _ in range(_MOST_CHILDREN):
            try:
                async with aclosing(self._made(content, course)) as steps:
                    async for step in steps:
                        yield step
                break
            except (ChildFailed, Nonsense):
                if not course.goes_on():
                    break
        for document, number in course.redraw:
            yield await self._with_all_letters(document, number, course)

    async def _made(self, content: Content, course: "_Course") -> AsyncGenerator[Derivation]:
        """Yield what one child makes."""
        wanted = {
            "first": course.first,
            "skipped": sorted(course.skipped),
            "is_begun": course.is_begun,
        }
        answers = self._children.answers(
            "derive",
            content.opened(),
            content.size,
            media_type=content.media_type,
            language=content.language,
            **wanted,
        )
        async with aclosing(answers):
            for _ in range(MAX_PAGES + _MOST_FOR_THE_WHOLE):
                answer = await anext(answers)
                if "derivation" not in answer.header:
                    return
                step, unfinished = await asyncio.to_thread(
                    child_answers.derivation, answer.header, answer.parts
                )
                course.note(step, unfinished)
                yield self._with_scans(step, unfinished.unread)
        raise Nonsense

    def _with_scans(self, step: Derivation, scans: dict[int, bytes]) -> Derivation:
        """Return the step with the pages to be read, if there is a reader."""
        if self._reader is None or not scans:
            return step
        unread = [_scan(number, picture) for number, picture in scans.items()]
        return replace(step, derivatives=(*step.derivatives, *unread))

    async def _with_all_letters(
        self, document: bytes, number: int, course: "_Course"
    ) -> Derivation:
        """Return pictures of a page that lacks letters by another program, if there is one."""
        if self._drawer is None:
            return Derivation(note="pdf_letters_missing")
        drawn = await self._drawer.pictures(document, [number])
        if not drawn:
            return Derivation(note="pdf_letters_missing")
        made = [one for one in drawn if one.role in course.roles]
        if number in course.unread and self._reader is not None:
            scan = await self._drawer.scan(document, 1)
            made += [_scan(number, scan)] if scan else []
        return Derivation(tuple(made), note="pdf_letters_replaced")

    async def read(self, scan: bytes, own: str) -> ReadPage:
        """Return the words of a page: those read by OCR, or its own where these say the same.
        Raises Unavailable if no child could run."""
        if self._reader is None:
            return ReadPage(own)
        read = await self._reader.read(scan)
        words = chosen_words(own, read.text[:_LONGEST_PAGE])
        return ReadPage(words, read.lines if len("".join(own.split())) < _STAMPED else ())

    async def with_words(
        self, content: Content, pages: Mapping[int, Sequence[Line]]
    ) -> Derivative | None:
        """See `Examiner.with_words`."""
        rows = {str(number): as_rows(lines) for number, lines in pages.items()}
        try:
            answer = await self._children.ask("layer", content.opened(), content.size, pages=rows)
        except ChildFailed:
            return None
        if len(answer.parts) != 1 or not answer.parts[0].startswith(b"%PDF-"):
            return None
        return Derivative(SEARCHABLE, types.PDF, answer.parts[0])


def _scan(number: int, picture: bytes) -> Derivative:
    media_type = types.PNG if picture.startswith(b"\x89PNG") else types.JPEG
    return Derivative(f"ocr-{number}", media_type, picture)


@dataclass(slots=True)
class _Course:
    """How far the children came that made things of one file."""

    first: int = 1
    """The page that comes next."""
    began: int = 1
    """The page with which the last child began."""
    pages: int = 0
    skipped: set[int] = field(default_factory=set[int])
    roles: set[str] = field(default_factory=set[str])
    unread: set[int] = field(default_factory=set[int])
    redraw: list[tuple[bytes, int]] = field(default_factory=list[tuple[bytes, int]])

    @property
    def is_begun(self) -> bool:
        """Whether there is a preview."""
        return "preview" in self.roles

    def note(self, step: Derivation, unfinished: child_answers.Unfinished) -> None:
        """Take note of a step."""
        stated = step.facts.get("pages", "")
        self.pages = int(stated) if stated.isdecimal() and len(stated) < 6 else self.pages
        self.first = max(self.first, step.page + 1)
        self.roles |= {one.role for one in step.derivatives}
        self.unread |= set(unfinished.unread)
        if unfinished.redraw and len(unfinished.redrawn) == 1:
            self.redraw.append((unfinished.redraw, unfinished.redrawn[0]))

    def goes_on(self) -> bool:
        """Whether another child may go on after one that failed. The page that comes next is
        skipped if a child failed on it that had made no other page, which could be what was too
        much, and the remaining ones too after many of them."""
        if self.first > self.pages or self.first in self.skipped:
            return False
        if self.skipped >= set(range(self.began, self.first)):
            self.skipped.add(self.first)
            if len(self.skipped) > _MOST_BROKEN:
                self.skipped |= set(range(self.first, self.pages + 1))
        self.began = self.first
        return True


async def _remembering(chunks: AsyncIterator[bytes], head: bytearray) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        if len(head) < HEAD_SIZE:
            head += chunk[: HEAD_SIZE - len(head)]
        yield chunk


def _refusal(failure: Failure, media_type: str) -> str:
    if failure is Failure.TOO_MUCH_MEMORY:
        return "decompression_bomb"
    if failure is Failure.TOO_LONG:
        return "too_complex"
    if media_type == types.DICOM:
        return "damaged_dicom"
    shown_as = types.kind(media_type)
    return _DAMAGED[shown_as] if shown_as else "unknown_type"
