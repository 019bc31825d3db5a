"""Videos: intact or truncated, judged by their containers, in little memory."""

import resource
from collections.abc import AsyncIterator

import pytest

from bedside.adapters.child_process import ChildExaminer, Children
from bedside.files import media_types as types
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
    "within the media": FILE_TYPE + MOVIE + MEDIA[:-10],
    "before the index": FILE_TYPE + MEDIA,
    "within a header": FILE_TYPE + MOVIE + MEDIA + b"\x00\x00",
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
    assert (await ChildExaminer().derive(chunks(data), len(data), types.MP4)).derivatives == ()
