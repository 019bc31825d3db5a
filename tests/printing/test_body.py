"""The closed schema of what is written to patients."""

import json
from typing import Any

import pytest

from bedside.errors import WrongInput
from bedside.printing.body import LONGEST, Body, of_plain, parsed
from tests.printing.bodies import EVERYTHING, doc, heading, linked, listed, paragraph, row, text

pytestmark = pytest.mark.feature("L1")


def test_what_the_editor_makes_is_kept_as_it_is() -> None:
    body = parsed(json.dumps(EVERYTHING))
    assert parsed(body.model_dump_json()) == body


@pytest.mark.parametrize(
    "address", ["https://clinic.example/a?b=c", "HTTP://x.example", "mailto:a@b.example", "tel:112"]
)
def test_a_link_leads_to_a_page_a_mailbox_or_a_telephone(address: str) -> None:
    assert parsed(json.dumps(doc(paragraph(linked("here", address))))).content


def nested(depth: int) -> dict[str, Any]:
    inner = paragraph(text("deep"))
    for _ in range(depth):
        inner = listed("bullet_list", [inner])
    return doc(inner)


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "null",
        "[]",
        '"words"',
        json.dumps({"type": "doc", "content": [{"type": "image", "attrs": {"src": "x"}}]}),
        json.dumps(doc(paragraph({**text("x"), "style": "color:red"}))),
        json.dumps(doc({**paragraph(), "attrs": {"align": "right"}})),
        json.dumps(doc(paragraph(text("x", {"type": "em"})))),
        json.dumps(doc(paragraph(text("")))),
        json.dumps(doc(heading(3, "too small"))),
        json.dumps(doc(paragraph(linked("x", "javascript:alert(1)")))),
        json.dumps(doc(paragraph(linked("x", "javascript:'https://x.example'")))),
        json.dumps(doc(paragraph(linked("x", "https://x.example/ y")))),
        json.dumps(doc(paragraph(linked("x", "data:text/html,x")))),
        json.dumps(doc({"type": "table", "content": [row("table_cell", "no", "names")]})),
        json.dumps(
            doc(
                {
                    "type": "table",
                    "content": [row("table_header", "a", "b"), row("table_cell", "c")],
                }
            )
        ),
        json.dumps(doc({"type": "table", "content": [row("table_header", *"abcdefghi")]})),
        json.dumps(nested(6)),
        json.dumps(nested(150)),
        "[" * 100_000,
        json.dumps(doc(paragraph(text("x" * LONGEST)))),
    ],
)
def test_anything_else_is_refused_with_a_sentence(sent: str) -> None:
    with pytest.raises(WrongInput):
        parsed(sent)


def test_lists_may_be_nested() -> None:
    assert parsed(json.dumps(nested(5))).content


@pytest.mark.parametrize(
    ("said", "paragraphs"),
    [
        ("", []),
        (" \n\t\n ", []),
        ("one", [["one"]]),
        ("one\r\ntwo\r\rthree", [["one", "\n", "two"], ["three"]]),
        ("one\n \n\n\ntwo\n", [["one"], ["two"]]),
        ("  - a\n  - b", [["  - a", "\n", "  - b"]]),
    ],
)
def test_plain_words_become_paragraphs(said: str, paragraphs: list[list[str]]) -> None:
    assert _said(of_plain(said)) == paragraphs


def _said(body: Body) -> list[list[str]]:
    return [
        ["\n" if part.type == "hard_break" else part.text for part in block.content]
        for block in body.content
        if block.type == "paragraph"
    ]
