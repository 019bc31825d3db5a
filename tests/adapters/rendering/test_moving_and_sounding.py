"""Pictures that move, series of pictures, and recordings that only sound."""

import io
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import av
import pytest
from PIL import Image

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.rendering import images
from bedside.adapters.rendering.limits import Refused
from bedside.files import media_types as types
from bedside.files.ports import Examination
from bedside.files.sniffing import sniff
from tests.hostile import builders

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F2")]


async def examined(data: bytes, name: str) -> Examination:
    """Examine a file in a child process."""

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 65_536):
            yield data[start : start + 65_536]

    return await ChildExaminer().examine(chunks(), len(data), name)


def moving(kind: str, count: int) -> bytes:
    """A picture that shows several colours one after the other."""
    frames = [Image.new("RGB", (32, 24), (80 * at, 90, 30)) for at in range(count)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_picture_that_moves_says_so(kind: str) -> None:
    for count, note in ((1, ""), (2, "picture_moves"), (3, "picture_moves")):
        data = moving(kind, count)
        assert images.examine(data, sniff(data, "a").media_type).note == note


def test_damaged_picture_that_moves_says_both() -> None:
    data = b"\r\n" + moving("GIF", 3)
    assert images.examine(data, types.GIF).note == "picture_repaired picture_moves"


def test_further_pictures_of_a_photo_do_not_move() -> None:
    out = io.BytesIO()
    first, second = (Image.new("RGB", (32, 24), colour) for colour in ("red", "blue"))
    first.save(out, "MPO", save_all=True, append_images=[second])
    assert images.examine(out.getvalue(), types.JPEG).note == ""


def recorded(container: str, *, sound: str, video: str = "") -> bytes:
    """A short recording of silence, with or without pictures."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as opened:
        heard = cast(Any, opened.add_stream(sound, rate=48_000))
        seen = cast(Any, opened.add_stream(video, rate=10)) if video else None
        if seen is not None:
            seen.width, seen.height, seen.pix_fmt = 64, 48, "yuv420p"
            for _ in range(3):
                frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48)))
                opened.mux(seen.encode(frame))
            opened.mux(seen.encode(None))
        frame = av.AudioFrame(
            format="fltp" if sound != "libopus" else "flt", layout="mono", samples=960
        )
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = 48_000
        opened.mux(heard.encode(frame))
        opened.mux(heard.encode(None))
    return out.getvalue()


def branded(brand: bytes) -> Callable[[bytes], bytes]:
    """Change the main brand of a recording."""
    return lambda data: data[:8] + brand + data[12:]


SOUNDS = {
    "memo.mp4": recorded("mp4", sound="aac"),
    "memo.3gp": branded(b"3gp4")(recorded("mp4", sound="aac")),
    "memo.3g2": branded(b"3g2a")(recorded("mp4", sound="aac")),
    "memo.mov": recorded("mov", sound="aac"),
    "memo.m4a": branded(b"M4A ")(recorded("mp4", sound="aac")),
    "memo.webm": recorded("webm", sound="libopus"),
    "memo.ogg": recorded("ogg", sound="libopus"),
    "memo.mkv": recorded("matroska", sound="aac"),
}


@pytest.mark.parametrize("name", SOUNDS)
async def test_what_only_sounds_is_a_sound_whatever_it_is_in(name: str) -> None:
    expected = "other_video" if name.endswith("mkv") else "sound"
    assert (await examined(SOUNDS[name], name)).refusal == expected


@pytest.mark.parametrize(
    ("container", "sound", "video"),
    [("mp4", "aac", "mpeg4"), ("mov", "aac", "mpeg4"), ("webm", "libopus", "libvpx")],
)
async def test_videos_with_sound_stay_videos(container: str, sound: str, video: str) -> None:
    found = await examined(recorded(container, sound=sound, video=video), f"a.{container}")
    assert found.refusal == ""


@pytest.mark.parametrize("brand", [b"msf1", b"hevc", b"hevx", b"avis"])
def test_series_of_pictures_is_named(brand: bytes) -> None:
    compatible = b"avis" if brand == b"avis" else b"hevc"
    data = builders.mp4()
    data = b"\x00\x00\x00\x14ftyp" + brand + bytes(4) + compatible + data[data.index(b"moov") - 4 :]
    media_type = sniff(data, "burst.heics").media_type
    assert media_type in {types.HEIC, types.AVIF}
    with pytest.raises(Refused, match="picture_sequence"):
        images.examine(data, media_type)
