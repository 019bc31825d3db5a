"""Validation of child answers: a parser that was taken over may say anything."""

import asyncio
from typing import Any

import pytest

from bedside.adapters import child_answers
from bedside.adapters.child_answers import Nonsense
from bedside.adapters.child_process import _receive
from bedside.adapters.rendering import framing
from bedside.adapters.rendering.framing import MAX_PARTS
from bedside.files.ports import Derivation, Derivative, Examination

pytestmark = pytest.mark.feature("F4")

EXAMINED: dict[str, Any] = {
    "media_type": "image/jpeg",
    "refusal": "",
    "pages": None,
    "width": 640,
    "height": 480,
    "taken_at": 1_700_000_000_000,
    "note": "",
    "unpacked": 0,
    "largest_member": 0,
    "blanked": [[10, 20], [30, 31]],
    "sharing_failed": False,
}
MADE: dict[str, Any] = {
    "derivatives": [["thumbnail", "image/jpeg"], ["ocr-2", "image/jpeg"]],
    "text_source": "embedded",
    "facts": {"modality": "CT"},
}


def test_a_true_answer_is_believed() -> None:
    examined = Examination(**{**EXAMINED, "blanked": ((10, 20), (30, 31))})
    assert child_answers.examination({"examination": EXAMINED}) == examined
    made, unfinished = child_answers.derivation({"derivation": MADE}, (b"1", b"2", b"Potassium"))
    thumbnail = Derivative("thumbnail", "image/jpeg", b"1")
    assert made == Derivation((thumbnail,), "Potassium", "embedded", {"modality": "CT"})
    assert unfinished == child_answers.Unfinished({2: b"2"})


def test_pages_to_draw_again_are_no_pictures() -> None:
    listed = {"derivatives": [["preview", "image/jpeg"], ["redraw", "application/pdf"]]}
    answer = {**MADE, **listed, "facts": {"redraw": "1,12"}, "note": "pdf_pages_missing:3,4"}
    made, unfinished = child_answers.derivation({"derivation": answer}, (b"1", b"%PDF", b""))
    assert [one.role for one in made.derivatives] == ["preview"]
    assert (made.note, made.facts) == ("pdf_pages_missing:3,4", {})
    assert unfinished == child_answers.Unfinished({}, b"%PDF", (1, 12))


@pytest.mark.parametrize(
    "changed",
    [
        {"width": "640"},
        {"width": "abc"},
        {"height": -1},
        {"height": 10**30},
        {"pages": [1]},
        {"pages": True},
        {"taken_at": 10**18},
        {"media_type": "text/html"},
        {"media_type": None},
        {"refusal": "because"},
        {"note": "<script>"},
        {"unpacked": -5},
        {"further": 1},
    ],
    ids=str,
)
def test_a_wrong_examination_is_nonsense(changed: dict[str, Any]) -> None:
    with pytest.raises(Nonsense):
        child_answers.examination({"examination": {**EXAMINED, **changed}})


@pytest.mark.parametrize("header", [{}, {"examination": None}, {"examination": [1]}])
def test_no_examination_is_nonsense(header: dict[str, Any]) -> None:
    with pytest.raises(Nonsense):
        child_answers.examination(header)


@pytest.mark.parametrize(
    "changed",
    [
        {"derivatives": [["thumbnail", "image/jpeg"]]},
        {"derivatives": [["thumbnail"], ["preview"]]},
        {"derivatives": [["original", "image/jpeg"], ["preview", "image/jpeg"]]},
        {"derivatives": [["thumbnail", "text/html"], ["preview", "image/jpeg"]]},
        {"derivatives": [["ocr-0", "image/jpeg"], ["preview", "image/jpeg"]]},
        {"text": "Potassium"},
        {"text_source": "invented"},
        {"facts": {"a": {"b": "c"}}},
        {"facts": {str(number): "x" for number in range(60)}},
        {"facts": {"a": "x" * 2_000}},
        {"facts": {"redraw": "1;2"}},
        {"note": "pdf_pages_missing:<b>"},
        {"note": "invented"},
    ],
    ids=lambda changed: str(changed)[:60],
)
def test_a_wrong_derivation_is_nonsense(changed: dict[str, Any]) -> None:
    with pytest.raises(Nonsense):
        child_answers.derivation({"derivation": {**MADE, **changed}}, (b"1", b"2", b""))


@pytest.mark.anyio
async def test_more_than_the_parent_takes_is_not_read() -> None:
    from bedside.adapters.child_process import ChildFailed

    header = framing.frame({})[1].replace(b"[]", f"[{MAX_PARTS + 1_001}]".encode())
    reader = asyncio.StreamReader()
    reader.feed_data(len(header).to_bytes(4, "big") + header)
    with pytest.raises(ChildFailed):
        await _receive(reader, 1_000)


@pytest.mark.parametrize(
    ("line", "in_force"),
    [
        (b"ready files calls\n", {"files", "calls"}),
        (b"ready\n", set()),
        (b"", None),
        (b"Traceback\n", None),
    ],
)
def test_what_is_in_force_is_read(line: bytes, in_force: set[str] | None) -> None:
    assert framing.read_ready(line) == in_force
