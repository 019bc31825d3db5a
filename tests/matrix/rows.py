"""The declaration: what each route needs, and a call of it that works for the right person.

Rows are beside the tests of their routes: a feature's in `tests/web/<feature>/rows.py`, the API's
in `tests/api/rows.py`, and those of no feature in `tests/edge/rows.py`. They are collected here. A
route without a row fails the test, and so does a row without a route.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

from tests.matrix.row import Row

_TESTS = Path(__file__).parents[1]


def _read(folder: str) -> dict[tuple[str, str], Row]:
    return import_module(f"tests.{folder.replace('/', '.')}.rows").ROWS


def joined(tables: Iterable[Mapping[tuple[str, str], Row]]) -> dict[tuple[str, str], Row]:
    """Return all rows together. Raises ValueError when two tables have the same one."""
    rows: dict[tuple[str, str], Row] = {}
    for table in tables:
        if twice := rows.keys() & table.keys():
            raise ValueError(f"two rows for {sorted(twice)}")
        rows.update(table)
    return rows


_OF_FEATURES = sorted(f"web/{path.parent.name}" for path in (_TESTS / "web").glob("*/rows.py"))
BY_FOLDER = {folder: _read(folder) for folder in ("api", "edge", *_OF_FEATURES)}
"""The rows of each folder of tests that has some."""
ROWS = joined(BY_FOLDER.values())
