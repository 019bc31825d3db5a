"""Word 97 to 2003 (.doc): a compound file ([MS-CFB]) with the text in pieces ([MS-DOC])."""

from io import BytesIO

import olefile

from bedside.adapters.rendering.limits import Refused

_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_CLX = 0x01A2  # FibRgFcLcb97.fcClx in the file information block
_UNSHOWN = {0x07: "\t", 0x0B: "\n", 0x0C: "\f", 0x0D: "\n", 0x1E: "-", 0xA0: " "}


def check(compound: olefile.OleFileIO) -> None:
    """Raise Refused if the text cannot be read."""
    _text(compound)


def words(data: bytes) -> str:
    """Extract the text of the document. Raises Refused if it cannot be read."""
    with olefile.OleFileIO(BytesIO(data)) as compound:
        return _text(compound)


def _text(compound: olefile.OleFileIO) -> str:
    try:
        document = compound.openstream("WordDocument").read()
        flags = int.from_bytes(document[0x0A:0x0C], "little")
        if flags & _ENCRYPTED:
            raise Refused("encrypted_document")
        table = compound.openstream("1Table" if flags & _TABLE_1 else "0Table").read()
    except OSError as error:
        raise Refused("damaged_document") from error
    start = int.from_bytes(document[_CLX : _CLX + 4], "little")
    length = int.from_bytes(document[_CLX + 4 : _CLX + 8], "little")
    raw = "".join(_pieces(document, _piece_table(table[start : start + length])))
    return "".join(_visible(raw)).strip()


def _piece_table(clx: bytes) -> bytes:
    """Return the plain piece table behind the property modifiers ([MS-DOC] 2.9.38)."""
    at = 0
    while at + 3 <= len(clx) and clx[at] == 1:
        at += 3 + int.from_bytes(clx[at + 1 : at + 3], "little")
    if at + 5 > len(clx) or clx[at] != 2:
        raise Refused("damaged_document")
    return clx[at + 5 : at + 5 + int.from_bytes(clx[at + 1 : at + 5], "little")]


def _pieces(document: bytes, table: bytes) -> list[str]:
    count = (len(table) - 4) // 12
    bounds = [int.from_bytes(table[4 * n : 4 * n + 4], "little") for n in range(count + 1)]
    pieces: list[str] = []
    for number in range(count):
        entry = table[4 * (count + 1) + 8 * number :][:8]
        place = int.from_bytes(entry[2:6], "little")
        letters = bounds[number + 1] - bounds[number]
        if letters < 0 or letters > len(document):
            raise Refused("damaged_document")
        if place & 0x40000000:
            start = (place & 0x3FFFFFFF) // 2
            pieces.append(document[start : start + letters].decode("cp1252", "replace"))
        else:
            pieces.append(document[place : place + 2 * letters].decode("utf-16-le", "replace"))
    return pieces


def _visible(raw: str) -> list[str]:
    """Remove field instructions, which stand between the marks 0x13 and 0x14 or 0x15."""
    out: list[str] = []
    depth = 0
    for letter in raw:
        code = ord(letter)
        if code == 0x13:
            depth += 1
        elif code in {0x14, 0x15} and depth:
            depth -= 1
        elif depth == 0 and (code >= 0x20 or code in _UNSHOWN):
            out.append(_UNSHOWN.get(code, letter))
    return out
