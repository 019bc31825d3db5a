"""Parts of text messages, and the signs that make them more."""

import pytest

from bedside.notifications.sms_parts import SmsParts, sms_parts
from bedside.notifications.texts import outgoing_text
from bedside.people.clinics import Clinic

pytestmark = pytest.mark.feature("N2")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", SmsParts(1)),
        ("x" * 160, SmsParts(1)),
        ("x" * 161, SmsParts(2)),
        ("x" * 306, SmsParts(2)),
        ("x" * 307, SmsParts(3)),
        ("€" * 80, SmsParts(1)),
        ("€" * 81, SmsParts(2)),
        ("Søren Ångström, Müller & Peña, St. Mary's", SmsParts(1)),
        ("St. Mary’s", SmsParts(1)),
        ("St. Mary’s" + "x" * 100, SmsParts(2, "’")),
        ("Łukasz Żak" + "x" * 80, SmsParts(2, "ŁŻ")),
        ("😀" * 36, SmsParts(2, "😀")),
        ("é" * 160, SmsParts(1)),
        ("ê" * 71, SmsParts(2, "ê")),
        # a sign of two units is not cut in two
        ("x" * 152 + "€" + "x" * 152, SmsParts(3)),
        ("x" * 151 + "€" + "x" * 153, SmsParts(2)),
        ("{" * 76 + "[" * 77, SmsParts(3)),
        ("ж" * 66 + "😀" + "ж" * 66, SmsParts(3, "ж😀")),
        ("🏥" * 33 + "🏥" * 33, SmsParts(2, "🏥")),
        # what cannot be seen has a name
        ("x" * 80 + "\u00a0", SmsParts(2, "No-break space")),
        ("x" * 80 + "e\u0301", SmsParts(2, "Combining acute accent")),
        ("x" * 70 + "👩\u200d⚕\ufe0f", SmsParts(2, "👩⚕")),
        ("Городская поликлиника № 4, Казань. " * 2 + "x" * 12, SmsParts(2, "Гордская…")),
    ],
)
def test_parts_are_counted_as_carriers_do(text: str, parts: SmsParts) -> None:
    assert sms_parts(text) == parts


def test_accents_behind_their_letters_are_composed() -> None:
    clinic = Clinic("cli_1", "Clinique de l'E\u0301toile, Mu\u0308nchen", {})
    text = outgoing_text(clinic, subject="", said=f"{clinic.name}: hello").text
    assert text == "Clinique de l'Étoile, München: hello"
    assert sms_parts(text + "x" * 120).because_of == ""


def test_a_preview_counts_the_secret_that_it_does_not_show() -> None:
    assert sms_parts("x" * 120 + " https://visits.example.org/l/…") == SmsParts(2)
