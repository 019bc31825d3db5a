"""Only what a holder of the master key has written is restored, and completely or not at all."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bedside.database import schema
from tests.peers import commands
from tests.peers.postgres import Postgres
from tests.upkeep.conftest import CONTENT, Installation

pytestmark = pytest.mark.feature("S5")
Members = dict[str, bytes]


@pytest.fixture
def backup(installation: Installation, tmp_path: Path) -> Path:
    """A backup of the installation."""
    target = tmp_path / "backup.tar"
    assert installation.run("backup", str(target)).exit_code == 0
    return target


def members_of(backup: Path) -> Members:
    """Return the content of a backup, by name."""
    with tarfile.open(backup) as archive:
        found = [(entry.name, archive.extractfile(entry)) for entry in archive]
        return {name: file.read() for name, file in found if file is not None}


def write(backup: Path, members: Members) -> None:
    """Rewrite a backup, as somebody without a key could."""
    with tarfile.open(backup, "w") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def rows(members: Members, table: str) -> tuple[list[str], list[list[Any]]]:
    """Return columns and rows of a table in a backup."""
    columns, *lines = map(json.loads, members[f"tables/{table}.jsonl"].splitlines())
    return columns, lines


def set_rows(members: Members, table: str, columns: list[str], lines: list[list[Any]]) -> None:
    """Replace them."""
    text = "\n".join(map(json.dumps, (columns, *lines)))
    members[f"tables/{table}.jsonl"] = text.encode()


def files_below(folder: Path) -> set[Path]:
    """Return everything there."""
    return set(folder.rglob("*"))


def stored(data: Path, question: str) -> Any:
    """Query a restored database."""
    with sqlite3.connect(data / "bedside.db") as database:
        (answer,) = database.execute(question).fetchone()
    database.close()
    return answer


# --- tampering
# -------------------------------------------------------------------------------------


def everybody_administrator(members: Members) -> None:
    columns, lines = rows(members, "staff")
    for line in lines:
        line[columns.index("role")] = "administrator"
    set_rows(members, "staff", columns, lines)


def everybody_administrator_and_the_manifest_says_so(members: Members) -> None:
    everybody_administrator(members)
    manifest = json.loads(members["manifest.json"])
    (size, digest), data = manifest["members"]["tables/staff.jsonl"], members["tables/staff.jsonl"]
    assert size != len(data)
    assert digest
    manifest["members"]["tables/staff.jsonl"] = [len(data), "0" * 64]
    members["manifest.json"] = json.dumps(manifest).encode()


def without_a_file(members: Members) -> None:
    del members[next(name for name in members if name.startswith("files/"))]


def with_a_file_more(members: Members) -> None:
    members["files/../../etc/passwd"] = b""


def another_byte(members: Members) -> None:
    name = max(members, key=lambda name: len(members[name]))
    members[name] = members[name][:-1] + bytes([members[name][-1] ^ 1])


def without_the_seal(members: Members) -> None:
    del members["seal.json"]


def without_manifest(members: Members) -> None:
    del members["manifest.json"]


def said_to_be_of_before_seals(members: Members) -> None:
    everybody_administrator(members)
    of_before_seals(members)


CHANGES: list[tuple[Callable[[Members], None], str]] = [
    (everybody_administrator, "was changed"),
    (everybody_administrator_and_the_manifest_says_so, "seal of this backup is broken"),
    (without_a_file, "more or less than it says"),
    (with_a_file_more, "more or less than it says"),
    (another_byte, "was changed or is damaged"),
    (without_the_seal, "its seal is missing"),
    (without_manifest, "not a complete backup"),
    (said_to_be_of_before_seals, "--unsealed"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES, ids=[c.__name__ for c, _ in CHANGES])
def test_a_changed_backup_is_refused_and_nothing_written(
    installation: Installation,
    backup: Path,
    tmp_path: Path,
    change: Callable[[Members], None],
    said: str,
) -> None:
    members = members_of(backup)
    change(members)
    write(backup, members)
    before = files_below(tmp_path)
    result = installation.run("restore", str(backup), data=tmp_path / "restored")
    assert result.exit_code == 1
    assert said in result.output
    assert files_below(tmp_path) == before


@pytest.mark.parametrize("cut", [0.0, 0.3, 0.9])
def test_half_a_backup_is_refused_and_the_same_line_works_when_it_is_whole(
    installation: Installation, backup: Path, tmp_path: Path, cut: float
) -> None:
    whole = backup.read_bytes()
    backup.write_bytes(whole[: int(len(whole) * cut)])
    before = files_below(tmp_path)
    for expected in (1, 0):
        result = restore(installation, backup, tmp_path / "restored")
        assert result.returncode == expected, result.stderr
        assert "Traceback" not in result.stderr
        if expected:
            assert "is not a complete backup" in result.stderr
            assert files_below(tmp_path) == before
            backup.write_bytes(whole)
    assert installation.inside(installation.content, tmp_path / "restored") == CONTENT


def restore(
    installation: Installation, backup: Path, data: Path, fault: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own, with --key-file."""
    arguments = ["restore", "--data", str(data), "--key-file", str(installation.key_file)]
    return commands.run([*arguments, str(backup)], {"BEDSIDE_FAULT": fault})


