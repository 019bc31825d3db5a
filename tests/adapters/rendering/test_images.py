"""Photos: sizes, rotations, colours, capture time, and copies without location data."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, TiffImagePlugin

from bedside.adapters.rendering import images
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.without_location import without_location
from bedside.files import media_types as types
from tests.hostile import builders

SAMPLES = Path(__file__).parents[2] / "samples"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">exif:GPSLatitude="59,20.1N"</x:xmpmeta>'
FORMATS = {types.JPEG: "JPEG", types.PNG: "PNG", types.WEBP: "WEBP", types.TIFF: "TIFF"}


def exif(orientation: int = 6, **more: str) -> Image.Exif:
    """Return what a phone writes: a location, a maker's note, a time, an orientation."""
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010F] = "Phone"
    details = made.get_ifd(0x8769)
    details[0x9003] = "2024:03:31 14:05:06"
    details[0x9291] = "25"
    details[0x927C] = b"maker's note with a place 59.33N"
    if "offset" in more:
        details[0x9011] = more["offset"]
    gps = made.get_ifd(0x8825)
    gps[1], gps[2] = "N", (59.0, 20.0, 6.54321)
    gps[7], gps[29] = (12.0, 5.0, 7.0), "2024:03:31"
    return made


def photo(media_type: str, *, orientation: int = 6) -> bytes:
    """Return a photo, wider than high, red on its left, with everything that can hold a
    location."""
    made = Image.new("RGB", (320, 200), "white")
    ImageDraw.Draw(made).rectangle((0, 0, 60, 200), fill="red")
    out = io.BytesIO()
    if media_type == types.TIFF:
        made.save(out, "TIFF", tiffinfo=tags(orientation))
    else:
        options = {"xmp": XMP} if media_type in {types.JPEG, types.WEBP} else {}
        made.save(out, FORMATS[media_type], exif=exif(orientation), lossless=True, **options)
    return out.getvalue()


def tags(orientation: int) -> TiffImagePlugin.ImageFileDirectory_v2:
    """Return the same for a TIFF, which holds it in its own directories."""
    source = exif(orientation)
    made = TiffImagePlugin.ImageFileDirectory_v2()
    made[0x0112] = orientation
    made[0x02BC] = XMP
    made[0x8769] = dict(source.get_ifd(0x8769))
    made[0x8825] = dict(source.get_ifd(0x8825))
    return made


def shared(data: bytes, media_type: str) -> bytes:
    """Return the copy that others download."""
    made = images.examine(data, media_type).shared
    assert made is not None
    return made.data


@pytest.mark.feature("F13")
@pytest.mark.parametrize("media_type", FORMATS)
def test_shared_copy_tells_the_time_and_no_place(media_type: str) -> None:
    original = photo(media_type)
    copy = shared(original, media_type)
    for trace in (b"GPSLatitude", b"maker's note", b"59.33N", b"2024:03:31\x00"):
        assert trace not in copy
    assert b"59.33N" in original
    opened = Image.open(io.BytesIO(copy))
    found = opened.getexif()
    assert not found.get_ifd(0x8825)
    assert found[0x0112] == 6
    assert found.get_ifd(0x8769)[0x9003] == "2024:03:31 14:05:06"
    assert images.examine(copy, media_type).refusal == ""


@pytest.mark.feature("F13")
@pytest.mark.parametrize("media_type", FORMATS)
def test_shared_copy_has_the_very_same_pixels(media_type: str) -> None:
    original = photo(media_type)
    before = Image.open(io.BytesIO(original))
    after = Image.open(io.BytesIO(shared(original, media_type)))
    assert before.tobytes() == after.tobytes()
    assert before.info.get("icc_profile") == after.info.get("icc_profile")


@pytest.mark.feature("F13")
def test_colour_profile_stays_and_whatever_follows_the_picture_goes() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    original = builders.picture("JPEG", icc_profile=profile, comment=b"at 59.33N", progressive=True)
    copy = without_location(original + b"trailer with GPS 59.33N", types.JPEG, b"")
    assert b"59.33N" not in copy
    opened = Image.open(io.BytesIO(copy))
    assert opened.info["icc_profile"] == profile
    assert opened.tobytes() == Image.open(io.BytesIO(original)).tobytes()


