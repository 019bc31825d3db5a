"""SQLAlchemy Core statements, compiled once and run on a thin driver.

SQLAlchemy is the SQL language of the product. Its engines are not used on hot paths, because an
asynchronous engine over a thread costs ten times as much as an inline SQLite read.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar, overload

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.dialects.postgresql import asyncpg as _asyncpg
from sqlalchemy.dialects.sqlite import pysqlite as _pysqlite
from sqlalchemy.sql import ClauseElement, visitors
from sqlalchemy.sql.dml import UpdateBase

DeclaredTuple = TypeVar("DeclaredTuple", bound=NamedTuple)

_DIALECTS: dict[str, Any] = {
    "sqlite": _pysqlite.dialect(paramstyle="named"),
    "postgresql": _asyncpg.dialect(),
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """One statement compiled for one database. `order` lists parameters by position
    (PostgreSQL)."""

    sql: str
    defaults: dict[str, Any]
    order: tuple[str, ...]
    row: type[tuple[Any, ...]] | None


Declared = TypeVar("Declared")


class Prepared(Generic[Declared]):
    """A statement with its compiled forms. `row` is the named tuple that its rows are, or None if
    one is made of its columns."""

    __slots__ = ("_forms", "row", "statement")

    def __init__(self, statement: ClauseElement, row: type[Declared] | None = None) -> None:
        self.statement = statement
        self.row = row
        self._forms: dict[Any, Compiled] = {}

    def compiled(self, dialect: str, names: tuple[str, ...]) -> Compiled:
        """Return the form for `dialect`, given the names of the values that come with it."""
        key = (dialect, names) if isinstance(self.statement, UpdateBase) else dialect
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _compile(self.statement, dialect, names, self.row)
        return form


@overload
def prepared(statement: Any) -> Prepared[Any]: ...
@overload
def prepared(statement: Any, row: type[DeclaredTuple]) -> Prepared[DeclaredTuple]: ...
def prepared(statement: Any, row: type[Any] | None = None) -> Prepared[Any]:
    """Keep `statement` compiled; for module constants, and for other statements that declare their
    rows. `row` has their columns and types, for those who read them: a NamedTuple with the same
    names in the same order."""
    return Prepared(statement, row)


class Among(Generic[Declared]):
    """A statement with a list of values, kept compiled for each length of the list.

    Compiling takes half a millisecond, more than most statements run. Lists are padded to powers of
    two with their last value, so that there are a dozen forms and not one for each length. `asked`
    gets the parameters for an IN and returns the statement.
    """

    def __init__(
        self, asked: Callable[[list[Any]], Any], row: type[Declared] | None = None
    ) -> None:
        self._asked = asked
        self._row = row
        self._forms: dict[int, Prepared[Declared]] = {}

    def of(self, values: Sequence[Any]) -> tuple[Prepared[Declared], dict[str, Any]]:
        """Return the statement for these values, of which there is at least one, and their
        parameters."""
        size = 1 << (len(values) - 1).bit_length()
        padded = [*values, *[values[-1]] * (size - len(values))]
        form = self._forms.get(size)
        if form is None:
            statement = self._asked([bindparam(f"among_{n}") for n in range(size)])
            form = self._forms[size] = Prepared(statement, self._row)
        return form, {f"among_{n}": value for n, value in enumerate(padded)}


def compiled(statement: Any, dialect: str, names: tuple[str, ...]) -> Compiled:
    """Return the compiled form of a prepared or plain statement."""
    if not isinstance(statement, Prepared):
        statement = Prepared[Any](statement)
    return statement.compiled(dialect, names)


def _compile(
    statement: Any, dialect: str, names: tuple[str, ...], declared: type[Any] | None
) -> Compiled:
    options: dict[str, Any] = {"compile_kwargs": {"render_postcompile": True}}
    if isinstance(statement, UpdateBase):
        table: Any = statement.table
        columns: set[str] = set(table.c.keys())
        options["column_keys"] = [n for n in names if n in columns - _explicit(statement)]
    given = _given_later(statement)
    form = statement.compile(dialect=_DIALECTS[dialect], **options)
    return Compiled(
        sql=str(form),
        defaults={name: value for name, value in form.params.items() if name not in given},
        order=tuple(form.positiontup or ()),
        row=_row_type(statement, declared),
    )


def _given_later(statement: Any) -> set[str]:
    """Return the names supplied on each run. Rendering an IN list asks for all values at once
    unless they are marked as not required; the driver still notices a missing one."""
    names: set[str] = set()
    for element in visitors.iterate(statement):
        parameter: Any = element
        named = element.__visit_name__ == "bindparam" and not parameter.unique
        if named and parameter.value is None and parameter.callable is None:
            parameter.required = False
            names.add(parameter.key)
    return names


def _explicit(statement: Any) -> set[str]:
    """Return the names given with bindparam(…): values for a WHERE, not for a column."""
    elements: list[Any] = list(visitors.iterate(statement))
    return {
        element.key
        for element in elements
        if element.__visit_name__ == "bindparam" and not element.unique
    }


def _row_type(statement: Any, declared: type[Any] | None) -> type[tuple[Any, ...]] | None:
    if getattr(statement, "is_select", False):
        columns = statement.selected_columns
    else:
        columns = getattr(statement, "_returning", ())
    names = [str(getattr(column, "key", column)) for column in columns]
    if declared is not None:
        if list(declared._fields) != names:
            raise TypeError(f"{declared.__name__} is not a row of {names}")
        return declared
    return namedtuple("Row", names, rename=True) if names else None  # pyright: ignore[reportUntypedNamedTuple] - its fields are known when the statement is


def unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """Return a column of texts in a form for which no index is taken: nearly all rows are of one
    clinic, and SQLite would go through all of these instead of the few that are asked for."""
    return column.concat("")
