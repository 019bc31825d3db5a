"""Several processes that start at once, and PostgreSQL as its URL demands it."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
import trustme
from click.testing import CliRunner

from bedside.cli import main
from bedside.database import connect, schema
from bedside.database.failures import NoDatabase
from tests.peers.certificates import authority
from tests.peers.ports import free_port
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def tls_postgres() -> Iterator[Postgres]:
    """A server that offers TLS, with its authority in `root.crt` and a strange one beside it."""
    server = Postgres()
    server._create()
    data = server.folder / "data"
    issued = authority().issue_cert("localhost", "127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(str(data / "server.crt"))
    issued.private_key_pem.write_to_path(str(data / "server.key"))
    authority().cert_pem.write_to_path(str(server.folder / "root.crt"))
    trustme.CA().cert_pem.write_to_path(str(server.folder / "other.crt"))
    (data / "server.key").chmod(0o600)
    if os.geteuid() == 0:
        for name in ("server.crt", "server.key"):
            shutil.chown(data / name, "postgres", "postgres")
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write("ssl = on\n")
    server.start()
    yield server
    server.remove()


_MIGRATE = "import sys; from bedside.database import schema; schema.upgrade(sys.argv[1])"


def _at_once(url: str, count: int) -> list[tuple[int, str]]:
    running = [
        subprocess.Popen([sys.executable, "-c", _MIGRATE, url], stderr=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    return [(process.wait(), process.communicate()[1]) for process in running]


async def _revision(url: str) -> str:
    database = connect(url)
    await database.open()
    try:
        return await schema.revision_of(database)
    finally:
        await database.close()


async def test_several_processes_migrate_an_empty_postgresql(postgres: Postgres) -> None:
    """Each once tried, and all but the first ended with an error of unique names."""
    url = postgres.fresh()
    assert await asyncio.to_thread(_at_once, url, 3) == [(0, "")] * 3
    assert await _revision(url) == schema.newest_revision()


async def test_several_processes_migrate_an_empty_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bedside.db'}"
    assert await asyncio.to_thread(_at_once, url, 3) == [(0, "")] * 3
    assert await _revision(url) == schema.newest_revision()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
@pytest.mark.parametrize("query", ["", "?sslmode=disable", "?sslmode=prefer&application_name=x"])
async def test_every_form_of_the_url_opens_and_migrates(
    postgres: Postgres, scheme: str, query: str
) -> None:
    url = postgres.fresh().replace("postgresql", scheme, 1) + query
    await asyncio.to_thread(schema.upgrade, url)
    assert await _revision(url) == schema.newest_revision()


@pytest.mark.parametrize("demand", ["require", "verify-full", "verify-ca"])
async def test_tls_that_is_demanded_and_not_offered(postgres: Postgres, demand: str) -> None:
    """Neither the product nor its migrations connect in the clear then."""
    url = f"{postgres.fresh()}?sslmode={demand}"
    if demand != "require":
        url += f"&sslrootcert={__file__}"
    with pytest.raises(Exception, match=r"(?i)ssl|certificate|PEM|TLS|NO_CERT"):
        await asyncio.to_thread(schema.upgrade, url)
    with pytest.raises((NoDatabase, OSError, ValueError)):
        await connect(url).open()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url.rpartition("/")[0] + "/nowhere", "no database of the name"),
        (lambda _url: f"postgresql://u:otter@127.0.0.1:{free_port()}/b", "does not answer"),
        (lambda url: url + "?sslmode=require", "does not offer TLS"),
        (lambda _url: "postgresql://u:otter@nowhere.invalid/b", "host name in database_url"),
        (lambda _url: "postgresql://u:otter@localhost:port/b", "database_url cannot be used"),
        (lambda url: url + "?sslmode=otter", "database_url cannot be used"),
        (lambda url: url + "?sslmode=verify-full&sslrootcert=/otter", "A file that database_url"),
        (lambda _url: "postgresql:///b?host=/otter", "A file that database_url"),
    ],
)
async def test_what_is_wrong_is_said_without_the_url(
    postgres: Postgres, change: Any, said: str
) -> None:
    with pytest.raises(NoDatabase) as refused:
        await connect(change(postgres.fresh())).open()
    assert said in refused.value.sentence
    assert "127.0.0.1" not in refused.value.sentence
    assert "otter" not in refused.value.sentence


async def test_it_is_encrypted_when_the_url_says_so(tls_postgres: Postgres) -> None:
    for mode in ("require", "verify-full"):
        url = f"{tls_postgres.fresh()}?sslmode={mode}"
        if mode == "verify-full":
            url = url.replace("127.0.0.1", "localhost")
            url += f"&sslrootcert={tls_postgres.folder / 'root.crt'}"
        await asyncio.to_thread(schema.upgrade, url)
        database: Any = connect(url)
        await database.open()
        async with database._connection(database._writers) as connection:
            row = await connection.fetchrow(
                "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            )
        assert row["ssl"]
        await database.close()
    strange = f"{tls_postgres.fresh()}?sslmode=verify-full&sslrootcert="
    with pytest.raises(NoDatabase, match="TLS"):  # another authority
        await connect(strange + str(tls_postgres.folder / "other.crt")).open()


def test_commands_say_it_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Operators start something first of all when something is wrong."""
    away = f"postgresql://u:otter@127.0.0.1:{free_port()}/b"
    monkeypatch.setenv("BEDSIDE_DATABASE_URL", away)
    for command in ("migrate", "serve", "worker", "doctor"):
        done = CliRunner().invoke(main, [command, "--data", str(tmp_path)])
        assert (done.exit_code, "PostgreSQL does not answer" in done.output) == (1, True), command
        assert "otter" not in done.output
    monkeypatch.delenv("BEDSIDE_DATABASE_URL")
    schema.upgrade(f"sqlite:///{tmp_path / 'bedside.db'}")
    database = apsw.Connection(str(tmp_path / "bedside.db"))
    database.execute("UPDATE alembic_version SET version_num = '0999'")
    database.close()
    for command in ("migrate", "serve", "worker"):
        done = CliRunner().invoke(main, [command, "--data", str(tmp_path)])
        assert (done.exit_code, "a newer one ran here last" in done.output) == (1, True), command
    checked = CliRunner().invoke(main, ["doctor", "--data", str(tmp_path)])
    assert "Use the version that ran here last." in checked.output