def test_a_photo_without_anything_to_hide_has_no_copy() -> None:
    for media_type in (types.PNG, types.GIF, types.BMP):
        name = {types.PNG: "PNG", types.GIF: "GIF", types.BMP: "BMP"}[media_type]
        found = images.examine(builders.picture(name), media_type)
        assert (found.shared, found.sharing_failed) == (None, False)


@pytest.mark.feature("F2")
@pytest.mark.feature("F13")
@pytest.mark.parametrize(
    ("name", "size", "taken_at"),
    [
        ("photo_pug.heic", (4032, 3024), 1_676_979_188_302),
        ("photo_arrow_exif_rotated.heic", (3024, 4032), 1_533_048_727_557),
        ("photo_xiaomi.heic", (2592, 1944), 1_682_613_858_732),
    ],
)
def test_heic_becomes_an_upright_jpeg(name: str, size: tuple[int, int], taken_at: int) -> None:
    data = (SAMPLES / name).read_bytes()
    examined = images.examine(data, types.HEIC)
    assert (examined.width, examined.height) == size
    assert examined.taken_at == taken_at
    copy = Image.open(io.BytesIO(shared(data, types.HEIC)))
    assert (copy.format, copy.size) == ("JPEG", size)
    found = copy.getexif()
    assert 0x0112 not in found
    assert not found.get_ifd(0x8825)
    assert 0x9003 in found.get_ifd(0x8769)


@pytest.mark.feature("F3")
@pytest.mark.parametrize("name", ["corrupted.heic", "truncated.heic"])
def test_damaged_heic_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="damaged_image"):
        images.examine((SAMPLES / name).read_bytes(), types.HEIC)


@pytest.mark.feature("F13")
@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom")]
)
def test_previews_are_upright(orientation: int, corner: str) -> None:
    data = photo(types.JPEG, orientation=orientation)
    made = {one.role: one.data for one in images.derive(data, types.JPEG).derivatives}
    preview = Image.open(io.BytesIO(made["preview"])).convert("RGB")
    width, height = preview.size
    places = {
        "left": (5, height // 2),
        "right": (width - 6, height // 2),
        "top": (width // 2, 5),
        "bottom": (width // 2, height - 6),
    }
    red, green, _ = preview.getpixel(places[corner])
    assert (red > 200, green < 60) == (True, True)
    examined = images.examine(data, types.JPEG)
    assert (examined.width, examined.height) == (width, height)


def test_pictures_are_as_small_as_promised() -> None:
    data = builders.picture("JPEG", (5000, 1000))
    sizes = {
        one.role: Image.open(io.BytesIO(one.data)).size
        for one in images.derive(data, types.JPEG).derivatives
    }
    assert sizes == {"thumbnail": (320, 64), "preview": (1600, 320)}


@pytest.mark.feature("F13")
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"offset": "+02:00"}, 1_711_886_706_250),
        ({"offset": "-05:30"}, 1_711_913_706_250),
        ({}, 1_711_886_706_250),  # the GPS clock says 12:05 when the wall says 14:05
    ],
)
def test_capture_time_is_found_with_its_distance_from_utc(
    more: dict[str, str], expected: int
) -> None:
    data = builders.picture("JPEG", exif=exif(1, **more))
    assert images.examine(data, types.JPEG).taken_at == expected


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F", "YCbCr", "LAB"])
def test_every_kind_of_colour_is_shown(mode: str) -> None:
    out = io.BytesIO()
    base = Image.linear_gradient("L")
    if mode == "LAB":
        srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        made = ImageCms.profileToProfile(base.convert("RGB"), srgb, lab, outputMode="LAB")
        assert made is not None
    else:
        made = (
            base.convert("RGB").convert(mode)
            if mode in {"CMYK", "YCbCr", "P"}
            else base.convert(mode)
        )
    made.save(out, "TIFF")
    small = images.derive(out.getvalue(), types.TIFF).derivatives[0]
    shown = Image.open(io.BytesIO(small.data)).convert("L")
    low, high = shown.getextrema()
    assert isinstance(low, int)
    assert isinstance(high, int)
    assert high - low > 200


def test_transparent_is_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    small = images.derive(out.getvalue(), types.PNG).derivatives[0].data
    assert Image.open(io.BytesIO(small)).convert("L").getextrema() == (255, 255)


