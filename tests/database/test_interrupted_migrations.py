"""A migration that is interrupted anywhere leaves the database as it was, and runs again."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest
from alembic.operations import Operations

from bedside.database import schema
from bedside.database.failures import NO_ROOM, NoDatabase
from bedside.errors import StorageFull
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.feature("A4")

_BEFORE = "0010"
_STEPS = ("create_table", "create_index", "add_column", "execute", "get_bind")
_KILLED = """
import os, sys
from alembic.operations import Operations
from bedside.database import schema

steps, index = int(sys.argv[2]), Operations.create_index
def counted(*given, **named):
    global steps
    steps -= 1
    if not steps:
        os._exit(9)
    return index(*given, **named)
Operations.create_index = counted
schema.upgrade(sys.argv[1])
"""


def _content(file: Path) -> list[tuple[Any, ...]]:
    """Return what a database consists of, and its revision."""
    database: Any = apsw.Connection(str(file))
    try:
        made = database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name")
        return [*made.fetchall(), *database.execute("SELECT * FROM alembic_version").fetchall()]
    finally:
        database.close()


def _failing_at(monkeypatch: pytest.MonkeyPatch, step: int, error: Exception) -> None:
    """Let one step of all migrations fail, whatever it is."""
    left = [step]

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise error
            return original(*given, **named)

        return run

    for name in _STEPS:
        monkeypatch.setattr(Operations, name, counted(getattr(Operations, name)))


@pytest.mark.parametrize("step", [1, 3, 6, 9, 12, 16, 18, 21])
def test_what_fails_leaves_the_tables_as_they_were(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's driver began no transaction for tables: some were there, some were not, and every
    further migration found them “already there”."""
    file = tmp_path / "bedside.db"
    url = f"sqlite:///{file}"
    schema.upgrade(url, _BEFORE)
    before = _content(file)
    with monkeypatch.context() as broken:
        _failing_at(broken, step, apsw.FullError("otter"))
        with pytest.raises(StorageFull, match=NO_ROOM[:40]):
            schema.upgrade(url)
    assert _content(file) == before
    schema.upgrade(url)
    assert schema.is_current(url)


@pytest.mark.parametrize("step", [2, 5, 8])
def test_after_a_kill_it_runs_again(step: int, tmp_path: Path) -> None:
    file = tmp_path / "bedside.db"
    url = f"sqlite:///{file}"
    schema.upgrade(url, _BEFORE)
    before = _content(file)
    killed = subprocess.run([sys.executable, "-c", _KILLED, url, str(step)], check=False)
    assert killed.returncode == 9
    assert _content(file) == before
    schema.upgrade(url)
    assert schema.is_current(url)


def test_on_postgresql_too(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.fresh()
    schema.upgrade(url, _BEFORE)
    name = url.rpartition("/")[2]
    tables = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public'"
    before = postgres.execute(tables, name)
    with monkeypatch.context() as broken:
        _failing_at(broken, 9, NoDatabase("otter"))
        with pytest.raises(NoDatabase):
            schema.upgrade(url)
    assert postgres.execute(tables, name) == before
    schema.upgrade(url)
    assert postgres.execute(tables, name) != before
