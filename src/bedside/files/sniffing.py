"""Type detection by a file's first bytes while the rest still arrives (F2).

Pure, fast and from the standard library only, because it runs in the serving process. It refuses
what can be recognised at once. What it accepts is provisional: `Examiner.examine` parses the whole
file later and has the last word.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from bedside.files import media_types as types
from bedside.files.beginnings import (
    POSTSCRIPT_PDF,
    first_object_of_pdf,
    start_of_dicom,
    start_of_pdf,
    start_of_picture,
)
from bedside.files.foreign_documents import (
    COMPOUND,
    OPEN_DOCUMENTS,
    refusal_by_name,
    refusal_for_document,
)
from bedside.files.foreign_media import refusal_for_media
from bedside.files.markup import refusal_for_markup

HEAD_SIZE = 64 * 1024
"""How many of the first bytes are worth reading."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The provisional type, and the key of a refusal or "" (`files.refusals.REFUSALS`)."""

    media_type: str
    refusal: str = ""


def _refused(refusal: str, media_type: str = types.UNKNOWN) -> Sniffed:
    return Sniffed(media_type, refusal)


_EXECUTABLES = (
    b"\x7fELF",
    b"MZ",
    b"\xfe\xed\xfa\xce",  # Mach-O, in four byte orders
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",  # Java class, universal Mach-O
    b"\xca\xfe\xd0\x0d",  # packed Java
    b"\x00asm",
    b"dex\n",
)
_ARCHIVES = (
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    b"\x1f\x9d",
    b"\x1f\xa0",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"]\x00\x00",  # LZMA alone
    b"MSCF",
    b"!<arch>\n",
    b"\x60\xea",
    b"xar!",
    b"\xed\xab\xee\xdb",
    b"LZIP",
    b"koly",
    b"PK\x05\x06",
    b"PK\x07\x08",
)
_IMAGES = (
    (b"\xff\xd8\xff", types.JPEG),
    (b"\x89PNG\r\n\x1a\n", types.PNG),
    (b"GIF87a", types.GIF),
    (b"GIF89a", types.GIF),
    (b"II*\x00", types.TIFF),
    (b"MM\x00*", types.TIFF),
    (b"II+\x00", types.TIFF),
    (b"MM\x00+", types.TIFF),
)
_SHORTCUT_OF_WINDOWS = b"L\x00\x00\x00\x01\x14\x02\x00"  # [MS-SHLLINK], 2.1
_SCRIPT_NAMES = frozenset(
    {"bat", "cmd", "ps1", "psm1", "psd1", "sh", "bash", "zsh", "fish", "command", "desktop"}
    | {"js", "jse", "mjs", "vbs", "vbe", "wsf", "wsh", "hta", "sct", "py", "pyw", "pl", "rb"}
    | {"php", "phtml", "asp", "aspx", "jsp", "reg", "scr", "inf", "lnk", "url", "scpt", "ahk"}
    | {"applescript", "au3", "settingcontent-ms", "library-ms"}
)
_BMP_HEADER_SIZES = (12, 16, 40, 52, 56, 64, 108, 124)
_ACTIVE = re.compile(
    rb"<(?:script|iframe|svg|object|embed|form|meta|link|base)[\s>/]|<\?php|<%|javascript:|vbscript:",
    re.IGNORECASE,
)
"""Markup that does something in a browser."""
_HANDLER = re.compile(rb"\son[a-z]{3,20}\s{0,9}=", re.IGNORECASE)
_OPEN_TAG = re.compile(rb"<[a-z]", re.IGNORECASE)
_LONGEST_TAG = 2_000
_SIGNS_WITHIN = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"MSCF\x00")
_STARTS = (b"#!", b"MZ", b"%!PS")


