"""Rows that declare their columns are the rows of their statements."""

import sys
from typing import Any

import pytest
from sqlalchemy import literal, select

from bedside import bootstrap
from bedside.database.bound_rows import TABLES
from bedside.database.statements import Prepared, prepared
from bedside.people.reach import TwoWays
from bedside.visits.rows import VisitRow


def _declared() -> list[tuple[str, Prepared[Any]]]:
    assert bootstrap  # it imports every domain
    modules = {n: m for n, m in sorted(sys.modules.items()) if n.startswith("bedside.")}
    return [
        (f"{name}.{key}", value)
        for name, owner in [*modules.items(), *((table.name, table) for table in TABLES)]
        for key, held in vars(owner).items()
        for value in ((held.few, held.many) if isinstance(held, TwoWays) else (held,))
        if isinstance(value, Prepared) and value.row is not None
    ]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_declared_columns_are_those_of_the_statement(dialect: str) -> None:
    found = _declared()
    assert {"bedside.visits.rows.by_id", "links._locked"} <= set(dict(found))
    for name, statement in found:
        assert statement.compiled(dialect, ()).row is statement.row, name


def test_a_row_of_other_columns_is_refused() -> None:
    wrong = prepared(select(literal("x").label("id")), VisitRow)
    with pytest.raises(TypeError, match="VisitRow"):
        wrong.compiled("sqlite", ())
