"""The servers that are compared, each on a free port with an empty directory."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TUS = Path(__file__).parent / "tus_server"
_STARTS_WITHIN = 20.0


class NotHere(Exception):
    """A server that is compared with is not installed."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    port: int
    pid: int
    files: Path

    def clear(self) -> None:
        """Delete what was uploaded, and let the disk come to rest."""
        for path in self.files.rglob("*"):
            if path.is_file():
                path.unlink()
        os.sync()

    def cpu_seconds(self) -> float:
        """Processor time of the process so far, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, which: str = "VmRSS") -> float:
        """Resident megabytes (10⁶ bytes): VmRSS now, VmHWM at most so far."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(which + ":"):
                return int(line.split()[1]) * 1024 / 1e6
        raise ValueError(which)


@contextmanager
def data_plane(directory: Path) -> Generator[Served]:
    """Bedside's data plane; see data_plane.py."""
    port = _free_port()
    command = [sys.executable, "-m", "benchmarks.data_plane", str(directory), str(port)]
    with _running(command, port) as pid:
        yield Served(port, pid, directory / "blobs")


@contextmanager
def nginx(directory: Path) -> Generator[Served]:
    """nginx with WebDAV as Debian ships it: default buffers, a worker for each processor.

    Its temporary files are on the file system of its files, so that it renames and never copies.
    """
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise NotHere("nginx is not installed (Debian: nginx-extras)")
    port = _free_port()
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
    """The official Node server @tus/server with its file store, installed when it is not."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotHere("node is not installed (Debian: nodejs, npm)")
    if not (TUS / "node_modules").is_dir():
        fetched = subprocess.run([npm, "ci"], cwd=TUS, capture_output=True, check=False)
        if fetched.returncode:
            raise NotHere("npm could not fetch @tus/server")
    port = _free_port()
    directory.mkdir(parents=True, exist_ok=True)
    with _running([node, str(TUS / "server.mjs"), str(directory), str(port)], port) as pid:
        yield Served(port, pid, directory)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _running(command: list[str], port: int) -> Generator[int]:
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        deadline = time.monotonic() + _STARTS_WITHIN
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.05)
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
