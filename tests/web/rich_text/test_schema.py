"""The editor and the server have one schema: what one makes, the other takes."""

import json
from random import Random
from typing import Any

import pytest

from bedside.errors import WrongInput
from bedside.letters.filling import open_in
from bedside.printing import body
from bedside.printing.body import of_plain, parsed
from tests.printing.bodies import EVERYTHING, doc, heading, linked, listed, paragraph, row, text
from tests.web.rich_text.documents import ARABIC, STRONG, WIDE, WITH_FIELDS
from tests.web.scripts import ROOT, run

pytestmark = pytest.mark.feature("L1")

SCHEMA = "rich_text/schema.ts"
WALKS = str(ROOT / "tests/web/rich_text/walks.mjs")
BREAK = {"type": "hard_break"}


def nested(depth: int) -> dict[str, Any]:
    inner = [nested(depth - 1)] if depth > 1 else []
    return listed("bullet_list", [paragraph(text(str(depth))), *inner])


def table(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"type": "table", "content": list(rows)}


def cell_with(*content: dict[str, Any]) -> dict[str, Any]:
    return table(
        row("table_header", "Name"),
        {"type": "table_row", "content": [{"type": "table_cell", "content": list(content)}]},
    )


NAMES = row("table_header", "a", "b")
TAKEN: list[dict[str, Any]] = [
    EVERYTHING,
    WITH_FIELDS,
    ARABIC,
    WIDE,
    doc(),
    doc(paragraph()),
    doc(paragraph(BREAK, text("x", STRONG, {"type": "link", "attrs": {"href": "TEL:112"}}))),
    doc(heading(2, "x"), {"type": "page_break"}, {"type": "page_break"}),
    doc(nested(5)),
    doc(cell_with(nested(3))),
    doc(listed("ordered_list", [nested(1)])),
    doc(table(NAMES)),
    doc(table(NAMES, row("table_header", "c", "d"))),
    doc(paragraph(linked("x", "https://a.example/" + "ü" * 1_900))),
]
REFUSED: list[Any] = [
    {"type": "paragraph"},
    doc({"type": "image"}),
    doc({"type": "heading", "attrs": {"level": 3}, "content": [text("x")]}),
    doc({"type": "heading", "content": [text("x")]}),
    doc(listed("bullet_list")),
    doc(listed("bullet_list", [])),
    doc(listed("bullet_list", [heading(1, "x")])),
    doc(paragraph(text(""))),
    doc(paragraph(paragraph())),
    doc(paragraph(text("x", {"type": "em"}))),
    doc(cell_with({"type": "page_break"})),
    doc(cell_with(table(NAMES))),
    doc(table(row("table_header", *"123456789"))),
    doc(table()),
    *(
        doc(paragraph(linked("x", href)))
        for href in (
            "javascript:alert(1)",
            " https://a.example",
            "https://",
            "https://a b",
            "//a.example",
            "https://a\u0085b",
            "https://a\u00a0b",
            "https://a\u0001b",
            "https://a.example/" + "x" * 2_000,
        )
    ),
]


def written(said: list[Any]) -> list[str | None]:
    """Return what the editor writes back of each document; None for one that it refuses."""
    call = """(schema, said) => said.map((one) => {
      try { return schema.jsonOf(schema.documentOf(JSON.stringify(one))); } catch { return null; }
    })"""
    return list(run(SCHEMA, call, said))


def test_the_editor_opens_what_the_server_takes_and_writes_it_back() -> None:
    for given, back in zip(TAKEN, written(TAKEN), strict=True):
        assert back is not None, given
        # An empty document has a paragraph to write in.
        assert parsed(back) == parsed(json.dumps(given if given["content"] else doc(paragraph())))


def test_both_refuse_what_is_not_in_the_schema() -> None:
    assert written(REFUSED) == [None] * len(REFUSED)
    for said in REFUSED:
        with pytest.raises(WrongInput):
            parsed(json.dumps(said))


def test_limits_are_the_same_on_both_sides() -> None:
    limits = run(SCHEMA, "(schema) => [schema.LONGEST, schema.MOST_COLUMNS]", None)
    assert limits == [body.LONGEST, 8]
    parsed(json.dumps(doc(nested(5))))
    with pytest.raises(WrongInput):
        parsed(json.dumps(doc(nested(6))))