def sniff(first_bytes: bytes, name: str) -> Sniffed:
    """Detect the type of a file by its first bytes.

    `first_bytes` are up to 64 KiB from the start (fewer only if the file is shorter); `name` is
    the sender's file name, which decides only where content cannot: a script or a table is plain
    text as far as bytes tell. Never raises.
    """
    head = bytes(first_bytes[:HEAD_SIZE])
    if not head:
        return _refused("empty")
    looks = (_dangerous, _pdf, _image, _container, _foreign, _dicom, _zip, _ole, _rtf)
    for look in (*looks, _pdf_without_header, _link_to_a_cloud, _foreign_document, sniff_text):
        found = look(head, name)
        if found is not None:
            return found
    return _refused(refusal_by_name(name))


def _extension(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/").replace("\x00", "")).suffix.lower().lstrip(".")


def _is_dicom_with_preamble(head: bytes) -> bool:
    return head[128:132] == b"DICM"


def _dangerous(head: bytes, _name: str) -> Sniffed | None:
    is_word = head.startswith(b"MZ") and _decoded(head) is not None  # “MZ, 3.5.: headache”
    if head.startswith(_EXECUTABLES) and not is_word:
        # A DICOM file's free preamble can hold the header of a program (CVE-2019-11687).
        return _refused("polyglot" if _is_dicom_with_preamble(head) else "executable")
    if head.startswith(_SHORTCUT_OF_WINDOWS):
        return _refused("shortcut")
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar" or head[2:5] == b"-lh":
        return _refused("archive")
    return None


def is_harmless_around_pdf(rest: bytes) -> bool:
    """Whether what stands before or behind a PDF is no program, archive, picture or page that
    does something: a path, a mark, the header of a mail or form, a printer's command, a warning
    of a web server."""
    bare = rest.lstrip(b"\xef\xbb\xbf\x00\t\n\x0c\r ")
    if any(look(part, "") is not None for look in _OTHER_FILES for part in (rest, bare)):
        return False
    is_active = _ACTIVE.search(rest) is not None or _has_handler(rest)
    return not (is_active or any(sign in rest for sign in _SIGNS_WITHIN))


def _has_handler(markup: bytes) -> bool:
    """Whether a tag has an attribute such as onclick. Not one expression: it would look through
    the rest of every tag that never ends."""
    for handler in _HANDLER.finditer(markup):
        before = markup[max(0, handler.start() - _LONGEST_TAG) : handler.start()]
        if _OPEN_TAG.search(before, before.rfind(b">") + 1):
            return True
    return False


def _pdf(head: bytes, _name: str) -> Sniffed | None:
    at = start_of_pdf(head)
    if at < 0:
        return None
    if at >= 132 and (_is_dicom_with_preamble(head) or _FIRST_DICOM_TAGS.match(head)):
        return None  # it may be the document in a data set, which the examination knows
    if not is_harmless_around_pdf(head[:at]):
        # Two programs would see two different files.
        return _refused("polyglot", types.PDF)
    return Sniffed(types.PDF)


def _pdf_without_header(head: bytes, _name: str) -> Sniffed | None:
    """Detect a PDF that has lost its header, or has another one, by its first object."""
    if head.startswith(b"%FDF-"):
        return None
    at = first_object_of_pdf(head)
    before = POSTSCRIPT_PDF.sub(b"", head[: max(0, at)])
    return Sniffed(types.PDF) if at >= 0 and is_harmless_around_pdf(before) else None


def _image(head: bytes, _name: str) -> Sniffed | None:
    head = head[start_of_picture(head) :]
    for signature, media_type in _IMAGES:
        if head.startswith(signature):
            is_dicom = _is_dicom_with_preamble(head) or start_of_dicom(head) >= 0
            if media_type == types.TIFF and is_dicom:
                return Sniffed(types.DICOM)  # a TIFF header in the preamble is allowed (PS3.10)
            return Sniffed(media_type)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Sniffed(types.WEBP)
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return Sniffed(types.BMP)
    return None


_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41"}
    | {b"mp42", b"avc1", b"M4V ", b"M4VH", b"M4VP", b"dash", b"MSNV", b"f4v ", b"mmp4", b"XAVC"}
)
_MOBILE = (b"3gp", b"3g2", b"3ge", b"3gg", b"3gr", b"3gs", b"3gt", b"kddi")
"""Beginnings of the brands of phones (3GPP TS 26.244, 3GPP2 C.S0050)."""
_QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})


