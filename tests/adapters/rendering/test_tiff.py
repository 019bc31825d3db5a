"""TIFF: every page, with its resolution and the right way round between black and white."""

import io
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont, TiffImagePlugin

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.child_process import Children
from bedside.adapters.ocr import Recogniser, tesseract
from bedside.adapters.rendering import images
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.tiff_tags import directories
from bedside.files import media_types as types
from bedside.files.ports import Derivation
from bedside.files.text_layers import ReadPage
from tests.adapters.rendering.making import everything

pytestmark = pytest.mark.feature("F2")
WORDS = ("laboratory", "penicillin", "wednesday")


def tiff(pages: Sequence[Image.Image], **options: Any) -> bytes:
    """Return a TIFF of these pages."""
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=list(pages[1:]), **options)
    return out.getvalue()


def sheet(words: str, size: tuple[int, int] = (860, 600)) -> Image.Image:
    """Return a black and white page with words on it."""
    page = Image.new("1", size, 1)
    font = ImageFont.load_default(size[1] // 12)
    ImageDraw.Draw(page).text((size[0] // 20, size[1] // 3), words, fill=0, font=font)
    return page


def tag(data: bytes, number: int, page: int = 0) -> Any:
    """Return the value of a tag of a page."""
    opened = Image.open(io.BytesIO(data))
    assert isinstance(opened, TiffImagePlugin.TiffImageFile)
    opened.seek(page)
    return opened.tag_v2[number]


def grey(picture: Image.Image) -> Any:
    """Return the brightness of its pixels, by row and column."""
    return numpy.asarray(picture.convert("L"))


def shown(data: bytes) -> dict[str, Image.Image]:
    """Return what is made from a TIFF, by role."""
    made = images.derive(data, types.TIFF).derivatives
    return {one.role: Image.open(io.BytesIO(one.data)) for one in made}


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "tiff_lzw"},
        {"compression": "tiff_adobe_deflate"},
        {"compression": "packbits"},
        {"compression": "jpeg"},
        {"big_tiff": True},
    ],
    ids=lambda options: "-".join(str(value) for value in options.values()),
)
def test_pages_of_different_sizes_are_counted_and_shown(options: dict[str, Any]) -> None:
    sizes = [(300, 200), (200, 300), (64, 500), (1000, 100)]
    data = tiff([Image.effect_noise(size, 50) for size in sizes], **options)
    examined = images.examine(data, types.TIFF)
    assert (examined.pages, examined.width, examined.height) == (4, 300, 200)
    assert examined.note == ""
    made = shown(data)
    assert [made[role].size for role in ("preview", "page-2", "page-3", "page-4")] == sizes
    assert {"ocr-1", "ocr-2", "ocr-3", "ocr-4"} <= set(made)


def test_a_single_picture_has_no_pages() -> None:
    data = tiff([Image.new("RGB", (300, 200), "teal")])
    assert images.examine(data, types.TIFF).pages is None
    assert set(shown(data)) == {"thumbnail", "preview"}


def test_reduced_copies_and_masks_are_no_pages() -> None:
    out = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(out) as writer:
        for size, kind in (((40, 30), 1), ((400, 300), 0), ((200, 150), 1), ((400, 300), 4)):
            Image.effect_noise(size, 50).save(writer, "TIFF", tiffinfo={254: kind})
            writer.newFrame()
    data = out.getvalue()
    examined = images.examine(data, types.TIFF)
    assert (examined.pages, examined.width, examined.height) == (None, 400, 300)
    assert shown(data)["preview"].size == (400, 300)


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_one_bad_page_costs_one_page(broken: int) -> None:
    data = bytearray(tiff([Image.effect_noise((300, 200), 50)] * 3, compression="tiff_lzw"))
    at = tag(bytes(data), 273, broken)[0]
    data[at : at + 9_000] = b"\xff" * 9_000
    examined = images.examine(bytes(data), types.TIFF)
    assert (examined.pages, examined.note) == (3, "tiff_page_damaged")
    made = shown(bytes(data))
    assert {"preview", "page-2", "page-3"} <= set(made)
    assert {f"ocr-{number + 1}" for number in range(3)} - set(made) == {f"ocr-{broken + 1}"}


@pytest.mark.parametrize("share", [0.4, 0.7, 0.95])
def test_a_document_that_lost_its_end_says_so(share: float) -> None:
    data = tiff([Image.effect_noise((300, 200), 50)] * 4, compression="tiff_lzw")
    assert images.examine(data[: int(len(data) * share)], types.TIFF).note == "tiff_incomplete"


