"""docs/features.md is accurate: all features are listed, and what is built has a test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "features.md"

COUNTS = {
    "V": 28,  # rooms and visits
    "X": 7,  # live file transfer
    "F": 17,  # files and the chart
    "C": 8,  # chat
    "L": 5,  # letters
    "T": 8,  # care templates
    "R": 8,  # requests by link
    "N": 7,  # notifications and routing
    "P": 8,  # the patient's app
    "S": 6,  # security and compliance
    "I": 4,  # integration
    "A": 4,  # administration and analytics
}
LONGEST_TITLE = 60
IDS = [f"{letter}{number + 1}" for letter, count in COUNTS.items() for number in range(count)]


def rows(page: str) -> list[list[str]]:
    """Return the cells of each row that starts with an id."""
    found = re.findall(r"^\| *([A-Z]\d+) *\|(.*)\|$", page, re.MULTILINE)
    return [[name, *(cell.strip() for cell in rest.split("|"))] for name, rest in found]


def marked(source: str) -> set[str]:
    """Return the ids in all `pytest.mark.feature(…)` of a module, wherever they are."""
    return {
        argument.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.feature"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def modules() -> Iterator[Path]:
    """Yield all modules with tests."""
    return (path for path in (ROOT / "tests").rglob("test_*.py"))


def complaints(page: str, shown: set[str]) -> list[str]:
    """Return what is wrong with a page, given the ids that tests carry."""
    table = rows(page)
    wrong = [f"{name} is listed twice or out of order" for name in _misplaced(table)]
    for cells in table:
        if len(cells) != 5:
            wrong.append(f"{cells[0]} has {len(cells)} cells, not 5")
            continue
        name, title, status, *places = cells
        if not 0 < len(title) <= LONGEST_TITLE or re.match(r"built|not yet|partly\b", title):
            wrong.append(f"{name} has the title “{title}”")
        if not re.fullmatch(r"built|not yet|partly: \S.*", status):
            wrong.append(f"{name} has the status “{status}”")
        if status == "built" and name not in shown:
            wrong.append(f"{name} says built, and no test carries its id")
        if status == "built" and not all(places):
            wrong.append(f"{name} says built, but not where it lives or which tests show it")
    titles = [cells[1] for cells in table]
    wrong += [f"two rows are called “{one}”" for one in set(titles) if titles.count(one) > 1]
    return wrong + [f"a test carries {name}, which is no feature" for name in shown - set(IDS)]


def _misplaced(table: list[list[str]]) -> list[str]:
    names = [cells[0] for cells in table]
    return [] if names == IDS else sorted(set(IDS) ^ set(names)) or names


def test_there_are_110_features() -> None:
    assert len(IDS) == 110


def test_the_page_is_true() -> None:
    shown = set[str]().union(*(marked(path.read_text()) for path in modules()))
    assert complaints(PAGE.read_text(), shown) == []


def test_the_files_that_it_names_exist() -> None:
    named = re.findall(r"`((?:src|tests|docs|benchmarks)/[\w./-]+)`", PAGE.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("| V9 | Transfer | built | `src` | `tests` |", "no test carries its id"),
        ("| V1 | Rooms | built | | |", "not where it lives"),
        ("| V9 | Transfer | done | | |", "status"),
        ("| V9 | Transfer | partly | | |", "status"),
        ("| V9 | Transfer | partly: | | |", "status"),
        ("| V9 | Transfer | not yet | |", "cells"),
        ("| V9 | not yet | | |", "cells"),
        ("| V9 | | not yet | | |", "title"),
        ("| V9 | not yet | not yet | | |", "title"),
        (f"| V9 | {'long ' * 13} | not yet | | |", "title"),
        ("| V9 | Feature X1 | not yet | | |", "two rows are called “Feature X1”"),
        ("", "out of order"),
        ("| V10 | Transfer | not yet | | |", "out of order"),
    ],
)
def test_a_lie_is_noticed(row: str, complaint: str) -> None:
    good = {name: f"| {name} | Feature {name} | not yet | | |" for name in IDS}
    good["V1"] = "| V1 | Rooms | built | `src` | `tests` |"
    good["V2"] = "| V2 | Check-in | partly: no speaker test | | |"
    assert complaints("\n".join(good.values()), {"V1"}) == []
    changed = row.split()[1] if row.startswith("| V1 ") else "V9"
    page = "\n".join({**good, changed: row}.values())
    assert any(complaint in said for said in complaints(page, {"V1"}))


def test_an_unknown_id_on_a_test_is_noticed() -> None:
    page = "\n".join(f"| {name} | Feature {name} | not yet | | |" for name in IDS)
    assert complaints(page, {"Z1"}) == ["a test carries Z1, which is no feature"]


def test_ids_are_found_wherever_a_mark_stands() -> None:
    source = """
import pytest
pytestmark = [pytest.mark.anyio, pytest.mark.feature("A1")]
@pytest.mark.feature("B1", "B2")
class TestOne:
    @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.feature("C1"))])
    def test_two(self, x): "not pytest.mark.feature('D1')"
"""
    assert marked(source) == {"A1", "B1", "B2", "C1"}
