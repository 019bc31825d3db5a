"""Office formats that are a zip archive of XML: OOXML (ECMA-376), OpenDocument (ISO 26300)."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bedside.adapters.rendering.limits import MAX_STREAM, MAX_UNPACKED, Refused
from bedside.adapters.rendering.office_programs import refuse_programs, repacked
from bedside.adapters.rendering.packed_programs import Found
from bedside.adapters.rendering.strict_names import transitional
from bedside.files import media_types as types
from bedside.files.ports import Derivative, Examination

_MAX_MEMBERS = 10_000
_MAX_XML = 128 * 1024 * 1024
_MAIN_PARTS = {
    "wordprocessingml.document.main+xml": types.DOCX,
    "spreadsheetml.sheet.main+xml": types.XLSX,
}
_OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text": types.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": types.ODS,
}
_MACRO_TYPES = ("macroenabled", "vnd.ms-office.vbaproject", "intlmacrosheet")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def check(data: bytes) -> Examination:
    """Determine what the document truly is. Raises Refused if it is damaged or not acceptable."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked, largest = _measure(archive)
            media_type = _true_type(archive)
            replaced, unread = refuse_programs(archive)
            for name in _parts_with_words(archive, media_type):
                _xml(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise Refused("damaged_document") from error
    except (KeyError, ValueError, RuntimeError) as error:
        raise Refused("damaged_document") from error
    note = "object_unread" if unread is Found.UNREAD else ""
    found = Examination(media_type, unpacked=unpacked, largest_member=largest, note=note)
    if not replaced:
        return found
    shared = Derivative("shared", media_type, repacked(data, replaced))
    return replace(found, shared=shared, note=f"link_removed {note}".strip())


def _measure(archive: zipfile.ZipFile) -> tuple[int, int]:
    """Unpack everything once, keeping nothing, because sizes in the directory may lie. Returns the
    bytes of all members and of the largest."""
    members = archive.infolist()
    if len(members) > _MAX_MEMBERS:
        raise Refused("decompression_bomb")
    if any(member.flag_bits & 1 for member in members):
        raise Refused("encrypted_document")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Refused("decompression_bomb")
    total = largest = 0
    for member in members:
        grown = 0
        with archive.open(member) as opened:
            while piece := opened.read(1024 * 1024):
                grown += len(piece)
                if grown > MAX_STREAM or total + grown > MAX_UNPACKED:
                    raise Refused("decompression_bomb")
        total += grown
        largest = max(largest, grown)
    return total, largest


def _true_type(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "mimetype" in names:
        stated = archive.read("mimetype").strip()
        if stated not in _OPEN_DOCUMENTS:
            raise Refused("unknown_type")
        if b"manifest:encryption-data" in _read(archive, "META-INF/manifest.xml"):
            raise Refused("encrypted_document")
        return _OPEN_DOCUMENTS[stated]
    if "[Content_Types].xml" not in names:
        raise Refused("archive")
    listed = _read(archive, "[Content_Types].xml").decode("utf-8", "replace")
    if "sheet.binary.macroenabled.main" in listed.lower() and not _has_macros(names):
        raise Refused("binary_table")
    if any(kind in listed.lower() for kind in _MACRO_TYPES):
        raise Refused("macros")
    if ".template.main+xml" in listed:
        raise Refused("office_template")
    if "presentationml." in listed:
        raise Refused("slides")
    for ending, media_type in _MAIN_PARTS.items():
        if ending in listed:
            return media_type
    raise Refused("unknown_type")


def _has_macros(names: set[str]) -> bool:
    return any(name.lower().endswith("vbaproject.bin") for name in names)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    return archive.read(name) if name in archive.namelist() else b""


def _xml(archive: zipfile.ZipFile, name: str) -> Element:
    if archive.getinfo(name).file_size > _MAX_XML:
        raise Refused("decompression_bomb")
    try:
        parsed: Element = fromstring(transitional(archive.read(name)), forbid_dtd=True)
    except DefusedXmlException as error:
        raise Refused("active_content") from error
    except ParseError as error:
        raise Refused("damaged_document") from error
    return parsed


def _parts_with_words(archive: zipfile.ZipFile, media_type: str) -> list[str]:
    names = archive.namelist()
    if media_type == types.DOCX:
        others = r"word/(?:header|footer)\d*\.xml|word/(?:footnotes|endnotes|comments)\.xml"
        first = [name for name in names if re.fullmatch(r"word/document\d*\.xml", name)]
        return first + sorted(name for name in names if re.fullmatch(others, name))
    if media_type == types.XLSX:
        sheets = [name for name in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
        shared = [name for name in names if name == "xl/sharedStrings.xml"]
        return shared + sorted(sheets, key=lambda name: int(re.sub(r"\D", "", name)))
    return ["content.xml"]


def main_part(data: bytes) -> str:
    """Return the name of a Word document's main part."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return _parts_with_words(archive, types.DOCX)[0]


def part(data: bytes, name: str) -> Element:
    """Return a part of a document, parsed. Raises KeyError, Refused."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return _xml(archive, name)


def docx_words(data: bytes) -> str:
    """Extract the paragraphs of a Word document, its tables, notes, headers and footers."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = [_xml(archive, name) for name in _parts_with_words(archive, types.DOCX)]
    return "\n".join(text for part in parts for text in _paragraphs(part))


def _paragraphs(part: Element) -> Iterator[str]:
    for paragraph in part.iter(f"{_WORD}p"):
        pieces: list[str] = []
        for node in paragraph.iter():
            if node.tag == f"{_WORD}t":
                pieces.append(node.text or "")
            elif node.tag in {f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"}:
                pieces.append(" ")
            elif node.tag == f"{_WORD}noBreakHyphen":
                pieces.append("-")
        if pieces:
            yield "".join(pieces)
