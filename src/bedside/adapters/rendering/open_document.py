"""OpenDocument texts (.odt) as readings: paragraphs, lists, tables, notes, boxes, pictures, and the
headers and footers of pages (ISO 26300)."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from bedside.adapters.rendering.figures import Figures
from bedside.adapters.rendering.open_words import (
    DRAW,
    FORM,
    OFFICE,
    STYLE,
    TABLE,
    TEXT,
    XLINK,
    blank,
)
from bedside.adapters.rendering.pieces import TICKED, UNTICKED, document
from bedside.files.ports import Derivative
from bedside.files.readings import Piece, Reading, begin, end, words, words_of_pieces

_LARGEST_PICTURE = 64 * 1024 * 1024
_MAX_DEPTH = 60
_UNREAD = frozenset(
    f"{space}{name}"
    for space, names in (
        (TEXT, ("tracked-changes", "sequence-decls", "variable-decls", "user-field-decls")),
        (OFFICE, ("forms",)),
        (TEXT, ("note-citation", "bookmark", "change", "change-start", "change-end")),
    )
    for name in names
)
_ARRANGED = {
    f"{TEXT}p": "p",
    f"{TEXT}list": "ul",
    f"{TEXT}list-item": "li",
    f"{TEXT}list-header": "li",
    f"{TABLE}table": "table",
    f"{TABLE}table-row": "tr",
}


def open_document_text(data: bytes) -> tuple[Reading, str, list[Derivative]]:
    """Read a document. Returns what is shown, all words, and the pictures."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        content = fromstring(archive.read("content.xml"), forbid_dtd=True)
        styles = None
        if "styles.xml" in names:
            styles = fromstring(archive.read("styles.xml"), forbid_dtd=True)
        media = {
            name: archive.read(name)
            for name in names
            if name.startswith("Pictures/") and archive.getinfo(name).file_size < _LARGEST_PICTURE
        }
    writer = _Writer(content, media)
    if styles is not None:
        writer.borders(styles, "header")
    body = content.find(f"{OFFICE}body/{OFFICE}text")
    writer.inside(content if body is None else body, 0)
    if styles is not None:
        writer.borders(styles, "footer")
    missing = writer.missing
    if writer.figures.lack_any_of(media):
        missing.add("pictures")
    words = words_of_pieces(writer.pieces)
    return document(writer.pieces, missing), words, writer.figures.made


