"""A backup taken under load restores to an installation that verifies."""

import asyncio
import fcntl
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bedside import serving
from bedside.cli import main
from bedside.database import schema
from bedside.services import Services
from bedside.settings import load
from bedside.upkeep import backup, restoring
from tests.edge.tus import words
from tests.peers.ports import PATIENCE, wait_until
from tests.peers.postgres import Postgres
from tests.upkeep.conftest import CONTENT, Installation, do_what_is_due

pytestmark = pytest.mark.feature("S5")


def restored(installation: Installation, source: Path, folder: Path) -> Path:
    """Restore a backup to a new data directory; its key comes from --key-file."""
    data = folder / "restored"
    result = CliRunner(env={"BEDSIDE_MASTER_KEY_FILE": ""}).invoke(
        main,
        ["restore", "--data", str(data), "--key-file", str(installation.key_file), str(source)],
    )
    assert result.exit_code == 0, result.output
    assert "Every file opens, and every audit chain is unbroken." in result.output
    return data


def test_backup_and_restore(installation: Installation, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    result = installation.run("backup", str(target))
    assert result.exit_code == 0, result.output
    assert str(installation.key_file) in result.output
    assert target.stat().st_mode & 0o077 == 0
    data = restored(installation, target, tmp_path)
    assert installation.inside(installation.content, data) == CONTENT
    assert installation.run("doctor", "--deep", data=data).exit_code == 0


def test_backup_under_load(installation: Installation, tmp_path: Path) -> None:
    """Files arrive, are examined and refused while the backup is taken, through a second set of
    services on the same data."""
    target = tmp_path / "backup.tar"
    stop = threading.Event()
    sent: list[int] = []

    async def keep_busy(services: Services) -> None:
        while not stop.is_set():
            number = len(sent)
            content = b"%PDF-1.7\ntorn" * 5_000 if number % 3 == 2 else words(300_000, number)
            await installation.upload(services, number, content)
            await do_what_is_due(services)
            sent.append(number)
            await asyncio.sleep(0)

    busy = threading.Thread(target=installation.inside, args=(keep_busy,))
    busy.start()
    try:
        wait_until(lambda: len(sent) >= 2 or not busy.is_alive(), "the first files")
        for _ in range(3):
            result = installation.run("backup", "--force", str(target))
            assert result.exit_code == 0, result.output
    finally:
        stop.set()
        busy.join(PATIENCE)
    assert len(sent) >= 2
    data = restored(installation, target, tmp_path)
    assert installation.inside(installation.content, data) == CONTENT


def test_what_is_destroyed_meanwhile_does_not_come_back_as_damage(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is refused and its bytes are removed between the reading of the rows and of the
    blobs."""
    target = tmp_path / "backup.tar"

    async def take(services: Services) -> None:
        await installation.upload(services, 1, b"%PDF-1.7\ntorn" * 5_000)
        real = services.files.custody.blobs
        calls: list[str] = []

        async def late(known: Any) -> AsyncIterator[tuple[str, bytes]]:
            calls.append("blobs")
            await do_what_is_due(services)
            async for found in real(known):
                yield found

        monkeypatch.setattr(type(services.files.custody), "blobs", lambda _self, known: late(known))
        await backup.take(services, target)
        assert calls == ["blobs", "blobs"]

    installation.inside(take)
    monkeypatch.undo()
    restored(installation, target, tmp_path)


def test_a_backup_moves_from_sqlite_to_postgresql(
    installation: Installation, tmp_path: Path, postgres: Postgres
) -> None:
    target = tmp_path / "backup.tar"
    assert installation.run("backup", str(target)).exit_code == 0
    url = postgres.fresh(schema.upgrade)
    settings = load(
        data=tmp_path / "moved", database_url=url, master_key_file=installation.key_file
    )
    restoring.run(settings, target, None)
    assert serving.once(settings, installation.content) == CONTENT
    broken = serving.once(settings, _broken)
    assert broken == []


async def _broken(services: Services) -> list[str]:
    found = [file_id async for file_id in backup.broken_blobs(services)]
    for holder in await services.vault.holders():
        if (await services.audit.log.verify(holder)).broken_at is not None:
            found.append(holder)
    return found


def test_what_was_damaged_before_the_backup_is_said(
    installation: Installation, tmp_path: Path
) -> None:
    """It is restored all the same: what is left is better than nothing."""
    blobs = [path for path in (installation.data / "files").rglob("*") if path.is_file()]
    blob = max(blobs, key=lambda path: path.stat().st_size)
    spoilt = bytearray(blob.read_bytes())
    spoilt[50_000] ^= 1
    blob.write_bytes(spoilt)
    target = tmp_path / "backup.tar"
    assert installation.run("backup", str(target)).exit_code == 0
    result = installation.run("restore", str(target), data=tmp_path / "restored")
    assert result.exit_code == 1
    assert "is damaged" in result.output
    assert (tmp_path / "restored" / "bedside.db").exists()


def test_nothing_is_restored_over_a_clinic(installation: Installation, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    assert installation.run("backup", str(target)).exit_code == 0
    result = installation.run("restore", str(target))
    assert result.exit_code == 1
    assert "There is a clinic here already" in result.output


def test_an_earlier_backup_is_not_written_over(installation: Installation, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    target.write_text("the last good one")
    result = installation.run("backup", str(target))
    assert result.exit_code == 1
    assert "--force" in result.output
    assert target.read_text() == "the last good one"
    assert installation.run("backup", "--force", str(target)).exit_code == 0
    restored(installation, target, tmp_path)


def test_a_part_that_others_could_read_is_not_written_into(
    installation: Installation, tmp_path: Path
) -> None:
    target, part = tmp_path / "backup.tar", tmp_path / "backup.tar.part"
    part.touch(0o644)
    with part.open("rb") as kept_open:
        assert installation.run("backup", str(target)).exit_code == 0
        assert kept_open.read() == b""
    assert target.stat().st_mode & 0o077 == 0
    part.symlink_to(tmp_path / "elsewhere")
    assert installation.run("backup", "--force", str(target)).exit_code == 0
    assert not (tmp_path / "elsewhere").exists()


def test_two_backups_do_not_write_to_one_file(installation: Installation, tmp_path: Path) -> None:
    target, part = tmp_path / "backup.tar", tmp_path / "backup.tar.part"
    with part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        result = installation.run("backup", str(target))
    assert result.exit_code == 1
    assert "Another backup is being written" in result.output
    assert part.exists()
    assert not target.exists()


def test_a_full_disk_is_not_kept_full(installation: Installation, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    target.write_text("the last good one")
    command = [sys.executable, "-m", "bedside", "backup", "--data", str(installation.data)]
    done = subprocess.run(
        ["prlimit", "--fsize=200000", *command, "--force", str(target)],
        env={"BEDSIDE_MASTER_KEY_FILE": str(installation.key_file)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert target.read_text() == "the last good one"
    assert not list(tmp_path.glob("*.part"))


def test_a_database_of_another_version_is_not_backed_up(
    installation: Installation, tmp_path: Path
) -> None:
    with sqlite3.connect(installation.data / "bedside.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0004'")
    database.close()
    result = installation.run("backup", str(tmp_path / "backup.tar"))
    assert result.exit_code == 1
    assert "bedside migrate" in result.output
    assert list(tmp_path.glob("backup*")) == []


def test_a_backup_without_its_key_is_not_restored(
    installation: Installation, tmp_path: Path
) -> None:
    target = tmp_path / "backup.tar"
    assert installation.run("backup", str(target)).exit_code == 0
    result = CliRunner().invoke(main, ["restore", "--data", str(tmp_path / "new"), str(target)])
    assert result.exit_code == 1
    assert "--key-file" in result.output


def test_the_key_is_not_in_the_backup(installation: Installation, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    shutil.copytree(installation.key_file.parent, installation.data / "keys")
    assert installation.run("backup", str(target)).exit_code == 0
    key = installation.key_file.read_bytes().partition(b":")[2].strip()
    assert key not in target.read_bytes()
