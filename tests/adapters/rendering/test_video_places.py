"""Location data in videos: what phones, cameras and drones record in their boxes is not for
others."""

import io
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy
import pytest

from bedside.adapters.rendering import video_places
from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.video import examine_video
from bedside.files import media_types as types
from bedside.files.blanking import BlankedReader
from bedside.files.ports import Examination
from bedside.files.sealing import SealedReader
from tests.adapters.rendering.test_video import box

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F2"), pytest.mark.feature("F13")]

PLACE = "+59.3293+018.0686+012.000/"
WHEN = "2024-03-31T14:05:06+0200"
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


class _Whole:
    """A file in memory, read in pieces like a sealed one."""

    def __init__(self, data: bytes, piece: int) -> None:
        self._data, self._piece = data, piece

    async def chunks(self, start: int = 0, length: int | None = None) -> Any:
        end = len(self._data) if length is None else start + length
        for at in range(start, end, self._piece):
            yield self._data[at : min(at + self._piece, end)]


def examined(data: bytes, media_type: str = types.MP4, block: int = 777) -> Examination:
    """Return the child process's findings, fed in small blocks."""
    blocks = [data[at : at + block] for at in range(0, len(data), block)]

    class Fed(Incoming):
        def blocks(self) -> Any:
            return iter(blocks)

    return examine_video(Fed({"size": len(data)}, 0), media_type)


async def given(data: bytes, found: Examination, piece: int = 100) -> bytes:
    """Return the file as others get it."""
    assert not found.sharing_failed
    reader = BlankedReader(cast(SealedReader, _Whole(data, piece)), found.blanked)
    return b"".join([part async for part in reader.chunks()])


