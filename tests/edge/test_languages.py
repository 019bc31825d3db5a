"""Which language a browser gets by its Accept-Language."""

import pytest

from bedside.edge.languages import wanted
from bedside.kernel import language
from bedside.kernel.pseudo_languages import LONG, MIRRORED

pytestmark = pytest.mark.feature("P4")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", ""),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("tlh", ""),
        ("tlh, en;q=0.2", "en"),
        ("en-XA", LONG),
        ("EN-xa;q=0.4, ar-XB;q=0.5", MIRRORED),
        ("ar-XB;q=0", ""),
        ("ar-XB;q=0, en;q=0.1", "en"),
        ("*", ""),
        ("en;q=many", ""),
        (";;;,,,", ""),
        ("en\x00", ""),
    ],
)
def test_the_best_language_that_is_offered_is_taken(header: str, found: str) -> None:
    language.offer_pseudo_languages()
    try:
        assert wanted(header) == found
    finally:
        language.offer_pseudo_languages(False)
