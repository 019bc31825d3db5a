"""Bodies as an editor sends them, and a sheet with one."""

import json
from datetime import date
from typing import Any

from bedside.printing.body import parsed
from bedside.printing.ports import Sheet

_STRONG = {"type": "strong"}


def text(said: str, *marks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": said, "marks": list(marks)}


def linked(said: str, href: str) -> dict[str, Any]:
    return text(said, {"type": "link", "attrs": {"href": href}})


def paragraph(*content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(content)}


def listed(kind: str, *items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": kind, "content": [{"type": "list_item", "content": item} for item in items]}


def row(kind: str, *cells: str) -> dict[str, Any]:
    made = [{"type": kind, "content": [paragraph(text(cell))]} for cell in cells]
    return {"type": "table_row", "content": made}


def heading(level: int, said: str) -> dict[str, Any]:
    return {"type": "heading", "attrs": {"level": level}, "content": [text(said)]}


def doc(*content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "content": list(content)}


EVERYTHING = doc(
    paragraph(
        text("You came because of "),
        text("a rash", _STRONG),
        text(". #raw [x] $y$ <b>"),
        {"type": "hard_break"},
        text("It is harmless."),
    ),
    heading(1, "Next steps"),
    listed(
        "ordered_list",
        [
            paragraph(text("Use the cream")),
            listed("bullet_list", [paragraph(text("mornings"))], [paragraph(text("evenings"))]),
        ],
        [paragraph(linked("Call us", "tel:+4687700100"), text(" if it gets larger."))],
    ),
    heading(2, "Your medicine"),
    {
        "type": "table",
        "content": [
            row("table_header", "Medicine", "When"),
            row("table_cell", "Hydrocortisone", "twice a day"),
        ],
    },
    {"type": "page_break"},
    paragraph(text("See you in four weeks.")),
)
SHEET = Sheet(
    language="en",
    from_right=False,
    title="Summary of your visit",
    written_on=date(2024, 2, 29),
    author="Dr Amara Okafor",
    sender=("Riverside Clinic", "+46 8 7700 100"),
    about=(("Patient", "Maya Lindqvist"),),
    body=parsed(json.dumps(EVERYTHING)),
    closing="In an emergency call 112.",
    page_of="Page {page} of {pages}",
)
