"""An event on its way to many open pages, against a broadcast by the Node package ws."""

import http.client
import json
import resource
import subprocess
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bedside.database.engine import Published
from bedside.realtime.envelopes import event_envelope
from benchmarks.moments import noted_in
from benchmarks.pages import Visit
from benchmarks.servers import ROOT, NotHere, Product, Served, install, product, ws_server
from benchmarks.table import Row, Scale, at_most, found

WANTED = {1_000: 20.0, 10_000: 150.0}
"""Milliseconds in which 99 of 100 pages have an event, by how many are open."""
_PROCESSES = 2
_PAUSE = 0.2
"""Between events, so that each finds a server at rest."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How events got to `pages` pages: sorted milliseconds of all, and what a page takes in kB."""

    pages: int
    times: list[float]
    each: float

    def at(self, part: float) -> float:
        """The time in which this part of the pages had the event."""
        return self.times[min(int(len(self.times) * part), len(self.times) - 1)]

    @property
    def shown(self) -> str:
        """In words."""
        return f"p50 {self.at(0.5):.1f} ms, p99 {self.at(0.99):.1f} ms"


def run(scale: Scale, directory: Path, _body: Path) -> list[Row]:
    """The product, then Node, with as many pages."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    directory.mkdir(exist_ok=True)
    rows: list[Row] = []
    for pages in scale.pages:
        place = directory / str(pages)
        place.mkdir()
        own = _ours(place, pages, scale.events)
        try:
            other = _nodes(place, pages, scale.events)
        except NotHere as why:
            against, beside = str(why), ""
        else:
            against, beside = f"Node ws: {other.shown}", f"Node ws: {other.each:.1f} kB"
        what = f"event to {pages:,} open pages"
        p99 = own.at(0.99)
        wanted = WANTED.get(pages)
        if wanted is None:
            rows.append(found(f"{what}, p99", own.shown, against))
        else:
            rows.append(at_most(f"{what}, p99", p99, wanted, "ms", f"{own.shown}; {against}"))
        rows.append(found("  memory of each", f"{own.each:.1f} kB", beside))
    return rows


def _ours(directory: Path, pages: int, events: int) -> Spread:
    """People of one clinic look at their desk while a file is marked as reviewed, or not, again and
    again; from the commit to each page."""
    noted = directory / "moments"
    with product(install(directory / "data"), moments=noted) as ours:
        topic = f"desk:{ours.clinic}"
        say = json.dumps({"action": "subscribe", "topic": topic, "since": 0})
        before = ours.memory()
        with visiting(ours, pages, ours.colleagues, say) as visitors:
            each = (ours.memory() - before) * 1000 / pages
            entry = _entry(ours)
            visitors.during(events, lambda number: _review(ours, entry, number % 2 == 1))
            return Spread(pages, visitors.times(noted_in(noted, topic)), each)


def _nodes(directory: Path, pages: int, events: int) -> Spread:
    """A message as long as ours."""
    with ws_server(directory) as node:
        before = node.memory()
        with visiting(node, pages, [""], "") as visitors:
            each = (node.memory() - before) * 1000 / pages
            began: dict[int, int] = {}

            def post(number: int) -> None:
                began[number] = int(_request(node, "POST", "/", _message(number)))

            visitors.during(events, post)
            return Spread(pages, visitors.times(began), each)


class Visitors:
    """Processes with open pages."""

    def __init__(self, running: list[subprocess.Popen[bytes]]) -> None:
        self._running = running

    def during(self, events: int, cause: Callable[[int], None]) -> None:
        """Let events happen, each when the one before has reached everybody."""
        for number in range(1, events + 1):
            time.sleep(_PAUSE)
            cause(number)
            self.expect(b"all\n")

    def expect(self, line: bytes) -> None:
        """Wait until every process has said this."""
        for process in self._running:
            assert process.stdout
            said = process.stdout.readline()
            if said != line:
                raise RuntimeError(f"the pages of a process said {said!r}")

    def times(self, began: dict[int, int]) -> list[float]:
        """Sorted milliseconds from the moment of each event to its arrival at each page."""
        times: list[float] = []
        for process in self._running:
            taken = array("q")
            taken.frombytes(process.communicate()[0])
            pairs = zip(taken[::2], taken[1::2], strict=True)
            times += [(moment - began[version]) / 1e6 for version, moment in pairs]
        return sorted(times)


@contextmanager
def visiting(server: Served, pages: int, cookies: list[str], say: str) -> Iterator[Visitors]:
    """Open pages from several processes, one after the other; see pages.py."""
    path = "/live"
    with ExitStack() as stack:
        running: list[subprocess.Popen[bytes]] = []
        for number in range(_PROCESSES):
            visit = Visit(
                server.port, path, pages // _PROCESSES, f"127.0.0.{number + 2}", cookies, say
            )
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "benchmarks.pages"],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            )
            stack.callback(process.kill)
            running.append(process)
            assert process.stdin
            process.stdin.write(visit.as_json().encode())
            process.stdin.flush()
            Visitors([process]).expect(b"ready\n")
        yield Visitors(running)


def _entry(ours: Product) -> str:
    """The path of an unreviewed file in the inbox."""
    newest = json.loads(_request(ours, "GET", "/api/v1/inbox", cookie=ours.cookie))["entries"][0]
    return f"/inbox/{newest['patient_id']}/{newest['id']}"


def _review(ours: Product, entry: str, reviewed: bool) -> None:
    form = f"reviewed={'yes' if reviewed else 'no'}"
    _request(ours, "POST", entry, form, cookie=ours.cookie)


def _message(number: int) -> str:
    names = ("clinic_id", "patient_id", "entry_id")
    data = {name: f"{name[:3]}_{'x' * 26}" for name in names} | {"reason": "reviewed"}
    topic = f"desk:{data['clinic_id']}"
    return event_envelope(Published(topic, number, "desk.inbox_changed", data))


def _request(
    server: Served, method: str, path: str, body: str | None = None, cookie: str = ""
) -> bytes:
    headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    if cookie and body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        if answer.status >= 300:
            raise RuntimeError(f"{path} answered {answer.status}")
        return answer.read()
    finally:
        connection.close()
