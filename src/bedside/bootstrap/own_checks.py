"""Checks of the installation itself: its worker, its jobs, its disk and its address."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from bedside.database import Database, jobs, workers
from bedside.kernel import clock
from bedside.kernel.known_states import DOWN, INCOMPLETE, NOT_SET_UP, OK, State
from bedside.kernel.language import N_
from bedside.settings import Settings

LITTLE_SPACE = 2_000_000_000
NO_SPACE = 200_000_000
_LATE = 5 * clock.MINUTE
_GONE_AFTER = 4 * workers.BEAT_EVERY
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})

_NO_WORKER = N_("No worker runs: no file is scanned, and no message leaves.")
_START_WORKER = N_("Start “bedside worker”, or “bedside serve” without --no-worker.")
_WAIT = N_("Jobs that wait: {count}; the oldest for {minutes} min.")
_BUSY_OR_GONE = N_("Start more workers, or raise “examiners”, if the processor has room.")
_GIVEN_UP = N_("Jobs that were given up: {count} ({kinds}).")
_LOOK = N_("Look at the log for their failures.")
_FULL = N_("The disk is full: {free} MB are free. Uploads and changes are refused.")
_LITTLE = N_("{free} GB are free for files.")
_ROOM = N_("Make room: uploads stop when the disk is full.")
_NO_HTTPS = N_(
    "public_url begins with http://. Phones and computers do not give their camera and "
    "microphone to such a page, and what is sent can be read on the way."
)
_HTTPS = N_("Put Bedside behind HTTPS and set public_url to its https:// address.")
_NO_PROXY = N_(
    "public_url is an https:// address, and no reverse proxy is trusted: all people look as if "
    "they came from one address, and share its limits."
)
_TRUST = N_("Set trusted_proxy to the address from which the proxy reaches Bedside.")


class OwnChecks:
    """Checks that need nothing but settings and database."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    async def worker(self) -> str:
        """Whether a worker runs, in this process or in another."""
        seen = await workers.last_seen(self._database)
        if clock.now() - seen > _GONE_AFTER:
            return State(DOWN, _NO_WORKER, _START_WORKER)
        return OK

    async def jobs(self) -> str:
        """Whether work is done as it comes up, and none was given up."""
        count, age = await jobs.due_jobs(self._database)
        if age > _LATE:
            minutes = age // clock.MINUTE
            return State("late", _WAIT, _BUSY_OR_GONE, count=count, minutes=minutes)
        failed = await jobs.failed_jobs(self._database)
        if failed:
            kinds = ", ".join(sorted({job.kind for job in failed}))
            return State("some were given up", _GIVEN_UP, _LOOK, count=len(failed), kinds=kinds)
        return OK

    async def disk(self) -> str:
        """Whether there is room for files and for the database."""
        free = self.free()
        if free < NO_SPACE:
            return State(DOWN, _FULL, _ROOM, free=free // 1_000_000)
        if free < LITTLE_SPACE:
            return State(INCOMPLETE, _LITTLE, _ROOM, free=f"{free / 1e9:.1f}")
        return State(OK, _LITTLE, free=f"{free / 1e9:.1f}")

    async def address(self) -> str:
        """Whether browsers give camera and microphone to pages at the public address."""
        public = urlsplit(self._settings.public_url)
        if not self._settings.public_url:
            return NOT_SET_UP
        if public.scheme != "https" and public.hostname not in _HERE:
            return State(INCOMPLETE, _NO_HTTPS, _HTTPS)
        behind = public.scheme == "https" and self._settings.host in _HERE
        if behind and not self._settings.proxies.strip(", "):
            return State(INCOMPLETE, _NO_PROXY, _TRUST)
        return OK

    def free(self) -> int:
        """Return the free bytes where data is written: the least of files and database."""
        places = [self._settings.data]
        if self._settings.url.startswith("sqlite:///"):
            places.append(Path(self._settings.url[10:]).parent)
        return min(shutil.disk_usage(place).free for place in places if place.exists())
