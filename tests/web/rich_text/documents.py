"""Rich texts for tests, and the pages on which they are written."""

from typing import Any

from tests.printing.bodies import (
    EVERYTHING,
    doc,
    heading,
    linked,
    listed,
    paragraph,
    row,
    text,
)

STRONG = {"type": "strong"}
WITH_FIELDS = doc(
    paragraph(text("Dear [[first name]],")),
    paragraph(
        text("your visit is on [[date]]. [[insured??Please bring "),
        text("your insurance card", STRONG),
        text(" with you.]] See you then."),
    ),
    paragraph(text("[[fasting??Please do not eat before.]]")),
)
ARABIC = doc(
    heading(1, "نتيجة الفحص"),
    paragraph(text("مرحباً Maya، نتيجة الفحص طبيعية.")),
    listed("bullet_list", [paragraph(text("كريم مرتين في اليوم"))]),
    paragraph(text("Call us with any question.")),
)
WIDE = doc(
    paragraph(text("Your values:")),
    {
        "type": "table",
        "content": [
            row("table_header", *(f"Column {number}" for number in range(1, 9))),
            row("table_cell", *(f"{number * 111} mg/l" for number in range(1, 9))),
        ],
    },
    paragraph(text("See "), linked("our page", "https://clinic.example/values"), text(".")),
)
FIELDS = {"first name": "Maya", "date": "14 March 2024", "clinic": "Riverside Clinic"}
PAGES: dict[str, dict[str, Any]] = {
    "blank": {"hint": "It goes to the patient’s inbox."},
    "everything": {"json": EVERYTHING},
    "fields": {"json": WITH_FIELDS},
    "template": {
        "json": doc(paragraph(text("Dear [[first name]], [[shoe size]] [[a??b]]"))),
        "fields": FIELDS,
    },
    "arabic": {"json": ARABIC, "lang": "ar"},
    "wide": {"json": WIDE},
    "locked": {"json": EVERYTHING, "locked": True},
    "wrong": {"json": doc(paragraph()), "error": "Write something to send."},
    "unreadable": {"json": '{"type":"doc","content":[{"type":"image"}]}'},
    "nearly full": {"json": doc(*(paragraph(text("word " * 400)) for _ in range(96)))},
}
"""The values of `rich_text_field`, by name."""
