"""Type detection by the first bytes: every accepted type, what names may decide, and nonsense."""

import time

import pydicom.data
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.adapters.rendering.limits import MAX_PAGES, MAX_PIXELS
from bedside.files import media_types as types
from bedside.files.media_types import (
    MEDIA_TYPES,
    Kind,
    extension,
    kind,
    label,
    refusal_in_channel,
)
from bedside.files.refusals import NOTES, REFUSALS, refusal_for_signature
from bedside.files.sniffing import HEAD_SIZE, is_harmless_around_pdf, sniff
from tests.hostile import builders, tables

pytestmark = pytest.mark.feature("F2")


def boxed(brand: bytes, *compatible: bytes) -> bytes:
    """Return the first box of an ISO base media file."""
    brands = brand + bytes(4) + b"".join(compatible)
    return (len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands + bytes(100)


def xlsx() -> bytes:
    """An Excel table as far as its first members tell."""
    return builders.zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"})


def ods() -> bytes:
    """An OpenDocument table as far as its first member tells."""
    mimetype = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}
    return builders.zipped(mimetype, stored=["mimetype"])


ACCEPTED = [
    (types.PDF, b"%PDF-1.4\n"),
    (types.PDF, b"\r\n\xef\xbb\xbf%PDF-2.0\n"),
    (types.JPEG, builders.picture("JPEG")),
    (types.PNG, builders.picture("PNG")),
    (types.GIF, builders.picture("GIF")),
    (types.BMP, builders.picture("BMP")),
    (types.TIFF, builders.picture("TIFF")),
    (types.TIFF, b"MM\x00*\x00\x00\x00\x08" + bytes(20)),
    (types.WEBP, builders.picture("WEBP")),
    (types.AVIF, builders.picture("AVIF")),
    (types.HEIC, boxed(b"heic", b"mif1")),
    (types.HEIC, boxed(b"mif1", b"mif1", b"heic")),
    (types.HEIF, boxed(b"mif1", b"mif1")),
    (types.AVIF, boxed(b"mif1", b"avif")),
    (types.MP4, boxed(b"isom", b"avc1")),
    (types.MP4, boxed(b"3gp5", b"isom")),
    (types.MP4, boxed(b"3gp4", b"3gp4")),
    (types.MP4, boxed(b"3gp6", b"3gp5")),
    (types.MP4, boxed(b"3g2a", b"3g2a")),
    (types.MP4, boxed(b"3gr6", b"3gp6")),
    (types.MP4, boxed(b"kddi", b"3g2a")),
    (types.MOV, boxed(b"qt  ", b"qt  ")),
    (types.MOV, b"\x00\x00\x00\x08wide\x00\x00\x10\x00mdat" + bytes(40)),
    (types.WEBM, b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm" + bytes(40)),
    (types.DICOM, builders.dicom_header()),
    (types.DICOM, b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100"),
    (types.DOCX, builders.docx()),
    (types.DOC, builders.doc()),
    (types.ODT, builders.odt()),
    (types.XLSX, xlsx()),
    (types.ODS, ods()),
    (types.XLS, tables.xls({(0, 0): "Kalium"})),
    (types.RTF, b"{\\rtf1 Dear doctor}"),
    (types.PLAIN, "Blutdruck 120/80, Größe 1,80 m".encode()),
    (types.PLAIN, "Größe".encode("cp1252")),
    (types.PLAIN, "Größe".encode("utf-16")),
    (types.PLAIN, b"Temperature < 38 and pulse > 90; see <doctor>"),
]


@pytest.mark.parametrize(("media_type", "head"), ACCEPTED)
@pytest.mark.parametrize("name", ["x", "x.jpg", "x.pdf", "x.docx", "x.dat"])
def test_content_decides_and_not_the_name(media_type: str, head: bytes, name: str) -> None:
    sniffed = sniff(head[:HEAD_SIZE], name)
    assert (sniffed.media_type, sniffed.refusal) == (media_type, "")


def test_every_accepted_type_is_recognised() -> None:
    assert {media_type for media_type, _ in ACCEPTED} | {types.CSV} == MEDIA_TYPES.keys()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("values.csv", types.CSV),
        ("values.TSV", types.CSV),
        ("values.txt", types.PLAIN),
        ("../values.csv", types.CSV),
    ],
)
def test_only_the_name_tells_a_table_from_text(name: str, expected: str) -> None:
    assert sniff(b"a,b\n1,2\n", name).media_type == expected


def test_slides_and_unknown_boxes_are_not_known() -> None:
    slides = builders.zipped({"[Content_Types].xml": b"", "ppt/presentation.xml": b""})
    for head in (boxed(b"zzzz"),):
        assert sniff(head, "a.mp4").refusal == "unknown_type"
    assert sniff(slides, "a.mp4").refusal == "slides"


