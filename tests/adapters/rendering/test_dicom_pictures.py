"""DICOM pictures: their proportions, colours and greys, and what is left of one without its end."""

import io
from typing import Any

import numpy
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from bedside.adapters.rendering import dicom
from bedside.adapters.rendering.limits import Refused
from bedside.files import media_types as types
from tests.adapters.rendering.dicom_files import file_of, of_jpegs, picture

pytestmark = [pytest.mark.feature("F2"), pytest.mark.filterwarnings("ignore")]
RAMP = numpy.repeat(numpy.linspace(100, 3900, 128)[None, :], 64, 0)


def shown(data: bytes) -> Any:
    """Return the picture that others get, as values."""
    shared = dicom.examine(data, types.DICOM).shared
    assert shared is not None
    return numpy.asarray(Image.open(io.BytesIO(shared.data)))


def measures(down: float, across: float) -> Sequence:
    """Return a functional group with a distance of pixels."""
    inner, outer = Dataset(), Dataset()
    inner.PixelSpacing = [down, across]
    outer.PixelMeasuresSequence = Sequence([inner])
    return Sequence([outer])


@pytest.mark.parametrize(
    ("facts", "size"),
    [
        ({"PixelSpacing": [2.0, 1.0]}, (128, 128)),
        ({"PixelSpacing": [0.5, 1.0]}, (256, 64)),
        ({"ImagerPixelSpacing": [0.4, 0.2]}, (128, 128)),
        ({"NominalScannedPixelSpacing": [0.3, 0.1]}, (128, 192)),
        ({"PixelAspectRatio": ["2", "1"]}, (128, 128)),
        ({"PixelAspectRatio": ["1", "1"]}, (128, 64)),
        ({"PixelSpacing": [1.0, 1.0], "PixelAspectRatio": ["2", "1"]}, (128, 64)),
        ({"PixelSpacing": [1.0, 1.0], "ImagerPixelSpacing": [2.0, 1.0]}, (128, 64)),
        ({"ImagerPixelSpacing": [2.0, 1.0], "NominalScannedPixelSpacing": [1, 1]}, (128, 128)),
        ({"SharedFunctionalGroupsSequence": measures(2, 1)}, (128, 128)),
        (
            {
                "PerFrameFunctionalGroupsSequence": measures(4, 1),
                "SharedFunctionalGroupsSequence": measures(2, 1),
            },
            (128, 256),
        ),
        ({"PixelSpacing": [0.0, 1.0]}, (128, 64)),
        ({"PixelSpacing": [1000.0, 1.0]}, (128, 64)),
        ({"PixelSpacing": [0.501, 0.5]}, (128, 64)),
    ],
)
def test_pixels_that_are_not_square_are_stretched(
    facts: dict[str, Any], size: tuple[int, int]
) -> None:
    data = file_of(picture(RAMP, **facts))
    examined = dicom.examine(data, types.DICOM)
    assert (examined.width, examined.height) == size
    assert shown(data).shape == (size[1], size[0])
    preview = next(o for o in dicom.derive(data, types.DICOM).derivatives if o.role == "preview")
    assert Image.open(io.BytesIO(preview.data)).size == size


def test_a_series_with_a_distance_of_pixels() -> None:
    data = file_of(picture(numpy.stack([RAMP] * 3), PixelSpacing=[2.0, 1.0]))
    made = {one.role: one.data for one in dicom.derive(data, types.DICOM).derivatives}
    assert Image.open(io.BytesIO(made["strip"])).size == (3 * 128, 128)


@pytest.mark.parametrize("hot", [0, 1, 5])
def test_a_hot_pixel_does_not_blacken_the_picture(hot: int) -> None:
    values = numpy.array(RAMP, "uint16")
    values.flat[700 : 700 + hot] = 65535
    seen = shown(file_of(picture(values)))
    assert (seen[:, -6:].mean() > 230, 100 < seen[:, 60:68].mean() < 150) == (True, True)


