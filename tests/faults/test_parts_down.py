"""Parts that are down: what people see, what is kept, and that it recovers by itself."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import apsw
import httpx
import pytest

from bedside.adapters.clamd import ClamdScanner
from bedside.charts.entries import Entry
from bedside.database import sqlite
from bedside.kernel import clock
from tests.edge.tus import Sender, pieces, sending, words
from tests.faults.conftest import Installed
from tests.faults.phone import Phone
from tests.faults.servers import Server, wait_until
from tests.house import Served
from tests.peers.clamd import MARKER, Clamd
from tests.peers.ports import PATIENCE


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    """A clamd of one's own, not started yet."""
    made = Clamd()
    yield made
    made.remove()


@pytest.fixture
async def sender(served: Served) -> AsyncIterator[Sender]:
    """The receptionist."""
    async with sending(served) as made:
        yield made


@pytest.mark.feature("F5")
def test_clamd_is_dead_and_comes_back(server: Server, installed: Installed, clamd: Clamd) -> None:
    """“Not scanned”, and not opened; scanned automatically once clamd answers again."""
    server.settings["clamd"] = clamd.address
    server.start()

    def never() -> None:
        raise AssertionError("the server died")

    contents = {"good.txt": words(60_000), "bad.txt": b"text " + MARKER + b" text"}
    chart = f"/patients/{installed.patient_id}"
    for name, content in contents.items():
        Phone(server, f"{chart}/uploads", installed.cookies, never).send(content, name)

    def states() -> list[str]:
        return sorted(row[0] for row in server.ask("SELECT state FROM chart_entries"))

    wait_until(lambda: states() == ["unscanned", "unscanned"], "“not scanned”")
    for (entry_id,) in server.ask("SELECT id FROM chart_entries"):
        for form in ("", "original", "preview"):
            answer = httpx.get(
                f"{server.url}{chart}/entries/{entry_id}/content?form={form}",
                cookies=installed.cookies,
                headers={"accept": "application/json"},
                timeout=PATIENCE,
            )
            assert answer.status_code == 409
            assert "not scanned" in answer.json()["sentence"]
    clamd.start()
    server.let_time_pass()
    wait_until(lambda: states() == ["filed", "infected"], "the scan", 60)
    server.stop()


@pytest.mark.anyio
@pytest.mark.feature("F1")
@pytest.mark.parametrize("is_gone", [True, False])
async def test_the_blob_store_refuses(sender: Sender, tmp_path: Path, is_gone: bool) -> None:
    """Its directory is gone, as after a lost mount, or does not answer; then it is back."""
    files, away = tmp_path / "data" / "files", tmp_path / "away"
    content = words(1_500_000)
    address = await sender.begin(len(content))
    files.rename(away)
    if not is_gone:
        files.write_text("not a directory")
    refused = await sender.patch(address, 0, pieces(content))
    assert refused.status_code == 503
    assert "file storage does not answer" in refused.json()["sentence"]
    files.unlink(missing_ok=True)
    away.rename(files)
    at = await sender.offset(address)
    assert (await sender.patch(address, at, pieces(content[at:]))).status_code == 204
    await sender.work()
    (entry,) = await sender.entries()
    assert await sender.content(entry) == content


@pytest.mark.anyio
@pytest.mark.feature("F1")
async def test_a_lost_file_is_said_and_breaks_nothing_else(sender: Sender, tmp_path: Path) -> None:
    lost = await sender.send(words(50_000), "lost.txt")
    shutil.rmtree(tmp_path / "data" / "files")
    (tmp_path / "data" / "files").mkdir()
    answer = await sender.http.get(sender.address(lost) + "?form=original")
    assert answer.status_code == 404
    kept: Entry = await sender.send(words(50_000, 2), "kept.txt")
    assert await sender.content(kept) == words(50_000, 2)


@pytest.mark.anyio
@pytest.mark.feature("F1")
async def test_the_database_is_locked_by_another_process(
    sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than any timeout: people are asked to try again, and nothing is half done."""
    monkeypatch.setattr(sqlite, "_BUSY_FOR", 0.3)
    content = words(500_000)
    address = await sender.begin(len(content))
    other = apsw.Connection(str(tmp_path / "data" / "bedside.db"))
    other.execute("BEGIN IMMEDIATE")
    for answer in (
        await sender.create(1_000),
        await sender.patch(address, 0, content),
    ):
        assert answer.status_code == 503
        assert answer.json()["code"] == "unavailable"
    assert (await sender.http.get("/health")).status_code == 200  # reading still works
    other.execute("COMMIT")
    other.close()
    # every byte had arrived before the database was asked: nothing is sent again
    assert await sender.offset(address) == len(content)
    await sender.work()
    (entry,) = await sender.entries()
    assert await sender.content(entry) == content


@pytest.mark.anyio
@pytest.mark.feature("F1")
@pytest.mark.parametrize("jump", [3 * clock.HOUR, -3 * clock.HOUR])
async def test_the_clock_jumps_while_a_file_arrives(sender: Sender, jump: int) -> None:
    """People may have to sign in again; the file is received, and the log stays intact."""
    house = sender.house
    content = words(600_000)
    address = await sender.begin(len(content))
    assert (await sender.patch(address, 0, content[:300_000])).status_code == 204
    with clock.shifted(jump):
        sender.http.cookies.update(await house.cookie(house.here.receptionist))
        at = await sender.offset(address)
        assert at == 300_000
        assert (await sender.patch(address, at, content[at:])).status_code == 204
        await sender.work()
        (entry,) = await sender.entries()
        assert await sender.content(entry) == content
        assert (await house.services.audit.log.verify(house.clinic.id)).broken_at is None


@pytest.mark.anyio
@pytest.mark.feature("F5")
async def test_a_scanner_that_stands_still_holds_up_nobody(
    served: Served, sender: Sender, clamd: Clamd
) -> None:
    """clamd takes the file and says nothing: “not scanned” after its timeout."""
    await asyncio.to_thread(clamd.start)
    clamd.pause()
    intake = served.house.services.files.intake
    intake._scanner = ClamdScanner(clamd.address, seconds=0.3)
    entry = await sender.send(words(50_000))
    assert entry.state == "unscanned"
    clamd.go_on()
    with clock.shifted(clock.MINUTE):
        await sender.work()
        assert (await sender.entries())[0].state == "filed"
