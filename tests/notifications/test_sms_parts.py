"""Parts of text messages, and the signs that make them more."""

import pytest

from bedside.notifications.sms_parts import SmsParts, sms_parts

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
    ],
)
def test_parts_are_counted_as_carriers_do(text: str, parts: SmsParts) -> None:
    assert sms_parts(text) == parts


def test_a_preview_counts_the_secret_that_it_does_not_show() -> None:
    assert sms_parts("x" * 120 + " https://visits.example.org/l/…") == SmsParts(2)
