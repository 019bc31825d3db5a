"""The servers being compared, each on a free port with an empty directory."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]
WAITING = 50
"""Patients who wait in a room, unless a benchmark asks for more."""
TUS = Path(__file__).parent / "tus_server"
WS = Path(__file__).parent / "ws_server"
LIGHTHOUSE = Path(__file__).parent / "lighthouse"
_STARTS_WITHIN = 60.0
_AS_INSTALLED = """
import sys
for name in ("rich", "pygments"):
    sys.modules[name] = None
from bedside.cli import main
{before}
main()
"""
"""The program `bedside`, without what structlog would load in a developer's environment only."""


class NotHere(Exception):
    """A server for comparison is not installed."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    port: int
    pid: int
    files: Path

    def clear(self) -> None:
        """Delete the uploads, and let the disk settle."""
        for path in self.files.rglob("*"):
            if path.is_file():
                path.unlink()
        os.sync()

    def cpu_seconds(self) -> float:
        """Processor time of the process so far, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, which: str = "VmRSS") -> float:
        """Resident megabytes (10⁶ bytes): VmRSS is the current value, VmHWM the peak."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(which + ":"):
                return int(line.split()[1]) * 1024 / 1e6
        raise ValueError(which)


@dataclass(frozen=True, slots=True)
class Product(Served):
    """Bedside, with a signed-in receptionist and her colleagues, and the `phone` of a patient who
    is signed in to the app; see seed.py."""

    cookie: str
    patient: str
    link: str
    colleagues: list[str]
    clinic: str
    rooms: list[str]
    visits: list[tuple[str, str]]
    phone: str = ""

    @property
    def headers(self) -> str:
        """Headers that the receptionist's browser sends with each request."""
        return f"Cookie: {self.cookie}\r\nSec-Fetch-Site: same-origin\r\n"

    @property
    def uploads(self) -> str:
        """The path to which files of the first patient are uploaded."""
        return f"/patients/{self.patient}/uploads"


@dataclass(frozen=True, slots=True)
class Installation:
    """A seeded data directory, served by `product`."""

    data: Path
    port: int
    seeded: dict[str, Any]
    database_url: str = ""

    @property
    def log(self) -> Path:
        """The file for the product's log, as a service would have it."""
        return self.data / "log"


def install(directory: Path, database_url: str = "", *, waiting: int = WAITING) -> Installation:
    """Seed an installation in `directory`, with so many `waiting` patients: on SQLite there, or in
    the empty database at `database_url`. On SQLite it is a copy of one that is seeded once for
    all benchmarks, beside their directories."""
    port = free_port()
    if database_url:
        return Installation(directory, port, _seed(directory, database_url), database_url)
    template, seeded = _template(directory.parents[1], waiting)
    shutil.copytree(template, directory)
    return Installation(directory, port, seeded)


@cache
def _template(place: Path, waiting: int) -> tuple[Path, dict[str, Any]]:
    template = place / f"seeded-{waiting}"
    return template, _seed(template, "--waiting", str(waiting))


def _seed(data: Path, *more: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.seed", str(data), *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


@contextmanager
def product(
    at: Installation,
    *,
    worker: bool = False,
    moments: Path | None = None,
    lag: Path | None = None,
    settings: dict[str, str] | None = None,
) -> Generator[Product]:
    """Run `bedside serve`, by default without a worker: jobs stay queued, as if `bedside worker`
    ran on another machine. The only other difference from what an operator starts is the request
    limit per session, which a benchmark would hit. With `moments` the times of committed events
    are written there; see moments.py; with `lag` how long the loop works on one thing; see lag.py.
    `settings` are additional ones."""
    environment = os.environ | {"BEDSIDE_REQUESTS_PER_SECOND": "0"}
    environment |= {f"BEDSIDE_{name.upper()}": value for name, value in (settings or {}).items()}
    if at.database_url:
        environment["BEDSIDE_DATABASE_URL"] = at.database_url
    notes = {"moments": moments, "lag": lag}
    noted = "\n".join(
        f"from benchmarks.{module} import note_in; note_in({str(path)!r})"
        for module, path in notes.items()
        if path
    )
    program = _AS_INSTALLED.format(before=noted)
    command = [sys.executable, "-c", program, "serve", "--data", str(at.data)]
    command += ["--port", str(at.port), *([] if worker else ["--no-worker"])]
    with at.log.open("ab") as log, _running(command, at.port, environment, log) as pid:
        yield Product(at.port, pid, at.data / "files", **at.seeded)


@contextmanager
def data_plane(directory: Path) -> Generator[Served]:
    """Run Bedside's data plane; see data_plane.py."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.data_plane", str(directory), str(port)]
    with _running(command, port) as pid:
        yield Served(port, pid, directory / "blobs")


@contextmanager
def nginx(directory: Path) -> Generator[Served]:
    """Run nginx with WebDAV as Debian ships it: default buffers, a worker per processor.

    Its temporary files are on the file system of its files, so that it renames and never copies.
    """
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise NotHere("nginx is not installed (Debian: nginx-extras)")
    port = free_port()
    files = directory / "root" / "files"
    files.mkdir(parents=True)
    user = "user root;" if os.geteuid() == 0 else ""
    (directory / "nginx.conf").write_text(f"""
        {user} worker_processes auto; daemon off; pid {directory}/pid; error_log {directory}/error;
        events {{ }}
        http {{
            access_log off; sendfile on; tcp_nopush on; client_max_body_size 0;
            client_body_temp_path {directory}/body;
            proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
            uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
            server {{
                listen 127.0.0.1:{port}; root {directory}/root;
                location / {{ dav_methods PUT; }}
            }}
        }}
    """)
    with _running(
        [program, "-e", f"{directory}/error", "-c", f"{directory}/nginx.conf"], port
    ) as pid:
        yield Served(port, pid, files)


@contextmanager
def tus_server(directory: Path) -> Generator[Served]:
    """Run the official Node server @tus/server with its file store, installing it if necessary."""
    node = node_packages(TUS, "@tus/server")
    port = free_port()
    directory.mkdir(parents=True, exist_ok=True)
    with _running([node, str(TUS / "server.mjs"), str(directory), str(port)], port) as pid:
        yield Served(port, pid, directory)


@contextmanager
def ws_server(directory: Path) -> Generator[Served]:
    """Run a Node server with the package ws, installing it if necessary."""
    node = node_packages(WS, "ws")
    port = free_port()
    with _running([node, str(WS / "server.mjs"), str(port)], port) as pid:
        yield Served(port, pid, directory)


def node_packages(where: Path, name: str) -> str:
    """Fetch the packages of a Node server if they are missing. Returns the path of node."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotHere("node is not installed (Debian: nodejs, npm)")
    if not (where / "node_modules").is_dir():
        fetched = subprocess.run([npm, "ci"], cwd=where, capture_output=True, check=False)
        if fetched.returncode:
            raise NotHere(f"npm could not fetch {name}")
    return node


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _running(
    command: list[str],
    port: int,
    environment: dict[str, str] | None = None,
    log: IO[bytes] | None = None,
) -> Generator[int]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
    try:
        deadline = time.monotonic() + _STARTS_WITHIN
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.002)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
