"""Documents, envelopes and helper files of kinds that are not accepted, so that their sender reads
what they are and what works instead.

Their first bytes decide. A name decides only between refusals, where bytes say nothing.
"""

import base64
import re
from pathlib import PurePosixPath

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"x\x9f>\x22", "outlook_wrapping"),  # TNEF ([MS-OXTNEF], 2.1.3.1)
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "onenote"),
    (b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f", "onenote"),
    (b"\xd7\xcd\xc6\x9a", "drawing"),  # WMF with its placeable header
    (b"\x01\x00\x09\x00\x00\x03", "drawing"),
    (b"\xc5\xd0\xd3\xc6", "print_file"),  # EPS with a preview
    (b"%!PS", "print_file"),
    (b"\x1b%-12345X", "print_file"),  # PJL
    (b"\x1bE\x1b", "print_file"),  # PCL
    (b"\xffWPC", "other_document"),  # WordPerfect
    (b"\xdb\xa5\x2d\x00", "other_document"),  # Word 2
    (b"\x31\xbe\x00\x00\x00\xab", "other_document"),  # Write
    (b"\x00\x00\x02\x00\x06\x04\x06\x00", "other_document"),  # Lotus 1-2-3
    (b"\x00\x00\x1a\x00", "other_document"),
    (b"\x00\x01\x00\x00Standard ", "other_document"),  # Access
    (b"SQLite format 3\x00", "other_document"),
    (b"HWP Document File", "other_document"),
    (b"\x00\x05\x16\x07", "companion_file"),  # AppleDouble (RFC 1740)
    (b"\x00\x05\x16\x00", "companion_file"),
    (b"\x00\x00\x00\x01Bud1", "companion_file"),  # .DS_Store
    (b"ITOLITLS", "ebook"),
    (b"ply\n", "three_d"),
    (b"ply\r\n", "three_d"),
    (b"glTF\x02\x00", "three_d"),
    (b"%FDF-", "form_data"),
    (b"(This file must be converted with BinHex", "transport_form"),
    (b"\xc3\xbf\xc3\x98\xc3\xbf", "damaged_image"),  # a JPEG that was read as a text
    (b"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\x00\x10JFIF", "damaged_image"),
    (b"\xc2\x89PNG", "damaged_image"),
    (b"\xef\xbf\xbdPNG", "damaged_image"),
    (b"\x09\x00\x04\x00", "other_document"),  # Excel 2 to 4
    (b"\x09\x02\x06\x00", "other_document"),
    (b"\x09\x04\x06\x00", "other_document"),
    (b"age-encryption.org/", "encrypted_file"),
    (b"-----BEGIN PGP MESSAGE", "encrypted_file"),
    (b"-----BEGIN PGP SIGNATURE", "signature"),
    (b"-----BEGIN PGP P", "key_file"),
    (b"\x85\x02\x0c", "encrypted_file"),  # OpenPGP, for a key of 4096 bits
    (b"\x85\x01\x0c", "encrypted_file"),
    (b"\x84\x5e\x03", "encrypted_file"),
)
_PEM = re.compile(rb"\A\s*-----BEGIN ([A-Z0-9 ]{3,40})-----")
_CMS = re.compile(
    rb"\A\x30[\x80-\x84].{0,4}?\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07(.)", re.DOTALL
)
"""The beginning of a signed or encrypted message (RFC 5652, 3)."""
_SIGNED, _ENVELOPED = {b"\x02"}, {b"\x03", b"\x04", b"\x06"}
_SMIME = re.compile(
    rb"^Content-Type:\s{0,8}application/(?:x-)?pkcs7-mime\b"
    rb"([^\n]{0,200}(?:\n[ \t][^\n]{0,200}){0,4})",
    re.IGNORECASE | re.MULTILINE,
)
_SHAPES = tuple(
    (re.compile(shape, re.DOTALL), refusal)
    for shape, refusal in (
        (rb"\x01\x00\x00\x00.{36} EMF", "drawing"),
        (rb"AC10\d\d\x00", "drawing"),  # AutoCAD
        (rb".{60}(?:BOOKMOBI|TEXtREAd)", "ebook"),
        (rb"\x00\x00[\x01\x02]\x00[\x01-\x40]\x00.{3}\x00", "other_picture"),  # ICO, CUR
        (rb"\x0a[\x00\x02-\x05]\x01[\x01\x02\x04\x08]", "other_picture"),  # PCX
        (rb"P[456]\s\d{1,6}\s\d{1,6}\s", "other_picture"),  # Netpbm
        (
            rb"begin [0-7]{3,4} [^\r\n]{1,200}\r?\n[M\x20-\x60][\x20-\x60]{4,61}\r?\n",
            "transport_form",
        ),
        (rb"data:[\w.+-]{1,60}/[\w.+-]{1,60};base64,", "transport_form"),
        (rb"solid\b[^\n]{0,200}\n\s{0,40}facet\s+normal\b", "three_d"),  # STL
    )
)

_SIDECARS = frozenset({".aae", ".xmp", ".plist"})
"""The notes of photo programs beside a photo."""
_BASE64 = re.compile(rb"\A(?:[A-Za-z0-9+/]{40,}={0,2}\r?\n?){1,3}")
_KNOWN = (
    b"%PDF",
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"PK\x03\x04",
    b"II*\x00",
    b"MM\x00*",
    b"{\\rtf",
)

