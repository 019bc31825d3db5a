"""A backup taken under load restores to an installation that verifies."""

import asyncio
import json
import shutil
import tarfile
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
from bedside.upkeep import backup
from tests.peers.ports import PATIENCE, wait_until
from tests.peers.postgres import Postgres
from tests.upkeep.conftest import CONTENT, Installation, do_what_is_due
from tests.web.tus import words

pytestmark = pytest.mark.feature("S5")


def restored(installation: Installation, source: Path, folder: Path) -> Path:
    """A new data directory from a backup; its key comes from --key-file."""
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
    """Files arrive, are examined and refused while the backup is taken, by another process' means:
    a second set of services on the same data."""
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
            result = installation.run("backup", str(target))
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
    """A file is refused and its bytes go just between the reading of the rows and of the blobs."""
    target = tmp_path / "backup.tar"

    async def take(services: Services) -> None:
        await installation.upload(services, 1, b"%PDF-1.7\ntorn" * 5_000)
        real = services.custody.blobs
        calls: list[str] = []

        async def late(known: Any) -> AsyncIterator[tuple[str, bytes]]:
            calls.append("blobs")
            await do_what_is_due(services)
            async for found in real(known):
                yield found

        monkeypatch.setattr(type(services.custody), "blobs", lambda _self, known: late(known))
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
    settings.data.mkdir()
    serving.once(settings, lambda services: backup.restore(services, target))
    assert serving.once(settings, installation.content) == CONTENT
    broken = serving.once(settings, _broken)
    assert broken == []


async def _broken(services: Services) -> list[str]:
    found = [file_id async for file_id in backup.broken_blobs(services)]
    for holder in await services.vault.holders():
        if (await services.audit.verify(holder)).broken_at is not None:
            found.append(holder)
    return found


def test_damage_in_a_restored_backup_is_said(installation: Installation, tmp_path: Path) -> None:
    """One byte of one sealed file was changed in the backup."""
    target = tmp_path / "backup.tar"
    assert installation.run("backup", str(target)).exit_code == 0
    with tarfile.open(target) as archive:
        blob = next(e for e in archive if e.name.startswith("files/") and e.size > 100_000)
    spoilt = bytearray(target.read_bytes())
    spoilt[blob.offset_data + 50_000] ^= 1
    target.write_bytes(spoilt)
    result = installation.run("restore", str(target), data=tmp_path / "restored")
    assert result.exit_code == 1
    assert "is damaged" in result.output


@pytest.mark.parametrize("cut", [0.0, 0.3, 0.9])
def test_half_a_backup_is_not_restored(
    installation: Installation, tmp_path: Path, cut: float
) -> None:
    target = tmp_path / "backup.tar"
    assert installation.run("backup", str(target)).exit_code == 0
    whole = target.read_bytes()
    target.write_bytes(whole[: int(len(whole) * cut)])
    result = installation.run("restore", str(target), data=tmp_path / "restored")
    assert result.exit_code == 1
    assert "is not a complete backup" in result.output
    assert "Traceback" not in result.output


def test_another_format_and_another_revision_are_not_restored(
    installation: Installation, tmp_path: Path
) -> None:
    for changed, said in (({"format": 2}, "newer Bedside"), ({"revision": "0000"}, "0000")):
        target = tmp_path / "backup.tar"
        assert installation.run("backup", str(target)).exit_code == 0
        _change_manifest(target, changed)
        result = installation.run("restore", str(target), data=tmp_path / f"restored {said}")
        assert result.exit_code == 1
        assert said in result.output


def _change_manifest(target: Path, changed: dict[str, Any]) -> None:
    with tarfile.open(target) as archive:
        member = archive.extractfile("manifest.json")
        assert member is not None
        manifest = {**json.load(member), **changed}
    (target.parent / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(target, "a") as archive:
        archive.add(target.parent / "manifest.json", "manifest.json")


def test_nothing_is_restored_over_a_clinic(installation: Installation, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    assert installation.run("backup", str(target)).exit_code == 0
    result = installation.run("restore", str(target))
    assert result.exit_code == 1
    assert "There is a clinic here already" in result.output


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
