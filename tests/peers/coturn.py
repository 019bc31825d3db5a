"""A real coturn of one's own on loopback, with credentials that expire (use-auth-secret)."""

import base64
import hashlib
import hmac
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.peers.ports import free_port, listens, wait_until

SECRET = "a-secret-of-coturn-27d8"

PORTS_EACH = 200
"""UDP ports for relayed media; coturn uses free ones."""


class Coturn:
    """turnserver for UDP and TCP. `start` and `crash`, `pause` and `go_on` may be called in turn;
    `remove` ends it.

    `secret` can differ from the product's, `address` is what browsers reach it by. With a
    `configuration`, the text of a turnserver.conf, it runs as that says, except for the ports and
    addresses of the test.
    """

    def __init__(
        self, secret: str = SECRET, address: str = "127.0.0.1", configuration: str = ""
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="coturn-"))
        self.port = free_port()
        self.address = address
        self._secret = secret
        self._configuration = configuration
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address for UDP, as in the setting."""
        return f"turn:{self.address}:{self.port}"

    @property
    def tcp_url(self) -> str:
        """Its address for TCP, as in the setting."""
        return f"{self.url}?transport=tcp"

    def start(self) -> None:
        """Return once it listens."""
        assert shutil.which("turnserver"), "coturn is missing: make debian"
        first = 20_000 + self.port % 60 * PORTS_EACH
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig=KILL"),  # never outlives the tests
                    *("turnserver", "--log-file=stdout", "--realm=bedside.test"),
                    *self._told(),
                    f"--listening-ip={self.address}",
                    f"--listening-port={self.port}",
                    f"--relay-ip={self.address}",
                    f"--min-port={first}",
                    f"--max-port={first + PORTS_EACH - 1}",
                    *("--use-auth-secret", f"--static-auth-secret={self._secret}"),
                    *("--no-cli", "--no-tls", "--no-dtls"),
                    f"--pidfile={self.folder / 'pid'}",
                    f"--userdb={self.folder / 'userdb'}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, "coturn")

    def _told(self) -> list[str]:
        if not self._configuration:
            return ["-n", "--allow-loopback-peers"]
        file = self.folder / "turnserver.conf"
        file.write_text(self._configuration)
        return ["-c", str(file), "--relay-ip=::1"]

    def crash(self) -> None:
        """Die in the middle of whatever it does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(timeout=20)
            self._process = None

    def pause(self) -> None:
        """Freeze, like a network that is down: nothing gets through."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Continue after `pause`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def said(self) -> str:
        """Return its log so far."""
        return (self.folder / "log").read_text(errors="replace")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.said()
        return listens(self.port, self.address)


def credential(secret: str = SECRET, seconds: int = 3600, who: str = "guest") -> dict[str, str]:
    """Return user name and password that coturn accepts for so long (negative: expired already)."""
    username = f"{int(time.time()) + seconds}:{who}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return {"username": username, "credential": base64.b64encode(digest).decode()}
