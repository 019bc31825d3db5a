"""Compound files ([MS-CFB]): Word and Excel 97 to 2003, and what is packed into documents as an
object of another program."""

from io import BytesIO

import olefile

from bedside.adapters.rendering import excel97, word97
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.packed_programs import Found, is_program, look_into
from bedside.files import media_types as types

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_STREAMS = 2_000


def check(data: bytes) -> tuple[str, Found]:
    """Return the media type, and whether something packed in it could not be looked into. Raises
    Refused for macros, a password, a packed program, or damage."""
    with opened(data) as compound:
        names = {"/".join(path).lower() for path in compound.listdir(streams=True, storages=True)}
        if any("vba" in name or name.split("/")[0] == "macros" for name in names):
            raise Refused("macros")
        if "encryptedpackage" in names:
            raise Refused("encrypted_document")
        unread = _refuse_in(compound)
        if "worddocument" in names:
            word97.check(compound)
            return types.DOC, unread
        if names & {"workbook", "book"}:
            excel97.check(compound)
            return types.XLS, unread
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


def refuse_packed_programs(data: bytes) -> Found:
    """Refuse an object of another program if it is a program or a macro itself, or an archive with
    one. Returns whether a part of it could not be looked into."""
    try:
        compound = olefile.OleFileIO(BytesIO(data))
    except MemoryError:
        raise
    except Exception:
        return Found.NOTHING  # no other program opens it either
    with compound:
        names = {"/".join(path).lower() for path in compound.listdir(streams=True, storages=True)}
        if any("_vba_project" in name for name in names):
            raise Refused("macros")
        return _refuse_in(compound)


def _refuse_in(compound: olefile.OleFileIO) -> Found:
    worst = Found.NOTHING
    for path in compound.listdir()[:_MOST_STREAMS]:
        name = path[-1].lower()
        if not name.endswith(("ole10native", "package", "contents", "embeddedodf")):
            continue
        try:
            content: bytes = compound.openstream(path).read()
        except OSError:
            continue
        found = look_into(content, "")
        if name.endswith("ole10native"):
            found = max(found, _look_into_native(content))
        if found is Found.PROGRAM:
            raise Refused("embedded_program")
        worst = max(worst, found)
    return worst


def _look_into_native(native: bytes) -> Found:
    """Look into a packed file ([MS-OLEDS], 2.3.6): its names, and its content."""
    names, content = _unwrapped(native)
    worst = max((look_into(b"", name) for name in names), default=Found.NOTHING)
    at = native.find(b"MZ", 4, 4096)
    if at > 0 and (at == 4 or is_program(native[at : at + 4096])):
        return Found.PROGRAM
    return max(worst, look_into(content, names[0] if names else ""))


def _unwrapped(native: bytes) -> tuple[list[str], bytes]:
    """Return the names of a packed file, and its content.

    They stand behind the size and a mark: a label, the path, the path while it is edited (with
    eight bytes before it), the content with its size before it. Without that order, which some
    programs do not keep, everything behind the first size is the content.
    """
    names: list[str] = []
    at = 6
    for gap in (0, 0, 8):
        end = native.find(b"\x00", at + gap, at + gap + 2048)
        if end < 0:
            return names, native[4:]
        names.append(native[at + gap : end].decode("latin-1"))
        at = end + 1
    size = int.from_bytes(native[at : at + 4], "little")
    is_right = native[4:6] == b"\x02\x00" and 0 < size <= len(native) - at - 4
    return names, native[at + 4 : at + 4 + size] if is_right else native[4:]