@pytest.mark.feature("F2")
def test_all_pages_of_a_tiff_are_shown_up_to_twenty() -> None:
    pages = [Image.new("L", (60, 40), shade) for shade in range(0, 250, 10)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    roles = [one.role for one in images.derive(out.getvalue(), types.TIFF).derivatives]
    shown = [role for role in roles if not role.startswith("ocr-")]
    assert shown == ["thumbnail", "preview", *(f"page-{number}" for number in range(2, 21))]


ORIGINALS = {media_type: photo(media_type) for media_type in FORMATS}


@given(st.sampled_from(sorted(FORMATS)), st.integers(0, 2000), st.binary(min_size=1, max_size=12))
def test_taking_the_place_out_of_a_broken_photo_ends(
    media_type: str, at: int, noise: bytes
) -> None:
    data = ORIGINALS[media_type]
    broken = data[:at] + noise + data[at + len(noise) :]
    copy = without_location(broken, media_type, b"")
    assert len(copy) <= len(broken) + 16


@pytest.mark.feature("F13")
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_big_tiff_tells_no_place_either(order: str) -> None:
    """Pillow reads BigTIFF but does not write it, so this one is made by hand."""
    pixels, place = b"\x10" * 12, b"59.33N"
    gps_at, text_at, pixels_at = 300, 400, 420

    def entry(tag: int, kind: int, count: int, value: int) -> bytes:
        short = kind == 3 and count == 1
        packed = struct.pack(order + "H6x", value) if short else struct.pack(order + "Q", value)
        return struct.pack(order + "HHQ", tag, kind, count) + packed

    fields = [(0x100, 3, 1, 4), (0x101, 3, 1, 3), (0x102, 3, 1, 8), (0x103, 3, 1, 1)]
    fields += [(0x106, 3, 1, 1), (0x111, 16, 1, pixels_at), (0x115, 3, 1, 1), (0x116, 3, 1, 3)]
    fields += [(0x117, 16, 1, len(pixels)), (0x8825, 18, 1, gps_at)]
    made = bytearray(500)
    made[:16] = {"<": b"II", ">": b"MM"}[order] + struct.pack(order + "HHHQ", 43, 8, 0, 16)
    first = struct.pack(order + "Q", len(fields)) + b"".join(entry(*one) for one in fields)
    made[16 : 16 + len(first)] = first
    gps = struct.pack(order + "Q", 1) + entry(0x1D, 2, 9, text_at)
    made[gps_at : gps_at + len(gps)] = gps
    made[text_at : text_at + len(place)] = place
    made[pixels_at : pixels_at + len(pixels)] = pixels
    original = bytes(made)
    copy = without_location(original, types.TIFF, b"")
    assert (place in original, place in copy) == (True, False)
    directory = copy[16 : gps_at - 8]
    assert struct.pack(order + "H", 0x8825) not in directory
    assert struct.pack(order + "H", 0x117) in directory
    if order == "<":  # Pillow reads these only
        assert Image.open(io.BytesIO(copy)).tobytes() == pixels
        assert shared(original, types.TIFF) == copy


@pytest.mark.feature("F13")
def test_comments_and_xmp_of_a_gif_go_and_its_pictures_stay() -> None:
    frames = [Image.new("P", (20, 10), number) for number in range(3)]
    out = io.BytesIO()
    frames[0].save(
        out, "GIF", save_all=True, append_images=frames[1:], loop=4, comment=b"at 59.33N"
    )
    xmp = b"\x21\xff\x0bXMP DataXMP\x0559.33\x00"
    original = out.getvalue()[:-1] + xmp + b"\x3b" + b"59.33N"
    copy = shared(original, types.GIF)
    assert b"59.33" not in copy
    before, after = Image.open(io.BytesIO(original)), Image.open(io.BytesIO(copy))
    assert (after.n_frames, after.info["loop"]) == (before.n_frames, 4)
    for number in range(after.n_frames):
        before.seek(number)
        after.seek(number)
        assert before.tobytes() == after.tobytes()


@pytest.mark.feature("F13")
def test_a_picture_of_which_no_copy_can_be_made_is_kept_and_not_handed_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> bytes:
        raise ValueError("a structure that nobody thought of")

    monkeypatch.setattr(images, "without_location", broken)
    found = images.examine(photo(types.JPEG), types.JPEG)
    assert (found.refusal, found.shared, found.sharing_failed) == ("", None, True)
