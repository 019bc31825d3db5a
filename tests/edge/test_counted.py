"""Sentences about a number that only a page's script knows."""

import pytest

from bedside.edge import counted

pytestmark = pytest.mark.feature("P4")


def _lithuanian(one: str, many: str, count: int) -> str:
    """Return the form for 1, 21, 31 …, the one for several, or the one for 10, 11 … 20."""
    if count % 10 == 1 and count % 100 != 11:
        return "%(count)s failas"
    if count % 10 and not 10 < count % 100 < 20:
        return "%(count)s failai"
    return "%(count)s failų"


def test_english_has_two_forms() -> None:
    made = counted.counted("%(count)s file", "%(count)s files", 3)
    assert made == {"forms": ["{count} files", "{count} file"], "which": [0, 1, 0, 0]}


@pytest.mark.parametrize(
    ("count", "expected"), [(1, "failas"), (4, "failai"), (11, "failų"), (121, "failas")]
)
def test_every_form_of_a_language_is_sent(
    monkeypatch: pytest.MonkeyPatch, count: int, expected: str
) -> None:
    monkeypatch.setattr(counted, "ngettext", _lithuanian)
    made = counted.counted("%(count)s file", "%(count)s files")
    assert made["forms"][made["which"][count]] == f"{{count}} {expected}"
    assert (len(made["forms"]), len(made["which"])) == (3, 200)
