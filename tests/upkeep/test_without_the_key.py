"""Nothing is served without the key of the existing data, and no other one is created in its
place."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from bedside.cli import main
from tests.peers.ports import PATIENCE, free_port
from tests.upkeep.conftest import Installation

pytestmark = pytest.mark.feature("F6")
COMMANDS = [("serve",), ("worker",), ("backup", "backup.tar"), ("keys", "rotate")]


def said_by(installation: Installation, tmp_path: Path, *command: str) -> str:
    """Return the message of a command that refuses."""
    command = tuple(str(tmp_path / part) if part.endswith(".tar") else part for part in command)
    port = ("--port", str(free_port())) if command == ("serve",) else ()
    process = installation.begin(*command, *port)
    try:
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 1
    assert "Traceback" not in said
    assert not list(tmp_path.glob("backup*"))
    return said


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_missing_key_is_refused_and_none_is_made(
    installation: Installation, tmp_path: Path, command: tuple[str, ...]
) -> None:
    installation.key_file.unlink()
    said = said_by(installation, tmp_path, *command)
    assert f"The master key {installation.key_file} is missing" in said
    assert not installation.key_file.exists()


@pytest.mark.parametrize("key", ["1:" + "A" * 43 + "=\n", "7:" + "A" * 43 + "=\n", "torn"])
def test_another_key_is_refused(installation: Installation, tmp_path: Path, key: str) -> None:
    installation.key_file.write_text(key)
    for command in COMMANDS[:2]:
        said = said_by(installation, tmp_path, *command)
        assert f"The master key {installation.key_file} is not the one" in said
    assert installation.key_file.read_text() == key


def test_before_there_is_a_clinic_no_key_is_missed(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    assert CliRunner().invoke(main, ["migrate", *data]).exit_code == 0
    said = CliRunner().invoke(main, ["doctor", *data]).output
    assert "The master key will be made with the first start" in said
    assert "missing" not in said
    rotated = CliRunner().invoke(main, ["keys", "rotate", *data])
    assert rotated.exit_code == 1
    assert "Traceback" not in rotated.output
    assert not (tmp_path / "data" / "keys").exists()


def test_what_others_can_read_is_said_by_the_doctor(installation: Installation) -> None:
    installation.data.chmod(0o755)
    settings = installation.data / "bedside.toml"
    settings.write_text('log_format = "json"\n')
    settings.chmod(0o644)
    assert f"Others can read {settings}" in installation.run("doctor").output
    installation.data.chmod(0o700)
    assert "Others can read" not in installation.run("doctor").output


def test_a_database_of_a_newer_version_is_said(installation: Installation) -> None:
    with sqlite3.connect(installation.data / "bedside.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert "Use the version that ran here last" in installation.run("doctor").output
    assert "Use the version that ran here last" in installation.run("keys", "rotate").output
