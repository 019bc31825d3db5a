"""Compound files ([MS-CFB]): Word and Excel 97 to 2003, and what is packed into documents as an
object of another program."""

import re
from io import BytesIO

import olefile

from bedside.adapters.rendering import excel97, word97
from bedside.adapters.rendering.limits import Refused
from bedside.files import media_types as types

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROGRAMS = (b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe", b"#!")
_PROGRAM_NAMES = re.compile(
    rb"\.(?:exe|dll|com|scr|pif|cpl|jse?|vb[es]?|ws[fh]|hta|bat|cmd|ps1|psm1|lnk|url|jar|msi|reg|inf"
    rb"|sct|chm|iso|img|vhdx?|xll|appx|msix|application|gadget|settingcontent-ms|py|sh|docm|xlsm)"
    rb"[\s.]*\x00",
    re.IGNORECASE,
)
_MOST_STREAMS = 2_000


def is_program(head: bytes) -> bool:
    """Whether bytes begin like a program for any system."""
    if head.startswith(b"MZ") and len(head) >= 64:
        at = int.from_bytes(head[60:64], "little")
        return head[at : at + 2] in {b"PE", b"NE", b"LE", b"LX"} or b"\x00" in head[:64]
    return head.startswith(_PROGRAMS)


def check(data: bytes) -> str:
    """Return the media type. Raises Refused for macros, a password, a packed program, or damage."""
    with opened(data) as compound:
        names = {"/".join(path).lower() for path in compound.listdir(streams=True, storages=True)}
        if any("vba" in name or name.split("/")[0] == "macros" for name in names):
            raise Refused("macros")
        if "encryptedpackage" in names:
            raise Refused("encrypted_document")
        _refuse_in(compound)
        if "worddocument" in names:
            word97.check(compound)
            return types.DOC
        if names & {"workbook", "book"}:
            excel97.check(compound)
            return types.XLS
        if any(name.startswith("__substg1.0_") for name in names):
            raise Refused("mail_message")
        raise Refused("unknown_type")


def opened(data: bytes) -> olefile.OleFileIO:
    """Open a compound file. Raises Refused if it is damaged."""
    try:
        return olefile.OleFileIO(BytesIO(data), raise_defects=olefile.DEFECT_INCORRECT)
    except MemoryError:
        raise
    except Exception as error:
        raise Refused("damaged_document") from error


def refuse_packed_programs(data: bytes) -> None:
    """Refuse an object of another program if it is a program or a macro itself."""
    try:
        compound = olefile.OleFileIO(BytesIO(data))
    except MemoryError:
        raise
    except Exception:
        return  # no other program opens it either
    with compound:
        names = {"/".join(path).lower() for path in compound.listdir(streams=True, storages=True)}
        if any("_vba_project" in name for name in names):
            raise Refused("macros")
        _refuse_in(compound)


def _refuse_in(compound: olefile.OleFileIO) -> None:
    for path in compound.listdir()[:_MOST_STREAMS]:
        name = path[-1].lower()
        if not name.endswith(("ole10native", "package", "contents", "embeddedodf")):
            continue
        try:
            content: bytes = compound.openstream(path).read()
        except OSError:
            continue
        is_native = name.endswith("ole10native")
        if is_program(content[:4096]) or (is_native and _holds_program(content)):
            raise Refused("embedded_program")


def _holds_program(native: bytes) -> bool:
    """Whether a packed file ([MS-OLEDS], 2.3.6) is named like a program, or is one."""
    names = native[:2048]
    if _PROGRAM_NAMES.search(names):
        return True
    at = native.find(b"MZ", 4, 4096)
    return native[4:6] == b"MZ" or (at > 0 and is_program(native[at : at + 4096]))
