"""References in the documents are valid: links, headings, files, and the fixtures of testing.md."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FOR_CONTRIBUTORS = sorted(
    [*(ROOT / "docs" / "contributing").glob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "README.md"]
)
TESTING = ROOT / "docs" / "contributing" / "testing.md"

_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
_FILE = re.compile(r"`((?:src|tests|docs|scripts|benchmarks)/[\w./*-]+)")
_PLACEHOLDER = re.compile(r"NAME|DOMAIN|FEATURE")


def without_code(text: str) -> str:
    """Return a page without its code blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """Return the headings of a page as anchors."""
    headings = re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def broken(page: Path) -> list[str]:
    """Return dead links of a page."""
    found: list[str] = []
    for name, heading in _LINK.findall(without_code(page.read_text())):
        there = (page.parent / name) if name else page
        if not there.exists():
            found.append(name)
        elif heading and heading not in anchors(there.read_text()):
            found.append(f"{name}#{heading}")
    return found


def fixtures() -> set[str]:
    """Return the names of all fixtures."""
    marked = re.compile(r"@pytest\.fixture.*?\n(?:async )?def (\w+)", re.DOTALL)
    return {
        name for path in (ROOT / "tests").rglob("*.py") for name in marked.findall(path.read_text())
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert broken(page) == []


@pytest.mark.parametrize("page", FOR_CONTRIBUTORS, ids=lambda page: page.name)
def test_the_files_that_are_named_exist(page: Path) -> None:
    named = {name for name in _FILE.findall(page.read_text()) if not _PLACEHOLDER.search(name)}
    assert [name for name in sorted(named) if not any(ROOT.glob(name))] == []


def test_every_page_for_contributors_is_in_the_index() -> None:
    index = (ROOT / "CONTRIBUTING.md").read_text()
    there = {page.name for page in (ROOT / "docs" / "contributing").glob("*.md")}
    assert [name for name in sorted(there) if f"docs/contributing/{name}" not in index] == []


def test_the_fixtures_of_the_testing_page_exist() -> None:
    text = TESTING.read_text()
    bold = re.findall(r"^\*\*(`\w+`(?:\*\*, \*\*`\w+`)*)\*\*", text, re.MULTILINE)
    named = {name for some in bold for name in re.findall(r"\w+", some)}
    table = text[text.index("### Peers") : text.index("## Journeys")]
    named |= {
        name
        for row in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", table, re.MULTILINE)
        for name in re.findall(r"\w+", row)
    }
    assert {"house", "ward", "served", "chromium", "postgres", "coturn"} <= named
    assert sorted(named - fixtures()) == []


def test_what_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    (tmp_path / "there.md").write_text("# How to …\n\n```\n# no heading\n```\n")
    page.write_text(
        "# A page\n[a](there.md#how-to-) [b](gone.md) [c](there.md#no-heading) [d](#a-page)\n"
        "```\n[e](code.md)\n```\n[f](https://clinic.example)\n"
    )
    assert broken(page) == ["gone.md", "there.md#no-heading"]
