"""A PostgreSQL server of one's own: thrown away afterwards, fast because it never syncs."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.ports import PATIENCE, free_port, listens, wait_until

FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "logging_collector": "off",
}

# The last test's connections may still be closing; triggers that forbid deleting are for others.
_EMPTY = """
    SET session_replication_role = replica;
    DO $$ DECLARE one name; BEGIN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid();
        FOR one IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        LOOP EXECUTE format('DELETE FROM %I', one); END LOOP;
        PERFORM setval(format('%I', sequencename)::regclass, start_value, false)
            FROM pg_sequences WHERE schemaname = 'public';
    END $$
"""


class Postgres:
    """One server with as many databases as tests want.

    It listens on a free loopback port and on a unix socket in `folder`; everybody there is
    trusted. PostgreSQL refuses to run as root, so root hands over to the postgres user.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.port = free_port()
        self._data = self.folder / "data"
        self._programs = _programs()
        self._server: subprocess.Popen[bytes] | None = None
        self._templates: dict[str, str] = {}
        self._returned: dict[str, list[str]] = {}
        self._count = 0

    def start(self) -> None:
        """Create the cluster on the first start; return once the server answers."""
        if not self._data.exists():
            self._create()
        options = [f"--{name}={value}" for name, value in FAST.items()]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig=INT"),  # never outlives the tests, however they end
                    *_as_postgres(),
                    *(self._programs / "postgres", "-D", self._data, "-k", self.folder),
                    *("-h", "127.0.0.1", "-p", str(self.port)),
                    *options,
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, "PostgreSQL")

    def stop(self) -> None:
        """Stop like an operator: connections are cut, what was committed stays."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Die without a checkpoint; the next `start` recovers from the log."""
        self._end(signal.SIGQUIT)

    def remove(self) -> None:
        """Stop, and remove the cluster with all databases."""
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Return the address of a database, as in the setting `database_url`."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def fresh(self, fill: Callable[[str], None] | None = None) -> str:
        """Create a new database and return its URL.

        `fill` gets the URL of an empty database and creates the tables. It is called once for each
        server and function: later databases are copied from that first one (some 50 ms).
        """
        self._count += 1
        name = f"test_{self._count}"
        if fill is None:
            self.execute(f"CREATE DATABASE {name}")
            return self.url(name)
        key = _key(fill)
        if key not in self._templates:
            template = f"template_{len(self._templates)}"
            self.execute(f"CREATE DATABASE {template}")
            fill(self.url(template))
            self._templates[key] = template
        self.execute(f"CREATE DATABASE {name} TEMPLATE {self._templates[key]}")
        return self.url(name)

    @contextmanager
    def lent(self, fill: Callable[[str], None]) -> Iterator[str]:
        """Lend a database as `fill` left it, for the length of a block, and yield its URL.

        It may be one that was lent before, emptied: copying takes ten times as long. So the
        borrower may change rows, and no tables.
        """
        returned = self._returned.setdefault(_key(fill), [])
        if returned:
            url = returned.pop()
            self.execute(_EMPTY, url.rpartition("/")[2])
        else:
            url = self.fresh(fill)
        yield url
        returned.append(url)

    def execute(self, statement: str, database: str = "postgres") -> str:
        """Run SQL as the superuser and return the rows, columns separated by “|”."""
        psql = [self._programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [*psql, "-d", self.url(database), "-c", statement],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def dump(self, url: str) -> bytes:
        """Return everything in a database as SQL, e.g. to search it for what must not be
        readable."""
        dump = [self._programs / "pg_dump", "--inserts", "--dbname", url]
        return subprocess.run(dump, stdout=subprocess.PIPE, check=True).stdout

    def _create(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        subprocess.run(
            [
                *("setpriv", *_as_postgres(), self._programs / "initdb", "-D", self._data),
                *("--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"),
                "--locale=C.UTF-8",
            ],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def _answers(self) -> bool:
        assert self._server is not None
        assert self._server.poll() is None, (self.folder / "log").read_text()
        if not listens(self.port):
            return False
        ready = [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def _end(self, how: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait(timeout=PATIENCE)
            self._server = None


def _key(fill: Callable[[str], None]) -> str:
    return f"{fill.__module__}.{fill.__qualname__}"


def _programs() -> Path:
    """Return the folder of the newest PostgreSQL installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    assert found, "PostgreSQL is missing: make debian"
    return found[-1]


def _as_postgres() -> list[str]:
    """Return options of setpriv that drop root; empty for anybody else."""
    if os.geteuid() != 0:
        return []
    return ["--reuid=postgres", "--regid=postgres", "--init-groups"]
