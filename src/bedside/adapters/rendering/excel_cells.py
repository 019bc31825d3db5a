"""Cells of Excel beyond their bare value: number formats, errors, calculations without a stored
result, comments, hidden rows (ECMA-376, 18)."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring, iterparse

from bedside.adapters.rendering.number_formats import BUILT_IN, formatted
from bedside.files.readings import MAX_CELL, MAX_COLUMNS, MAX_ROWS

_MAX_REMARKS = 200
_DATE = re.compile(r"[dmyhs]", re.IGNORECASE)
_NO_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\[\]]*\]|_.|\*.')
_CALCULATED_ON_LOAD = re.compile(rb"<(?:\w+:)?calcPr\b[^<>]*\bfullCalcOnLoad=\"(?:1|true)\"")
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(slots=True)
class Cells:
    """The facts about one sheet: texts by (row, column), from 0."""

    shown: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])
    remarks: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    hides: bool = False
    unsolved: bool = False
    outdated: bool = False
    """Whether there are results of calculations that Excel does again when it opens the file."""
    drawings: bool = False


def cells_by_sheet(data: bytes) -> dict[str, Cells]:
    """Return what Excel displays, by the name of the sheet."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = set(archive.namelist())
        codes = _codes(archive) if "xl/styles.xml" in members else []
        is_outdated = _CALCULATED_ON_LOAD.search(_workbook(archive, members)) is not None
        found: dict[str, Cells] = {}
        for name, part in _sheets(archive, members):
            with archive.open(part) as opened:
                cells = found[name] = _cells(opened, codes)
            cells.outdated &= is_outdated
            for kind, target in _relationships(archive, members, part):
                if kind == "comments" and target in members:
                    cells.remarks += _remarks(fromstring(archive.read(target), forbid_dtd=True))
                cells.drawings |= kind == "drawing"
    return found


def _workbook(archive: zipfile.ZipFile, members: set[str]) -> bytes:
    return archive.read("xl/workbook.xml") if "xl/workbook.xml" in members else b""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _all(root: Element, name: str) -> Iterator[Element]:
    return (node for node in root.iter() if _local(node.tag) == name)


def _sheets(archive: zipfile.ZipFile, members: set[str]) -> Iterator[tuple[str, str]]:
    if "xl/workbook.xml" not in members:
        return
    root = fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    targets: dict[str, str] = {}
    if "xl/_rels/workbook.xml.rels" in members:
        listed = fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
        targets = {rel.get("Id", ""): _target("xl/workbook.xml", rel) for rel in listed}
    for sheet in _all(root, "sheet"):
        ids = [value for key, value in sheet.attrib.items() if _local(key) == "id"]
        part = targets.get(ids[0] if ids else "", "")
        if part in members:
            yield sheet.get("name", ""), part


def _target(part: str, relationship: Element) -> str:
    target = relationship.get("Target", "")
    if target.startswith("/"):
        return target[1:]
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))


def _relationships(
    archive: zipfile.ZipFile, members: set[str], part: str
) -> Iterator[tuple[str, str]]:
    folder, name = posixpath.split(part)
    rels = f"{folder}/_rels/{name}.rels"
    if rels in members:
        for rel in fromstring(archive.read(rels), forbid_dtd=True):
            yield posixpath.basename(rel.get("Type", "")), _target(part, rel)


def _codes(archive: zipfile.ZipFile) -> list[str]:
    """Return the format code of each style of cells."""
    root = fromstring(archive.read("xl/styles.xml"), forbid_dtd=True)
    own = {node.get("numFmtId", ""): node.get("formatCode", "") for node in _all(root, "numFmt")}
    codes: list[str] = []
    for styles in _all(root, "cellXfs"):
        for style in styles:
            number = style.get("numFmtId", "0")
            known = BUILT_IN.get(int(number), "") if number.isdecimal() else ""
            codes.append(own.get(number, known))
    return codes


def place(reference: str) -> tuple[int, int] | None:
    """Return row and column of a reference such as “B7”, from 0."""
    found = _PLACE.fullmatch(reference)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def is_date(code: str) -> bool:
    """Whether a format code displays a date or a time of day."""
    return _DATE.search(_NO_LITERALS.sub("", code)) is not None


def _cells(opened: IO[bytes], codes: list[str]) -> Cells:
    cells = Cells()
    row, column = -1, -1
    for event, node in iterparse(opened, ("start", "end"), forbid_dtd=True):
        name = _local(node.tag)
        if event == "start":
            if name == "row":
                given = node.get("r", "")
                row, column = int(given) - 1 if given.isdecimal() else row + 1, -1
                if row >= MAX_ROWS:
                    break
            if name in {"row", "col"}:
                cells.hides |= node.get("hidden") in {"1", "true"}
        elif name == "c":
            at = place(node.get("r", "")) or (row, column + 1)
            column = at[1]
            if column < MAX_COLUMNS:
                _keep(cells, at, node, codes)
            node.clear()
        elif name == "row":
            node.clear()
    return cells


def _keep(cells: Cells, at: tuple[int, int], node: Element, codes: list[str]) -> None:
    parts = {_local(child.tag): child.text or "" for child in node}
    value, kind = parts.get("v", ""), node.get("t", "n")
    cells.outdated |= "f" in parts and value == "0"
    if kind == "e":
        cells.shown[at] = value or "#?"
    elif "f" in parts and not value and kind in {"n", "b"}:
        if parts["f"]:
            cells.shown[at] = f"={parts['f']}"[:MAX_CELL]
            cells.unsolved = True
    elif kind == "n" and value:
        style = node.get("s", "")
        code = codes[int(style)] if style.isdecimal() and int(style) < len(codes) else ""
        if code and not is_date(code):
            try:
                cells.shown[at] = formatted(float(value), code)[:MAX_CELL]
            except (ValueError, ArithmeticError):
                return  # no number after all: as the library reads it


def _remarks(root: Element) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for comment in _all(root, "comment"):
        words = "".join(node.text or "" for node in _all(comment, "t")).strip()
        if words and len(found) < _MAX_REMARKS:
            found.append((comment.get("ref", "")[:20], words[:MAX_CELL]))
    return found
