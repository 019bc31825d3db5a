"""The media types that Bedside keeps: their names, how they are displayed, and where they may be
sent.

The list is F2's. A type that is not in it is refused, whatever its name says.
"""

from dataclasses import dataclass
from enum import StrEnum

from bedside.kernel.language import N_


class Kind(StrEnum):
    """How a file is displayed. DICOM is an image: a patient sees the picture made from it."""

    IMAGE = "image"
    PDF = "pdf"
    TEXT = "text"
    DOCUMENT = "document"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class MediaType:
    """One accepted type: `extension` with its dot, `label` an untranslated name for a person."""

    name: str
    kind: Kind
    extension: str
    label: str


PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
HEIC = "image/heic"
HEIF = "image/heif"
WEBP = "image/webp"
AVIF = "image/avif"
GIF = "image/gif"
BMP = "image/bmp"
TIFF = "image/tiff"
DICOM = "application/dicom"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOC = "application/msword"
ODT = "application/vnd.oasis.opendocument.text"
RTF = "application/rtf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
PLAIN = "text/plain"
CSV = "text/csv"
MP4 = "video/mp4"
MOV = "video/quicktime"
WEBM = "video/webm"
UNKNOWN = "application/octet-stream"

MEDIA_TYPES = {
    known.name: known
    for known in (
        MediaType(PDF, Kind.PDF, ".pdf", N_("PDF")),
        MediaType(JPEG, Kind.IMAGE, ".jpg", N_("JPEG photo")),
        MediaType(PNG, Kind.IMAGE, ".png", N_("PNG image")),
        MediaType(HEIC, Kind.IMAGE, ".heic", N_("HEIC photo")),
        MediaType(HEIF, Kind.IMAGE, ".heif", N_("HEIF photo")),
        MediaType(WEBP, Kind.IMAGE, ".webp", N_("WebP image")),
        MediaType(AVIF, Kind.IMAGE, ".avif", N_("AVIF image")),
        MediaType(GIF, Kind.IMAGE, ".gif", N_("GIF image")),
        MediaType(BMP, Kind.IMAGE, ".bmp", N_("BMP image")),
        MediaType(TIFF, Kind.IMAGE, ".tiff", N_("TIFF image")),
        MediaType(DICOM, Kind.IMAGE, ".dcm", N_("DICOM image")),
        MediaType(DOCX, Kind.DOCUMENT, ".docx", N_("Word document")),
        MediaType(DOC, Kind.DOCUMENT, ".doc", N_("Word document")),
        MediaType(ODT, Kind.DOCUMENT, ".odt", N_("OpenDocument text")),
        MediaType(RTF, Kind.DOCUMENT, ".rtf", N_("RTF document")),
        MediaType(XLSX, Kind.DOCUMENT, ".xlsx", N_("Excel table")),
        MediaType(XLS, Kind.DOCUMENT, ".xls", N_("Excel table")),
        MediaType(ODS, Kind.DOCUMENT, ".ods", N_("OpenDocument table")),
        MediaType(PLAIN, Kind.TEXT, ".txt", N_("Text")),
        MediaType(CSV, Kind.TEXT, ".csv", N_("CSV table")),
        MediaType(MP4, Kind.VIDEO, ".mp4", N_("MP4 video")),
        MediaType(MOV, Kind.VIDEO, ".mov", N_("QuickTime video")),
        MediaType(WEBM, Kind.VIDEO, ".webm", N_("WebM video")),
    )
}

_WITHOUT_VIDEO = frozenset({"letter", "photo_request", "information_pack"})


def kind(media_type: str) -> Kind | None:
    """Return how a file of this type is displayed; None for a type that Bedside does not keep."""
    known = MEDIA_TYPES.get(media_type)
    return known.kind if known else None


def extension(media_type: str) -> str:
    """Return the extension with its dot, e.g. “.jpg”; “.bin” for a type that Bedside does not
    keep."""
    known = MEDIA_TYPES.get(media_type)
    return known.extension if known else ".bin"


def label(media_type: str) -> str:
    """Return the untranslated name for a person, e.g. “HEIC photo”; pass it through gettext for
    display."""
    known = MEDIA_TYPES.get(media_type)
    return known.label if known else N_("File")


def refusal_in_channel(media_type: str, channel: str) -> str:
    """Return the key of the refusal for this type in this channel, "" if it may be sent (F2).

    `channel` is a channel's name in snake_case: “letter”, “photo_request”, “information_pack”
    accept no video, and a photo request accepts photos only. Every other channel accepts every
    type.
    """
    shown_as = kind(media_type)
    if channel == "photo_request" and (shown_as is not Kind.IMAGE or media_type == DICOM):
        return "not_a_photo"
    if channel in _WITHOUT_VIDEO and shown_as is Kind.VIDEO:
        return "video_not_here"
    return ""