def test_a_heading_without_words_and_a_bold_break_are_written_as_the_server_takes_them() -> None:
    call = """({ schema, jsonOf }) => {
      const { doc, heading, hard_break, paragraph } = schema.nodes;
      const bold = [schema.marks.strong.create()];
      return jsonOf(doc.create(null, [heading.create({ level: 1 }),
        paragraph.create(null,
          [schema.text("a\\ud83d", bold), hard_break.create(null, null, bold)])]));
    }"""
    written_back = run(SCHEMA, call, None)
    assert parsed(written_back) == parsed(
        json.dumps(doc(paragraph(), paragraph(text("a\ufffd", STRONG), BREAK)))
    )


@pytest.mark.parametrize("start", [doc(), EVERYTHING, doc(nested(5)), WIDE])
def test_whatever_is_done_in_the_editor_the_server_takes(start: dict[str, Any]) -> None:
    seeds = [Random(7).randrange(2**32) + number for number in range(6)]
    given = [{"seed": seed, "steps": 250, "start": json.dumps(start)} for seed in seeds]
    made = run(WALKS, "(walks, given) => given.flatMap(walks.walk)", given)
    assert len(made) > 300
    for said in made:
        parsed(said)


def _random_body(random: Random) -> dict[str, Any]:
    """Return any document of the server's schema."""

    def words() -> list[dict[str, Any]]:
        marks = [[], [STRONG], [{"type": "link", "attrs": {"href": "mailto:a@b.example"}}]]
        some = [text(random.choice(["x", " y ", "ü"]), *random.choice(marks)) for _ in range(2)]
        return random.choice([[], some[:1], [some[0], BREAK, some[1]]])

    def parts(depth: int) -> list[dict[str, Any]]:
        return [part(depth) for _ in range(random.randint(1, 2))]

    def part(depth: int) -> dict[str, Any]:
        if depth == 0 or random.random() < 0.5:
            return paragraph(*words())
        items = [parts(depth - 1) for _ in range(random.randint(1, 2))]
        return listed(random.choice(["bullet_list", "ordered_list"]), *items)

    def row_of(kind: str, width: int) -> dict[str, Any]:
        cells = [{"type": kind, "content": parts(3)} for _ in range(width)]
        return {"type": "table_row", "content": cells}

    def block() -> dict[str, Any]:
        width = random.randint(1, 8)
        rest = [row_of("table_cell", width) for _ in range(random.randint(0, 2))]
        return random.choice(
            [part(5), table(row_of("table_header", width), *rest), {"type": "page_break"}]
        )

    return doc(*(block() for _ in range(random.randint(1, 4))))


def test_any_document_of_the_server_comes_back_as_it_was() -> None:
    random = Random(11)
    given = [_random_body(random) for _ in range(150)]
    for one, back in zip(given, written(given), strict=True):
        assert back is not None, one
        assert parsed(back) == _as_joined(one)


def _as_joined(one: dict[str, Any]) -> body.Body:
    """The server's reading, with words of the same form that follow each other as one."""
    return parsed(json.dumps(_joined(one)))


def _joined(node: dict[str, Any]) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for part in map(_joined, node.get("content", [])):
        last = content[-1] if content else {}
        if part["type"] == "text" == last.get("type") and part["marks"] == last["marks"]:
            last["text"] += part["text"]
        else:
            content.append(part)
    return {**node, "content": content} if content else node


def test_plain_words_are_read_alike() -> None:
    words = "Hello\r\nthere\n \n\nsecond\n\nlast\n"
    call = """(paste, words) => JSON.stringify(
      { type: "doc", content: paste.plainSlice(words).content.toJSON() })"""
    assert parsed(run("rich_text/paste.ts", call, words)) == of_plain(words)


def test_fields_and_optional_parts_are_found_alike() -> None:
    said = [
        "Dear [[ first name ]], [[a??b]] [[a??]] [[a??b\nc]]",
        "[[a??b [[c]] d]] [[]] [[??x]] [[a?b]] [[a?b??c]] [x] [[a\nb]]",
        "[[" + "n" * 60 + "]] [[" + "n" * 61 + "]] [[" + "n" * 61 + "??x]]",
        "[[[a]]] [[a]]]] [[a??b]c]]",
    ]
    call = "(fields, said) => said.map((one) => fields.openIn(one).map(({ name }) => name.trim()))"
    assert run("rich_text/fields.ts", call, said) == [open_in(one) for one in said]
