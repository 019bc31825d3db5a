"""The list that screens and programs poll, with sign-in and 50 rows, by wrk."""

import re
import shutil
import subprocess
from pathlib import Path

from benchmarks.servers import NotHere, Product, install, product
from benchmarks.table import Row, Scale, found, not_measured, rate
from tests.peers.postgres import Postgres

CONNECTIONS = 8
_ADDRESS = "/api/v1/inbox"
_WHAT = "inbox with sign-in, 50 rows"


def run(scale: Scale, directory: Path, _body: Path) -> list[Row]:
    """Run on SQLite, then on a PostgreSQL of its own."""
    if shutil.which("wrk") is None:
        raise NotHere("wrk is not installed (Debian: wrk)")
    with product(install(directory / "sqlite")) as ours:
        rows = [answers(f"{_WHAT}, SQLite", _ADDRESS, ours, scale, 3_000)]
    try:
        postgres = Postgres()
    except AssertionError as why:
        return [*rows, not_measured("inbox on PostgreSQL", str(why))]
    try:
        postgres.start()
        with product(install(directory / "postgresql", postgres.fresh())) as ours:
            return [*rows, answers(f"{_WHAT}, PostgreSQL", _ADDRESS, ours, scale, 1_500)]
    finally:
        postgres.remove()


def answers(
    what: str, address: str, ours: Product, scale: Scale, wanted: float | None = None
) -> Row:
    """Measure the rate at which a path answers: the best of several runs, because other load on
    the machine can only lower it."""
    _wrk(ours, address, 1)
    before, answered = ours.cpu_seconds(), 0
    best, slow = 0.0, ""
    for _ in range(max(1, scale.repeats // 3)):
        count, a_second, p99 = _wrk(ours, address, scale.seconds)
        answered += count
        if a_second > best:
            best, slow = a_second, p99
    each = (ours.cpu_seconds() - before) / answered * 1e6
    beside = f"p99 {slow} with {CONNECTIONS} connections; processor time {each:.0f} µs each"
    what = f"{what}, one process"
    if wanted is None:
        return found(what, f"{best:,.0f} a second", beside)
    return rate(what, best, wanted, beside)


def _wrk(ours: Product, address: str, seconds: int) -> tuple[int, float, str]:
    """Return answers, answers per second, and the 99th percentile in words."""
    command = ["wrk", "--latency", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    command += ["-H", f"Cookie: {ours.cookie}", f"http://127.0.0.1:{ours.port}{address}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise RuntimeError(said)
    found = re.search(r"99%\s+(\S+).*?(\d+) requests in.*?Requests/sec:\s+([\d.]+)", said, re.S)
    assert found, said
    return int(found[2]), float(found[3]), found[1]
