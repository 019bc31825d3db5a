"""Pictures that lost a little: taken with a note, and handed out whole; more is incomplete."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from bedside.adapters.rendering import images
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.polyglots import is_polyglot
from bedside.files import media_types as types
from tests.hostile import builders

pytestmark = pytest.mark.feature("F3")
SHADES = Image.linear_gradient("L").resize((320, 240))
PICTURE = Image.merge("RGB", (SHADES, SHADES.rotate(180), Image.effect_noise((320, 240), 80)))


def encoded(kind: str, picture: Image.Image = PICTURE, **options: Any) -> bytes:
    """Return the picture in a format of Pillow."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


FRAMES = [PICTURE.rotate(angle).convert("P") for angle in (90, 180)]
WHOLE = {
    "JPEG": (types.JPEG, encoded("JPEG")),
    "grey JPEG": (types.JPEG, encoded("JPEG", SHADES)),
    "CMYK JPEG": (types.JPEG, encoded("JPEG", PICTURE.convert("CMYK"))),
    "JPEG with full colour": (types.JPEG, encoded("JPEG", subsampling=0, quality=95)),
    "progressive JPEG": (types.JPEG, encoded("JPEG", progressive=True)),
    "PNG": (types.PNG, encoded("PNG")),
    "PNG with a palette": (types.PNG, encoded("PNG", PICTURE.convert("P"))),
    "bilevel PNG": (types.PNG, encoded("PNG", PICTURE.convert("1"))),
    "transparent PNG": (types.PNG, encoded("PNG", PICTURE.convert("RGBA"))),
    "GIF": (types.GIF, encoded("GIF", PICTURE.convert("P"))),
    "black and white GIF": (types.GIF, encoded("GIF", PICTURE.convert("1"))),
    "WebP": (types.WEBP, encoded("WEBP")),
    "lossless WebP": (types.WEBP, encoded("WEBP", lossless=True)),
    "BMP": (types.BMP, encoded("BMP")),
}


@pytest.mark.parametrize("lost", [1, 2, 3, 19, 0.01])
@pytest.mark.parametrize("name", WHOLE)
def test_a_picture_that_lost_its_last_bytes_is_shown(name: str, lost: float) -> None:
    media_type, data = WHOLE[name]
    kept = len(data) - lost if isinstance(lost, int) else int(len(data) * (1 - lost))
    examined = images.examine(data[: int(kept)], media_type)
    assert (examined.refusal, examined.width, examined.height) == ("", 320, 240)
    assert not examined.sharing_failed
    if examined.shared is not None:
        copy = Image.open(io.BytesIO(examined.shared.data))
        copy.load()
        assert copy.size == (320, 240)
    derived = images.derive(data[: int(kept)], media_type).derivatives
    preview = Image.open(io.BytesIO(derived[1].data)).convert("RGB")
    upper = preview.crop((0, 20, 320, 200)).reduce(20).tobytes()
    expected = PICTURE.crop((0, 20, 320, 200)).reduce(20)
    if "grey" not in name and "white" not in name and "bilevel" not in name:
        near = [abs(a - b) < 40 for a, b in zip(upper, expected.tobytes(), strict=True)]
        assert sum(near) > 0.9 * len(near)


@pytest.mark.parametrize("lost", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", sorted(set(WHOLE) - {"progressive JPEG"}))
def test_a_picture_that_lost_much_is_incomplete(name: str, lost: float) -> None:
    media_type, data = WHOLE[name]
    cut = data[: int(len(data) * (1 - lost))]
    reason = "incomplete_image" if len(cut) > 1_000 else "damaged_image|incomplete_image"
    with pytest.raises(Refused, match=reason):
        images.examine(cut, media_type)


def test_a_progressive_jpeg_without_its_finer_scans_is_incomplete() -> None:
    data = encoded("JPEG", PICTURE.resize((640, 480)), progressive=True)
    for share in (0.05, 0.15):
        with pytest.raises(Refused, match="incomplete_image"):
            images.examine(data[: int(len(data) * share)], types.JPEG)


def test_a_jpeg_on_middle_grey_is_whole_without_its_end() -> None:
    """Decoders show what is missing as the same grey."""
    picture = Image.new("RGB", (320, 240), (128, 128, 128))
    picture.paste(PICTURE.resize((320, 230)), (0, 0))
    assert images.examine(encoded("JPEG", picture)[:-2], types.JPEG).note == "picture_repaired"


def with_chunk(name: bytes, content: bytes, check: int) -> bytes:
    """Return a PNG with one more chunk, and this as its checksum."""
    data = encoded("PNG")
    chunk = struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)
    return data[:33] + chunk + data[33:]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (b"tEXt", b"Comment\x00a scan"),
        (b"zTXt", b"Comment\x00\x00" + zlib.compress(b"a scan")),
        (b"iTXt", b"Comment\x00\x00\x00\x00\x00a scan"),
        (b"tIME", b"\x07\xe8\x01\x01\x00\x00\x00"),
        (b"gAMA", b"\x00\x00\xb1\x8f"),
        (b"prVt", b"of a maker"),
    ],
)
def test_a_wrong_checksum_beside_the_picture_does_no_harm(name: bytes, content: bytes) -> None:
    data = with_chunk(name, content, 12345)
    examined = images.examine(data, types.PNG)
    assert examined.refusal == ""
    made = images.derive(data, types.PNG).derivatives
    assert Image.open(io.BytesIO(made[1].data)).size == (320, 240)


def test_an_animation_ends_behind_its_last_whole_picture() -> None:
    data = encoded("GIF", PICTURE.convert("P"), save_all=True, append_images=FRAMES)
    examined = images.examine(data[: len(data) // 2], types.GIF)
    assert (examined.note, examined.sharing_failed) == ("picture_repaired", False)
    assert examined.shared is not None
    assert getattr(Image.open(io.BytesIO(examined.shared.data)), "n_frames", 0) == 1


def test_a_place_in_a_part_that_is_cut_off_is_not_handed_out() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at 59.33N"
    for kind in ("WEBP", "PNG"):
        data = encoded(kind, exif=exif)
        at = data.find(b"59.33N") + 6
        cut = data[:at] if kind == "WEBP" else data.replace(b"59.33N", b"59.34N")
        media_type = types.WEBP if kind == "WEBP" else types.PNG
        shared = images.examine(cut, media_type).shared
        assert shared is not None
        assert b"59.3" not in shared.data


@pytest.mark.parametrize("name", ["JPEG", "GIF", "PNG", "WebP"])
def test_what_hides_behind_a_mended_picture_is_found(name: str) -> None:
    media_type, data = WHOLE[name]
    assert is_polyglot(data[:-2] + builders.zipped({"a.exe": b"MZ"}), media_type)


@pytest.mark.parametrize("media_type", [types.JPEG, types.PNG, types.GIF, types.WEBP, types.BMP])
def test_a_head_alone_is_refused_in_peace(media_type: str) -> None:
    data = next(data for kind, data in WHOLE.values() if kind == media_type)
    for length in (2, 8, 13, 26, 40, 60):
        with pytest.raises(Refused):
            images.examine(data[:length], media_type)


def test_a_large_picture_in_a_small_file_costs_nothing() -> None:
    """A GIF of 65,535 pixels in either direction, with some codes."""
    small = encoded("GIF", Image.new("P", (40, 40)))
    at = small.index(b"\x2c", 13)
    data = small[: at + 5] + b"\xff\xff\xff\xff" + small[at + 9 : -6]
    with pytest.raises(Refused):
        images.examine(data, types.GIF)
