"""Videos: intact or truncated, judged by their containers, in little memory."""

import resource
from collections.abc import AsyncIterator, Iterator

import pytest

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.child_process import Children
from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.video import examine_video
from bedside.files import media_types as types
from tests.adapters.rendering.making import everything
from tests.hostile import builders

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F2"), pytest.mark.feature("F3")]
MIB = 1024 * 1024


def box(name: bytes, content: bytes, *, long: bool = False) -> bytes:
    """Return a box, with its length in 4 bytes or in 8."""
    if long:
        return b"\x00\x00\x00\x01" + name + (len(content) + 16).to_bytes(8, "big") + content
    return (len(content) + 8).to_bytes(4, "big") + name + content


def webm(size_of_segment: bytes, content: bytes) -> bytes:
    """Return a WebM whose segment states its size."""
    kind = b"\x42\x82\x84webm"
    return (
        b"\x1a\x45\xdf\xa3"
        + bytes([0x80 | len(kind)])
        + kind
        + b"\x18\x53\x80\x67"
        + size_of_segment
        + content
    )


class Arriving(Incoming):
    """A file that arrives in blocks of this size."""

    def __init__(self, data: bytes, block: int) -> None:
        super().__init__({"size": len(data)}, -1)
        self._data, self._block = data, block

    def head(self, length: int) -> bytes:
        """Return the first bytes."""
        return self._data[:length]

    def blocks(self) -> Iterator[bytes]:
        """Yield everything."""
        for start in range(0, len(self._data), self._block):
            yield self._data[start : start + self._block]


FILE_TYPE = box(b"ftyp", b"qt  " + bytes(4) + b"qt  ")
MOVIE, MEDIA = box(b"moov", bytes(200)), box(b"mdat", bytes(9000))
WHOLE = {
    "index first": (types.MOV, FILE_TYPE + MOVIE + MEDIA),
    "index last": (types.MOV, FILE_TYPE + MEDIA + MOVIE),
    "long box": (types.MOV, FILE_TYPE + box(b"mdat", bytes(9000), long=True) + MOVIE),
    "no file type": (types.MOV, box(b"wide", b"") + MEDIA + MOVIE),
    "media to the end": (types.MOV, FILE_TYPE + MOVIE + b"\x00\x00\x00\x00mdat" + bytes(500)),
    "fragments": (types.MP4, builders.mp4() + box(b"moof", bytes(30)) + MEDIA),
    "WebM of known size": (types.WEBM, webm(b"\x43\xe8", bytes(1000))),
    "WebM of a browser's recorder": (types.WEBM, webm(b"\x01" + b"\xff" * 7, bytes(1000))),
}
CUT = {
    "within the media": FILE_TYPE + MOVIE + MEDIA[:-1000],
    "within the index": FILE_TYPE + MEDIA + MOVIE[:-1],
    "within the media, the index behind it": FILE_TYPE + MEDIA[:-10],
    "before the index": FILE_TYPE + MEDIA,
    "no media": FILE_TYPE + MOVIE,
    "noise after the head": FILE_TYPE + b"\x00\x00\x00\x03" + bytes(50),
    "WebM": webm(b"\x43\xe8", bytes(900)),
}


async def chunks(data: bytes, size: int = 777) -> AsyncIterator[bytes]:
    """Yield the data in small, odd blocks."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("what", WHOLE)
async def test_a_whole_video_is_taken(what: str) -> None:
    media_type, data = WHOLE[what]
    examined = await ChildExaminer().examine(chunks(data), len(data), "a")
    assert (examined.media_type, examined.refusal) == (media_type, "")


@pytest.mark.parametrize("what", CUT)
async def test_a_video_that_was_cut_off_is_refused(what: str) -> None:
    data = CUT[what]
    examined = await ChildExaminer().examine(chunks(data), len(data), "a")
    assert examined.refusal == "damaged_video"


TRAILERS = {
    "two zeros": bytes(2),
    "zeros": bytes(512),
    "of Samsung": b"\x00\x00\x0a\x08\x12\x00\x00\x00SEFHe\x00\x00\x00place 59.33N" + b"SEFT",
    "text": b"a maker's note, at 59.33N, of more than eight letters",
    "a box that ends too early": (9_000).to_bytes(4, "big") + b"uuid" + b"59.33N",
    "an unknown box that ends too early": b"\x7f\x00\x00\x00mdta" + b"59.33N" * 9,
}


@pytest.mark.parametrize("trailer", TRAILERS)
@pytest.mark.parametrize("what", ["index first", "index last", "long box", "fragments"])
@pytest.mark.parametrize("size", [777, 1 << 20])
async def test_what_a_maker_appends_does_no_harm(trailer: str, what: str, size: int) -> None:
    media_type, whole = WHOLE[what]
    data = whole + TRAILERS[trailer]
    examined = examine_video(Arriving(data, size), media_type)
    assert (examined.refusal, examined.note) == ("", "")
    hidden = bytearray(data)
    for start, end in examined.blanked:
        hidden[start:end] = bytes(end - start)
    assert b"59.33N" not in hidden
    assert hidden[: len(whole)] == whole


@pytest.mark.parametrize("behind", [b"MZ" + bytes(90), b"\x7fELF" + bytes(90), b"<script >"])
async def test_a_program_behind_a_video_is_refused(behind: bytes) -> None:
    for media_type, whole in (WHOLE["index first"], WHOLE["WebM of known size"]):
        with pytest.raises(Refused, match="polyglot"):
            examine_video(Arriving(whole + behind, 777), media_type)
    packed = builders.zipped({"a.exe": b"MZ"})
    for media_type, whole in WHOLE.values():
        with pytest.raises(Refused, match="polyglot"):
            examine_video(Arriving(whole + packed, 777), media_type)


@pytest.mark.parametrize("lost", [1, 10, 300])
@pytest.mark.parametrize("what", ["index first", "fragments", "WebM of known size"])
async def test_a_video_that_lost_a_little_is_taken_with_a_note(what: str, lost: int) -> None:
    media_type, data = WHOLE[what]
    if what.startswith("WebM"):
        data, lost = webm(b"\x50\x00", bytes(4096)), min(lost, 100)
    examined = examine_video(Arriving(data[:-lost], 777), media_type)
    assert (examined.refusal, examined.note) == ("", "video_cut_off")


async def test_junk_behind_a_webm_is_not_handed_out() -> None:
    media_type, whole = WHOLE["WebM of known size"]
    for size in (1, 777, 1 << 20):
        examined = examine_video(Arriving(whole + b"at 59.33N", size), media_type)
        assert examined.blanked == ((len(whole), len(whole) + 9),)
    assert examine_video(Arriving(whole, 777), media_type).blanked == ()


async def test_a_large_video_needs_little_memory() -> None:
    length = 400 * MIB

    async def film() -> AsyncIterator[bytes]:
        yield FILE_TYPE + MOVIE + (length + 8).to_bytes(4, "big") + b"mdat"
        for _ in range(400):
            yield bytes(MIB)

    size = len(FILE_TYPE + MOVIE) + 8 + length
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    examined = await ChildExaminer(Children(memory=200 * MIB)).examine(film(), size, "a.mov")
    assert examined.refusal == ""
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024  # KiB


async def test_nothing_is_made_from_a_video() -> None:
    data = builders.mp4()
    assert (await everything(ChildExaminer(), data, types.MP4)).derivatives == ()
