"""Where a PDF, a DICOM file or a picture begins if something stands before it, or if its first
bytes are missing or damaged, as transfers and old programs leave them.

Pure and from the standard library only, like `sniffing`: it runs in the serving process too.
"""

import re

_PDF_SEARCH = 1024  # readers search for the header in the first 1024 bytes (ISO 32000-1, annex H)
_PDF_BEHIND_TEXT = 16 * 1024
_PDF_LINE = re.compile(rb"[\r\n](%PDF-[12]\.\d[\r\n ])")
_PDF_OBJECT = re.compile(
    rb"(?:\A|(?<=[\x00-\x20]))\d{1,8}[ \t\r\n]{1,4}\d{1,5}[ \t\r\n]{1,4}obj\b\s{0,16}(?:<<|\[|\()"
)
_PDF_CONTENT = re.compile(rb"\bendobj\b|\bstream\r?\n")
_PDF_TABLE = re.compile(rb"\b(?:startxref|trailer|xref)\b")
POSTSCRIPT_PDF = re.compile(rb"\A\s{0,16}%!PS-Adobe-\d\.\d PDF-\d\.\d")
"""A header that is allowed too (ISO 32000-1, annex H, 3.4.1)."""


def start_of_pdf(data: bytes) -> int:
    """Return where the header of a PDF is, -1 if there is none; readers look for it a little way
    behind the beginning (ISO 32000-1, annex H), and so do scanners, mail and printing programs
    that put something in front of it."""
    at = data.find(b"%PDF-", 0, _PDF_SEARCH)
    if at >= 0:
        return at
    found = _PDF_LINE.search(data, _PDF_SEARCH - 16, _PDF_BEHIND_TEXT)
    return found.start(1) if found else -1


def first_object_of_pdf(head: bytes) -> int:
    """Return where the first object of a PDF without a header is; -1 if it is none."""
    found = _PDF_OBJECT.search(head, 0, _PDF_BEHIND_TEXT)
    if found is None or _PDF_CONTENT.search(head, found.end()) is None:
        return -1
    return found.start()


def is_pdf(head: bytes) -> bool:
    """Whether the first bytes are a PDF's, with its header or without."""
    return start_of_pdf(head) >= 0 or first_object_of_pdf(head) >= 0


def has_table_of_pdf(data: bytes) -> bool:
    """Whether it names where objects are, as a PDF does and a text about PDF hardly ever."""
    return _PDF_TABLE.search(data) is not None


_DICOM_META = re.compile(rb"(?:DICM)?\x02\x00\x00\x00UL\x04\x00")
_DICOM_SEARCH = 1024


def start_of_dicom(head: bytes) -> int:
    """Return where the file meta group is in a DICOM file whose preamble or mark is damaged
    (PS3.10, 7.1); -1 if it has both, or is none."""
    if head[128:132] == b"DICM":
        return -1
    found = _DICOM_META.search(head, 0, _DICOM_SEARCH)
    return -1 if found is None else found.end() - 8


def with_preamble(data: bytes) -> bytes:
    """Return a DICOM file with the preamble and the mark that it has lost."""
    at = start_of_dicom(data)
    return data if at < 0 else bytes(128) + b"DICM" + data[at:]


_BLANKS = b"\xef\xbb\xbf\x00\t\n\r "
_MOST_BLANKS = 64
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")


def start_of_picture(head: bytes) -> int:
    """Return how many blanks stand before a picture, as web servers put them there; 0 for any
    other file."""
    bare = head[:_MOST_BLANKS].lstrip(_BLANKS)
    at = min(len(head), _MOST_BLANKS) - len(bare)
    return at if at and bare.startswith(_PICTURES) else 0
