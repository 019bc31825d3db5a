"""A busy day in short: `python -m benchmarks.soak [--minutes 10] [--staff 20] [--patients 60]`.

Staff turn from page to page and upload photos, waiting patients write and look, everybody with an
open socket; every fifth clinician is in calls. All against one process on SQLite with the worker
inside. Then the process is killed under load (SIGKILL) and started again. Reported: answers by
route, memory, rows by table, and whether everything that was acknowledged is there, once. Exits
with 1 if something is missing.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from bedside.kernel.ids import new_id
from benchmarks.bodies import write_pdf
from benchmarks.load import Connection, tus_in_one
from benchmarks.seed import COLLEAGUES
from benchmarks.servers import ROOT, Product, install, product
from benchmarks.soak_calls import Caller
from benchmarks.visits import Browser, Visitor

_PHOTO = 700_000
_SAMPLE_EVERY = 5.0
_TABLES = (
    "events",
    "topics",
    "audit_lines",
    "jobs",
    "uploads",
    "files",
    "chart_entries",
    "visit_messages",
    "calls",
    "call_participants",
    "presence_connections",
)
_MOST_PATIENTS = 100
_CALLERS_AMONG = 5
"""One of so many of the staff calls patients all the time."""
_JSON, _WORDS = "application/json", urlencode({"words": "maya"})
_GONE = (OSError, RuntimeError, ConnectionError, EOFError, HTTPException, ConnectionClosed)
"""The fate of a request when the server is killed."""


@dataclass
class Notes:
    """The record of a run: seconds by route, and what the server has said yes to."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: Counter[str] = field(default_factory=Counter)
    messages: list[str] = field(default_factory=list)
    uploads: Counter[str] = field(default_factory=Counter)
    calls: list[str] = field(default_factory=list)
    pushed: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)
    killed: bool = False

    def timed(self, route: str, act: Callable[[], object]) -> bool:
        """Do something and note how long it took. Returns whether it was answered."""
        began = time.perf_counter()
        try:
            act()
        except _GONE as error:
            if not self.killed:
                self.failed[f"{route}: {type(error).__name__} {str(error)[:80]}"] += 1
            return False
        self.taken[route].append(time.perf_counter() - began)
        return True


def _listening(
    ours: Product, path: str, cookie: str, topics: list[str], notes: Notes
) -> Counter[str]:
    """Open a page's socket in the background and count its events, and the numbers it is told."""
    heard: Counter[str] = Counter()
    origin = f"http://127.0.0.1:{ours.port}"

    def listen() -> None:
        with suppress(Exception):  # it is cut off by the end
            address = f"ws://127.0.0.1:{ours.port}{path}"
            with connect(
                address, additional_headers={"Cookie": cookie, "Origin": origin}
            ) as socket:
                for topic in topics:
                    socket.send(json.dumps({"action": "subscribe", "topic": topic}))
                while not notes.over.is_set():
                    with suppress(TimeoutError):
                        said = json.loads(socket.recv(1))
                        numbers = said["topic"].startswith("rail:")
                        heard["numbers" if numbers else "events"] += 1
                        notes.pushed["numbers" if numbers else "events"] += 1

    threading.Thread(target=listen, daemon=True).start()
    return heard


