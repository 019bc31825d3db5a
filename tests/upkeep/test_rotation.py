"""New keys while the server runs and a file is on its way: nothing is lost, nothing stays old."""

import base64
import sqlite3
from pathlib import Path

import httpx
import pytest

from bedside.adapters.keys_file import KeyFile
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import RecordSealBroken, Vault
from bedside.people.clinics import ClinicOptions
from bedside.services import Services
from tests.faults.phone import SITE
from tests.faults.servers import Server, wait_until
from tests.peers.ports import PATIENCE
from tests.upkeep.conftest import CONTENT, Installation
from tests.web.tus import BODY, VERSION, metadata, words

pytestmark = pytest.mark.feature("F6")


def generations(installation: Installation) -> set[int]:
    """Of the clinic's key, as they wrap the data keys of files."""
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


def test_rotating_again_after_a_kill(installation: Installation) -> None:
    """Killed after the first step: two generations of the master key are there."""
    KeyFile(installation.key_file).add_generation(above=1)
    assert installation.run("keys", "rotate").exit_code == 0
    assert installation.key_file.read_text().startswith("3:")
    assert installation.inside(installation.content) == CONTENT


def test_a_clinic_founded_meanwhile_keeps_its_keys(installation: Installation) -> None:
    """By a server that runs since before the rotation."""

    async def found(services: Services) -> str:
        await services.vault.platform()
        assert installation.run_beside("keys", "rotate") == 0
        async with services.database.unit_of_work() as work:
            return (
                await services.clinics.create(work, SYSTEM, "Harbour Clinic", ClinicOptions())
            ).id

    clinic_id = installation.inside(found)

    async def look(services: Services) -> None:
        assert (await services.clinics.get(clinic_id)).name == "Harbour Clinic"

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
