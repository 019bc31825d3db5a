"""A real Janus of one's own: VideoRoom over a WebSocket on loopback, with an API secret."""

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.peers.ports import free_port, listens, reachable_address, wait_until

SECRET = "a-secret-of-janus-9c41"

PORTS_EACH = 200
"""UDP ports for media: two for each connection. Janus uses free ones."""

_FOLDERS = Path("/usr/lib")


class Janus:
    """Janus with the VideoRoom alone. `start`, `stop`, `crash` and `pause` may be called in turn,
    and it comes back on the same port; `remove` ends it all. Its media uses the address of this
    machine, because it never offers loopback."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="janus-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._write()

    @property
    def url(self) -> str:
        """Its WebSocket, as in the setting."""
        return f"ws://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return once it listens."""
        assert shutil.which("janus"), "Janus is missing: make debian"
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig=KILL"),  # never outlives the tests
                    *("janus", f"--configs-folder={self.folder}", "--disable-colors"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, "Janus")

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

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()
        return listens(self.port)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.send_signal(signal.SIGCONT)
            self._process.wait(timeout=20)
            self._process = None

    def _write(self) -> None:
        libraries = next(_FOLDERS.glob("*/janus/plugins"), Path("/usr/lib/janus/plugins")).parent
        first = 20_000 + self.port % 60 * PORTS_EACH  # below the ports that systems hand out
        for part in ("plugins", "transports"):
            (self.folder / part).mkdir()
        for name in ("plugins/libjanus_videoroom.so", "transports/libjanus_websockets.so"):
            (self.folder / name).symlink_to(libraries / name)
        (self.folder / "janus.jcfg").write_text(
            f"""general: {{
  configs_folder = "{self.folder}"
  plugins_folder = "{self.folder / "plugins"}"
  transports_folder = "{self.folder / "transports"}"
  events_folder = "{self.folder}"
  loggers_folder = "{self.folder}"
  debug_level = 3
  api_secret = "{SECRET}"
}}
media: {{
  rtp_port_range = "{first}-{first + PORTS_EACH - 1}"
}}
nat: {{
  ice_enforce_list = "{reachable_address()}"
}}
"""
        )
        (self.folder / "janus.transport.websockets.jcfg").write_text(
            f"""general: {{
  json = "compact"
  ws = true
  ws_port = {self.port}
  ws_ip = "127.0.0.1"
  wss = false
}}
admin: {{
  admin_ws = false
  admin_wss = false
}}
"""
        )
        (self.folder / "janus.plugin.videoroom.jcfg").write_text("general: {\n}\n")
