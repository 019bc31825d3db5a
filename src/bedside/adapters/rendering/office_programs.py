"""Programs in office documents that are zip archives, and links that load something by themselves.

Refused is what can run: macros, controls that are no form fields, packed programs, links that start
one (DDE). A template on another computer is only a link: others get a copy in which it leads
nowhere.
"""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.ole_files import OLE, refuse_packed_programs
from bedside.adapters.rendering.packed_programs import Found, is_program_name, look_into

_MACROS = re.compile(r"(?:^|/)(?:vbaproject\.bin|vbadata\.xml|scripts/)|(?:^|/)macrosheets/")
_BASIC = re.compile(r"(?:^|/)(?:basic|dialogs)/(.+)$")
_BASIC_LISTS = frozenset({"script-lc.xml", "script-lb.xml", "dialog-lc.xml", "dialog-lb.xml"})
_CONTROL = re.compile(r"(?:^|/)activex/[^/]+\.xml$")
_CLASS = re.compile(rb"classid\s*=\s*[\"']\{?([0-9A-Fa-f-]{36})\}?[\"']")
_FIELDS = frozenset(
    {
        b"8BD21D10-EC42-11CE-9E0D-00AA006002F3",  # text, list, choice, box, option, switch
        b"8BD21D20-EC42-11CE-9E0D-00AA006002F3",
        b"8BD21D30-EC42-11CE-9E0D-00AA006002F3",
        b"8BD21D40-EC42-11CE-9E0D-00AA006002F3",
        b"8BD21D50-EC42-11CE-9E0D-00AA006002F3",
        b"8BD21D60-EC42-11CE-9E0D-00AA006002F3",
        b"978C9E23-D4B0-11CE-BF2D-00AA003F40D0",  # label
        b"D7053240-CE69-11CD-A777-00DD01143C57",  # button
        b"79176FB0-B7F2-11CE-97EF-00AA006D2776",  # spin button
        b"DFD181E0-5E2F-11CE-A449-00AA004A803D",  # scroll bar
        b"4C599241-6926-101B-9992-00000B65C6F9",  # picture
        b"6E182020-F460-11CE-9BCD-00AA00608E01",  # frame
    }
)
"""Microsoft's form fields ([MS-OFORMS], 2.5.4), which do nothing without a macro."""
_LOADING = re.compile(r"/(?:attachedTemplate|oleObject|frame|subDocument|image)$", re.IGNORECASE)
_HARMLESS_ONCE_CUT = {"attachedtemplate": "Normal.dotm", "image": "NULL"}
"""The targets of links in the copy for others; Word itself writes “NULL” for a lost picture."""
_ELSEWHERE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]+:|[\\/]{2})", re.IGNORECASE)
_DDE_IN_TABLE = re.compile(
    rb"<(?:\w+:)?ddeLink\b|<office:dde-source\b|formula\s*=\s*\"[^\"]*\bDDE\("
)
_DDE_IN_TEXT = re.compile(r"^\s*DDE(?:AUTO)?\b", re.IGNORECASE)
_FIELD_CODE = re.compile(
    rb"<w:instrText[^<>]*>([^<]*)</w:instrText>|\bw:instr\s*=\s*\"([^\"]*)\""
    rb"|(<w:fldChar\b[^<>]*\"(?:begin|end|separate)\")"
)
_MACRO_CALL = b"vnd.sun.star.script:"


def refuse_programs(archive: zipfile.ZipFile) -> tuple[dict[str, bytes], Found]:
    """Refuse what can run. Returns the members to be replaced in what others get, because they
    link to another computer, and whether something packed in it could not be looked into. Raises
    Refused."""
    replaced: dict[str, bytes] = {}
    worst = Found.NOTHING
    for name in archive.namelist():
        small = name.lower()
        if ".." in name.split("/") or name.startswith("/") or "\\" in name:
            raise Refused("damaged_document")
        if _MACROS.search(small):
            raise Refused("macros")
        if is_program_name(small):
            raise Refused("embedded_program")
        worst = max(worst, _refuse_member(archive, name, small))
        if small.endswith(".rels"):
            content = archive.read(name)
            cut = _without_links(content)
            if cut != content:
                replaced[name] = cut
    return replaced, worst


