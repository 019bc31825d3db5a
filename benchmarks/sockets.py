"""Delivery of an event to many open pages, compared with a broadcast by the Node package ws."""

import http.client
import json
import resource
import subprocess
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median

from bedside.kernel.events import Published
from bedside.realtime.envelopes import event_envelope
from benchmarks.moments import noted_in
from benchmarks.pages import Visit
from benchmarks.servers import ROOT, NotHere, Product, Served, install, product, ws_server
from benchmarks.table import Row, Scale, at_most, found, not_measured

WANTED = {1_000: 20.0, 10_000: 150.0}
"""Milliseconds within which 99 of 100 pages must have an event, by the number of open pages."""
_PROCESSES = 2
_PAUSE = 0.2
"""Between events, so that each finds an idle server."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Delivery of events to pages: for each event the milliseconds to each page, and the memory of
    an open page in kB."""

    events: list[list[float]]
    each: float

    @property
    def p99(self) -> float:
        """The 99th percentile over all events and pages."""
        return _percentile(chain.from_iterable(self.events), 0.99)

    @property
    def middle(self) -> float:
        """The same within each event, of which the median event is taken: occasional other load on
        the machine does not show in it."""
        return median(_percentile(times, 0.99) for times in self.events)

    @property
    def shown(self) -> str:
        """Describe the figures in words."""
        half = _percentile(chain.from_iterable(self.events), 0.5)
        return f"p50 {half:.1f} ms, p99 {self.p99:.1f} ms"


def _percentile(values: Iterable[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def run(scale: Scale, directory: Path, _body: Path) -> list[Row]:
    """Measure the product, then Node, with as many pages."""
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
            rows += [*_rows(pages, own), not_measured("  with Node's ws", str(why))]
        else:
            rows += _rows(pages, own, other)
    return rows


def _rows(pages: int, own: Spread, other: Spread | None = None) -> list[Row]:
    what, wanted = f"event to {pages:,} open pages, p99", WANTED.get(pages)
    against = f"Node ws: {other.shown}" if other else ""
    if wanted is None:
        first = found(what, own.shown, against)
    else:
        first = at_most(what, own.p99, wanted, "ms", f"{own.shown}; {against}")
    middle = f"{other.middle:.1f} ms" if other else ""
    each = f"{other.each:.1f} kB" if other else ""
    return [
        first,
        found("  p99 of the event in the middle", f"{own.middle:.1f} ms", middle),
        found("  memory of each", f"{own.each:.1f} kB", each),
    ]


def _ours(directory: Path, pages: int, events: int) -> Spread:
    """Keep the desks of one clinic open while a file is marked as reviewed and unreviewed, again
    and again; measured from the commit to each page."""
    noted = directory / "moments"
    # Two addresses stand for as many as there are pages; each alone would be refused.
    crowd = {"connections_per_address": "0"}
    with product(install(directory / "data"), moments=noted, settings=crowd) as ours:
        topic = f"desk:{ours.clinic}"
        say = json.dumps({"action": "subscribe", "topic": topic, "since": 0})
        before = ours.memory()
        with visiting(ours, pages, ours.colleagues, say) as visitors:
            each = (ours.memory() - before) * 1000 / pages
            entry = _entry(ours)
            visitors.during(events, lambda number: _review(ours, entry, number % 2 == 1))
            return Spread(visitors.times(noted_in(noted, topic)), each)


def _nodes(directory: Path, pages: int, events: int) -> Spread:
    """Broadcast a message as long as ours."""
    with ws_server(directory) as node:
        before = node.memory()
        with visiting(node, pages, [""], "") as visitors:
            each = (node.memory() - before) * 1000 / pages
            began: dict[int, int] = {}

            def post(number: int) -> None:
                began[number] = int(_request(node, "POST", "/", _message(number)))

            visitors.during(events, post)
            return Spread(visitors.times(began), each)


class Visitors:
    """Processes with open pages."""

    def __init__(self, running: list[subprocess.Popen[bytes]]) -> None:
        self._running = running

    def during(self, events: int, cause: Callable[[int], None]) -> None:
        """Cause events one by one, each once the one before has reached every page."""
        for number in range(1, events + 1):
            time.sleep(_PAUSE)
            cause(number)
            self.expect(b"all\n")

    def expect(self, line: bytes) -> None:
        """Wait until every process has printed this."""
        for process in self._running:
            assert process.stdout
            said = process.stdout.readline()
            if said != line:
                raise RuntimeError(f"the pages of a process said {said!r}")

    def times(self, began: dict[int, int]) -> list[list[float]]:
        """Return for each event the milliseconds from its commit to its arrival at each page."""
        times: dict[int, list[float]] = {}
        for process in self._running:
            taken = array("q")
            taken.frombytes(process.communicate()[0])
            for version, moment in zip(taken[::2], taken[1::2], strict=True):
                times.setdefault(version, []).append((moment - began[version]) / 1e6)
        return list(times.values())


@contextmanager
def visiting(server: Served, pages: int, cookies: list[str], say: str) -> Iterator[Visitors]:
    """Open pages from several processes, one process after the other; see pages.py."""
    with ExitStack() as stack:
        running: list[subprocess.Popen[bytes]] = []
        for number in range(_PROCESSES):
            visit = Visit(
                server.port, "/live", pages // _PROCESSES, f"127.0.0.{number + 2}", cookies, say
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
    """Return the path of an unreviewed file in the inbox."""
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
