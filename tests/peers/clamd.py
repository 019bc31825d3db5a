"""A real clamd of one's own, with our own signatures: EICAR and markers of the tests."""

import grp
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.hostile.builders import EICAR
from tests.peers.ports import PATIENCE, free_port, listens, wait_until

MARKER = b"bedside-test-malware-7f3a"
SUSPICION = b"bedside-test-suspicion-91c2"
"""Found by a clamd with DetectPUA."""


class Clamd:
    """clamd on a unix socket and a free loopback port, with the given options.

    It knows EICAR by its bytes wherever they are; with `eicar` “hash” as a whole file only, which
    is how the official database knows it too, with “” not at all.

    `start`, `stop`, `pause` and `crash` may be called in turn; `remove` ends it all.
    """

    def __init__(self, *, eicar: str = "bytes", **options: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="clamd-"))
        self.port = free_port()
        self.socket = self.folder / "socket"
        self._options = options
        self._eicar = eicar
        self._process: subprocess.Popen[bytes] | None = None
        self._write()

    @property
    def address(self) -> str:
        """Its unix socket, as in the setting."""
        return str(self.socket)

    @property
    def tcp_address(self) -> str:
        """Its TCP address, as in the setting."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return once it answers."""
        assert shutil.which("clamd"), "clamd is missing: make debian"
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig=KILL"),  # never outlives the tests
                    *("clamd", "--foreground", f"--config-file={self.folder / 'clamd.conf'}"),
                ],
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, "clamd")

    def stop(self) -> None:
        """Stop like an operator."""
        self._end(signal.SIGTERM)

    def crash(self) -> None:
        """Die in the middle of whatever it does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Freeze: connections are accepted and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Continue after `pause`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def set(self, **options: str) -> None:
        """Restart with other options."""
        self.stop()
        self._options.update(options)
        self._write_settings()
        self.start()

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()
        return self.socket.exists() and listens(self.port)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.send_signal(signal.SIGCONT)
            self._process.wait(timeout=PATIENCE)
            self._process = None
            self.socket.unlink(missing_ok=True)

    def _write(self) -> None:
        signatures = self.folder / "signatures"
        signatures.mkdir()
        lines = [f"Bedside.Test.Marker:0:*:{MARKER.hex()}"]
        lines += [f"Bedside.Eicar:0:*:{EICAR.hex()}"] if self._eicar == "bytes" else []
        (signatures / "test.ndb").write_text("\n".join(lines) + "\n")
        (signatures / "test.ndu").write_text(f"PUA.Bedside.Test:0:*:{SUSPICION.hex()}\n")
        if self._eicar == "hash":
            known = hashlib.sha256(EICAR).hexdigest()
            (signatures / "test.hsb").write_text(f"{known}:{len(EICAR)}:Bedside.Eicar:73\n")
        self._write_settings()

    def _write_settings(self) -> None:
        signatures = self.folder / "signatures"
        user = pwd.getpwuid(os.geteuid())
        settings = {
            "DatabaseDirectory": str(signatures),
            "LocalSocket": str(self.socket),
            "LocalSocketGroup": grp.getgrgid(user.pw_gid).gr_name,
            "TCPSocket": str(self.port),
            "TCPAddr": "127.0.0.1",
            "TemporaryDirectory": str(self.folder),
            "User": user.pw_name,
            "AlertExceedsMax": "yes",
            **self._options,
        }
        lines = [f"{name} {value}\n" for name, value in settings.items()]
        (self.folder / "clamd.conf").write_text("".join(lines))
