"""Rotation on SQLite and on PostgreSQL, and what other processes do at that very moment."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bedside import bootstrap
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import MasterKeyMissing
from bedside.errors import Unavailable
from bedside.files.announcing import Allowance, Announced
from bedside.people.clinics import ClinicOptions
from bedside.services import Services
from bedside.settings import load
from bedside.upkeep.rotation import RotationRunning, rotate
from tests.edge.tus import pieces, words
from tests.house import House, create_tables, living_in
from tests.peers.ports import PATIENCE
from tests.peers.postgres import Postgres

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F6")]


@asynccontextmanager
async def beside(services: Services, **settings: Any) -> AsyncIterator[Services]:
    """Another process on the same data."""
    given = {"data": services.settings.data, "database_url": services.settings.url, **settings}
    other = bootstrap.build(load(**given))
    await other.database.open()
    try:
        yield other
    finally:
        await other.database.close()


@pytest.fixture
async def on_postgres(
    anyio_backend: object, tmp_path: Path, postgres: Postgres
) -> AsyncIterator[House]:
    """A house on PostgreSQL, where units of work run in parallel."""
    url = await asyncio.to_thread(postgres.fresh, create_tables)
    async with living_in(tmp_path / "data", url) as made:
        yield made


async def send(house: House, content: bytes, length: int = 0) -> str:
    """Send a file into the chart. Returns the upload's id."""
    chart, uploads = await house.chart(), house.services.files.uploads
    announced = Announced("report.txt", length or len(content))
    begun = await uploads.begin_for_chart(chart, announced, Allowance(announced.length))
    if content:
        await uploads.append(chart, begun.id, 0, pieces(content))
    return begun.id


async def is_blocked(connection: asyncpg.Connection, task: asyncio.Task[Any]) -> None:
    """Wait until the task waits for a lock in the database (or is done without)."""
    question = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with asyncio.timeout(PATIENCE):
        while not (task.done() or await connection.fetchval(question)):  # noqa: ASYNC110 - in SQL
            await asyncio.sleep(0.01)


async def key_of(house: House, table: str) -> bytes:
    """Return the wrapped data key of the one file or upload."""
    connection = await asyncpg.connect(house.services.settings.url)
    try:
        where = "" if table == "files" else " WHERE NOT finished"
        return await connection.fetchval(f"SELECT data_key FROM {table}{where}")  # noqa: S608 - its own words
    finally:
        await connection.close()


async def test_one_at_a_time_on_one_database(house: House, tmp_path: Path) -> None:
    """Even with a copy of the key file each, as on two machines."""
    copy = tmp_path / "copy.key"
    copy.write_bytes(house.services.settings.key_file.read_bytes())
    async with beside(house.services, master_key_file=copy) as other:
        first = rotate(house.services)
        await anext(first)
        with pytest.raises(RotationRunning):
            await anext(rotate(other))
        async for _ in first:
            pass
        async with other.database.only_one("keys") as free:
            assert free
    house.services.vault.forget()
    await house.services.vault.check()


async def test_a_file_that_is_destroyed_meanwhile_stays_so(on_postgres: House) -> None:
    services = on_postgres.services
    await send(on_postgres, words(1_000))
    async with services.database.unit_of_work() as work:
        await services.vault.renew(work)
    other: Any = await asyncpg.connect(services.settings.url)
    async with other.transaction():
        await other.execute("UPDATE files SET data_key = ''")
        rewrapping = asyncio.create_task(services.files.custody.rewrap_keys(on_postgres.clinic.id))
        await is_blocked(other, rewrapping)
    assert await rewrapping == 0
    await other.close()
    assert await key_of(on_postgres, "files") == b""


async def test_an_upload_that_begins_meanwhile_gets_the_new_key(on_postgres: House) -> None:
    services = on_postgres.services
    await services.vault.clinic(on_postgres.clinic.id)  # the old keys are open here
    watch: Any = await asyncpg.connect(services.settings.url)
    async with beside(services) as other, other.database.unit_of_work() as work:
        await other.vault.renew(work)
        beginning = asyncio.create_task(send(on_postgres, b"", length=1_000))
        await is_blocked(watch, beginning)
        assert not beginning.done()
    await beginning
    await watch.close()
    assert int.from_bytes((await key_of(on_postgres, "uploads"))[:4], "big") == 2


async def test_a_clinic_that_is_founded_meanwhile_keeps_its_keys(on_postgres: House) -> None:
    """Its unit of work has wrapped with the old master key, and is not committed when the rotation
    would remove that one."""
    services = on_postgres.services
    async with beside(services) as other:
        steps = rotate(other)
        async with services.database.unit_of_work() as work:
            await services.vault.create(work, "cli_new")
            rotating = asyncio.create_task(_through(steps))
            watch: Any = await asyncpg.connect(services.settings.url)
            await is_blocked(watch, rotating)
            await watch.close()
            assert not rotating.done()
        await rotating
    services.vault.forget()
    await services.vault.check()


async def _through(steps: AsyncIterator[str]) -> None:
    async for _ in steps:
        pass


async def test_the_first_clinic_makes_the_key_and_no_other_does(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(empty_sqlite, data / "bedside.db")
    services = bootstrap.build(load(data=data, worker_in_process=False))
    await services.database.open()
    key_file = services.settings.key_file
    try:
        assert not key_file.exists()
        await services.vault.check()
        await found(services, "First")
        assert key_file.stat().st_mode & 0o077 == 0
        key_file.unlink()
        services.vault.forget()
        async with beside(services) as other:
            with pytest.raises(MasterKeyMissing):
                await found(other, "Second")
        assert not key_file.exists()
    finally:
        await services.database.close()


async def test_a_start_makes_the_key_before_there_is_a_clinic(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path
) -> None:
    """Two processes at once create one: the set-up page asks to have it copied."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(empty_sqlite, data / "bedside.db")
    settings = load(data=data)
    starts = [asyncio.to_thread(asyncio.run, bootstrap.begin_keys(settings)) for _ in range(3)]
    await asyncio.gather(*starts)
    assert len(settings.key_file.read_text().splitlines()) == 1
    assert [path.name for path in settings.key_file.parent.iterdir()] == ["master.key"]


async def test_a_key_that_cannot_be_written_is_said(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(empty_sqlite, data / "bedside.db")
    (tmp_path / "file").touch()
    services = bootstrap.build(load(data=data, master_key_file=tmp_path / "file" / "master.key"))
    await services.database.open()
    try:
        with pytest.raises(Unavailable, match="could not be written"):
            await found(services, "First")
        assert not await services.people.clinics.any_exist()
    finally:
        await services.database.close()


async def found(services: Services, name: str) -> None:
    """Found a clinic."""
    async with services.database.unit_of_work() as work:
        await services.people.clinics.create(work, SYSTEM, name, ClinicOptions())