def film(kind: str, **options: str) -> bytes:
    """Return a short film of moving stripes, with what a phone writes beside it."""
    with (
        tempfile.NamedTemporaryFile(suffix=f".{kind}") as file,
        av.open(file.name, "w", format=kind, options=options) as container,
    ):
        container.metadata.update(
            {"location": PLACE, "com.apple.quicktime.location.ISO6709": PLACE, "date": WHEN}
        )
        container.metadata["com.apple.quicktime.creationdate"] = WHEN
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = Fraction(1, 10)
        for number in range(8):
            picture = numpy.full((48, 64, 3), number * 30, numpy.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
        container.close()
        return Path(file.name).read_bytes()


def pictures(data: bytes) -> list[bytes]:
    """Return every frame, decoded."""
    with av.open(io.BytesIO(data), "r") as container:
        return [frame.to_ndarray(format="rgb24").tobytes() for frame in container.decode(video=0)]


def tells_the_place(data: bytes) -> bool:
    """Whether the place is readable as text, or as the fixed-point number of a `loci` box (3GPP TS
    26.244, 8.10)."""
    return b"59.32" in data or round(59.3293 * 65_536).to_bytes(4, "big") in data


FILMS = {
    "MP4 of a phone": ("mp4", {}, types.MP4),
    "index first": ("mp4", {"movflags": "faststart"}, types.MP4),
    "QuickTime user data": ("mov", {}, types.MOV),
    "QuickTime metadata with keys": ("mov", {"movflags": "use_metadata_tags"}, types.MOV),
    "fragments": ("mp4", {"movflags": "frag_keyframe+empty_moov"}, types.MP4),
}


@pytest.mark.parametrize("name", FILMS)
async def test_a_film_plays_as_before_and_tells_no_place(name: str) -> None:
    kind, options, media_type = FILMS[name]
    data = film(kind, **options)
    assert tells_the_place(data)
    found = examined(data, media_type)
    others = await given(data, found)
    assert len(others) == len(data)
    assert not tells_the_place(others)
    assert pictures(others) == pictures(data)
    with av.open(io.BytesIO(others)) as container:
        assert not any("59.3" in value for value in container.metadata.values())
    again = examined(others, media_type)
    assert not tells_the_place(await given(others, again))


async def test_the_time_of_capture_stays() -> None:
    data = film("mov", movflags="use_metadata_tags")
    others = await given(data, examined(data, types.MOV))
    assert WHEN.encode() in others
    with av.open(io.BytesIO(others)) as container:
        assert container.metadata["com.apple.quicktime.creationdate"] == WHEN


@pytest.mark.parametrize("piece", [1, 3, 7, 100, 10_000])
async def test_pieces_of_every_size_are_blanked_alike(piece: int) -> None:
    data = film("mp4")
    found = examined(data)
    whole = await given(data, found, 1 << 20)
    assert await given(data, found, piece) == whole
    reader = BlankedReader(cast(SealedReader, _Whole(data, piece)), found.blanked)
    for start, end in found.blanked:
        for at in (start - 2, start, start + 2, end - 1):
            ranged = b"".join([part async for part in reader.chunks(at, 5)])
            assert ranged == whole[at : at + 5]


def handler(kind: bytes) -> bytes:
    """Return what a track or a table is of."""
    return box(b"hdlr", bytes(8) + kind + bytes(13))


def track(kind: bytes, offset: int, sizes: list[int], *, user: bytes = b"") -> bytes:
    """Return a track with one chunk of samples at a place in the file."""
    numbers = b"".join(size.to_bytes(4, "big") for size in sizes)
    count = len(sizes).to_bytes(4, "big")
    one = (1).to_bytes(4, "big")
    table = (
        box(b"stsc", bytes(4) + one + one + count + one)
        + box(b"stsz", bytes(8) + count + numbers)
        + box(b"stco", bytes(4) + one + offset.to_bytes(4, "big"))
    )
    media = handler(kind) + box(b"minf", box(b"stbl", table))
    return box(b"trak", box(b"tkhd", bytes(20)) + box(b"mdia", media) + user)


FILE_TYPE = box(b"ftyp", b"qt  " + bytes(4) + b"qt  ")
SAMPLES = b"PICTURES" * 4 + b"GPS 59.3293 18.0686 " * 3
MEDIA = box(b"mdat", SAMPLES)
FIRST = len(FILE_TYPE) + 8


async def test_what_follows_the_camera_goes_with_its_samples() -> None:
    pictures_there = track(b"vide", FIRST, [16, 16])
    positions = track(b"meta", FIRST + 32, [20, 20, 20])
    data = FILE_TYPE + MEDIA + box(b"moov", pictures_there + positions)
    others = await given(data, examined(data, types.MOV))
    assert b"GPS" not in others
    assert b"PICTURES" * 4 in others
    assert others.count(b"trak") == 1


async def test_boxes_of_makers_and_xmp_go_wherever_they_stand() -> None:
    xmp = box(b"uuid", XMP_UUID + b"<x:xmpmeta>59.3293</x:xmpmeta>")
    user = box(b"udta", box(b"\xa9xyz", b"\x00\x1a\x15\xc7" + PLACE.encode()) + bytes(4))
    loci = box(b"udta", box(b"loci", bytes(6) + b"Home 59.3293"))
    named = box(
        b"meta",
        bytes(4) + handler(b"mdir") + box(b"ilst", box(b"\xa9xyz", box(b"data", PLACE.encode()))),
    )
    moov = box(b"moov", xmp + loci + named + track(b"vide", FIRST, [16], user=user))
    last = xmp + box(b"free", b"kept by an editor: 59.3293") + box(b"sefd", b"59.3293")
    data = FILE_TYPE + MEDIA.replace(b"GPS 59.3293 18.0686 ", bytes(20)) + moov + last
    others = await given(data, examined(data, types.MOV))
    assert b"59.32" in data
    assert b"59.32" not in others
    assert b"xmpmeta" not in others
    assert len(others) == len(data)


UNCLEAR = {
    "user data that are no boxes": box(b"moov", box(b"udta", b"\xff" * 40)),
    "a track without media": box(b"moov", box(b"trak", box(b"tkhd", bytes(20)))),
    "positions whose samples are not found": box(
        b"moov", box(b"trak", box(b"mdia", handler(b"meta")))
    ),
    "positions in fragments": box(b"moov", track(b"meta", FIRST, [5]))
    + box(b"moof", box(b"mfhd", bytes(8))),
    "a table that is too short": box(b"moov", track(b"meta", FIRST, [5])).replace(
        b"stco\x00\x00\x00\x00\x00\x00\x00\x01", b"stco\x00\x00\x00\x00\x00\xff\xff\xff"
    ),
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_a_structure_that_is_not_understood_is_not_handed_out(name: str) -> None:
    found = examined(FILE_TYPE + MEDIA + UNCLEAR[name], types.MOV)
    assert (found.refusal, found.sharing_failed, found.blanked) == ("", True, ())


def test_an_index_that_is_too_large_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_places, "LARGEST_INDEX", 50)
    data = FILE_TYPE + MEDIA + box(b"moov", track(b"vide", FIRST, [5]))
    assert examined(data, types.MOV).sharing_failed


def test_a_hostile_table_costs_nothing() -> None:
    endless = track(b"meta", FIRST, []).replace(
        b"stsz" + bytes(12), b"stsz" + bytes(4) + b"\x00\x00\x00\x01\xff\xff\xff\xff"
    )
    data = FILE_TYPE + MEDIA + box(b"moov", endless)
    found = examined(data, types.MOV)
    assert all(0 <= start < end <= len(data) for start, end in found.blanked)
