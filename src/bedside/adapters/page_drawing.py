"""Pages of a PDF drawn by poppler's pdftoppm, which has letters for the fonts that a PDF does not
bring along. It gets a PDF of the wanted pages only, in a confined process without a file."""

import shutil
from collections.abc import Sequence
from functools import cache

from bedside.adapters.child_process import ChildFailed, Children
from bedside.adapters.rendering.limits import OCR_SIDE, PREVIEW_SIDE, THUMBNAIL_SIDE
from bedside.errors import Unavailable
from bedside.files import media_types as types
from bedside.files.ports import Derivative

_JPEG = b"\xff\xd8\xff"


@cache
def pdftoppm() -> str | None:
    """Return the path of pdftoppm, None if it is not installed."""
    return shutil.which("pdftoppm")


class PageDrawer:
    """Draws pages. `program` is pdftoppm's path."""

    def __init__(self, children: Children, program: str) -> None:
        self._children = children
        self._program = program

    async def pictures(self, document: bytes, numbers: Sequence[int]) -> list[Derivative]:
        """Return the pictures of pages that have these numbers in the whole file, and are all the
        pages of `document`. Pages that cannot be drawn are left out."""
        made: list[Derivative] = []
        for place, number in enumerate(numbers, 1):
            sides = {"preview": PREVIEW_SIDE, "thumbnail": THUMBNAIL_SIDE}
            for role, side in (sides if number == 1 else {f"page-{number}": PREVIEW_SIDE}).items():
                picture = await self._draw(document, place, side)
                if picture:
                    made.append(Derivative(role, types.JPEG, picture))
        return made

    async def scan(self, document: bytes, place: int) -> bytes:
        """Return a picture of a page of `document` (the first has number 1) to be read; empty if
        it cannot be drawn."""
        return await self._draw(document, place, OCR_SIDE, "-gray")

    async def _draw(self, document: bytes, place: int, side: int, *options: str) -> bytes:
        pages = ("-f", str(place), "-l", str(place), "-singlefile")
        wanted = ("-jpeg", "-scale-to", str(side), *options)
        try:
            drawn = await self._children.run([self._program, *pages, *wanted, "-"], document)
        except (ChildFailed, Unavailable):
            return b""
        return drawn if drawn.startswith(_JPEG) else b""