_BY_NAME = {
    **dict.fromkeys(("emf", "wmf", "vsd", "vsdx", "cdr", "dwg", "dxf", "odg", "pub"), "drawing"),
    **dict.fromkeys(("ico", "cur", "pcx", "tga", "icns", "dds", "exr", "hdr"), "other_picture"),
    **dict.fromkeys(("ppm", "pgm", "pbm", "pnm", "sgi", "rgb", "msp", "fits"), "other_picture"),
    **dict.fromkeys(("iso", "dmg", "nrg", "vhd"), "archive"),
    **dict.fromkeys(("xps", "oxps", "ps", "eps", "pcl", "prn"), "print_file"),
    **dict.fromkeys(("epub", "mobi", "azw", "azw3", "prc", "lit", "fb2"), "ebook"),
    **dict.fromkeys(("wpd", "wps", "wks", "wri", "sxw", "sxc", "hwp"), "other_document"),
    **dict.fromkeys(("mdb", "accdb", "mpp", "wk1", "wk4", "wq1", "dbf"), "other_document"),
    **dict.fromkeys(("one", "onetoc2", "onepkg"), "onenote"),
    **dict.fromkeys(("stl", "obj", "ply", "3mf", "glb"), "three_d"),
    **dict.fromkeys(("edf", "bdf", "scp", "mwf", "nii", "nrrd", "mha", "mrxs"), "device_recording"),
    **dict.fromkeys(("svs", "ndpi", "scn", "czi", "lif", "fit", "dat3"), "device_recording"),
    **dict.fromkeys(("crdownload", "part", "partial", "opdownload"), "unfinished_download"),
    **dict.fromkeys(("download", "tmp", "filepart"), "unfinished_download"),
    **dict.fromkeys(("p7m", "p7s"), "signed_envelope"),
    **dict.fromkeys(("gpg", "pgp", "asc", "aes", "axx", "kdbx", "enc"), "encrypted_file"),
    **dict.fromkeys(("pfx", "p12", "p8", "cer", "crt", "der", "key", "pem"), "key_file"),
    **dict.fromkeys(("dng", "cr2", "cr3", "nef", "arw", "orf", "rw2", "raf"), "camera_raw"),
    **dict.fromkeys(("pef", "srw", "x3f", "3fr", "iiq", "raw"), "camera_raw"),
    **dict.fromkeys(("pst", "ost", "mbox"), "mail_message"),
    **dict.fromkeys(("mp3", "m4a", "wma", "opus", "aac", "ra", "voc"), "sound"),
}


def refusal_for_document(head: bytes, name: str) -> str:
    """Return the key of a refusal for a document, envelope or helper file of a foreign kind, ""
    for any other file."""
    plain = PurePosixPath(name.replace("\\", "/").replace("\x00", "")).name
    if plain.startswith("~$") and len(head) < 1024:
        return "companion_file"  # Office's mark of a document that is open
    if not head.strip(b"\x00"):
        return "hollow"
    bare = head.lstrip(b"\xef\xbb\xbf\r\n\t ")
    suffix = PurePosixPath(plain).suffix.lower()
    if suffix in _SIDECARS and bare.startswith((b"<?xml", b"<!DOCTYPE", b"<x:xmpmeta")):
        return "companion_file"
    begins = (
        refusal for start, refusal in _STARTS if start in (head[: len(start)], bare[: len(start)])
    )
    shaped = (refusal for shape, refusal in _SHAPES if shape.match(head))
    return next(begins, "") or next(shaped, "") or _envelope(bare, plain) or _encoded(bare)


def _encoded(head: bytes) -> str:
    """Return the refusal of a file in base64 whose beginning is that of a known kind."""
    if _BASE64.match(head) is None:
        return ""
    packed = re.sub(rb"\s+", b"", head[:200])
    start = base64.b64decode(packed[: len(packed) // 4 * 4])
    return "transport_form" if start.startswith(_KNOWN) else ""


def _envelope(head: bytes, name: str) -> str:
    found = _CMS.match(head)
    if found:
        if found[1] in _ENVELOPED:
            return "encrypted_file"
        is_bare = name.lower().endswith(".p7s")
        return "signature" if is_bare else "signed_envelope" if found[1] in _SIGNED else "key_file"
    pem = _PEM.match(head)
    if pem:
        if pem[1] in {b"PKCS7", b"CMS"}:
            return "signed_envelope"
        return "key_file" if pem[1].endswith((b"KEY", b"CERTIFICATE", b"REQUEST")) else ""
    mail = _SMIME.search(head.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0])
    if mail:
        return "signed_envelope" if b"signed-data" in mail[1] else "encrypted_file"
    return ""


def refusal_by_name(name: str) -> str:
    """Return the key of the refusal for a file whose bytes say nothing."""
    suffix = PurePosixPath(name.replace("\\", "/").replace("\x00", "")).suffix.lower()
    return _BY_NAME.get(suffix.lstrip("."), "unknown_type")


OPEN_DOCUMENTS: tuple[tuple[bytes, str], ...] = (
    (b"-template", "office_template"),
    (b".presentation", "slides"),
    (b".graphics", "drawing"),
    (b"epub+zip", "ebook"),
    (b"x-krita", "other_picture"),
    (b"openraster", "other_picture"),
    (b"hwp+zip", "other_document"),
    (b".base", "other_document"),
    (b".text-master", "other_document"),
)
"""The refusals of archives that state their type first (ISO 26300, EPUB), by its end."""

COMPOUND = {
    "Quill": "drawing",  # Publisher
    "VisioDocument": "drawing",
    "StarWriterDocument": "other_document",
    "StarCalcDocument": "other_document",
    "MatOST": "other_document",  # Works
    "BodyText": "other_document",  # Hangul
    "Catalog": "companion_file",  # Thumbs.db
}
"""The refusals of compound files ([MS-CFB]), by a stream in them."""
