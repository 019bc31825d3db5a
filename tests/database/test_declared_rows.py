"""Rows that declare their columns are the rows of their statements."""

import sys
from typing import Any

import pytest
from sqlalchemy import literal, select

from bedside import bootstrap
from bedside.database.statements import Prepared, prepared
from bedside.visits.rows import VisitRow


def _declared() -> list[tuple[str, Prepared[Any]]]:
    assert bootstrap  # it imports every domain
    return [
        (f"{name}.{key}", value)
        for name, module in sorted(sys.modules.items())
        if name.startswith("bedside.")
        for key, value in vars(module).items()
        if isinstance(value, Prepared) and value.row is not None
    ]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_declared_columns_are_those_of_the_statement(dialect: str) -> None:
    found = _declared()
    assert "bedside.visits.rows.by_id" in dict(found)
    for name, statement in found:
        assert statement.compiled(dialect, ()).row is statement.row, name


def test_a_row_of_other_columns_is_refused() -> None:
    wrong = prepared(select(literal("x").label("id")), VisitRow)
    with pytest.raises(TypeError, match="VisitRow"):
        wrong.compiled("sqlite", ())
