"""The words of an OpenDocument paragraph, with the blanks, tabs and line ends that are elements
there (ISO 26300, 6.1)."""

from xml.etree.ElementTree import Element

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT, TABLE, OFFICE, STYLE, DRAW, FORM = (
    f"{{{_NAMES}{part}:1.0}}" for part in ("text", "table", "office", "style", "drawing", "form")
)
XLINK = "{http://www.w3.org/1999/xlink}"
_UNREAD = frozenset({f"{OFFICE}annotation", f"{TEXT}note", f"{TEXT}ruby-text", f"{DRAW}frame"})
_BLANKS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}
_MAX_BLANKS = 100


def blank(element: Element) -> str:
    """Return what an empty element stands for; "" for any other."""
    if element.tag == f"{TEXT}s":
        count = element.get(f"{TEXT}c", "1")
        return " " * min(int(count) if count.isdecimal() else 1, _MAX_BLANKS)
    return _BLANKS.get(element.tag, "")


def words_in(paragraph: Element) -> str:
    """Return the words of a paragraph, without notes and comments."""
    out = [paragraph.text or ""]
    for child in paragraph:
        if child.tag not in _UNREAD:
            out.append(blank(child) or words_in(child))
        out.append(child.tail or "")
    return "".join(out)
