"""The canary: no patient content is readable anywhere, neither in the data directory nor in the
database, in a backup, in logs, in metrics or in leftover temporary files."""

import asyncio
import base64
import gzip
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bedside.database import schema
from tests.canary.appointing import make_appointments
from tests.canary.filling import EXACTLY, SITE, Filling, Markers
from tests.canary.searching import Search
from tests.canary.sharing import share
from tests.canary.telling import OWN, be_told
from tests.canary.visiting import TYPED, Visiting
from tests.faults.servers import Server, wait_until
from tests.hostile.builders import docx
from tests.house import House, living_in
from tests.peers.postgres import Postgres

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F6")]


def settled(server: Server, url: str, postgres: Postgres | None) -> Callable[[], None]:
    """Return a function that waits until the worker has done what is due."""

    def is_idle() -> bool:
        if postgres is None:
            return server.is_idle()
        count = (
            "SELECT count(*) FROM jobs WHERE kind NOT LIKE 'request.%' AND kind NOT LIKE 'plan.%'"
            " AND kind NOT IN ('room.unattended', 'transfer.unanswered', 'conversation.send_later')"
        )
        return postgres.execute(count, url.rpartition("/")[2]) == "0"

    return lambda: wait_until(is_idle, "the worker")


async def fill(house: House, server: Server, mark: Markers, wait: Callable[[], None]) -> str:
    """Do everything that people do; return the metrics at the end."""
    cookies = await house.cookie(house.here.receptionist)
    async with httpx.AsyncClient(
        base_url=server.url, cookies=cookies, headers=SITE, timeout=60
    ) as http:
        filling = Filling(house, mark, http)
        await filling.people()
        await be_told(house, mark, http, wait)
        await filling.files()
        await asyncio.to_thread(wait)
        await filling.annotate()
        await filling.contact()
        await filling.look_around()
        await filling.request_photos(wait)
        await filling.sum_up(wait)
        await filling.write_letter(wait)
        await make_appointments(house, mark, http, wait)
        await share(house, mark, http)
        await filling.converse()
        await filling.send_form(wait)
        await Visiting(house, mark, http).visit(wait)
        await asyncio.to_thread(wait)
        return (await http.get("/metrics")).text


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_no_marker_is_found(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    data, temporary = tmp_path / "data", tmp_path / "temporary"
    for folder in (data, temporary):
        folder.mkdir()
    postgres: Postgres | None = None
    if kind == "postgresql":
        running: Postgres = request.getfixturevalue("postgres")
        postgres, url = running, await asyncio.to_thread(running.fresh, schema.upgrade)
    else:
        url = f"sqlite:///{data / 'bedside.db'}"
        await asyncio.to_thread(schema.upgrade, url)
    mark = Markers()
    server = Server(data, {"database_url": url}, more={"TMPDIR": str(temporary)})
    try:
        async with living_in(data, url, port=server.port) as house:
            server.start()
            metrics = await fill(house, server, mark, settled(server, url, postgres))
            search = Search(mark.words.values(), EXACTLY + TYPED + OWN)
            assert search.found_below(data) == {}, "while it runs"
        backup = await asyncio.create_subprocess_exec(
            *server.command("backup", str(tmp_path / "backup.tar")), env=server.environment()
        )
        assert await backup.wait() == 0
    finally:
        server.stop()
    assert len(mark.words) > 55
    assert search.found_below(data) == {}
    assert search.found_below(temporary) == {}
    log = server.log.read_bytes()
    assert b'"route": "/patients/{patient_id}/search"' in log
    assert search.found_in(log) == set()
    assert search.found_in((tmp_path / "backup.tar").read_bytes()) == set()
    assert search.found_in(metrics.encode()) == set()
    assert "bedside_requests" in metrics
    if postgres is None:
        assert search.found_in_rows(data / "bedside.db") == {}
    else:
        assert search.found_in(await asyncio.to_thread(postgres.dump, url)) == set()


# --- the search itself works --------------------------------------------------------------------


WORD = Markers()("planted")
SEARCH = Search([WORD], EXACTLY)


def _in_base64(word: str) -> bytes:
    return base64.b64encode(f"filename={word}.pdf".encode())


WRAPPED = {
    "as it is": f"… {WORD} …".encode(),
    "in capitals": WORD.upper().encode(),
    "UTF-16, little end first": WORD.encode("utf-16-le"),
    "UTF-16, big end first": b"\0" + WORD.encode("utf-16-be"),
    "hexadecimal": f"E'\\\\x00{WORD.encode().hex()}'".encode(),
    "gzip": gzip.compress(b"before " + WORD.encode(), mtime=0),
    "gzip in gzip": b"sealed?" + gzip.compress(gzip.compress(WORD.encode())),
    "Word": docx(WORD),
    "base 64": _in_base64(WORD),
    "base 64, one further": _in_base64("a" + WORD),
    "base 64, two further": _in_base64("ab" + WORD),
    "the end of a page": WORD.encode()[:8] + bytes(4_096),
    "the beginning of a page": bytes(4_096) + WORD.encode()[6:],
}


@pytest.mark.parametrize("wrapping", list(WRAPPED))
def test_the_search_finds_it_in_every_wrapping(wrapping: str, tmp_path: Path) -> None:
    (tmp_path / "some.bin").write_bytes(bytes(1_000) + WRAPPED[wrapping] + bytes(1_000))
    assert SEARCH.found_below(tmp_path) == {"some.bin": {WORD}}


def test_the_search_finds_it_in_names_and_rows(tmp_path: Path) -> None:
    (tmp_path / f"{WORD}.txt").touch()
    assert SEARCH.found_below(tmp_path) == {f"{WORD}.txt": {WORD}}
    with sqlite3.connect(tmp_path / "some.db") as database:
        database.execute("CREATE TABLE notes (n INTEGER, text BLOB)")
        database.execute("INSERT INTO notes VALUES (1, ?)", (f"born 1913-09-17 {WORD}",))
    database.close()
    assert SEARCH.found_in_rows(tmp_path / "some.db") == {"notes": {WORD, "1913-09-17"}}


def test_the_search_finds_nothing_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(os.urandom(3_000_000))
    assert SEARCH.found_below(tmp_path) == {}
