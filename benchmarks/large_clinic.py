"""Every page of a large clinic, by processor time: 50,000 patients, 20,000 unreviewed entries, a
chart of 5,000.

SQLite's statements run in the one process that serves everybody, so what a page takes of it is
what all others may have to wait for.
"""

import http.client
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import uvloop

from bedside import bootstrap
from bedside.database import schema
from bedside.kernel import logs
from bedside.settings import Settings, load
from benchmarks import lag
from benchmarks.large import LargeClinic, Size, fill
from benchmarks.servers import Installation, Product, free_port, product
from benchmarks.table import Row, Scale, at_most

MOST = 15.0
"""Milliseconds of processor time that a page may take."""
MOST_WAITED = 20.0
"""Milliseconds of processor time that the loop may spend on one thing while others wait."""
_ASKED = 30
_STAFF = 20
_LOOKS_AT_A_PAGE = (0.1, 1.0)
"""Seconds."""
_CHART = "/patients/{longest}"
PAGES: tuple[tuple[str, str, str], ...] = (
    ("patients, first page", "/patients", ""),
    ("patients, far down", "/patients?page=900&older={early}", ""),
    ("search for a common name", "/patients/search", "maya"),
    ("search for three common names", "/patients/search", "maya noor haddad"),
    ("palette, a name", "/find", "maya"),
    ("palette, a date of birth", "/find", "1950-03-14"),
    ("numbers of the rail", "/badges", ""),
    ("inbox", "/inbox", ""),
    ("inbox, by patient", "/inbox?sort=patient", ""),
    ("inbox, by category", "/inbox?sort=kind", ""),
    ("inbox for programs", "/api/v1/inbox", ""),
    ("requests", "/requests", ""),
    ("longest chart", _CHART, ""),
    ("longest chart, its card", f"{_CHART}/card", ""),
)
"""A question: its name, its path, and the words if it is a search."""


def run(scale: Scale, directory: Path, _body: Path) -> list[Row]:
    """Measure on SQLite: for one who sees all by a room, one who added all, and one who sees
    few."""
    data = directory / "sqlite"
    data.mkdir(mode=0o700)
    logs.configure()
    settings = load(data=data)
    schema.upgrade(settings.url)
    clinic = uvloop.run(_filled(settings, Size(*scale.clinic)))
    seeded = {
        "cookie": "",
        "patient": clinic.longest,
        "link": "",
        "colleagues": [],
        "clinic": clinic.clinic_id,
        "rooms": [clinic.room_id],
        "visits": [],
    }
    cookie, steps = settings.session_cookie, directory / "steps"
    with product(Installation(data, free_port(), seeded)) as ours:
        rows = [_slowest(ours, page, clinic, cookie, scale.repeats) for page in PAGES]
    with product(Installation(data, free_port(), seeded), lag=steps) as ours:
        _all_at_once(ours, clinic, cookie, scale.seconds)
        since = time.monotonic()
        _all_at_once(ours, clinic, cookie, scale.seconds * 4)
    return [*rows, _longest_step(lag.noted_in(steps, since))]


async def _filled(settings: Settings, size: Size) -> LargeClinic:
    services = bootstrap.build(settings)
    await services.database.open()
    try:
        return await fill(services, size)
    finally:
        await services.database.close()


def _slowest(
    ours: Product, page: tuple[str, str, str], clinic: LargeClinic, cookie: str, repeats: int
) -> Row:
    """Report a page for the person for whom it takes longest."""
    what, path, words = page
    path = path.format(longest=clinic.longest, early=clinic.early)
    taken: dict[str, tuple[float, float]] = {}
    for who, token in clinic.tokens.items():
        if who == "nurse" and page[1].startswith(_CHART):
            continue  # may not be one of hers
        asks = [ours, path, words, f"{cookie}={token}"]
        page_times(*asks, count=2)
        taken[who] = page_times(*asks, count=_ASKED if repeats > 1 else 3)
    worst = max(taken, key=lambda who: taken[who][0])
    beside = ", ".join(f"{who} {cpu:.1f} (answer {wall:.0f})" for who, (cpu, wall) in taken.items())
    return at_most(f"large clinic: {what}", taken[worst][0], MOST, "ms", beside)


def page_times(
    ours: Product, path: str, words: str, cookie: str, *, count: int
) -> tuple[float, float]:
    """Return milliseconds of processor time for each answer, and until the quickest answer."""
    connection = http.client.HTTPConnection("127.0.0.1", ours.port, timeout=60)
    best, before = float("inf"), ours.cpu_seconds()
    with closing(connection):
        for _ in range(count):
            began = time.perf_counter()
            _ask(connection, path, words, cookie)
            best = min(best, time.perf_counter() - began)
    return (ours.cpu_seconds() - before) / count * 1000, best * 1000


def _ask(connection: http.client.HTTPConnection, path: str, words: str, cookie: str) -> None:
    headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
    body = urlencode({"words": words}) if words else None
    if body:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    connection.request("POST" if body else "GET", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")


def _all_at_once(ours: Product, clinic: LargeClinic, cookie: str, seconds: float) -> None:
    """Let twenty people turn from page to page, each on a connection of their own."""
    until = time.monotonic() + seconds

    def person(number: int) -> None:
        chance = random.Random(number)
        who = tuple(clinic.tokens)[number % len(clinic.tokens)]
        pages = list(_pages_of(who, clinic))
        with closing(http.client.HTTPConnection("127.0.0.1", ours.port, timeout=60)) as connection:
            while time.monotonic() < until:
                _ask(connection, *chance.choice(pages), f"{cookie}={clinic.tokens[who]}")
                time.sleep(chance.uniform(*_LOOKS_AT_A_PAGE))

    with ThreadPoolExecutor(_STAFF) as people:
        list(people.map(person, range(_STAFF)))


def _pages_of(who: str, clinic: LargeClinic) -> Iterator[tuple[str, str]]:
    """Yield the pages that a person may see, with the words of searches."""
    for _what, path, words in PAGES:
        if who != "nurse" or not path.startswith(_CHART):
            yield path.format(longest=clinic.longest, early=clinic.early), words


def _longest_step(steps: list[float]) -> Row:
    what = f"large clinic: {_STAFF} people at once, longest step of the loop"
    often = steps[int(len(steps) * 0.99)] if steps else 0.0
    beside = f"p99 {often:.1f} ms of the {len(steps)} steps above 1 ms"
    return at_most(what, steps[-1] if steps else 0.0, MOST_WAITED, "ms", beside)
