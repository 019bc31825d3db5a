"""New keys while the server runs and a file is being uploaded: nothing is lost, nothing
stays old."""

import base64
import os
import signal
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from bedside.adapters.keys_file import KeyFile
from bedside.audit.actors import SYSTEM
from bedside.cli import main
from bedside.database.sealed import RecordSealBroken, Vault
from bedside.kernel import clock
from bedside.people.clinics import ClinicOptions
from bedside.services import Services
from tests.edge.tus import BODY, VERSION, metadata, words
from tests.faults.phone import SITE
from tests.faults.servers import Server, wait_until
from tests.peers.ports import PATIENCE
from tests.upkeep.conftest import CONTENT, Installation

pytestmark = pytest.mark.feature("F6")


def generations(installation: Installation) -> set[int]:
    """Return the generations of the clinic's key that wrap the data keys of files."""
    with sqlite3.connect(installation.data / "bedside.db") as database:
        rows = database.execute("SELECT data_key FROM files WHERE data_key != x''").fetchall()
    database.close()
    return {int.from_bytes(row[0][:4], "big") for row in rows}


def test_all_keys_are_new_and_everything_opens(installation: Installation, tmp_path: Path) -> None:
    old = tmp_path / "old.key"
    old.write_bytes(installation.key_file.read_bytes())
    result = installation.run("keys", "rotate")
    assert result.exit_code == 0, result.output
    assert str(installation.key_file) in result.output
    assert generations(installation) == {2}
    (line,) = installation.key_file.read_text().splitlines()
    assert line.startswith("2:")
    assert base64.b64decode(line[2:]) != base64.b64decode(old.read_text()[2:])
    assert installation.key_file.stat().st_mode & 0o077 == 0
    assert installation.inside(installation.content) == CONTENT
    assert installation.run("audit", "verify").exit_code == 0

    async def with_the_old_key(services: Services) -> None:
        with pytest.raises(RecordSealBroken):
            await Vault(services.database, KeyFile(old)).clinic(installation.clinic_id)

    installation.inside(with_the_old_key)


def kept(installation: Installation) -> dict[str, str]:
    """Return the old master keys, by the name of the file that keeps them."""
    return {p.name: p.read_text() for p in installation.key_file.parent.glob("master.key.until-*")}


def test_the_old_key_is_kept_with_its_date_and_said_to_be(
    installation: Installation, tmp_path: Path
) -> None:
    backup, first = tmp_path / "backup.tar", installation.key_file.read_text()
    assert installation.run("backup", str(backup)).exit_code == 0
    for number in ("", "-2", "-3"):
        old = installation.key_file.read_text()
        result = installation.run("keys", "rotate")
        today = datetime.fromtimestamp(clock.now() / 1000, UTC).date()
        name = f"master.key.until-{today}{number}"
        assert kept(installation)[name] == old
        assert name in result.output
        assert "as long as any backup" in result.output
        assert (installation.key_file.parent / name).stat().st_mode & 0o077 == 0
    # An older backup opens with it, and with nothing else.
    assert kept(installation)[f"master.key.until-{today}"] == first
    for key_file, code in ((installation.key_file, 1), (installation.key_file.parent / name, 1)):
        done = restore(backup, key_file, tmp_path / "restored")
        assert done.exit_code == code
        assert "--key-file" in done.output
    first_file = installation.key_file.parent / f"master.key.until-{today}"
    done = restore(backup, first_file, tmp_path / "restored")
    assert done.exit_code == 0, done.output


def restore(backup: Path, key_file: Path, data: Path) -> Result:
    """Run `bedside restore` into a new directory."""
    return CliRunner().invoke(
        main, ["restore", "--data", str(data), "--key-file", str(key_file), str(backup)]
    )


FAULTS = (
    "keys.generation_added",
    "rotation.begun",
    "rotation.clinics_wrapped",
    "rotation.files_wrapped",
    "rotation.files_wrapped:3",
    "keys.old_kept",
    "keys.old_dropped",
)


def test_after_a_kill_at_each_step_everything_opens_and_rotating_again_ends_it(
    installation: Installation,
) -> None:
    for number, fault in enumerate(FAULTS):
        before = kept(installation)
        assert installation.run_beside("keys", "rotate", BEDSIDE_FAULT=fault) == -signal.SIGKILL
        assert installation.inside(installation.content) == CONTENT, fault
        assert kept(installation).items() >= before.items(), fault
        if number % 3 == 2:  # otherwise the next one continues from what was left
            assert installation.run("keys", "rotate").exit_code == 0
            assert len(installation.key_file.read_text().splitlines()) == 1
            assert installation.inside(installation.content) == CONTENT, fault
    assert installation.run("keys", "rotate").exit_code == 0
    assert installation.run("audit", "verify").exit_code == 0


