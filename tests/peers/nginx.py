"""A real nginx of one's own on loopback, with a piece of configuration for its `http` block."""

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.peers.ports import listens, wait_until


class Nginx:
    """Runs until `remove`. `configuration` listens on `port`; its logs are as Debian's."""

    def __init__(self, configuration: str, port: int, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="nginx-"))
        self._configuration = configuration
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it listens."""
        assert shutil.which("nginx"), "nginx is missing: make debian"
        places = " ".join(
            f"{name}_temp_path {self.folder / name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"daemon off; user root; pid {self.folder / 'pid'}; worker_processes 1;\n"
            f"error_log {self.folder / 'error.log'};\nevents {{}}\n"
            f"http {{\naccess_log {self.folder / 'access.log'};\n{places}\n"
            f"{self._configuration}\n}}\n"
        )
        self._process = subprocess.Popen(
            # never outlives the tests
            ["setpriv", "--pdeathsig=KILL", "nginx", "-c", str(self.folder / "nginx.conf")],
            stdin=subprocess.DEVNULL,
            stderr=(self.folder / "said").open("ab"),
        )
        wait_until(self._answers, "nginx")

    def logs(self) -> dict[str, str]:
        """Return the content of each log."""
        return {path.name: path.read_text() for path in self.folder.glob("*.log")}

    def remove(self) -> None:
        """Stop it and remove its folder."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "said").read_text()
        return listens(self._port, "127.0.0.1")
