"""Downloads: a whole file, and small ranges at random."""

import random
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.load import Connection
from benchmarks.servers import data_plane, nginx
from benchmarks.table import Row, Scale, at_least, at_most, milliseconds, ratio_of

RANGE = 65_536


def run(scale: Scale, directory: Path, body: Path) -> list[Row]:
    """Fetch one file from Bedside's data plane and from nginx in turn, then ranges of it."""
    with data_plane(directory / "ours") as ours, nginx(directory / "nginx") as webdav:
        own, other = Connection(ours.port), Connection(webdav.port)
        for connection in (own, other):
            connection.send("PUT", "/files/one", body, scale.file)
            connection.get("/files/one", scale.file)
        own_times: list[float] = []
        other_times: list[float] = []
        for _ in range(scale.repeats):
            other_times.append(_timed(lambda: other.get("/files/one", scale.file)))
            own_times.append(_timed(lambda: own.get("/files/one", scale.file)))
        ranges = sorted(_timed(lambda: _random_range(own, scale.file)) for _ in range(scale.ranges))
        own.close()
        other.close()
    slow = ranges[int(len(ranges) * 0.99)] * 1000
    middle = ranges[len(ranges) // 2] * 1000
    return [
        at_least(
            f"download of {scale.file // 1_000_000} MB, decrypting",
            milliseconds(own_times),
            f"nginx sendfile, plaintext: {milliseconds(other_times)}",
            ratio_of(other_times, own_times),
            0.40,
        ),
        at_most("range of 64 KiB at random, p99", slow, 2.0, "ms", f"p50 {middle:.2f} ms"),
    ]


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _random_range(connection: Connection, size: int) -> None:
    start = random.randrange(size - RANGE)
    connection.get("/files/one", RANGE, f"Range: bytes={start}-{start + RANGE - 1}\r\n")
