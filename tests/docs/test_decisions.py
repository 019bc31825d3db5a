"""Every decision has a number, a status, a date, and alternatives; the table says the same."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))
STATUS = re.compile(
    r"\nStatus: (accepted|(?:partly )?superseded by \[\d+\]\([\w-]+\.md\)) · (\d{4}-\d\d-\d\d)\n"
)
CONSIDERED = re.compile(
    r"\*\*(Considered|Not chosen|What was tried)\b|\| tried or thought of \||^Tried and left: ",
    re.MULTILINE,
)


def row_of(name: str, text: str) -> str:
    """Return the table row of a page, from the page's own text."""
    number, title = re.match(r"# (\d+)\. (.+)\n", text).groups()  # type: ignore[union-attr] - fails
    status, date = STATUS.search(text).groups()  # type: ignore[union-attr] - fails without one
    return f"| {number} | [{title}]({name}) | {status} | {date} |"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem[:4])
def test_a_decision_has_its_form(page: Path) -> None:
    text = page.read_text()
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert text.index("\nStatus: ") == text.index("\n") + 1, "the status is the second paragraph"
    assert STATUS.search(text)
    assert CONSIDERED.search(text), "say what else was possible, and why not"
    for other in re.findall(r"superseded by \[\d+\]\(([\w-]+\.md)\)", text):
        assert (FOLDER / other).exists()


def test_the_table_lists_them_all() -> None:
    table = re.findall(r"^\| \d+ \|.*$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert table == [row_of(page.name, page.read_text()) for page in PAGES]


def test_no_number_is_used_twice() -> None:
    numbers = [page.name[:4] for page in PAGES]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    ("line", "is_status"),
    [
        ("accepted · 2026-11-22", True),
        ("partly superseded by [11](0011-staff-say-who-it-is.md) · 2026-11-22", True),
        ("superseded by [11](0011-staff-say-who-it-is.md) · 2026-11-22", True),
        ("accepted", False),
        ("proposed · 2026-11-22", False),
        ("superseded · 2026-11-22", False),
        ("accepted · November", False),
    ],
)
def test_what_counts_as_a_status(line: str, is_status: bool) -> None:
    assert bool(STATUS.search(f"# 1. A title\n\nStatus: {line}\n\n")) is is_status
