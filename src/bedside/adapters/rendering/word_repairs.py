"""Makes the parts of a Word document such that mammoth reads all of them (ECMA-376, 17).

Boxes drawn as letters of a symbol font, chosen entries of lists, formulas, text boxes without an
older form, and line ends of several kinds are put into the forms that it knows.
"""

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

from mammoth.docx.dingbats import dingbats

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_VML = "{urn:schemas-microsoft-com:vml}"
_SYMBOL_FONTS = ("Wingdings 2", "Wingdings 3", "Wingdings", "Webdings", "Symbol", "ZapfDingbats")
_UNKNOWN = "\ufffd"
_USUAL = {
    **{0x1F5F9: "☑", 0x1F5F7: "☒", 0x1F5F8: "✓", 0x1F5F4: "✗", 0x1F5F5: "☒", 0x1F5F6: "✗"},
    **{0x2BBD: "☒", 0x2327: "☒", 0x2751: "☐", 0x2752: "☐", 0x25A1: "☐"},
}
_BOXES = range(0x1F78E, 0x1F798)
"""Signs that few fonts have, and the usual ones that look like them."""


def repaired(root: Element) -> set[str]:
    """Repair a part in place. Returns what of it cannot be shown (`readings.MISSING`)."""
    missing: set[str] = set()
    for parent in list(root.iter()):
        for at, child in enumerate(list(parent)):
            repair = _REPAIRS.get(child.tag)
            if repair is not None:
                parent[at] = repair(child, missing)
        name = parent.tag.rpartition("}")[2]
        if name in _LOST:
            missing.add(_LOST[name])
    return missing


_LOST = {
    "chart": "drawings",
    "relIds": "drawings",  # SmartArt
    "wgp": "drawings",
    "OLEObject": "objects",
    "altChunk": "objects",
    "subDoc": "objects",
}


def _run(text: str) -> Element:
    run = Element(f"{WORD}r")
    SubElement(run, f"{WORD}t").text = text
    return run


def _as(name: str) -> Callable[[Element, set[str]], Element]:
    def replaced(old: Element, _missing: set[str]) -> Element:
        new = Element(f"{WORD}{name}", dict(old.attrib))
        return new

    return replaced


def _formula(old: Element, _missing: set[str]) -> Element:
    return _run("".join(node.text or "" for node in old.iter(f"{_MATH}t")))


def _symbol(old: Element, missing: set[str]) -> Element:
    """Replace a sign of a symbol font by the letter that looks like it."""
    font, code = old.get(f"{WORD}font", ""), old.get(f"{WORD}char", "")
    new = Element(f"{WORD}t")
    number = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,4}", code) else 0
    new.text = _letter(font, number)
    if new.text == _UNKNOWN:
        missing.add("letters")
    return new


def _letter(font: str, number: int) -> str:
    number -= 0xF000 if 0xF000 <= number <= 0xF0FF else 0
    known: int | None = dingbats.get((font, number))
    if known in _BOXES:
        return "☐"
    return _USUAL.get(known, chr(known)) if known else _UNKNOWN


def _typed(old: Element, missing: set[str]) -> Element:
    """Replace what was typed in a symbol font."""
    fonts = old.find(f"{WORD}rPr/{WORD}rFonts")
    used: set[str] = set()
    if fonts is not None:
        used = {fonts.get(f"{WORD}{which}", "") for which in ("ascii", "hAnsi")}
    font = next((known for known in _SYMBOL_FONTS if known in used), "")
    for text in old.findall(f"{WORD}t"):
        letters = text.text or ""
        if font:
            text.text = "".join(
                letter if letter.isspace() else _letter(font, ord(letter)) for letter in letters
            )
        elif any(0xF000 <= ord(letter) <= 0xF0FF for letter in letters):
            text.text = "".join(_private(letter) for letter in letters)
        if _UNKNOWN in (text.text or ""):
            missing.add("letters")
    for field in old.findall(f"{WORD}fldChar"):
        entry = _chosen(field)
        if entry is not None:
            old.append(entry)
    return old


def _private(letter: str) -> str:
    """Wingdings is by far the most frequent font of letters that have no meaning of their own."""
    return _letter("Wingdings", ord(letter)) if 0xF000 <= ord(letter) <= 0xF0FF else letter


def _chosen(field: Element) -> Element | None:
    """Return the chosen entry of a list that is a form field."""
    entries = field.find(f"{WORD}ffData/{WORD}ddList")
    if entries is None:
        return None
    listed = [entry.get(f"{WORD}val", "") for entry in entries.findall(f"{WORD}listEntry")]
    chosen = entries.find(f"{WORD}result")
    if chosen is None:
        chosen = entries.find(f"{WORD}default")
    number = chosen.get(f"{WORD}val", "0") if chosen is not None else "0"
    text = Element(f"{WORD}t")
    text.text = listed[int(number)] if number.isdecimal() and int(number) < len(listed) else ""
    return text


def _alternatives(old: Element, missing: set[str]) -> Element:
    """Keep the older form; where it is missing, take the text boxes of the newer one."""
    fallback = old.find(f"{_COMPATIBILITY}Fallback")
    boxes = list(old.iter(f"{WORD}txbxContent"))
    if fallback is not None and (any(fallback.iter(f"{WORD}txbxContent")) or not boxes):
        return old
    if not boxes:
        missing.add("drawings")
        return old
    drawn = Element(f"{WORD}pict")
    for box in boxes:
        SubElement(drawn, f"{_VML}textbox").append(box)
    return drawn


def _drawing(old: Element, _missing: set[str]) -> Element:
    boxes = list(old.iter(f"{WORD}txbxContent"))
    if not boxes:
        return old
    drawn = Element(f"{WORD}pict")
    for box in boxes:
        SubElement(drawn, f"{_VML}textbox").append(box)
    return drawn


_REPAIRS: dict[str, Callable[[Element, set[str]], Element]] = {
    f"{WORD}cr": _as("br"),
    f"{WORD}ptab": _as("tab"),
    f"{WORD}dstrike": _as("strike"),
    f"{_MATH}oMath": _formula,
    f"{WORD}sym": _symbol,
    f"{WORD}r": _typed,
    f"{_COMPATIBILITY}AlternateContent": _alternatives,
    f"{WORD}drawing": _drawing,
}