FOREIGN = {
    "sound": [
        boxed(b"M4A ", b"isom", b"mp42"),
        boxed(b"M4B ", b"3gp5"),
        b"ID3\x04" + bytes(40),
        b"\xff\xfb\x90\x64" + bytes(40),
        b"\xff\xf1\x50\x80" + bytes(40),
        b"RIFF\x24\x08\x00\x00WAVEfmt ",
        b"FORM\x00\x00\x00\x40AIFFCOMM",
        b"#!AMR\n" + bytes(40),
        b"#!AMR-WB\n" + bytes(40),
        b"OggS\x00\x02" + bytes(40),
        b"fLaC\x00\x00\x00\x22",
        b"caff\x00\x01" + bytes(40),
    ],
    "other_video": [
        b"\x1aE\xdf\xa3\x9fB\x82\x88matroska",
        b"RIFF\x24\x08\x00\x00AVI LIST",
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9",
        b"FLV\x01\x05" + bytes(40),
        b"\x00\x00\x01\xba\x44" + bytes(40),
        (b"G\x40\x11\x10" + b"\xff" * 184) * 6,
        (bytes(4) + b"G\x40\x11\x10" + b"\xff" * 184) * 6,
    ],
    "other_picture": [
        b"\xff\x0a\xfa\x1f" + bytes(40),
        b"\x00\x00\x00\x0cJXL \r\n\x87\n" + bytes(40),
        b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(40),
        b"\xff\x4f\xff\x51\x00\x2f" + bytes(40),
        b"8BPS\x00\x01" + bytes(40),
    ],
    "camera_raw": [
        boxed(b"crx ", b"isom"),
        b"FUJIFILMCCD-RAW 0201" + bytes(40),
        b"IIRO\x08\x00\x00\x00" + bytes(40),
        b"IIU\x00\x18\x00\x00\x00" + bytes(40),
        b"\x00MRM" + bytes(40),
        b"FOVb" + bytes(40),
    ],
}


@pytest.mark.parametrize("refusal", FOREIGN)
def test_pictures_sounds_and_videos_of_other_kinds_are_named(refusal: str) -> None:
    for head in FOREIGN[refusal]:
        assert sniff(head, "a.mp4").refusal == refusal


def test_words_that_begin_like_a_sound_are_text() -> None:
    for head in (b"ID of the case: 3", b"Ogg, a friend, says", b"IIR filters", b"GGGGG\n" * 300):
        assert sniff(head, "a.txt").media_type == types.PLAIN


def test_letter_cut_by_the_end_of_the_head_is_still_text() -> None:
    whole = ("ä" * HEAD_SIZE).encode()
    for start in (whole, b"a" + whole):
        assert sniff(start[:HEAD_SIZE], "a.txt").media_type == types.PLAIN


def test_dicom_of_many_devices_is_recognised() -> None:
    names = ("CT_small.dcm", "MR_small_bigendian.dcm", "ExplVR_LitEndNoMeta.dcm", "rtplan.dcm")
    for name in names:
        path = pydicom.data.get_testdata_file(name, download=False)
        assert isinstance(path, str)
        with open(path, "rb") as file:
            assert sniff(file.read(HEAD_SIZE), "IM0001").media_type == types.DICOM


@given(st.binary(max_size=400), st.text(max_size=40))
def test_anything_gets_an_answer(head: bytes, name: str) -> None:
    sniffed = sniff(head, name)
    assert sniffed.refusal in {"", *REFUSALS}
    assert sniffed.refusal or sniffed.media_type in MEDIA_TYPES


@given(st.sampled_from([head for _, head in ACCEPTED]), st.integers(0, 300), st.binary(max_size=9))
def test_anything_damaged_gets_an_answer(head: bytes, at: int, noise: bytes) -> None:
    sniffed = sniff(head[:at] + noise + head[at + len(noise) :], "a")
    assert sniffed.refusal in {"", *REFUSALS}


def test_each_type_has_an_appearance() -> None:
    assert (extension(types.HEIC), kind(types.HEIC)) == (".heic", Kind.IMAGE)
    assert (extension("x/y"), kind("x/y")) == (".bin", None)
    assert label(types.DOCX) == "Word document"
    assert label("x/y") == "File"


@pytest.mark.parametrize(
    ("media_type", "channel", "refusal"),
    [
        (types.HEIC, "photo_request", ""),
        (types.PDF, "photo_request", "not_a_photo"),
        (types.DICOM, "photo_request", "not_a_photo"),
        (types.MP4, "photo_request", "not_a_photo"),
        (types.MP4, "letter", "video_not_here"),
        (types.MOV, "information_pack", "video_not_here"),
        (types.PDF, "letter", ""),
        (types.WEBM, "chat", ""),
        (types.MP4, "medication_template", ""),
    ],
)
def test_channels_take_what_they_take(media_type: str, channel: str, refusal: str) -> None:
    assert refusal_in_channel(media_type, channel) == refusal
    assert refusal in {"", *REFUSALS}


def test_each_sentence_says_what_happened_and_what_works() -> None:
    for key, sentence in REFUSALS.items():
        assert "not kept" in sentence or "destroyed" in sentence or "nothing to keep" in sentence, (
            key
        )
        assert sentence.count(".") >= 2, key
    for key, sentence in NOTES.items():
        assert "kept" in sentence, key


def test_sentences_name_the_limits_that_hold() -> None:
    assert f"more than {MAX_PAGES:,}" in REFUSALS["too_many_pages"]
    assert f"{MAX_PIXELS // 1_000_000} million pixels" in REFUSALS["too_many_pixels"]


def test_signatures_lead_to_sentences() -> None:
    for signature in ("Bedside.PDF.JavaScript", "Bedside.Office.Macros", "Win.Trojan.Agent-1"):
        assert refusal_for_signature(signature) in REFUSALS


@pytest.mark.parametrize(
    ("before", "harmless"),
    [
        (b'<img alt="<" onerror=x>', False),
        (b"<b\nonclick =x", False),
        (b"a < b onclick =", True),
        (b"<b>Results</b> onclick=", True),
        (b"<a" * 30_000, True),
        (b"<a " + b" onabc" * 9_000, True),
    ],
)
def test_a_page_that_does_something_before_a_pdf(before: bytes, harmless: bool) -> None:
    began = time.process_time()
    assert is_harmless_around_pdf(before) is harmless
    assert time.process_time() - began < 0.2