def _refuse_member(archive: zipfile.ZipFile, name: str, small: str) -> Found:
    basic = _BASIC.search(small)
    if basic is not None and basic[1].rpartition("/")[2] not in _BASIC_LISTS:
        if basic[1] and not small.endswith("/") and _has_code(archive.read(name)):
            raise Refused("macros")
    elif _CONTROL.search(small):
        classes = _CLASS.findall(archive.read(name))
        if not classes or any(one.upper() not in _FIELDS for one in classes):
            raise Refused("active_content")
    elif small.endswith((".xml", ".rels")):
        _refuse_calls(archive.read(name), small)
    else:
        return _refuse_packed(archive.read(name), small)
    return Found.NOTHING


def _refuse_packed(data: bytes, small: str) -> Found:
    if data.startswith(OLE):
        return Found.NOTHING if "activex/" in small else refuse_packed_programs(data)
    found = look_into(data, small)
    if found is Found.PROGRAM:
        raise Refused("embedded_program")
    return found


def _has_code(module: bytes) -> bool:
    """Whether a module of LibreOffice Basic, or a dialogue, holds anything."""
    try:
        root = fromstring(module)
    except (ParseError, DefusedXmlException):
        return True
    return bool("".join(root.itertext()).strip()) or len(root) > 0


def _refuse_calls(part: bytes, name: str) -> None:
    """Refuse calls of macros elsewhere, and links that start a program."""
    if _MACRO_CALL in part:
        raise Refused("macros")
    if name.startswith("xl/") or name == "content.xml":
        if _DDE_IN_TABLE.search(part):
            raise Refused("dde")
    elif name.startswith("word/") and b"DDE" in re.sub(rb"<[^<>]*>", b"", part).upper():
        _refuse_fields(part)


def _refuse_fields(part: bytes) -> None:
    code = ""
    for run, simple, end in _FIELD_CODE.findall(part):
        code = "" if end else code + (run or simple).decode("utf-8", "replace")
        if _DDE_IN_TEXT.match(code) or (simple and _DDE_IN_TEXT.match(simple.decode("latin-1"))):
            raise Refused("dde")


_TAG = re.compile(rb"<[^<>]*Relationship\b[^<>]*+>")
_ATTRIBUTE = re.compile(rb"\b(Type|Target|TargetMode)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


def _without_links(rels: bytes) -> bytes:
    """Return relationships in which nothing is loaded from another computer. Raises Refused for a
    link that loads more than a template or a picture."""

    def cut(found: re.Match[bytes]) -> bytes:
        tag = found[0]
        given = {name: one or other for name, one, other in _ATTRIBUTE.findall(tag)}
        kind = given.get(b"Type", b"").decode("utf-8", "replace")
        target = given.get(b"Target", b"").decode("utf-8", "replace")
        loads = _LOADING.search(kind) and given.get(b"TargetMode", b"").lower() == b"external"
        if not loads or not is_elsewhere(target):
            return tag
        harmless = _HARMLESS_ONCE_CUT.get(kind.rpartition("/")[2].lower())
        if harmless is None:
            raise Refused("active_content")
        target_of = re.compile(rb"\bTarget\s*=\s*(?:\"[^\"]*\"|'[^']*')")
        return target_of.sub(f'Target="{harmless}"'.encode(), tag)

    return _TAG.sub(cut, rels)


def is_elsewhere(target: str) -> bool:
    """Whether a link leads to another computer: by any protocol, or a shared folder."""
    target = target.replace("%5C", "\\").replace("%5c", "\\").replace("&#92;", "\\").strip()
    if target.lower().startswith("file:"):
        path = target[5:].replace("\\", "/")
        # file:///C:/… and file:C:/… are here; file://server/… and file://///server/… are not.
        drive = re.match(r"/{0,3}(?:localhost/)?[A-Za-z][:|]/", path)
        return drive is None and path.startswith("//") and not re.match(r"///[^/]", path)
    drive_here = re.match(r"[A-Za-z]:[\\/]", target) is not None
    return not drive_here and _ELSEWHERE.match(target) is not None


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the archive with some members replaced."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as archive,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for member in archive.infolist():
            content = replaced.get(member.filename)
            copied = zipfile.ZipInfo(member.filename, member.date_time)
            copied.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(copied, archive.read(member) if content is None else content)
    return out.getvalue()
