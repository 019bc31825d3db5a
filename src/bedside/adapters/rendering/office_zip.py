"""Office formats that are a zip archive of XML: OOXML (ECMA-376), OpenDocument (ISO 26300)."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bedside.adapters.rendering.limits import MAX_STREAM, MAX_TEXT, MAX_UNPACKED, Refused
from bedside.files import media_types as types
from bedside.files.ports import Examination

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
_PROGRAMS = re.compile(
    r"(?:^|/)(?:vbaproject\.bin|vbadata\.xml|basic/script-lc\.xml|scripts/)"
    r"|(?:^|/)(?:activex|macrosheets|ctrlprops)/|\.(?:exe|dll|js|vbs|scr|bat|cmd|hta|jar)$"
)
_MACRO_TYPES = ("macroenabled", "vnd.ms-office.vbaproject", "intlmacrosheet")
_TAG = re.compile(rb"<[^<>]*+>")
_REMOTE_TEMPLATE = re.compile(
    rb"/(?:attachedTemplate|oleObject|frame|subDocument)\"", re.IGNORECASE
)
_EXTERNAL = re.compile(rb"TargetMode\s*=\s*[\"']External", re.IGNORECASE)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ODF_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def check(data: bytes) -> Examination:
    """Determine what the document truly is. Raises Refused if it is damaged or not acceptable."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked, largest = _measure(archive)
            media_type = _true_type(archive)
            _refuse_programs(archive)
            for name in _parts_with_words(archive, media_type):
                _xml(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise Refused("damaged_document") from error
    except (KeyError, ValueError, RuntimeError) as error:
        raise Refused("damaged_document") from error
    return Examination(media_type, unpacked=unpacked, largest_member=largest)


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
    if any(kind in listed.lower() for kind in _MACRO_TYPES):
        raise Refused("macros")
    for ending, media_type in _MAIN_PARTS.items():
        if ending in listed:
            return media_type
    raise Refused("unknown_type")


def _refuse_programs(archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        if _PROGRAMS.search(name.lower()):
            raise Refused("macros")
        if ".." in name.split("/") or name.startswith("/") or "\\" in name:
            raise Refused("damaged_document")
        if name.endswith(".rels"):
            for tag in _TAG.findall(_read(archive, name)):
                if _REMOTE_TEMPLATE.search(tag) and _EXTERNAL.search(tag):
                    raise Refused("active_content")


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    return archive.read(name) if name in archive.namelist() else b""


def _xml(archive: zipfile.ZipFile, name: str) -> Element:
    if archive.getinfo(name).file_size > _MAX_XML:
        raise Refused("decompression_bomb")
    try:
        parsed: Element = fromstring(archive.read(name), forbid_dtd=True)
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
            elif node.tag in {f"{_WORD}tab", f"{_WORD}br"}:
                pieces.append(" ")
        if pieces:
            yield "".join(pieces)


def xlsx_words(data: bytes) -> str:
    """Extract the cells of every sheet, one row per line, with a tab between cells."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = _parts_with_words(archive, types.XLSX)
        shared: list[str] = []
        if names and names[0] == "xl/sharedStrings.xml":
            table = _xml(archive, names.pop(0))
            shared = [_all_text(item, f"{_SHEET}t") for item in table.iter(f"{_SHEET}si")]
        rows = [row for name in names for row in _rows(_xml(archive, name), shared)]
    return "\n".join(rows)


def _rows(sheet: Element, shared: list[str]) -> Iterator[str]:
    for row in sheet.iter(f"{_SHEET}row"):
        yield "\t".join(_cell(cell, shared) for cell in row.iter(f"{_SHEET}c")).rstrip()


def _cell(cell: Element, shared: list[str]) -> str:
    value = _all_text(cell, f"{_SHEET}v") or _all_text(cell, f"{_SHEET}t")
    if cell.get("t") != "s":
        return value
    number = int(value) if value.isdigit() else -1
    return shared[number] if 0 <= number < len(shared) else ""


def _all_text(element: Element, tag: str) -> str:
    return "".join(node.text or "" for node in element.iter(tag))


def open_document_words(data: bytes) -> str:
    """Extract the paragraphs and headings of an OpenDocument text or table."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        content = _xml(archive, "content.xml")
    lines: list[str] = []
    length = 0
    for node in content.iter():
        if node.tag in {f"{_ODF_TEXT}p", f"{_ODF_TEXT}h"}:
            lines.append("".join(node.itertext()))
            length += len(lines[-1])
            if length > MAX_TEXT:
                break
    return "\n".join(lines)