def test_with_another_key_nothing_is_written(
    installation: Installation, backup: Path, tmp_path: Path
) -> None:
    right, wrong = installation.key_file.read_bytes(), b"1:" + b"A" * 43 + b"=\n"
    for key, said in ((wrong, "seal of this backup is broken"), (b"2" + wrong[1:], "generation 1")):
        installation.key_file.write_bytes(key)
        before = files_below(tmp_path)
        result = restore(installation, backup, tmp_path / "restored")
        assert result.returncode == 1
        assert said in result.stderr
        assert "Traceback" not in result.stderr
        assert files_below(tmp_path) == before
    installation.key_file.write_bytes(right)
    done = restore(installation, backup, tmp_path / "restored")
    assert done.returncode == 0, done.stderr


def test_the_key_that_is_there_already_may_be_the_same(
    installation: Installation, backup: Path, tmp_path: Path
) -> None:
    there = tmp_path / "restored" / "keys" / "master.key"
    there.parent.mkdir(parents=True)
    there.write_text("1:" + "A" * 43 + "=\n")
    assert "another master key" in restore(installation, backup, tmp_path / "restored").stderr
    shutil.copy(installation.key_file, there)
    assert restore(installation, backup, tmp_path / "restored").returncode == 0


# --- what is not restored
# --------------------------------------------------------------------------


def test_everybody_signs_in_anew_and_administrators_are_listed(
    installation: Installation, backup: Path, tmp_path: Path
) -> None:
    assert stored(installation.data, "SELECT count(*) FROM sessions") > 0
    assert not any("sessions" in name for name in members_of(backup))
    result = installation.run("restore", str(backup), data=tmp_path / "restored")
    assert result.exit_code == 0, result.output
    assert stored(tmp_path / "restored", "SELECT count(*) FROM sessions") == 0
    assert "Riverside Clinic: Ada Norberg, ada@riverside.example" in result.output
    assert "Rita Sandberg" not in result.output
    what = "SELECT count(*) FROM audit_lines WHERE action = 'backup.restored'"
    assert stored(tmp_path / "restored", what) == 2


# --- older backups
# ---------------------------------------------------------------------------------


def of_before_seals(members: Members) -> None:
    """Convert to format 1: no hashes, no seal, and sessions in it."""
    manifest = json.loads(members["manifest.json"])
    del members["seal.json"], manifest["members"]
    members["tables/sessions.jsonl"] = members.get("tables/sessions.jsonl", b'["id"]')
    manifest["rows"].setdefault("sessions", 0)
    members["manifest.json"] = json.dumps({**manifest, "format": 1}).encode()


def of_revision(members: Members, revision: str, folder: Path) -> None:
    """Convert the tables to that revision: without later additions, and with what was removed
    since."""
    old = folder / "old.db"
    schema.upgrade(f"sqlite:///{old}", revision)
    manifest = json.loads(members["manifest.json"])
    with sqlite3.connect(old) as database:
        for name in list(manifest["rows"]):
            there = database.execute(f"PRAGMA table_info({name})").fetchall()
            if not there:
                del members[f"tables/{name}.jsonl"], manifest["rows"][name]
                continue
            columns, lines = rows(members, name)
            wanted = {column: 0 if kind == "BIGINT" else None for _, column, kind, *_ in there}
            told = [{**wanted, **dict(zip(columns, line, strict=True))} for line in lines]
            kept = [[line[column] for column in wanted] for line in told]
            set_rows(members, name, list(wanted), kept)
    database.close()
    members["manifest.json"] = json.dumps({**manifest, "revision": revision}).encode()


@pytest.mark.parametrize("older", [False, True])
def test_a_backup_of_before_seals_is_restored_when_one_insists(
    installation: Installation, backup: Path, tmp_path: Path, older: bool
) -> None:
    members = members_of(backup)
    of_before_seals(members)
    if older:
        of_revision(members, "0004", tmp_path)
    write(backup, members)
    data = tmp_path / "restored"
    assert "--unsealed" in installation.run("restore", str(backup), data=data).output
    assert not data.exists()
    result = installation.run("restore", "--unsealed", str(backup), data=data)
    assert result.exit_code == 0, result.output
    assert "carries no seal" in result.output
    if (
        older
    ):  # a log from then does not say that its rows are bound; this one does, and they are not
        assert installation.run("audit", "accept", "--yes", data=data).exit_code == 0
    assert installation.inside(installation.content, data) == CONTENT
    assert stored(data, "SELECT version_num FROM alembic_version") == schema.newest_revision()