def test_a_single_picture_may_lack_a_little() -> None:
    data = tiff([Image.effect_noise((300, 200), 50)])
    for lost in (1, 2, 40):
        assert images.examine(data[:-lost], types.TIFF).note == "picture_repaired"
        assert "preview" in shown(data[:-lost])
    for share in (0.1, 0.6):
        with pytest.raises(Refused, match="incomplete_image"):
            images.examine(data[: int(len(data) * (1 - share))], types.TIFF)


@pytest.mark.parametrize("compression", ["packbits", "group4", "tiff_adobe_deflate", "jpeg"])
def test_a_picture_whose_directory_is_cut_off_is_incomplete(compression: str) -> None:
    """These end with their directory, without which nothing is known of them."""
    page = sheet("a") if compression == "group4" else Image.effect_noise((300, 200), 50)
    data = tiff([page], compression=compression)
    for left in (len(data) - 9, len(data) - 30, len(data) // 2, 20):
        with pytest.raises(Refused, match="incomplete_image"):
            images.examine(data[:left], types.TIFF)


def test_nothing_but_damage_is_refused() -> None:
    data = bytearray(tiff([Image.effect_noise((300, 200), 50)] * 2, compression="tiff_lzw"))
    for page in range(2):
        at = tag(bytes(data), 273, page)[0]
        data[at : at + 9_000] = b"\xff" * 9_000
    with pytest.raises(Refused, match="damaged_image"):
        images.examine(bytes(data), types.TIFF)


@pytest.mark.parametrize(
    ("resolution", "orientation", "size"),
    [
        ((204.0, 98.0), 1, (640, 999)),
        ((204.0, 196.0), 3, (640, 500)),
        ((98.0, 204.0), 1, (1332, 480)),
        ((204.0, 98.0), 6, (999, 640)),
        ((72.0, 72.0), 8, (480, 640)),
        ((300.0, 0.0), 1, (640, 480)),
        ((1.0, 4000.0), 1, (640, 480)),
    ],
)
def test_pixels_that_are_not_square_and_turned_ones(
    resolution: tuple[float, float], orientation: int, size: tuple[int, int]
) -> None:
    made = Image.new("L", (640, 480), "white")
    tags = {282: resolution[0], 283: resolution[1], 274: orientation}
    data = tiff([made], tiffinfo=tags)
    examined = images.examine(data, types.TIFF)
    assert (examined.width, examined.height) == size
    assert shown(data)["preview"].size == size


def white_is_zero(bits: int) -> bytes:
    """Return a TIFF, dark on its left, in which zero stands for white."""
    if bits == 1:
        values = Image.fromarray(numpy.repeat([[0] * 50 + [255] * 50], 60, 0).astype("uint8"))
        return tiff([values.convert("1")], tiffinfo={262: 0})
    ramp = numpy.repeat(numpy.linspace(0, (1 << bits) - 1, 100)[None, :], 60, 0)
    kind = "uint16" if bits > 8 else "uint8"
    picture = Image.fromarray(ramp.astype(kind))
    data = bytearray(tiff([picture]))
    if bits == 8:
        data = bytearray(tiff([Image.fromarray(ramp.astype("uint8"))], tiffinfo={262: 0}))
        return bytes(data)
    opened = Image.open(io.BytesIO(bytes(data)))
    stored = (0xFFFF - numpy.asarray(opened)).astype("<u2").tobytes()
    at = tag(bytes(data), 273)[0]
    data[at : at + len(stored)] = stored
    entry = data.find(b"\x06\x01\x03\x00\x01\x00\x00\x00\x01\x00")
    data[entry + 8] = 0
    return bytes(data)


@pytest.mark.parametrize("bits", [1, 8, 16])
def test_white_is_zero_is_no_negative(bits: int) -> None:
    data = white_is_zero(bits)
    assert tag(data, 262) == 0
    preview = grey(shown(data)["preview"])
    assert (preview[30, 3] < 40, preview[30, 96] > 215) == (True, True)


@pytest.mark.parametrize("media_type", [types.TIFF, types.PNG])
@pytest.mark.parametrize("hot", [0, 1, 40])
def test_a_hot_pixel_does_not_blacken_the_picture(media_type: str, hot: int) -> None:
    values = numpy.repeat(numpy.linspace(100, 3900, 640)[None, :], 480, 0).astype("uint16")
    values.flat[1000 : 1000 + hot] = 65535
    out = io.BytesIO()
    Image.fromarray(values).save(out, "TIFF" if media_type == types.TIFF else "PNG")
    made = {one.role: one.data for one in images.derive(out.getvalue(), media_type).derivatives}
    preview = grey(Image.open(io.BytesIO(made["preview"])))
    assert preview[:, -20:].mean() > 220
    assert 100 < preview[:, 310:330].mean() < 150


def test_a_small_bright_thing_on_black_stays_visible() -> None:
    values = numpy.zeros((480, 640), "uint16")
    values[100:103, 100:103] = 60_000
    data = tiff([Image.fromarray(values)])
    assert grey(shown(data)["preview"]).max() > 200


def retagged(data: bytes, tag: int, value: int) -> bytes:
    """Return a little-endian TIFF with another value for a short tag."""
    changed = bytearray(data)
    at = changed.find(tag.to_bytes(2, "little") + b"\x03\x00\x01\x00\x00\x00")
    changed[at + 8 : at + 10] = value.to_bytes(2, "little")
    return bytes(changed)


@pytest.mark.parametrize("compression", [34712, 50002, 52546, 33003, 34661, 50001, 12345])
def test_a_form_that_is_not_decoded_here_is_kept_and_not_called_damaged(compression: int) -> None:
    data = retagged(tiff([Image.effect_noise((300, 200), 50)]), 259, compression)
    examined = images.examine(data, types.TIFF)
    assert (examined.refusal, examined.note) == ("", "picture_cannot_be_shown")
    assert images.derive(data, types.TIFF) == Derivation()


def test_an_odd_number_of_bits_is_kept_too() -> None:
    data = retagged(tiff([Image.effect_noise((300, 200), 50)]), 258, 27)
    assert images.examine(data, types.TIFF).note == "picture_cannot_be_shown"


@pytest.mark.parametrize("kind", ["DNG", "colour filter", "linear raw", "below"])
def test_a_raw_photo_is_named(kind: str) -> None:
    noise = Image.effect_noise((300, 200), 50)
    data = tiff([noise], tiffinfo={50706: b"\x01\x04\x00\x00"} if kind == "DNG" else {})
    if kind == "colour filter":
        data = retagged(data, 262, 32803)
    elif kind == "linear raw":
        data = retagged(data, 262, 34892)
    elif kind == "below":  # a camera's file shows a small picture first
        small = tiff([Image.effect_noise((40, 30), 50)], tiffinfo={330: 4})
        at = len(small)
        directory = (
            b"\x01\x00" + b"\x06\x01\x03\x00\x01\x00\x00\x00" + (32803).to_bytes(4, "little")
        )
        entry = small.find(b"\x4a\x01")
        data = small[: entry + 8] + at.to_bytes(4, "little") + small[entry + 12 :] + directory
        data += bytes(4)
    with pytest.raises(Refused, match="camera_raw"):
        images.examine(data, types.TIFF)


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    """Yield the data at once."""
    yield data


class Numbering:
    """A reader that returns how many pages it has read."""

    def __init__(self) -> None:
        self.pages = 0

    async def read(self, picture: bytes) -> ReadPage:
        """Return the page's number in words."""
        assert Image.open(io.BytesIO(picture)).width > 400
        self.pages += 1
        return ReadPage(f"page{self.pages}")


@pytest.mark.anyio
@pytest.mark.feature("F10")
async def test_pages_that_are_not_shown_are_read() -> None:
    data = tiff([sheet("a")] * 33, compression="group4")
    made = await everything(ChildExaminer(reader=Numbering()), data, types.TIFF)
    assert made.text.split("\f") == [f"page{number}" for number in range(1, 34)]
    assert len([one for one in made.derivatives if one.role.startswith("page-")]) == 19


@pytest.mark.anyio
@pytest.mark.feature("F10")
async def test_every_page_of_a_coarse_fax_is_read() -> None:
    """204 × 98 dots per inch: as stored, letters have half their height."""
    pages = [sheet(word, (1728, 1145)) for word in WORDS]
    squashed = [page.resize((1728, 572)) for page in pages]
    data = tiff(squashed, compression="group4", tiffinfo={282: 204.0, 283: 98.0})
    children = Children()
    reader = Recogniser(children, program=tesseract())
    made = await everything(ChildExaminer(children, reader=reader), data, types.TIFF)
    assert [word in page for word, page in zip(WORDS, made.text.split("\f"), strict=True)] == [
        True,
        True,
        True,
    ]


def test_directories_that_overlap_end() -> None:
    """Each of thousands begins within another one, and has as many entries as there can be."""
    size = 400_000
    data = bytearray(b"II*\x00" + (8).to_bytes(4, "little") + b"\xff\xff" * (size // 2))
    for start in range(8, size // 2, 60):
        data[start : start + 2] = b"\x00\x40"
    started = time.process_time()
    assert sum(len(found) for found in directories(bytes(data))) <= 200_000
    assert time.process_time() - started < 5
