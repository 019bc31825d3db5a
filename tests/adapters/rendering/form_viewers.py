"""Reads and draws PDF forms with other programs than the one that fills them in: PDFium for values
and fields, poppler for pages."""

import ctypes
import os
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, cast

import pypdfium2
from PIL import Image, ImageChops
from pypdfium2 import raw as pdfium

from bedside.adapters.rendering.confined_program import FONTS

raw = cast(Any, pdfium)
Place = tuple[int, int, int, int]


class Seen(NamedTuple):
    """A widget as PDFium sees it. `kind` is a number of FPDF_FORMFIELD_…"""

    page: int
    kind: int
    value: str
    checked: bool
    chosen: tuple[str, ...]


def widgets_of(data: bytes) -> dict[str, list[Seen]]:
    """Return the widgets of all fields by their names, by PDFium."""
    document: Any = pypdfium2.PdfDocument(data)
    document.init_forms()
    found: dict[str, list[Seen]] = {}
    if document.formenv is None:
        return found
    env = document.formenv.raw
    for number, page in enumerate(document, 1):
        for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
            annotation = raw.FPDFPage_GetAnnot(page.raw, index)
            if raw.FPDFAnnot_GetSubtype(annotation) != raw.FPDF_ANNOT_WIDGET:
                continue
            name = _text(lambda *to, of=annotation: raw.FPDFAnnot_GetFormFieldName(env, of, *to))
            value = _text(lambda *to, of=annotation: raw.FPDFAnnot_GetFormFieldValue(env, of, *to))
            seen = Seen(
                number,
                raw.FPDFAnnot_GetFormFieldType(env, annotation),
                value.replace("\r\n", "\n").replace("\r", "\n"),
                bool(raw.FPDFAnnot_IsChecked(env, annotation)),
                _chosen(env, annotation),
            )
            found.setdefault(name, []).append(seen)
    return found


def _text(ask: Callable[..., int]) -> str:
    size = ask(None, 0)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    ask(buffer, size)
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le")


def _chosen(env: Any, annotation: Any) -> tuple[str, ...]:
    count = raw.FPDFAnnot_GetOptionCount(env, annotation)
    return tuple(
        _text(lambda *to, at=at: raw.FPDFAnnot_GetOptionLabel(env, annotation, at, *to))
        for at in range(max(0, count))
        if raw.FPDFAnnot_IsOptionSelected(env, annotation, at)
    )


def words(data: bytes) -> str:
    """Return the words that stand on the pages, for search."""
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def drawn_by_pdfium(data: bytes) -> list[Image.Image]:
    """Return the pages with their fields, as Chrome and Android show them."""
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    return [page.render(scale=2).to_pil().convert("L") for page in document]


def drawn_by_poppler(data: bytes, folder: Path) -> list[Image.Image]:
    """Return the pages with their fields, as desktops under Linux show them."""
    given = folder / "form.pdf"
    given.write_bytes(data)
    subprocess.run(
        ["pdftoppm", "-r", "144", str(given), str(folder / "page")],
        env={**os.environ, "FONTCONFIG_FILE": str(FONTS)},
        check=True,
    )
    made = sorted(folder.glob("page-*.ppm"))
    pictures = [Image.open(BytesIO(one.read_bytes())).convert("L") for one in made]
    for one in (given, *made):
        one.unlink()
    return pictures


def change(before: Image.Image, after: Image.Image, place: Place) -> int:
    """Count the dots that differ within a place of a page."""
    left, top, width, height = place
    box = (
        left * after.width // 1000,
        top * after.height // 1000,
        -(-(left + width) * after.width // 1000),
        -(-(top + height) * after.height // 1000),
    )
    both = ImageChops.difference(before.resize(after.size).crop(box), after.crop(box))
    return sum(both.histogram()[60:])