def test_an_unsealed_backup_that_holds_less_than_it_says_is_refused(
    installation: Installation, backup: Path, tmp_path: Path
) -> None:
    members = members_of(backup)
    of_before_seals(members)
    without_a_file(members)
    write(backup, members)
    result = installation.run("restore", "--unsealed", str(backup), data=tmp_path / "restored")
    assert result.exit_code == 1
    assert "holds less than it says" in result.output
    assert not (tmp_path / "restored").exists()


@pytest.mark.parametrize(
    ("changed", "said"), [({"format": 3}, "newer Bedside"), ({"revision": "9999"}, "9999")]
)
def test_a_backup_of_a_newer_version_is_not_restored(
    installation: Installation, backup: Path, tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    members = members_of(backup)
    members["manifest.json"] = json.dumps(
        {**json.loads(members["manifest.json"]), **changed}
    ).encode()
    write(backup, members)
    result = installation.run("restore", str(backup), data=tmp_path / "restored")
    assert result.exit_code == 1
    assert said in result.output


# --- interruptions
# ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["restore.begun", "restore.blobs_put"])
def test_after_a_kill_the_same_line_works(
    installation: Installation, backup: Path, tmp_path: Path, fault: str
) -> None:
    data = tmp_path / "restored"
    assert restore(installation, backup, data, fault=fault).returncode == -9
    done = restore(installation, backup, data)
    assert done.returncode == 0, done.stderr
    assert installation.inside(installation.content, data) == CONTENT
    assert not (data / "restore-is-unfinished").exists()


def test_what_was_committed_when_it_was_killed_is_not_written_over(
    installation: Installation, backup: Path, tmp_path: Path
) -> None:
    data = tmp_path / "restored"
    assert restore(installation, backup, data, fault="restore.committed").returncode == -9
    assert "There is a clinic here already" in restore(installation, backup, data).stderr
    assert installation.inside(installation.content, data) == CONTENT


def test_a_killed_backup_is_no_backup_and_the_next_one_is(
    installation: Installation, tmp_path: Path
) -> None:
    target = tmp_path / "backup.tar"
    command = [sys.executable, "-m", "bedside", "backup", "--data", str(installation.data)]
    environment = {"BEDSIDE_MASTER_KEY_FILE": str(installation.key_file)}
    dead = subprocess.run(
        [*command, str(target)],
        env={**environment, "BEDSIDE_FAULT": "backup.written"},
        check=False,
    )
    assert dead.returncode == -9
    assert not target.exists()
    assert subprocess.run([*command, str(target)], env=environment, check=False).returncode == 0
    assert [path.name for path in tmp_path.glob("backup*")] == ["backup.tar"]


def test_a_disk_that_gets_full_leaves_nothing_behind(
    installation: Installation, backup: Path, tmp_path: Path
) -> None:
    data = tmp_path / "restored"
    before = files_below(tmp_path)
    command = [sys.executable, "-m", "bedside", "restore", "--data", str(data)]
    full = subprocess.run(
        ["prlimit", "--fsize=500000", *command, "--key-file", installation.key_file, backup],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    assert files_below(tmp_path) == before
    assert restore(installation, backup, data).returncode == 0


def test_a_directory_with_files_of_another_database_is_left_alone(
    installation: Installation, backup: Path, postgres: Postgres
) -> None:
    """The clinic's own data directory, with the URL of a new database: as when somebody moves to
    PostgreSQL and forgets to name a new directory."""
    before = files_below(installation.data)
    done = subprocess.run(
        [sys.executable, "-m", "bedside", "restore", "--data", str(installation.data), backup],
        env={
            "BEDSIDE_DATABASE_URL": postgres.fresh(),
            "BEDSIDE_MASTER_KEY_FILE": str(installation.key_file),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "holds the files of an installation already" in done.stderr
    assert files_below(installation.data) == before
    assert installation.inside(installation.content) == CONTENT


@pytest.mark.skipif(os.geteuid() != 0, reason="only root restores for somebody else")
def test_what_root_restores_belongs_to_the_owner_of_the_directory(
    installation: Installation, backup: Path, tmp_path: Path
) -> None:
    data = tmp_path / "restored"
    data.mkdir()
    os.chown(data, 65_534, 65_534)
    done = restore(installation, backup, data)
    assert done.returncode == 0, done.stderr
    assert {path.stat().st_uid for path in files_below(data)} == {65_534}
    assert (data / "keys" / "master.key").stat().st_mode & 0o077 == 0
