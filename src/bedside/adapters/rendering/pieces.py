"""Turns a converter's HTML into the pieces of a reading: cleaned by nh3 to a few elements without
addresses or styles, then taken apart."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

import nh3

from bedside.files.readings import (
    MAX_LETTERS,
    MAX_PIECES,
    TAGS,
    Piece,
    Reading,
    begin,
    end,
    words,
)

_ATTRIBUTES = {
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "img": {"src"},
    "input": {"type", "checked"},
}
_RENAMED = {"h5": "h4", "h6": "h4", "dl": "aside", "dt": "p", "dd": "p"}
_FIGURE = re.compile(r"figure-\d{1,2}")
TICKED, UNTICKED = "☒", "☐"


def pieces_of(html: str) -> list[Piece]:
    """Return the pieces of a document, however many."""
    kept = nh3.clean(
        html,
        tags={*TAGS, *_RENAMED, "img", "input"},
        attributes=_ATTRIBUTES,
        url_schemes=set(),
        link_rel=None,
    )
    parser = _Parser()
    parser.feed(kept)
    parser.close()
    return parser.pieces


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            source = given.get("src", "")
            if _FIGURE.fullmatch(source):
                self.pieces.append(("figure", source, 0, 0))
        elif tag == "input":
            self.pieces.append(words(TICKED if "checked" in given else UNTICKED))
        elif _RENAMED.get(tag, tag) in TAGS:
            spans = (_span(given.get("colspan", "")), _span(given.get("rowspan", "")))
            self.pieces.append(begin(_RENAMED.get(tag, tag), *spans))
            if tag == "br":
                self.pieces.append(end("br"))

    def handle_endtag(self, tag: str) -> None:
        name = _RENAMED.get(tag, tag)
        if name in TAGS and name != "br":
            self.pieces.append(end(name))

    def handle_data(self, data: str) -> None:
        if data and data != "↑":  # mammoth's way back from a note
            self.pieces.append(words(data))


def _span(given: str) -> int:
    number = int(given) if given.isdecimal() and len(given) < 4 else 0
    return number if number > 1 else 0


def document(pieces: Iterable[Piece], missing: set[str]) -> Reading:
    """Make a reading of pieces: properly nested, and cut where they are too many."""
    out: list[Piece] = []
    opened: list[str] = []
    length = 0
    for piece in pieces:
        kind, value = piece[0], piece[1]
        length += len(value)
        if len(out) + len(opened) >= MAX_PIECES - 1 or length > MAX_LETTERS:
            missing = {*missing, "long_document"}
            break
        if kind == "open" and len(opened) < 50:
            opened.append(value)
        elif kind == "open":
            continue
        elif kind == "close":
            if value not in opened:
                continue
            while opened[-1] != value:
                out.append(end(opened.pop()))
            opened.pop()
        out.append(piece)
    out += [end(value) for value in reversed(opened)]
    return Reading(pieces=out, missing=sorted({*missing, "layout"}))