def _container(head: bytes, _name: str) -> Sniffed | None:
    """Detect ISO base media files (HEIF, AVIF, MP4, MOV) and WebM."""
    media_type: str | None = None
    if head[:4] == b"\x1aE\xdf\xa3":
        doctype = re.search(rb"\x42\x82.{1,8}?(webm|matroska)", head[:512], re.DOTALL)
        media_type = types.WEBM if doctype is not None and doctype[1] == b"webm" else None
    elif head[4:8] in _QUICKTIME_ATOMS:
        media_type = types.MOV
    elif head[4:8] == b"ftyp":
        length = min(int.from_bytes(head[:4], "big"), 512)
        media_type = _branded(head[8:12], {head[at : at + 4] for at in range(16, length, 4)})
    else:
        return None
    return Sniffed(media_type) if media_type else _refused(_foreign_or_unknown(head))


def _foreign(head: bytes, _name: str) -> Sniffed | None:
    refusal = refusal_for_media(head)
    return _refused(refusal) if refusal else None


def _foreign_document(head: bytes, name: str) -> Sniffed | None:
    refusal = refusal_for_document(head, name)
    return _refused(refusal) if refusal else None


def _foreign_or_unknown(head: bytes) -> str:
    return refusal_for_media(head) or "unknown_type"


def _branded(major: bytes, compatible: set[bytes]) -> str | None:
    """Return the type stated by the brands of an ISO base media file (ISO 14496-12, 4.3)."""
    brands = {major} | compatible
    if major in {b"mif1", b"msf1"} or major in _HEIC_BRANDS | _AVIF_BRANDS:
        if brands & _AVIF_BRANDS:
            return types.AVIF
        return types.HEIC if brands & _HEIC_BRANDS else types.HEIF
    if major == b"qt  ":
        return types.MOV
    is_video = brands & _MP4_BRANDS or any(brand.startswith(_MOBILE) for brand in brands)
    is_foreign = refusal_for_media(bytes(4) + b"ftyp" + major) != ""
    return types.MP4 if is_video and not is_foreign else None


_FIRST_DICOM_TAGS = re.compile(
    rb"(?:\x02\x00[\x00\x01\x02\x10]\x00|\x08\x00[\x00\x01\x05\x06\x08\x12\x16\x18]\x00)"
    rb"(?:(?:AE|CS|DA|LO|OB|SH|TM|UI|UL|UN)|..\x00\x00)"
    rb"|(?:\x00\x08\x00[\x00\x01\x05\x06\x08\x12\x16\x18])(?:AE|CS|DA|LO|SH|TM|UI|UL|UN)",
    re.DOTALL,
)


def _dicom(head: bytes, _name: str) -> Sniffed | None:
    """Detect DICOM, with the preamble of PS3.10, or without as older devices write it."""
    has_tags = _FIRST_DICOM_TAGS.match(head) or start_of_dicom(head) >= 0
    if _is_dicom_with_preamble(head) or has_tags:
        return Sniffed(types.DICOM)
    return None


_OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text": types.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": types.ODS,
}
_MEMBER_NAME = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)


def _members(head: bytes) -> list[bytes]:
    """Return the names in the local headers within the first bytes (APPNOTE.TXT 4.3.7)."""
    names: list[bytes] = []
    for found in _MEMBER_NAME.finditer(head):
        length = int.from_bytes(found[1], "little")
        names.append(head[found.end() : found.end() + length])
    return names


_JAVA = frozenset({b"AndroidManifest.xml", b"META-INF/MANIFEST.MF", b"classes.dex"})


_APPLE = {"numbers": "numbers", "key": "keynote", "keynote": "keynote", "pages": "pages"}


