"""A database that cannot be used is described in words by every command, and is left as it is."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from bedside.cli import main
from bedside.database import schema
from bedside.database.failures import NO_ROOM, NoDatabase, of_database
from bedside.errors import Conflict, StorageFull

pytestmark = pytest.mark.feature("A4")

_COMMANDS = (
    ("migrate",),
    ("serve",),
    ("worker",),
    ("doctor",),
    ("backup", "away.tar"),
    ("keys", "rotate"),
    ("audit", "verify"),
    ("staff", "list"),
)


def _noise(path: Path) -> None:
    path.write_bytes(os.urandom(40_000))


def _a_page(path: Path) -> None:
    path.write_text("<html>Not found</html>" * 100)


def _cut_off(path: Path) -> None:
    """Leave the first pages, as a copy that was interrupted does."""
    schema.upgrade(f"sqlite:///{path}")
    os.truncate(path, 8 * 4096)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_noise, "is no SQLite database"),
        (_a_page, "is no SQLite database"),
        (_cut_off, "is damaged"),
    ],
)
def test_every_command_says_what_the_file_is(
    make: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "data" / "bedside.db"
    file.parent.mkdir()
    make(file)
    before = file.read_bytes()
    for name, *more in _COMMANDS:
        given = [str(tmp_path / one) if one.endswith(".tar") else one for one in more]
        done = CliRunner().invoke(main, [name, *given, "--data", str(file.parent)])
        assert (done.exit_code, said in done.output) == (1, True), (name, done.output)
        assert "Traceback" not in done.output
    assert file.read_bytes() == before
    assert not (tmp_path / "away.tar").exists()


def test_the_doctor_goes_on_without_tables(tmp_path: Path) -> None:
    (tmp_path / "bedside.db").touch()
    done = CliRunner().invoke(main, ["doctor", "--deep", "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "Run: bedside migrate" in done.output
    assert "Disk: " in done.output
    assert "Not everything could be read." in done.output


def test_the_doctor_names_what_is_no_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.upgrade(f"sqlite:///{tmp_path / 'bedside.db'}")
    monkeypatch.setenv("BEDSIDE_TURN_SECRETE", "otter")
    done = CliRunner().invoke(main, ["doctor", "--data", str(tmp_path)])
    assert "BEDSIDE_TURN_SECRETE (meant: BEDSIDE_TURN_SECRET?)" in done.output
    assert "otter" not in done.output


def _of_the_standard_library(code: int) -> OperationalError:
    error = sqlite3.OperationalError("otter")
    error.sqlite_errorcode = code
    return OperationalError("SELECT otter", {}, error)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (apsw.ReadOnlyError("otter"), "read-only for this user"),
        (apsw.CantOpenError("otter"), "cannot be opened by this user"),
        (apsw.IOError("otter"), "does not read or write"),
        (apsw.BusyError("otter"), "for too long"),
        (apsw.SQLError("no such table: otter"), "bedside migrate"),
        (_of_the_standard_library(sqlite3.SQLITE_READONLY_DIRECTORY), "read-only for this user"),
        (_of_the_standard_library(sqlite3.SQLITE_IOERR_WRITE), "does not read or write"),
        (_of_the_standard_library(sqlite3.SQLITE_CORRUPT), "is damaged"),
        (_of_the_standard_library(sqlite3.SQLITE_NOTADB), "is no SQLite database"),
    ],
)
def test_causes_are_told_apart(error: Exception, said: str) -> None:
    told = of_database(error)
    assert isinstance(told, NoDatabase)
    assert said in told.sentence
    assert "otter" not in told.sentence


@pytest.mark.parametrize("error", [apsw.FullError(), _of_the_standard_library(sqlite3.SQLITE_FULL)])
def test_a_full_disk_is_one(error: Exception) -> None:
    told = of_database(error)
    assert isinstance(told, StorageFull)
    assert told.sentence == NO_ROOM


@pytest.mark.parametrize(
    "error", [apsw.SQLError('near "SELCT"'), Conflict(), NoDatabase("…"), ValueError("disk")]
)
def test_defects_and_what_is_in_words_stay_as_they_are(error: Exception) -> None:
    assert of_database(error) is None
