"""Cleaning of a typed line."""

import pytest

from bedside.kernel.typed import one_line, several_lines


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Maya \t\n Lindqvist ", "Maya Lindqvist"),
        ("\u202eMaya\u202c\u2067x\u2069", "Mayax"),
        ("\ufeff\u200b \u2060", ""),
        ("a\x00\x1b[31m\x7fb", "a[31mb"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("\u0d28\u0d4d\u200d", "\u0d28\u0d4d\u200d"),
        ("Zoe\u0308 \U0001f469\u200d\u2695\ufe0f", "Zoe\u0308 \U0001f469\u200d\u2695\ufe0f"),
    ],
)
def test_what_is_seen_is_kept(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


def test_lines_stay_lines_and_nothing_turns_what_stands_beside_them() -> None:
    assert several_lines(" Fever\u202e \r\n\r\nand  a\x00 cough ") == "Fever\n\nand a cough"