class _Writer:
    def __init__(self, content: Element, media: dict[str, bytes]) -> None:
        self.pieces: list[Piece] = []
        self.figures = Figures()
        self.missing: set[str] = set()
        self._media = media
        self._struck = _struck_styles(content)
        self._controls = {
            control.get(f"{FORM}id") or control.get(_XML_ID, ""): control
            for form in content.iter(f"{OFFICE}forms")
            for control in form.iter()
            if control.tag.startswith(FORM)
        }

    def borders(self, styles: Element, name: str) -> None:
        """Write the headers, or the footers, of all kinds of pages, each different one once."""
        known: list[list[Piece]] = []
        for border in styles.iter():
            if border.tag not in {f"{STYLE}{name}", f"{STYLE}{name}-left", f"{STYLE}{name}-first"}:
                continue
            start = len(self.pieces)
            self.inside(border, 0)
            made, self.pieces = self.pieces[start:], self.pieces[:start]
            if any(piece[0] != "open" and piece[1].strip() for piece in made) and made not in known:
                known.append(made)
        if known:
            made = [piece for one in known for piece in one]
            self.pieces += [begin(name), *made, end(name)]

    def inside(self, element: Element, depth: int) -> None:
        """Write what is inside an element."""
        if depth > _MAX_DEPTH:
            return
        self._text(element.text)
        for child in element:
            if child.tag not in _UNREAD:
                self._one(child, depth + 1)
            self._text(child.tail)

    def _text(self, text: str | None) -> None:
        if text:
            self.pieces.append(words(text))

    def _one(self, element: Element, depth: int) -> None:
        special = _SPECIAL.get(element.tag)
        name = _ARRANGED.get(element.tag, "")
        if special is not None:
            special(self, element, depth)
        elif blank(element).strip(" ") == "\n":
            self.pieces += [begin("br"), end("br")]
        elif blank(element):
            self._text(blank(element))
        elif name:
            self._within(name, element, depth)
        else:
            self.inside(element, depth)

    def _within(
        self, name: str, element: Element, depth: int, width: int = 0, height: int = 0
    ) -> None:
        self.pieces.append(begin(name, width, height))
        self.inside(element, depth)
        self.pieces.append(end(name))

    def heading(self, element: Element, depth: int) -> None:
        """Write a heading."""
        level = element.get(f"{TEXT}outline-level", "1")
        self._within(f"h{level}" if level in {"1", "2", "3"} else "h4", element, depth)

    def cell(self, element: Element, depth: int) -> None:
        """Write a cell of a table, as often as it is repeated."""
        width, height = (
            _span(element.get(f"{TABLE}number-{which}-spanned", ""))
            for which in ("columns", "rows")
        )
        repeated = _span(element.get(f"{TABLE}number-columns-repeated", "")) or 1
        for _ in range(min(repeated, 60)):
            self._within("td", element, depth, width, height)

    def covered(self, element: Element, depth: int) -> None:
        """Write nothing: the cell is covered by its neighbour."""

    def span(self, element: Element, depth: int) -> None:
        """Write words of one style; of styles, only what is crossed out matters."""
        if element.get(f"{TEXT}style-name", "") in self._struck:
            self._within("s", element, depth)
        else:
            self.inside(element, depth)

    def picture(self, element: Element, depth: int) -> None:
        """Write a picture."""
        name = element.get(f"{XLINK}href", "").removeprefix("./")
        if name.startswith("ObjectReplacements/"):
            self.missing.add("drawings")
            return
        role = self.figures.role_of(lambda: self._media[name])
        self.pieces.append(("figure", role, 0, 0))
        self.inside(element, depth)

    def embedded(self, element: Element, depth: int) -> None:
        """Note a part of another program."""
        self.missing.add("objects")

    def note(self, element: Element, depth: int) -> None:
        """Write a note or a comment where it is referred to."""
        paragraphs = ["".join(part.itertext()) for part in element.iter(f"{TEXT}p")]
        self.pieces += [begin("em"), words(f" [{' '.join(paragraphs)}]"), end("em")]

    def control(self, element: Element, depth: int) -> None:
        """Write a box, ticked or not, or what was typed into a field of a form."""
        control = self._controls.get(element.get(f"{DRAW}control", ""))
        if control is None:
            return
        if control.tag in {f"{FORM}checkbox", f"{FORM}radio"}:
            state = control.get(f"{FORM}current-state") or control.get(f"{FORM}state", "")
            ticked = state == "checked" or control.get(f"{FORM}current-selected") == "true"
            self._text(TICKED if ticked else UNTICKED)
            self._text(" " + control.get(f"{FORM}label", ""))
        else:
            self._text(control.get(f"{FORM}current-value") or control.get(f"{FORM}value"))


_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_SPECIAL: dict[str, Callable[[_Writer, Element, int], None]] = {
    f"{TEXT}h": _Writer.heading,
    f"{TEXT}span": _Writer.span,
    f"{TABLE}table-cell": _Writer.cell,
    f"{TABLE}covered-table-cell": _Writer.covered,
    f"{DRAW}image": _Writer.picture,
    f"{DRAW}object": _Writer.embedded,
    f"{DRAW}object-ole": _Writer.embedded,
    f"{DRAW}control": _Writer.control,
    f"{TEXT}note": _Writer.note,
    f"{OFFICE}annotation": _Writer.note,
}


def _span(given: str) -> int:
    number = int(given) if given.isdecimal() and len(given) < 4 else 0
    return number if number > 1 else 0


def _struck_styles(content: Element) -> frozenset[str]:
    return frozenset(
        style.get(f"{STYLE}name", "")
        for style in content.iter(f"{STYLE}style")
        for properties in style
        if properties.get(f"{STYLE}text-line-through-style", "none") != "none"
        or properties.get(f"{STYLE}text-line-through-type", "none") != "none"
    )
