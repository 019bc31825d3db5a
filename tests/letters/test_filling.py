"""Fields and optional parts of letters, in words with marks, lists and tables."""

from typing import Any

import pytest

from bedside.kernel.language import speaking
from bedside.letters import filling
from bedside.letters.fields import LETTER
from bedside.printing.body import Body, of_plain
from tests.printing.bodies import EVERYTHING

pytestmark = pytest.mark.feature("L1")
VALUES = {"first_name": "Maya", "clinic": "Riverside\nClinic"}


def body(*blocks: dict[str, Any]) -> Body:
    """Return a body of these blocks."""
    return Body.model_validate({"type": "doc", "content": blocks})


def line(*pieces: Any) -> dict[str, Any]:
    """Return a paragraph: words, or words with marks."""
    content = [
        {"type": "text", "text": one} if isinstance(one, str) else {"type": "text", **one}
        for one in pieces
    ]
    return {"type": "paragraph", "content": content}


STRONG = [{"type": "strong"}]


def test_a_value_has_the_marks_of_its_bracket() -> None:
    made = filling.filled(
        body(line("Dear ", {"text": "[[first", "marks": STRONG}, " name]], from [[clinic]].")),
        LETTER,
        VALUES,
    )
    assert made == body(
        {
            "type": "paragraph",
            "content": [
                {"type": "text", "text": "Dear "},
                {"type": "text", "text": "Maya", "marks": STRONG},
                {"type": "text", "text": ", from Riverside"},
                {"type": "hard_break"},
                {"type": "text", "text": "Clinic."},
            ],
        }
    )


def test_an_optional_part_of_a_field_stays_or_goes_with_its_value() -> None:
    said = of_plain("A [[first name??Known.]] B\n\n[[day of the visit??Unknown.]]\n\nC")
    assert filling.filled(said, LETTER, VALUES) == of_plain("A Known. B\n\nC")
    own = of_plain("[[driving??You may not drive.]] [[what we found]]")
    assert filling.filled(own, LETTER, VALUES) == own
    assert filling.open_parts(own) == ["driving", "what we found"]


def test_an_item_or_a_cell_of_which_nothing_is_left() -> None:
    gone = line("[[day of the visit??Gone]]")
    items = [{"type": "list_item", "content": [one]} for one in (gone, line("Stays"))]
    cells = [{"type": "table_header", "content": [gone]}]
    made = filling.filled(
        body(
            {"type": "bullet_list", "content": items},
            {"type": "ordered_list", "content": items[:1]},
            {"type": "table", "content": [{"type": "table_row", "content": cells}]},
            {"type": "heading", "attrs": {"level": 1}, "content": gone["content"]},
        ),
        LETTER,
        VALUES,
    )
    kept, table = made.content
    assert (kept.type, table.type) == ("bullet_list", "table")
    assert filling.is_empty(Body(content=(table,)))


def test_names_of_every_language_are_one_field() -> None:
    for language in ("en", "es", "fr", "de"):
        with speaking(language):
            shown = filling.readable(of_plain("[[first_name]] [[visit_day??x]]"), LETTER)
        kept = filling.stored(shown, LETTER)
        assert kept == of_plain("[[first_name]] [[visit_day??x]]"), language


def test_what_has_no_fields_stays_as_it_is() -> None:
    everything = Body.model_validate(EVERYTHING)
    for change in (
        lambda one: filling.filled(one, LETTER, VALUES),
        lambda one: filling.readable(one, LETTER),
        lambda one: filling.stored(one, LETTER),
        filling.cleaned,
    ):
        assert change(everything) == everything


@pytest.mark.parametrize("text", ["[[]]", "[[a]", "[[[[b]]", "[[a\nb]]", "[[" + "x" * 61 + "]]"])
def test_what_is_no_field_is_words(text: str) -> None:
    found = filling.open_parts(of_plain(text))
    assert found == (["b"] if "[[b]]" in text else [])


def test_invisible_signs_go() -> None:
    assert filling.cleaned(of_plain("Take \u202e10\u202c mg\u200b.")) == of_plain("Take 10 mg.")
