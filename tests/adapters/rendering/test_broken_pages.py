"""A page that breaks the child which draws it costs that page, and no other."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
from PIL import Image

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.child_process import Answer, ChildFailed, Children, Failure
from bedside.files import media_types as types
from bedside.files.ports import Content, Derivation
from bedside.files.steps import joined
from tests.adapters.rendering import pdfs
from tests.adapters.rendering.making import everything
from tests.adapters.rendering.test_tiff import tiff
from tests.hostile import builders

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F9")]


class Breaking(Children):
    """Children that end when they come to some pages, as a library that crashes ends them."""

    def __init__(self, *pages: int) -> None:
        super().__init__()
        self.pages = set(pages)
        self.started = 0

    async def answers(
        self, task: str, chunks: AsyncIterator[bytes], size: int, **fields: object
    ) -> AsyncGenerator[Answer]:
        """Return the real answers up to such a page."""
        self.started += 1
        skipped = fields.get("skipped")
        assert isinstance(skipped, list)
        async for answer in super().answers(task, chunks, size, **fields):
            page = answer.header.get("derivation", {}).get("page")
            if page in self.pages and page not in skipped:
                raise ChildFailed(Failure.CRASHED)
            yield answer


def pages_in(made: Derivation) -> list[str]:
    """Return the pictures of pages, by role."""
    return [one.role for one in made.derivatives]


@pytest.mark.parametrize("broken", [1, 3, 6])
async def test_a_page_of_a_pdf_that_crashes_costs_one_page(broken: int) -> None:
    children = Breaking(broken)
    made = await everything(ChildExaminer(children), pdfs.pages(6), types.PDF)
    expected = [f"Page {n} of the report" if n != broken else "" for n in range(1, 7)]
    assert made.text.split("\f") == expected
    assert made.note == f"pdf_pages_missing:{broken}"
    assert len(pages_in(made)) == (7 if broken == 1 else 6)
    assert children.started <= 3


async def test_several_pages_that_crash_are_all_named() -> None:
    made = await everything(ChildExaminer(Breaking(2, 3, 5)), pdfs.pages(6), types.PDF)
    assert made.note == "pdf_pages_missing:2,3,5"
    assert pages_in(made) == ["thumbnail", "preview", "page-4", "page-6"]
    assert "Page 6" in made.text


async def test_after_many_that_crash_the_rest_is_given_up_in_words() -> None:
    children = Breaking(*range(2, 13))
    made = await everything(ChildExaminer(children), pdfs.pages(12), types.PDF)
    assert made.note == "pdf_pages_missing:" + ",".join(str(n) for n in range(2, 13))
    assert pages_in(made) == ["thumbnail", "preview"]
    assert children.started < 12


async def test_a_page_of_a_tiff_that_crashes_is_crossed_out() -> None:
    pages = [Image.new("L", (600, 800), shade) for shade in (255, 200, 150, 100)]
    made = await everything(ChildExaminer(Breaking(3)), tiff(pages), types.TIFF)
    assert made.note == "tiff_page_damaged"
    assert pages_in(made) == ["thumbnail", "preview", "page-2", "page-3", "page-4"]


async def test_a_file_that_breaks_before_its_first_page_gives_nothing() -> None:
    class Broken(Children):
        async def answers(
            self, task: str, chunks: AsyncIterator[bytes], size: int, **fields: object
        ) -> AsyncGenerator[Answer]:
            raise ChildFailed(Failure.TOO_LONG)
            yield Answer({}, ())

    made = await everything(ChildExaminer(Broken()), pdfs.pages(2), types.PDF)
    assert made == Derivation()


def drawn_for_ever() -> bytes:
    """Operators of a page that takes minutes to draw."""
    return b"".join(
        b"%d %d m %d %d %d %d %d %d c S "
        % tuple((n * step) % 600 for step in (7, 131, 57, 311, 17, 211, 97, 401))
        for n in range(400_000)
    )


async def test_a_page_that_takes_for_ever_costs_one_page() -> None:
    slow = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R >>"
    data = pdfs.pages(3, broken={2: slow % 7}).replace(
        builders.pdf_stream(b"BT /F1 24 Tf 72 700 Td (Page 2 of the report) Tj ET"),
        builders.pdf_stream(drawn_for_ever()),
    )
    made = await everything(ChildExaminer(Children(seconds=6)), data, types.PDF)
    assert made.note == "pdf_pages_missing:2"
    assert pages_in(made) == ["thumbnail", "preview", "page-3"]
    assert "Page 3" in made.text


async def test_the_first_page_is_there_before_the_last_one_is_made() -> None:
    data = pdfs.pages(8)

    async def opened() -> AsyncIterator[bytes]:
        yield data

    content = Content(opened, len(data), types.PDF)
    steps = ChildExaminer().derive(content)
    seen: list[Derivation] = []
    async for step in steps:
        seen.append(step)
        if len(seen) == 2:
            break
    await steps.aclose()
    assert pages_in(joined(seen)) == ["thumbnail", "preview"]
    assert not [task for task in asyncio.all_tasks() if "_send" in repr(task)]
