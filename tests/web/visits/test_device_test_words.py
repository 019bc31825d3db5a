"""Texts of a device test: to staff what to expect of a call, to patients nothing technical."""

import pytest

from bedside.edge.visit_views import test_chip as chip_of
from bedside.kernel import language
from bedside.visits.waiting_room import DeviceTest
from bedside.web.visits.words import words_for_script

pytestmark = pytest.mark.feature("V2", "V3")

ALL = {"camera": "ok", "microphone": "ok", "speaker": "ok", "connection": "ok"}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, "Camera, sound good"),
        ({"relay": "ok"}, "Camera, sound good"),
        ({"relay": "not_set_up"}, "Camera, sound good"),
        ({"relay": "failed"}, "Calls may not get through"),
        ({"relay": "failed", "connection": "failed"}, "Calls do not get through"),
        ({"relay": "failed", "camera": "missing"}, "No camera"),
    ],
)
def test_staff_read_what_to_expect(found: dict[str, str], said: str) -> None:
    assert chip_of(DeviceTest.model_validate({**ALL, **found})).text == said


def test_patients_read_nothing_technical() -> None:
    language.speak("en")
    sentences = " ".join(words_for_script("Dr Amara Okafor").values()).lower()
    for word in ("relay", "turn server", "stun", "ice ", "webrtc", "firewall", "udp"):
        assert word not in sentences