def _staff(ours: Product, number: int, body: Path, notes: Notes) -> None:
    """Turn from page to page, look someone up, send a photo into a chart."""
    chance = random.Random(number)
    cookie = ours.colleagues[number]
    browser, headers = Browser(ours.port, cookie), f"Cookie: {cookie}\r\n"
    rail = browser.ask("GET", "/inbox").decode().partition('data-rail-topic="')[2].partition('"')[0]
    topics = [f"desk:{ours.clinic}", f"rooms:{ours.clinic}", f"room:{ours.rooms[0]}", rail]
    heard = _listening(ours, "/live", cookie, topics, notes)
    headers += "Sec-Fetch-Site: same-origin\r\n"
    visit = ours.visits[number % len(ours.visits)][0]
    pages = {
        "GET /rooms/{id}": f"/rooms/{ours.rooms[0]}",
        "GET /rooms/{id}/queue": f"/rooms/{ours.rooms[0]}/queue",
        "GET /inbox": "/inbox",
        "GET /patients": "/patients",
        "GET /patients/{id}": f"/patients/{ours.patient}",
        "GET /requests": "/requests",
        "GET /visits/{id}/card": f"/visits/{visit}/card",
    }
    searches = {"POST /patients/search": "/patients/search", "POST /find": "/find"}
    while not notes.over.wait(chance.uniform(0.1, 1.0)):
        route, path = chance.choice(list(pages.items()))
        notes.timed(route, lambda path=path: browser.ask("GET", path))
        if heard.pop("events", 0):  # as an open page of the room or of the inbox does
            notes.timed("GET /inbox/waiting", lambda: browser.ask("GET", "/inbox/waiting"))
        if chance.random() < 0.3:
            route, path = chance.choice(list(searches.items()))
            notes.timed(route, lambda path=path: browser.ask("POST", path, _WORDS))
        if chance.random() < 0.1:
            _upload(ours, headers, body, notes)
        if notes.killed:
            return


def _upload(ours: Product, headers: str, body: Path, notes: Notes) -> None:
    send = tus_in_one(body, _PHOTO, to=ours.uploads, headers=headers)

    def act() -> None:
        connection = Connection(ours.port)
        try:
            send(connection, "")
        finally:
            connection.close()

    if notes.timed("POST tus", act):
        notes.uploads["acknowledged"] += 1


def _patient(ours: Product, number: int, notes: Notes) -> None:
    """Wait, look at the page after events, and write to the staff."""
    chance = random.Random(1000 + number)
    visitor = Visitor(ours, number)
    visit = visitor.visit_id
    topics = [f"visit:{visit}", f"chat:{visit}", f"transfers:{visit}"]
    heard = _listening(ours, f"/visit/{visit}/live", visitor.cookie, topics, notes)
    address = f"/visit/{visit}/chat/list"
    while not notes.over.wait(chance.uniform(0.5, 3.0)):
        if heard.pop("events", 0):
            notes.timed(
                "GET /visit/{v}/now", lambda: visitor.browser.ask("GET", f"/visit/{visit}/now")
            )
        draft = new_id("drf")
        said = urlencode({"body": f"How long is it? {draft}", "draft_id": draft, "leg": "1"})
        if notes.timed(
            "POST /visit/{v}/chat",
            lambda said=said: visitor.browser.ask("POST", f"/visit/{visit}/chat", said),
        ):
            notes.messages.append(draft)
        notes.timed("GET /visit/{v}/chat/list", lambda: visitor.browser.ask("GET", address))
        if notes.killed:
            return


def _rows(data: Path) -> dict[str, int]:
    with sqlite3.connect(f"file:{data / 'bedside.db'}?mode=ro", uri=True) as database:
        counts: dict[str, int] = {}
        for table in _TABLES:
            count = f"SELECT count(*) FROM {table}"  # noqa: S608 - names of our own
            counts[table] = database.execute(count).fetchone()[0]
    database.close()
    return counts


def _missing(data: Path, notes: Notes) -> list[str]:
    """Return what was acknowledged and is not there, or is there twice."""
    with sqlite3.connect(f"file:{data / 'bedside.db'}?mode=ro", uri=True) as database:
        kept = Counter(row[0] for row in database.execute("SELECT draft_id FROM visit_messages"))
        finished = database.execute("SELECT count(*) FROM uploads WHERE finished").fetchone()[0]
        calls = Counter(row[0] for row in database.execute("SELECT id FROM calls"))
    database.close()
    wrong = [
        f"message {draft}: {kept[draft]} times" for draft in notes.messages if kept[draft] != 1
    ]
    wrong += [f"call {call}: {calls[call]} times" for call in notes.calls if calls[call] != 1]
    if finished < notes.uploads["acknowledged"]:
        wrong.append(f"{notes.uploads['acknowledged']} uploads acknowledged, {finished} there")
    return wrong


