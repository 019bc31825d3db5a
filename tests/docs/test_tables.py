"""Of every table somebody has decided when its rows go, and the operators' guide says it."""

import re
from pathlib import Path

import bedside.bootstrap
from bedside.database.tables import metadata

PAGE = Path(__file__).parents[2] / "docs" / "operators" / "tables.md"
_ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
assert bedside.bootstrap, "imports every domain, and with it every table"


def test_each_table_has_an_entry_that_says_when_its_rows_go() -> None:
    entries = _ROW.findall(PAGE.read_text())
    assert [name for name, _, _ in entries] == sorted(metadata.tables), (
        "docs/operators/tables.md: add the table, in order, with what deletes its rows. If nothing "
        "does, say why they stay."
    )
    assert all(len(what) > 3 and len(when) > 4 for _, what, when in entries)