RED = Image.new("RGB", (64, 48), "black")
RED.paste((200, 20, 20), (8, 8, 40, 40))


def jpeg(space: str, *, subsampling: int = 0) -> bytes:
    """Return a JPEG of a red square: with JFIF's colours or Adobe's RGB, or without a word."""
    out = io.BytesIO()
    options = {"keep_rgb": True} if space.endswith("RGB") else {"subsampling": subsampling}
    RED.save(out, "JPEG", quality=95, **options)
    data = out.getvalue()
    if space.startswith("bare"):  # without JFIF's and Adobe's segments, which come first
        while data[2:4] in (b"\xff\xe0", b"\xff\xee"):
            data = data[:2] + data[4 + int.from_bytes(data[4:6], "big") :]
    if space == "bare RGB":  # and with numbers in place of the names of its components
        for name, number in zip(b"RGB", (0, 1, 2), strict=True):
            at = data.index(b"\xff\xc0")
            frame = data[at : at + 19].replace(bytes([name, 0x11]), bytes([number, 0x11]))
            data = data[:at] + frame + data[at + 19 :]
            at = data.index(b"\xff\xda")
            scan = data[at : at + 14].replace(bytes([name]), bytes([number]))
            data = data[:at] + scan + data[at + 14 :]
    return data


@pytest.mark.parametrize(
    ("space", "interpretation"),
    [
        ("JFIF", "YBR_FULL_422"),
        ("JFIF", "RGB"),
        ("bare", "YBR_FULL"),
        ("bare", "RGB"),
        ("Adobe RGB", "RGB"),
        ("Adobe RGB", "YBR_FULL_422"),
        ("bare RGB", "RGB"),
    ],
)
def test_red_is_red_whatever_the_header_says(space: str, interpretation: str) -> None:
    for subsampling in (0, 2):
        data = of_jpegs([jpeg(space, subsampling=subsampling)], RED.size, interpretation)
        red, green, blue = shown(data)[24, 24]
        assert (red > 180, green < 50, blue < 50) == (True, True, True)


def noise(frames: int) -> Any:
    """Return frames of different brightness."""
    return numpy.stack([numpy.full((64, 64), 1000 * (one + 1)) for one in range(frames)])


@pytest.mark.parametrize(("lost", "left"), [(3, 4), (64 * 64 * 2, 4), (64 * 64 * 5, 2)])
def test_frames_before_the_end_of_a_file_are_shown(lost: int, left: int) -> None:
    data = file_of(picture(noise(5)))[:-lost]
    assert dicom.examine(data, types.DICOM).note == "dicom_cut_off"
    made = dicom.derive(data, types.DICOM)
    assert made.facts["frames"] == str(left)
    assert {"preview", "strip"} <= {one.role for one in made.derivatives}


@pytest.mark.parametrize(("lost", "taken"), [(2, True), (0.03, True), (0.2, False), (0.9, False)])
def test_a_single_picture_may_lack_a_little(lost: float, taken: bool) -> None:
    data = file_of(picture(RAMP))
    end = len(data) - int(lost if lost >= 1 else lost * RAMP.size * 2)
    if taken:
        assert dicom.examine(data[:end], types.DICOM).note == "dicom_cut_off"
        assert shown(data[:end]).shape == (64, 128)
    else:
        with pytest.raises(Refused, match="damaged_dicom"):
            dicom.examine(data[:end], types.DICOM)


@pytest.mark.parametrize("lost", [3, 300, 1200])
def test_compressed_frames_before_the_end_are_shown(lost: int) -> None:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 60).save(out, "JPEG")
    whole = of_jpegs([out.getvalue()] * 6, (64, 48), "MONOCHROME2")
    assert dicom.examine(whole, types.DICOM).note == ""
    examined = dicom.examine(whole[: -8 - lost], types.DICOM)
    assert (examined.note, examined.width) == ("dicom_cut_off", 64)
    assert int(dicom.derive(whole[: -8 - lost], types.DICOM).facts["frames"]) in {4, 5}