def _report(notes: Notes, samples: list[tuple[float, float, float]]) -> None:
    say = sys.stdout.write
    say(f"{'route':28}{'n':>7}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}  ms\n")
    for route, taken in sorted(notes.taken.items(), key=lambda item: -len(item[1])):
        cuts = quantiles(taken, n=100) if len(taken) > 1 else taken * 99
        figures = (cuts[49], cuts[94], cuts[98], max(taken))
        say(f"{route:28}{len(taken):7}" + "".join(f"{f * 1000:9.1f}" for f in figures) + "\n")
    for what, count in notes.failed.most_common(10):
        say(f"not answered: {count} × {what}\n")
    for at, memory, cpu in samples:
        say(f"after {at:5.0f} s: {memory:6.1f} MB, {cpu:6.1f} s of processor time\n")


def _run(place: Path, minutes: float, staff: int, patients: int) -> int:
    body = place / "photo.pdf"
    write_pdf(body, _PHOTO)
    callers = staff // _CALLERS_AMONG
    at = install(place / "benchmarks" / "soak", waiting=patients)
    notes = Notes()
    samples: list[tuple[float, float, float]] = []
    with product(at, worker=True) as ours:
        people = [
            threading.Thread(target=_staff, args=(ours, n, body, notes))
            for n in range(staff - callers)
        ]
        people += [
            threading.Thread(target=_patient, args=(ours, n, notes))
            for n in range(patients - callers)
        ]
        calling = [
            Caller(ours, ours.colleagues[staff - 1 - n], patients - 1 - n, notes.timed)
            for n in range(callers)
        ]
        people += [threading.Thread(target=one.run, args=(notes.over,)) for one in calling]
        for one in people:
            one.start()
        began = time.monotonic()
        while time.monotonic() < began + minutes * 60:
            time.sleep(min(_SAMPLE_EVERY, minutes * 60))
            samples.append((time.monotonic() - began, ours.memory(), ours.cpu_seconds()))
        notes.killed = True
        os.kill(ours.pid, signal.SIGKILL)
        notes.over.set()
        for one in people:
            one.join(30)
        notes.calls = [call for one in calling for call in one.calls]
    began = time.monotonic()
    with product(at, worker=True) as ours:
        back = time.monotonic() - began
        Browser(ours.port, ours.cookie).ask("GET", "/inbox")
        rows, missing = _rows(at.data), _missing(at.data, notes)
    _report(notes, samples)
    sys.stdout.write(f"killed under load, serving again after {back:.1f} s\n")
    sys.stdout.write(", ".join(f"{table} {count}" for table, count in rows.items()) + "\n")
    sys.stdout.write(
        f"acknowledged: {len(notes.messages)} messages, {notes.uploads['acknowledged']} uploads, "
        f"{len(notes.calls)} calls; pushed: {notes.pushed['events']} events, "
        f"{notes.pushed['numbers']} numbers; "
        f"not there, or twice: {len(missing)}\n"
    )
    sys.stdout.writelines(f"  {one}\n" for one in missing[:20])
    return 1 if missing else 0


def main() -> int:
    """Run the soak and report."""
    parser = argparse.ArgumentParser(prog="benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--staff", type=int, default=20, choices=range(1, COLLEAGUES + 1))
    parser.add_argument("--patients", type=int, default=60, choices=range(2, _MOST_PATIENTS + 1))
    asked = parser.parse_args()
    (ROOT / "artifacts").mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="soak-", dir=ROOT / "artifacts"))
    (place / "benchmarks").mkdir()
    try:
        return _run(place, asked.minutes, asked.staff, asked.patients)
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    sys.exit(main())
