"""The command line: each command has help, and says plainly if there is nothing to work on."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bedside.cli import main


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield all commands, as one types them."""
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_the_commands_are_those_of_the_documentation() -> None:
    assert {" ".join(path) for path in commands(main)} >= {
        "demo",
        "serve",
        "worker",
        "migrate",
        "doctor",
        "backup",
        "restore",
        "audit verify",
        "keys rotate",
    }


@pytest.mark.parametrize("path", list(commands(main)), ids=" ".join)
def test_each_command_helps(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")
    assert f" {' '.join(path)} " in result.output
    assert len(result.output.splitlines()) > 4


@pytest.mark.parametrize("path", [("doctor",), ("audit", "verify"), ("keys", "rotate")])
def test_where_nothing_is_installed_nothing_is_made(path: tuple[str, ...], tmp_path: Path) -> None:
    data = tmp_path / "nothing"
    result = CliRunner().invoke(main, [*path, "--data", str(data)])
    assert result.exit_code == 1
    assert f"There is no installation in {data}." in result.output
    assert not data.exists()


def test_migrate_makes_a_database_and_may_be_run_again(tmp_path: Path) -> None:
    for _ in range(2):
        result = CliRunner().invoke(main, ["migrate", "--data", str(tmp_path / "data")])
        assert result.exit_code == 0, result.output
        assert "The database is at revision" in result.output
