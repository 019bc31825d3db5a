"""Downloads: a whole file, and small ranges at random."""

import http.client
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.load import Connection, timed_uploads, tus_in_one
from benchmarks.servers import Installation, Product, data_plane, install, nginx, product
from benchmarks.table import Row, Scale, at_least, at_most, compared, milliseconds, ratio_of

RANGE = 65_536
_SCANNED_WITHIN = 120.0


def run(scale: Scale, directory: Path, body: Path) -> list[Row]:
    """Fetch one file from Bedside and from nginx in turn, then ranges of it."""
    installation = install(directory / "ours")
    path = _filed(installation, body, scale.file)
    with (
        product(installation) as ours,
        data_plane(directory / "bare") as bare,
        nginx(directory / "nginx") as webdav,
    ):
        own, alone, other = (Connection(server.port) for server in (ours, bare, webdav))
        for connection in (alone, other):
            connection.send("PUT", "/files/one", body, scale.file)

        def whole() -> None:
            own.get(path, scale.file, ours.headers)

        def part() -> None:
            start = random.randrange(scale.file - RANGE)
            asked = f"{ours.headers}Range: bytes={start}-{start + RANGE - 1}\r\n"
            own.get(path, RANGE, asked)

        times = _in_turn(
            scale.repeats,
            whole,
            lambda: alone.get("/files/one", scale.file),
            lambda: other.get("/files/one", scale.file),
        )
        ranges = sorted(_timed(part) for _ in range(scale.ranges))
        for connection in (own, alone, other):
            connection.close()
    slow = ranges[int(len(ranges) * 0.99)] * 1000
    middle = ranges[len(ranges) // 2] * 1000
    against = f"nginx sendfile, plaintext: {milliseconds(times[2])}"
    return [
        at_least(
            f"download of {scale.file // 1_000_000} MB, decrypting",
            milliseconds(times[0]),
            against,
            ratio_of(times[2], times[0]),
            0.40,
        ),
        compared(
            "  its data plane alone",
            milliseconds(times[1]),
            against,
            ratio_of(times[2], times[1]),
        ),
        at_most("range of 64 KiB at random, p99", slow, 2.0, "ms", f"p50 {middle:.2f} ms"),
    ]


def _filed(installation: Installation, body: Path, size: int) -> str:
    """Upload a file and have it scanned; returns the path of its content."""
    with product(installation, worker=True) as ours:
        send = tus_in_one(body, size, to=ours.uploads, headers=ours.headers)
        timed_uploads(ours.port, send, 1, 1)
        deadline = time.monotonic() + _SCANNED_WITHIN
        while time.monotonic() < deadline:
            newest = _newest(ours)
            if newest["state"] == "filed":
                return f"/patients/{newest['patient_id']}/entries/{newest['id']}/content"
            time.sleep(0.2)
    raise RuntimeError("the file was not filed in time")


def _newest(ours: Product) -> dict[str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", ours.port)
    try:
        connection.request("GET", "/api/v1/inbox", headers={"Cookie": ours.cookie})
        return json.loads(connection.getresponse().read())["entries"][0]
    finally:
        connection.close()


def _in_turn(repeats: int, *fetches: Callable[[], None]) -> list[list[float]]:
    """Return the seconds of each; the first round only fills the page cache."""
    times: list[list[float]] = [[] for _ in fetches]
    for number in range(repeats + 1):
        for seconds, fetch in zip(times, fetches, strict=True):
            took = _timed(fetch)
            if number:
                seconds.append(took)
    return times


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
