"""Makes tables byte by byte, as Excel and LibreOffice write them."""

import struct
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from tests.hostile import builders

_SHEET_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_NAMES = "http://schemas.openxmlformats.org/"
MAIN = f"{_NAMES}spreadsheetml/2006/main"
RELATIONS = f"{_NAMES}officeDocument/2006/relationships"
_PACKAGE = f"{_NAMES}package/2006/relationships"


def words(place: str, text: str) -> str:
    """A cell of words."""
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def number(place: str, value: object, style: int = 0) -> str:
    """A cell of a number, in the style with this number."""
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def xlsx(
    sheets: Mapping[str, Sequence[str]],
    *,
    formats: Sequence[str] = (),
    hidden: Sequence[str] = (),
    merged: str = "",
    more: Mapping[str, bytes] | None = None,
    main: str = _SHEET_MAIN,
) -> bytes:
    """An Excel table. `sheets` are the cells of each row, by the sheet's name; style N has the
    N-th of `formats`, counted from 1; `merged` is a range of the first sheet."""
    listed, relations, parts = "", "", {}
    for at, (name, rows) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if name in hidden else ""
        listed += f'<sheet name="{escape(name)}" sheetId="{at}"{state} r:id="rId{at}"/>'
        relations += (
            f'<Relationship Id="rId{at}" Type="{RELATIONS}/worksheet" '
            f'Target="worksheets/sheet{at}.xml"/>'
        )
        body = "".join(f"<row>{row}</row>" for row in rows)
        spans = (
            f'<mergeCells><mergeCell ref="{merged}"/></mergeCells>' if merged and at == 1 else ""
        )
        parts[f"xl/worksheets/sheet{at}.xml"] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{spans}</worksheet>'
        ).encode()
    codes = "".join(
        f'<numFmt numFmtId="{200 + at}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for at, code in enumerate(formats)
    )
    styles = "".join(f'<xf numFmtId="{200 + at}"/>' for at in range(len(formats)))
    members = {
        "[Content_Types].xml": f'<Types><Override ContentType="{main}"/></Types>'.encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}">{relations}<Relationship Id="rId99" '
            f'Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'
        ).encode(),
        "xl/styles.xml": (
            f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts>'
            f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>'
        ).encode(),
        **parts,
        **(more or {}),
    }
    return builders.zipped(members)


def ods(table: str, *, styles: str = "", more: Mapping[str, bytes] | None = None) -> bytes:
    """An OpenDocument table of what is in its table:table elements."""
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f"<office:document-content{spaces}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:spreadsheet>{table}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    members = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content.encode(),
        "META-INF/manifest.xml": b"<manifest/>",
        **(more or {}),
    }
    return builders.zipped(members, stored=["mimetype"])


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def xls(
    cells: Mapping[tuple[int, int], str | float],
    *,
    kind: int = 0,
    hidden: int = 0,
    more: bytes = b"",
    storages: Sequence[str] = (),
    formats: Mapping[tuple[int, int], int] | None = None,
    codes: Sequence[str] = (),
    formulas: Mapping[tuple[int, int], bytes] | None = None,
) -> bytes:
    """An Excel 97 table ([MS-XLS]) of one sheet; `kind` 1 is a sheet of macros. `formats` names
    the cells that have one of `codes`; `more` records go before the sheet;
    `formulas` are calculations with these stored results and options."""
    name = b"Werte"
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    table = _record(0x42, struct.pack("<H", 1200)) + more
    for at, code in enumerate(codes):
        text = code.encode("utf-16-le")
        table += _record(0x41E, struct.pack("<HHB", 200 + at, len(code), 1) + text)
    for at in range(len(codes) + 1):
        number = 199 + at if at else 0
        table += _record(0xE0, struct.pack("<HH", 0, number) + bytes(16))
    listed = struct.pack("<BB", hidden, kind) + bytes([len(name), 0]) + name
    ends = _record(0x0A, b"")
    start = len(_record(0x809, begin)) + len(table) + len(listed) + 4 + 4 + len(ends)
    book = _record(0x809, begin) + table
    book += _record(0x85, struct.pack("<I", start) + listed) + ends
    sheet = _record(0x809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for (row, column), value in sorted(cells.items()):
        style = (formats or {}).get((row, column), 0)
        if isinstance(value, str):
            text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
            sheet += _record(0x204, struct.pack("<HHH", row, column, style) + text)
        else:
            sheet += _record(0x203, struct.pack("<HHHd", row, column, style, value))
    for (row, column), stored in (formulas or {}).items():
        behind = bytes(4) + struct.pack("<H", 3) + b"\x1e\x01\x00"
        sheet += _record(0x06, struct.pack("<HHH", row, column, 0) + stored + behind)
    return builders.compound({"Workbook": book + sheet + ends}, storages=storages)
