"""DICOM: every file in pydicom's wheel gives a picture or a reason why not, and none breaks."""

import io
from pathlib import Path

import numpy
import pydicom
import pydicom.data
import pytest
from PIL import Image

from bedside.adapters.rendering import dicom
from bedside.adapters.rendering.limits import Refused
from bedside.files import media_types as types
from bedside.files.sniffing import HEAD_SIZE, sniff

pytestmark = [
    pytest.mark.feature("F2"),
    pytest.mark.filterwarnings("ignore"),  # the files are odd on purpose
]
FOLDER = Path(pydicom.__file__).parent / "data" / "test_files"
OTHER = {".txt", ".gz", ".json", ".dump", ".icc"}
FILES = sorted(
    path
    for path in FOLDER.rglob("*")
    if path.is_file() and path.suffix not in OTHER and path.name != "README"
)
# 12-bit JPEG, which no decoder here reads; a stream cut short on purpose; a file without sizes.
NOT_SHOWN = {
    "JPEG-lossy.dcm",
    "JPGExtended.dcm",
    "JPEG2000-embedded-sequence-delimiter.dcm",
    "nested_priv_SQ.dcm",
    "meta_missing_tsyntax.dcm",
}
REFUSED = {"rtplan_truncated.dcm"}
CUT_OFF = {"MR_truncated.dcm"}  # 62 of 8192 bytes of its pixels are missing
UNKNOWN = {"no_meta.dcm"}  # begins with a stray byte


def test_the_files_are_there() -> None:
    assert len(FILES) > 150


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_gives_a_picture_or_a_reason(path: Path) -> None:
    data = path.read_bytes()
    sniffed = sniff(data[:HEAD_SIZE], path.name)
    if path.name in UNKNOWN:
        assert sniffed.refusal == "unknown_type"
        return
    if path.name in REFUSED:
        with pytest.raises(Refused, match="damaged_dicom"):
            dicom.examine(data, types.DICOM)
        return
    assert sniffed.media_type == types.DICOM
    examined = dicom.examine(data, types.DICOM)
    made = dicom.derive(data, types.DICOM)
    roles = {one.role for one in made.derivatives}
    assert (examined.note == "dicom_cut_off") == (path.name in CUT_OFF)
    if examined.note and path.name not in CUT_OFF:
        assert (roles, examined.shared) == (set(), None)
        assert (examined.note == "dicom_cannot_be_shown") == (path.name in NOT_SHOWN)
        return
    assert {"thumbnail", "preview"} <= roles
    assert examined.shared is not None
    picture = Image.open(io.BytesIO(examined.shared.data))
    assert (picture.width, picture.height) == (examined.width, examined.height)
    assert ("strip" in roles) == (int(made.facts["frames"]) > 1)


def middle_grey(path: Path) -> float:
    """Return the brightness of the shared picture, 0 to 255."""
    whole = dicom.examine(path.read_bytes(), types.DICOM).shared
    assert whole is not None
    return float(numpy.asarray(Image.open(io.BytesIO(whole.data)).convert("L")).mean())


def written(dataset: pydicom.Dataset, tmp_path: Path) -> Path:
    """Write the data set to a file."""
    path = tmp_path / "a.dcm"
    dataset.save_as(path)
    return path


def test_monochrome_1_is_shown_with_white_as_low(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(FOLDER / "CT_small.dcm")
    bright = middle_grey(FOLDER / "CT_small.dcm")
    dataset.PhotometricInterpretation = "MONOCHROME1"
    assert middle_grey(written(dataset, tmp_path)) == pytest.approx(255 - bright, abs=1)


def test_the_window_decides_what_is_seen(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(FOLDER / "CT_small.dcm")
    brightness: list[float] = []
    for centre in (-900, 40, 3000):
        dataset.WindowCenter, dataset.WindowWidth = centre, 400
        brightness.append(middle_grey(written(dataset, tmp_path)))
    assert brightness == sorted(brightness, reverse=True)
    assert brightness[0] > 200
    assert brightness[2] < 5


@pytest.mark.parametrize(
    "name",
    ["JPEG2000.dcm", "MR_small_jpeg_ls_lossless.dcm", "SC_rgb_jpeg_dcmtk.dcm", "MR_small_RLE.dcm"],
)
def test_compressed_pixels_are_shown(name: str) -> None:
    assert dicom.examine((FOLDER / name).read_bytes(), types.DICOM).note == ""


@pytest.mark.feature("F10")
def test_a_report_is_searchable() -> None:
    made = dicom.derive((FOLDER / "reportsi.dcm").read_bytes(), types.DICOM)
    assert made.text_source == "embedded"
    assert len(made.text.split()) > 3


def test_facts_say_what_it_is() -> None:
    made = dicom.derive((FOLDER / "CT_small.dcm").read_bytes(), types.DICOM)
    assert made.facts["modality"] == "CT"
    assert made.facts["kind"] == "CT Image Storage"
    assert dicom.examine((FOLDER / "CT_small.dcm").read_bytes(), types.DICOM).taken_at is not None
