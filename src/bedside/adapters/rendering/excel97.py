"""Excel 97 to 2003 (.xls): its records ([MS-XLS]), and whether they are harmless."""

from collections.abc import Iterator

import olefile

from bedside.adapters.rendering.limits import Refused

_FILEPASS, BOUNDSHEET, _SUPBOOK = 0x2F, 0x85, 0x1AE
_BEGIN, END = 0x809, 0x0A
_MACRO_SHEET = 1
_DDE = b"\x03"


def stream(compound: olefile.OleFileIO) -> bytes:
    """Return the records. Raises Refused if there are none."""
    for name in ("Workbook", "Book"):
        if compound.exists(name):
            try:
                content: bytes = compound.openstream(name).read()
            except OSError as error:
                raise Refused("damaged_document") from error
            return content
    raise Refused("unknown_type")


def records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and content of each record, those of all sheets one after the other."""
    at = 0
    while at + 4 <= len(content):
        kind = int.from_bytes(content[at : at + 2], "little")
        length = int.from_bytes(content[at + 2 : at + 4], "little")
        yield kind, content[at + 4 : at + 4 + length]
        at += 4 + length


def check(compound: olefile.OleFileIO) -> None:
    """Raise Refused for a password, macros of Excel 4, links that start a program, or damage."""
    content = stream(compound)
    sheets = 0
    for number, (kind, record) in enumerate(records(content)):
        if number == 0 and kind & 0xFF != _BEGIN & 0xFF:
            raise Refused("damaged_document")
        if kind == _FILEPASS:
            raise Refused("encrypted_document")
        if kind == BOUNDSHEET:
            sheets += 1
            if len(record) > 5 and record[5] == _MACRO_SHEET:
                raise Refused("macros")
        if kind == _SUPBOOK and len(record) > 4 and _DDE in record[4:].replace(b"\x00", b""):
            raise Refused("dde")
    if not sheets:
        raise Refused("damaged_document")
