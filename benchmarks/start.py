"""Time from process start to the first page, and memory then."""

import http.client
import time
from pathlib import Path
from statistics import median

from benchmarks.servers import Installation, install, product
from benchmarks.table import Row, Scale, at_most, milliseconds


def run(scale: Scale, directory: Path, _body: Path) -> list[Row]:
    """Start on a migrated database, repeatedly; the page is /sign-in. The worker is inside, as by
    default."""
    installation = install(directory / "ours")
    _start(installation)  # compiles modules, and brings them into the page cache
    starts = [_start(installation) for _ in range(max(1, scale.repeats * 2 // 3))]
    seconds = [took for took, _ in starts]
    memory = [megabytes for _, megabytes in starts]
    return [
        at_most("cold start to first page", median(seconds), 1.0, "s", milliseconds(seconds)),
        at_most("memory after it, worker inside", median(memory), 90, "MB"),
    ]


def _start(installation: Installation) -> tuple[float, float]:
    """Return seconds and megabytes."""
    began = time.perf_counter()
    with product(installation, worker=True) as ours:
        connection = http.client.HTTPConnection("127.0.0.1", ours.port)
        connection.request("GET", "/sign-in")
        answer = connection.getresponse()
        answer.read()
        took = time.perf_counter() - began
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"/sign-in answered {answer.status}")
        return took, ours.memory()
