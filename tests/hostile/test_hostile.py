"""Each hostile file gets the right sentence, through the same steps as in the intake."""

from collections.abc import AsyncIterator

import pytest

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.child_process import Children
from bedside.adapters.yara import BuiltInScanner
from bedside.files.ports import Verdict
from bedside.files.refusals import REFUSALS, refusal_for_signature
from bedside.files.sniffing import HEAD_SIZE, sniff
from tests.files.test_foreign_documents import KINDS
from tests.hostile.generate import Hostile, catalogue

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F2")]


async def streamed(data: bytes) -> AsyncIterator[bytes]:
    """Yield the file in blocks, as the intake reads it back."""
    for start in range(0, len(data), 256 * 1024):
        yield data[start : start + 256 * 1024]


async def outcome(data: bytes, name: str) -> tuple[str, str]:
    """Return the refusal and the type: detected, scanned by the built-in scanner, examined."""
    sniffed = sniff(data[:HEAD_SIZE], name)
    if sniffed.refusal:
        return sniffed.refusal, ""
    children = Children()
    scanned = await BuiltInScanner(children).scan(streamed(data), len(data))
    if scanned.verdict is Verdict.INFECTED:
        return refusal_for_signature(scanned.signature), ""
    examined = await ChildExaminer(children).examine(streamed(data), len(data), name)
    return examined.refusal, examined.media_type


@pytest.mark.feature("F3")
@pytest.mark.feature("F4")
@pytest.mark.feature("F5")
@pytest.mark.parametrize("hostile", catalogue(), ids=lambda hostile: hostile.what)
async def test_gets_its_sentence(hostile: Hostile) -> None:
    refusal, media_type = await outcome(hostile.content(), hostile.name)
    assert refusal == hostile.expected
    if hostile.expected:
        assert REFUSALS[refusal]
    else:
        assert media_type == hostile.media_type


def test_every_way_to_refuse_a_file_is_tried() -> None:
    tried = {hostile.expected for hostile in catalogue()} - {""}
    elsewhere = {"not_a_photo", "video_not_here", "too_large", "damaged_text", "too_complex"}
    # test_sniffing, test_images and test_dicom have rows of their own.
    elsewhere |= {"sound", "other_video", "other_picture", "camera_raw"}
    elsewhere |= {"damaged_image", "program_inside"}
    elsewhere |= {"suspected"}  # by clamd only
    elsewhere |= {"not_shared", "pdf_not_shared"}  # said of the copy for others, not of the file
    elsewhere |= {"infected_pdf_script"}  # said of files that earlier versions destroyed
    # test_foreign_documents, test_text_in_place and test_moving_and_sounding
    elsewhere |= KINDS.keys() | {"transport_form", "form_data", "live_photo", "picture_sequence"}
    assert tried | elsewhere == REFUSALS.keys()