def _zip(head: bytes, name: str) -> Sniffed | None:
    if not head.startswith(b"PK\x03\x04"):
        return None
    members = _members(head)
    refusal = _refusal_by_members(members, name)
    if refusal:
        return _refused(refusal)
    if members[:1] == [b"mimetype"]:
        return _open_document(head, name)
    begins_as_office = members[:1] and members[0].startswith((b"_rels/", b"docProps/"))
    if begins_as_office or b"[Content_Types].xml" in members:
        return _office_open(members, name)
    known = _APPLE.get(_extension(name), "archive")
    if _extension(name) == "livp":
        known = "live_photo"
    return _refused("print_file" if b"FixedDocSeq.fdseq" in head else known, "application/zip")


def _refusal_by_members(members: list[bytes], name: str) -> str:
    if any(member.lower().endswith(b"vbaproject.bin") for member in members):
        return "macros"
    if _JAVA & set(members):
        return "executable"
    if any(member.endswith((b".iwa", b".apxl")) or member == b"Index.zip" for member in members):
        return _of_apple(members, name)
    return ""


def _open_document(head: bytes, name: str) -> Sniffed:
    found = re.match(rb"[a-z0-9.+/-]+", head[38:160])
    stated = found[0] if found else b""
    if stated in _OPEN_DOCUMENTS:
        return Sniffed(_OPEN_DOCUMENTS[stated])
    for ending, refusal in OPEN_DOCUMENTS:
        if stated.endswith(ending):
            return _refused(refusal)
    return _refused(refusal_by_name(name))


def _of_apple(members: list[bytes], name: str) -> str:
    """Return the refusal of a document of Pages, Numbers or Keynote."""
    known = _APPLE.get(_extension(name))
    if known:
        return known
    if any(b"Slide" in member or member.endswith(b".apxl") for member in members):
        return "keynote"
    return "numbers" if any(b"Sheet" in member for member in members) else "pages"


def _office_open(members: list[bytes], name: str) -> Sniffed:
    if any(member.startswith(b"word/") for member in members):
        return Sniffed(types.DOCX)
    if any(member.startswith(b"xl/") for member in members):
        return Sniffed(types.XLSX)
    if any(member.startswith(b"ppt/") for member in members):
        return _refused("slides")
    if any(member.startswith(b"visio/") for member in members):
        return _refused("drawing")
    if any(member.endswith(b".fdseq") for member in members):
        return _refused("print_file")
    # The decisive members are further back; the examination checks all of them.
    return Sniffed(types.XLSX if _extension(name) == "xlsx" else types.DOCX)


