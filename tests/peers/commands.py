"""Bedside's command line in processes of their own, forked from one that has loaded it already.

Each has its own memory, files and sockets, reads its own environment, and may be killed, like one
that an operator starts; only loading a thousand modules, two thirds of a start, is done once for
all of them. Starts from nothing are what `tests/demo`, `tests/upkeep/test_manual.py` and the
benchmark of starts are for.
"""

import ctypes
import gc
import importlib
import json
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import IO, Any

from tests.peers.ports import PATIENCE

_ROOT = Path(__file__).parents[2]
_LOADED = (
    "bedside.cli",
    "bedside.serving",
    "bedside.database.sqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "bedside.upkeep.restoring",
    "alembic.command",
)
"""Modules of `bedside serve`, and those that other commands load besides."""
_NUMBER = 4
"""Bytes of a process id, and of an exit code."""
_PR_SET_PDEATHSIG = 1
"""Of <sys/prctl.h>."""


class Command:
    """A running command; the part of subprocess.Popen that tests of servers need."""

    def __init__(self, said: int) -> None:
        self._said = said
        self.returncode: int | None = None
        self.pid = self._number()

    def poll(self) -> int | None:
        """Return the exit code, or the negative signal, once it has ended."""
        if self.returncode is None and select.select([self._said], [], [], 0)[0]:
            self.returncode = self._number()
            os.close(self._said)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Return the exit code. Raises TimeoutExpired."""
        if self.returncode is None:
            select.select([self._said], [], [], timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("bedside", timeout)
        return code

    def kill(self) -> None:
        """SIGKILL."""
        self._send(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM."""
        self._send(signal.SIGTERM)

    def _send(self, sign: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, sign)

    def _number(self) -> int:
        number = os.read(self._said, _NUMBER)
        assert len(number) == _NUMBER, "the process that starts commands has died"
        return int.from_bytes(number, "big", signed=True)


def run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `bedside …` to its end, like subprocess.run with `capture_output`."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        code = begin(arguments, environment, output, errors).wait(PATIENCE)
        said = [(file.seek(0), file.read().decode())[1] for file in (output, errors)]
    return subprocess.CompletedProcess(arguments, code, *said)


def begin(
    arguments: list[str],
    environment: dict[str, str],
    output: IO[bytes],
    errors: IO[bytes] | None = None,
    *,
    program: str = "bedside.cli",
) -> Command:
    """Start `bedside …` with these environment variables only, and PATH. Errors go to `output`,
    too, unless they have a file of their own. `program` is the module whose `main` is run."""
    asked = {
        "arguments": arguments,
        "environment": environment,
        "folder": os.getcwd(),
        "program": program,
    }
    said, says = os.pipe()
    try:
        message = json.dumps(asked).encode()
        files = [output.fileno(), (errors or output).fileno(), says]
        socket.send_fds(_starter(), [message], files)
    finally:
        os.close(says)
    return Command(said)


@cache
def _starter() -> socket.socket:
    """Start the process that loads Bedside. It ends when this end of its socket is closed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        subprocess.Popen(
            [sys.executable, "-m", "tests.peers.commands"],
            cwd=_ROOT,
            env={"PATH": os.environ["PATH"]},
            stdin=theirs.fileno(),
        )
    return ours


# --- in the process that starts commands -----------------------------------------------------


class _Starter:
    """Forks a process for each request, and tells how it ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._watched = selectors.DefaultSelector()
        self._watched.register(control, selectors.EVENT_READ)

    def forked(self) -> dict[str, Any] | None:
        """Return what a new process has to do, in that process; None when nobody asks any more."""
        while True:
            for key, _ in self._watched.select():
                if key.fileobj is not self._control:
                    self._tell(key)
                    continue
                message, files, _, _ = socket.recv_fds(self._control, 1 << 20, 3)
                if not message:
                    return None
                if self._fork(*files):
                    return json.loads(message)

    def _fork(self, output: int, errors: int, says: int) -> bool:
        """Whether this is the new process."""
        starter = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._leave(starter, output, errors)
            return True
        os.close(output)
        os.close(errors)
        os.write(says, pid.to_bytes(_NUMBER, "big"))
        self._watched.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, says))
        return False

    def _leave(self, starter: int, output: int, errors: int) -> None:
        """Give up everything that belongs to the others, and die with them."""
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != starter:
            os._exit(1)
        self._watched.close()
        self._control.detach()
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, file in enumerate((nothing, output, errors)):
            os.dup2(file, number)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))

    def _tell(self, key: selectors.SelectorKey) -> None:
        pid, says = key.data
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self._watched.unregister(key.fileobj)
        os.close(key.fd)
        os.write(says, code.to_bytes(_NUMBER, "big", signed=True))
        os.close(says)


def main() -> None:
    """Load Bedside, and become each of the commands that are asked for."""
    gc.disable()  # as `bedside serve` does while it loads
    for name in _LOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    # What was loaded must not have looked at an environment, or begun anything, of its own.
    assert tempfile.tempdir is None
    assert threading.active_count() == len(os.listdir("/proc/self/task")) == 1
    asked = _Starter(socket.socket(fileno=0)).forked()
    if asked is None:
        return
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    importlib.reload(importlib.import_module("bedside.kernel.faults"))  # it reads the environment
    gc.enable()
    importlib.import_module(asked["program"]).main(asked["arguments"], prog_name="bedside")


if __name__ == "__main__":
    main()