def test_of_two_at_once_one_is_refused_in_words(installation: Installation) -> None:
    """Both are real processes. The database is busy at first, so that neither gets far: each used
    to have made its own next generation by then, and the second overwrote the first one's."""
    busy = sqlite3.connect(installation.data / "bedside.db", isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    both = [installation.begin("keys", "rotate") for _ in range(2)]
    wait_until(lambda: any(p.poll() is not None for p in both), "the one that is refused")
    busy.execute("COMMIT")
    busy.close()
    said = {process.wait(PATIENCE): process.communicate() for process in both}
    assert set(said) == {0, 1}
    assert "rotated already, by another process" in said[1][1]
    assert installation.inside(installation.content) == CONTENT
    assert len(installation.key_file.read_text().splitlines()) == 1
    assert len(kept(installation)) == 1


def test_an_older_copy_of_the_key_file_rotates_nothing(installation: Installation) -> None:
    """Another machine has its own copy, and the keys were rotated here."""
    elsewhere = installation.key_file.parent / "elsewhere.key"
    elsewhere.write_bytes(installation.key_file.read_bytes())
    assert installation.run("keys", "rotate").exit_code == 0
    before = elsewhere.read_bytes()
    assert installation.run_beside("keys", "rotate", BEDSIDE_MASTER_KEY_FILE=str(elsewhere)) == 1
    assert elsewhere.read_bytes() == before

    async def found_a_clinic(services: Services) -> None:
        stale = Vault(services.database, KeyFile(elsewhere))
        with pytest.raises(RecordSealBroken):
            async with services.database.unit_of_work() as work:
                await stale.create(work, "cli_of_nobody")

    installation.inside(found_a_clinic)
    assert installation.inside(installation.content) == CONTENT


@pytest.mark.skipif(os.geteuid() != 0, reason="only root rotates for somebody else")
def test_owner_and_mode_stay_when_root_rotates(installation: Installation) -> None:
    for path in (installation.data, *installation.data.rglob("*"), *both_keys(installation)):
        os.chown(path, 65_534, 65_534)
    installation.key_file.chmod(0o640)
    assert installation.run("keys", "rotate").exit_code == 0
    (old,) = kept(installation)
    for path in (*both_keys(installation), installation.key_file.parent / old):
        assert path.stat().st_uid == 65_534, path
    assert installation.key_file.stat().st_mode & 0o777 == 0o640
    assert {p.stat().st_uid for p in installation.data.rglob("*")} == {65_534}


def both_keys(installation: Installation) -> list[Path]:
    """Return the key file, its directory and what is beside it."""
    folder = installation.key_file.parent
    return [folder, *folder.iterdir()]


def test_a_clinic_founded_meanwhile_keeps_its_keys(installation: Installation) -> None:
    """By a server running since before the rotation."""

    async def found(services: Services) -> str:
        await services.vault.platform()
        assert installation.run_beside("keys", "rotate") == 0
        async with services.database.unit_of_work() as work:
            return (
                await services.people.clinics.create(
                    work, SYSTEM, "Harbour Clinic", ClinicOptions()
                )
            ).id

    clinic_id = installation.inside(found)

    async def look(services: Services) -> None:
        assert (await services.people.clinics.get(clinic_id)).name == "Harbour Clinic"

    installation.inside(look)


def test_while_the_server_runs_and_a_file_is_on_its_way(installation: Installation) -> None:
    server = Server(installation.data, {"master_key_file": str(installation.key_file)})
    content = words(1_000_000, seed=9)
    chart = f"/patients/{installation.patient_id}"
    server.start()
    try:
        with httpx.Client(
            base_url=server.url,
            cookies=installation.cookies,
            headers={**SITE, **VERSION},
            timeout=PATIENCE,
        ) as http:
            said = {"Upload-Length": str(len(content)), "Upload-Metadata": metadata(filename="a")}
            address = http.post(f"{chart}/uploads", headers=said).headers["location"]
            half = {"Upload-Offset": "0", "Content-Type": BODY}
            assert http.patch(address, content=content[:600_000], headers=half).status_code == 204
            assert installation.run("keys", "rotate").exit_code == 0
            # This process has the old clinic key open, and does not know the new one yet.
            assert http.post(f"{chart}/uploads", headers=said).status_code == 201
            wrapped = server.ask("SELECT data_key FROM uploads WHERE NOT finished")
            assert [int.from_bytes(key[:4], "big") for (key,) in wrapped] == [2, 2]
            rest = {"Upload-Offset": "600000", "Content-Type": BODY}
            done = http.patch(address, content=content[600_000:], headers=rest)
            assert done.status_code == 204, done.text
            before = http.get(f"{chart}/entries/{installation.entry_id}/content?form=original")
            assert before.content == CONTENT
            wait_until(server.is_idle, "the worker")
            (entry_id,) = server.ask(
                "SELECT id FROM chart_entries WHERE id != ?", installation.entry_id
            )[0]
            after = http.get(f"{chart}/entries/{entry_id}/content?form=original")
            assert after.content == content
    finally:
        server.stop()
    assert installation.inside(installation.content) == CONTENT
    assert installation.run("audit", "verify").exit_code == 0