_OLE_REFUSED = {
    "_VBA_PROJECT": "macros",
    "Macros": "macros",
    "EncryptedPackage": "encrypted_document",  # a .docx with a password ([MS-OFFCRYPTO])
    "__properties_version1.0": "mail_message",
    "PowerPoint Document": "slides",
}
_OLE_KEPT = {"WordDocument": types.DOC, "Workbook": types.XLS, "Book\x00": types.XLS}
_OLE_STREAMS = {
    **{stream: _refused(refusal) for stream, refusal in _OLE_REFUSED.items()},
    **{stream: Sniffed(media_type) for stream, media_type in _OLE_KEPT.items()},
    **{stream: _refused(refusal) for stream, refusal in COMPOUND.items()},
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _ole(head: bytes, name: str) -> Sniffed | None:
    """Detect compound files of Office 97 to 2003 ([MS-CFB]); Word's and Excel's are kept."""
    if not head.startswith(_OLE):
        return None
    if _extension(name) in {"msi", "msp", "mst"}:
        return _refused("executable")
    shift = min(int.from_bytes(head[30:32], "little"), 12)
    directory = (int.from_bytes(head[48:52], "little") + 1) << shift
    entries = head[directory : directory + 4096]
    seen = [stream for stream in _OLE_STREAMS if stream.encode("utf-16-le") in entries]
    if seen:
        return _OLE_STREAMS[seen[0]]
    if entries:
        return _refused(refusal_by_name(name))
    # The directory is further back; the examination reads it.
    return Sniffed(types.XLS if _extension(name) == "xls" else types.DOC)


_CLOUD_NAMES = frozenset({"gdoc", "gsheet", "gslides", "gdraw", "gform", "icloud", "webloc", "url"})


def _link_to_a_cloud(head: bytes, name: str) -> Sniffed | None:
    """Detect what Google Drive and iCloud leave on a device in place of a document."""
    is_google = head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{") and _GOOGLE.search(head[:2048])
    is_apple = head.startswith(b"bplist00") or b"<plist" in head[:512]
    is_link = is_google or is_apple or head.lstrip(b"\xef\xbb\xbf").startswith(_SHORTCUT)
    return _refused("cloud_link") if is_link and _extension(name) in _CLOUD_NAMES else None


_GOOGLE = re.compile(rb'"(?:doc_id|resource_id)"|//(?:docs|drive)\.google\.com/')
_SHORTCUT = b"[InternetShortcut]"


def _rtf(head: bytes, _name: str) -> Sniffed | None:
    return Sniffed(types.RTF) if head.lstrip(b"\xef\xbb\xbf\t\n\r ").startswith(b"{\\rtf") else None


def _command(head: bytes, _name: str) -> Sniffed | None:
    return _refused("script") if head.startswith(_STARTS) else None


_OTHER_FILES = (_dangerous, _image, _container, _ole, _rtf, _command)


_SHELL_FOLDER = "[.ShellClassInfo]"  # desktop.ini
_SCRIPT_STARTS = re.compile(
    r"\A(?:#!|<\?(?:php|=)|<%|@echo\b|\[InternetShortcut\]|\[Desktop Entry\]"
    r"|Windows Registry Editor|REGEDIT4)",
    re.IGNORECASE,
)


_TABLE_NAMES = frozenset({"csv", "tsv", "tab", "xls", "xlsx"})
"""Laboratory programs call values that are separated by tabs .xls, so that Excel opens them."""


def sniff_text(head: bytes, name: str) -> Sniffed | None:
    """Detect text, and refuse what is markup or a script; None if it is no text."""
    text = _decoded(head)
    if text is None:
        return None
    start = text.lstrip("\ufeff \t\r\n\x0c")
    suffix = _extension(name)
    if start.startswith(_SHELL_FOLDER):
        return _refused("companion_file")
    if _SCRIPT_STARTS.match(start) or suffix in _SCRIPT_NAMES:
        return _refused("script", types.PLAIN)
    refusal = refusal_for_markup(start, suffix)
    if refusal:
        return _refused(refusal)
    return Sniffed(types.CSV if suffix in _TABLE_NAMES else types.PLAIN)


_HARMLESS_CONTROLS = frozenset(b"\t\n\x0b\x0c\r\x1b\x1c\x1a\x08")
"""Signs that printers, devices and DOS put into texts."""


def _decoded(head: bytes) -> str | None:
    """Return the head as text, or None if it does not look like text in any usual encoding. The
    examination finds out which encoding it is."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        wide = head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"))
        text = head.decode("utf-32" if wide else "utf-16", "replace")
        return text if text.count("\ufffd") <= 2 and "\x00" not in text else None
    head = head.rstrip(b"\x00\x1a") if b"\x00" not in head[:-2] else head
    if b"\x00" in head:
        return _wide(head)
    if any(byte < 32 and byte not in _HARMLESS_CONTROLS for byte in set(head)):
        return None
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as damaged:
        if damaged.start >= len(head) - 3 and len(head) == HEAD_SIZE:
            return head[: damaged.start].decode("utf-8")  # a character cut by the end of the head
    return head.decode("latin-1")


def _wide(head: bytes) -> str | None:
    """Return UTF-16 without its mark as text, None if it is something else."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    codec = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) - len(head) % 2].decode(codec, "replace").rstrip("\x00\x1a")
    strange = sum(1 for letter in text if letter < " " and letter not in "\t\r\n\x0b\x0c\x1b")
    likely = max(even, odd) > len(head) // 8 and min(even, odd) <= len(head) // 40
    return text if likely and not strange and text.count("\ufffd") <= 2 else None
