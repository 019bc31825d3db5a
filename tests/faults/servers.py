"""Bedside as an operator runs it: a process of its own on a data directory, which may be killed."""

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvloop

from bedside import bootstrap
from bedside.services import Services
from bedside.settings import load
from tests.peers import commands
from tests.peers.commands import Command
from tests.peers.ports import PATIENCE, free_port

T = TypeVar("T")


@dataclass
class Server:
    """`bedside serve` on a data directory. It keeps its port over restarts, as phones expect."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict[str, str])
    port: int = field(default_factory=free_port)
    more: dict[str, str] = field(default_factory=dict[str, str])
    """Further environment variables."""
    program: str = "bedside.cli"
    """The module whose `main` it is."""
    _process: Command | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """The file with its output."""
        return self.data.parent / "server.log"

    def start(self, fault: str = "") -> None:
        """Return once it answers. With `fault`, it kills itself at that point, which may be before
        it answers at all."""
        with self.log.open("ab") as log:
            self._process = commands.begin(
                ["serve", "--port", str(self.port), "--data", str(self.data)],
                {**self.environment(), "BEDSIDE_FAULT": fault},
                log,
                program=self.program,
            )
        wait_until(lambda: (bool(fault) and self.is_dead) or self._answers(), "the server")

    def command(self, *arguments: str) -> list[str]:
        """Return `bedside …` on its data directory."""
        return [sys.executable, "-m", "bedside", *arguments, "--data", str(self.data)]

    def environment(self) -> dict[str, str]:
        """Return the environment of its processes."""
        given = {"requests_per_second": "0", **self.settings}
        settings = {f"BEDSIDE_{name.upper()}": value for name, value in given.items()}
        return {"PATH": os.environ["PATH"], **settings, **self.more}

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            return httpx.get(self.url + "/health", timeout=PATIENCE).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def is_dead(self) -> bool:
        """Whether it was killed."""
        return self._process is not None and self._process.poll() == -signal.SIGKILL

    def kill(self) -> None:
        """SIGKILL, which is to a process what a power cut is."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE)

    def stop(self) -> None:
        """Stop like an operator; does nothing if it is dead already."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    def restart(self, fault: str = "") -> None:
        """Start again, once the leases of the killed process have expired."""
        self.let_time_pass()
        self.start(fault)

    def let_time_pass(self) -> None:
        """Make delayed work due now, and expire leases; requests do not end by that."""
        with sqlite3.connect(self.data / "bedside.db", timeout=PATIENCE) as database:
            database.execute("UPDATE jobs SET locked_until = 0")
            database.execute(
                "UPDATE jobs SET run_at = 0 WHERE kind NOT IN "
                "('request.expire', 'request.remind', 'plan.go_on')"
            )
            database.execute("UPDATE notifications SET locked_until = 1 WHERE locked_until > 0")
            database.execute("UPDATE presence_processes SET seen_at = 0")
        database.close()

    def ask(self, statement: str, *values: Any) -> list[Any]:
        """Query its database while it runs."""
        database = sqlite3.connect(
            f"file:{self.data / 'bedside.db'}?mode=ro", uri=True, timeout=PATIENCE
        )
        try:
            return database.execute(statement, values).fetchall()
        finally:
            database.close()

    def tell(self, statement: str) -> None:
        """Change its database while it is stopped."""
        with sqlite3.connect(self.data / "bedside.db", timeout=PATIENCE) as database:
            database.execute(statement)
        database.close()

    def is_idle(self) -> bool:
        """Whether no job is left, except those that wait for people."""
        (count,) = self.ask(
            "SELECT count(*) FROM jobs WHERE kind NOT LIKE 'request.%' AND kind NOT LIKE 'plan.%'"
            " AND kind NOT LIKE 'appointment.%'"
            " AND kind NOT IN ('room.unattended', 'transfer.unanswered', 'conversation.send_later')"
        )[0]
        return count == 0

    def inside(self, look: Callable[[Services], Coroutine[Any, Any, T]]) -> T:
        """Use the services on the same data, in this process."""

        async def opened() -> T:
            given: dict[str, Any] = {**self.settings, "worker_in_process": False}
            services = bootstrap.build(load(data=self.data, **given))
            await services.database.open()
            try:
                return await look(services)
            finally:
                await services.database.close()

        return uvloop.run(opened())


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for a condition that will soon hold."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
