"""A server that dies of one fault after another, and is restarted each time."""

from collections.abc import Iterable

from tests.faults.conftest import Installed
from tests.faults.phone import Phone
from tests.faults.servers import Server, wait_until


class Lives:
    """A server that dies of one fault after another, and is restarted each time."""

    def __init__(self, server: Server, installed: Installed, faults: Iterable[str] = ()) -> None:
        self.server = server
        self._installed = installed
        self._faults = [*faults, ""]
        self.server.settings["examiners"] = "1"  # so that the n-th time is always the same
        self.server.start(self._faults[0])

    @property
    def has_died_enough(self) -> bool:
        """Whether each fault has killed it once."""
        return self._faults == [""]

    def revive(self) -> None:
        """Wait for the death of a server that does not answer, then start it with the next
        fault."""
        wait_until(lambda: self.server.is_dead, f"death at {self._faults[0]}")
        if self._faults[0]:
            del self._faults[0]
        self.server.restart(self._faults[0])

    def phone(self, home: str = "", cookies: dict[str, str] | None = None) -> Phone:
        """Return a sender for one file: the receptionist's into the chart, or somebody else's to
        `home`."""
        home = home or f"/patients/{self._installed.patient_id}/uploads"
        return Phone(self.server, home, cookies or self._installed.cookies, self.revive)

    def finish(self) -> None:
        """Return once the worker has done everything."""
        while True:
            wait_until(lambda: self.server.is_dead or self.server.is_idle(), "the worker")
            if not self.server.is_dead:
                return
            self.revive()
