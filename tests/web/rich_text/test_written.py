"""The view of what was written: everything as it was meant, and nothing in it is markup."""

import json
import re
from typing import Any

import pytest

from bedside.edge.rendering import environment
from bedside.printing.body import parsed
from tests.printing.bodies import EVERYTHING, doc, linked, paragraph, row, text
from tests.web.rich_text.documents import STRONG

pytestmark = pytest.mark.feature("L1")

_PAGE = '{% from "components/written.html" import written %}{{ written(body) }}'


def shown(said: dict[str, Any]) -> str:
    """Return the markup of a body, without the spaces between blocks and without icons."""
    made = environment().from_string(_PAGE).render(body=parsed(json.dumps(said)))
    return re.sub(r"<svg.*?</svg>", "", re.sub(r">\s+<", "><", made))


def test_everything_has_its_element() -> None:
    assert shown(EVERYTHING) == (
        '<div class="written">'
        '<p dir="auto">You came because of <strong>a rash</strong>. #raw [x] $y$ &lt;b&gt;<br>'
        "It is harmless.</p>"
        '<h2 dir="auto">Next steps</h2>'
        '<ol dir="auto"><li><p>Use the cream</p>'
        '<ul dir="auto"><li><p>mornings</p></li><li><p>evenings</p></li></ul></li>'
        '<li><p><a href="tel:+4687700100" rel="noopener noreferrer">Call us</a>'
        " if it gets larger.</p></li></ol>"
        '<h3 dir="auto">Your medicine</h3>'
        '<div class="written-table" tabindex="0" role="region" aria-label="Table: Medicine, When">'
        '<table dir="auto"><thead><tr><th scope="col"><p>Medicine</p></th>'
        '<th scope="col"><p>When</p></th></tr></thead>'
        "<tbody><tr><td><p>Hydrocortisone</p></td><td><p>twice a day</p></td></tr></tbody></table>"
        "</div>"
        '<div class="written-page-break" role="separator" aria-label="New page"></div>'
        '<p dir="auto">See you in four weeks.</p></div>'
    )


def test_words_and_addresses_are_never_markup() -> None:
    trap = "<script>alert(1)</script>\"'&"
    made = shown(
        doc(
            paragraph(text(trap, STRONG), linked(trap, 'https://a.example/"onclick="x')),
            {"type": "table", "content": [row("table_header", trap)]},
        )
    )
    assert "<script" not in made
    assert '"onclick' not in made
    assert 'href="https://a.example/&#34;onclick=&#34;x"' in made
    assert made.count("&lt;script&gt;") == 4


def test_a_page_elsewhere_opens_beside_this_one() -> None:
    made = shown(doc(paragraph(linked("page", "HTTPS://a.example"))))
    assert '<a href="HTTPS://a.example" rel="noopener noreferrer" target="_blank">page' in made
