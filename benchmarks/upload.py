"""Uploads: one large file, and many photos at once."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.load import Send, put, timed_uploads, tus, tus_in_one
from benchmarks.servers import (
    NotHere,
    Product,
    Served,
    data_plane,
    install,
    nginx,
    product,
    tus_server,
)
from benchmarks.table import (
    Row,
    Scale,
    at_least,
    at_most,
    compared,
    milliseconds,
    not_measured,
    ratio_of,
)

AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Runs:
    """A server uploaded to in one way, with the seconds of each run and the processor time
    of all."""

    server: Served
    send: Send
    seconds: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])

    def run(self, count: int, at_once: int) -> None:
        """Send `count` files, and delete them."""
        before = self.server.cpu_seconds()
        self.seconds.append(timed_uploads(self.server.port, self.send, count, at_once))
        self.cpu.append(self.server.cpu_seconds() - before)
        self.server.clear()


def run(scale: Scale, directory: Path, body: Path) -> list[Row]:
    """Upload to Bedside, to nginx and to @tus/server in turn."""
    installation = install(directory / "ours")
    with ExitStack() as stack:
        ours = stack.enter_context(product(installation))
        bare = stack.enter_context(data_plane(directory / "bare"))
        webdav = stack.enter_context(nginx(directory / "nginx"))
        rows = _large(scale, body, ours, bare, webdav)
        rows += _many(scale, body, ours, bare, webdav)
        try:
            node = stack.enter_context(tus_server(directory / "tus"))
        except NotHere as why:
            return [*rows, not_measured("upload, against @tus/server", str(why))]
        return rows + _against_tus(scale, body, ours, node)


def _in_turn(repeats: int, count: int, at_once: int, *all_runs: Runs) -> None:
    """Repeat each; the one that begins changes from round to round."""
    for runs in all_runs:  # the first file is slower everywhere
        timed_uploads(runs.server.port, runs.send, 1, 1)
        runs.server.clear()
    for number in range(repeats):
        for runs in all_runs if number % 2 else reversed(all_runs):
            runs.run(count, at_once)


def _one_request(ours: Product, body: Path, size: int) -> Runs:
    return Runs(ours, tus_in_one(body, size, to=ours.uploads, headers=ours.headers))


def _large(scale: Scale, body: Path, ours: Product, bare: Served, webdav: Served) -> list[Row]:
    size = scale.file
    one = _one_request(ours, body, size)
    two = Runs(ours, tus(body, size, to=ours.uploads, headers=ours.headers))
    alone = Runs(bare, put(body, size))
    other = Runs(webdav, put(body, size, synced_in=webdav.files))
    _in_turn(scale.repeats, 1, 1, one, two, alone, other)
    against = f"nginx PUT + fsync, plaintext: {milliseconds(other.seconds)}"
    what = f"upload of {size // 1_000_000} MB, sniffed, sealed, fsynced, row written"

    def row(ways: str, runs: Runs) -> Row:
        ratio = ratio_of(other.seconds, runs.seconds)
        return at_least(f"{what}{ways}", milliseconds(runs.seconds), against, ratio, 0.90)

    return [
        row("", one),
        row(", POST + PATCH", two),
        compared(
            "  its data plane alone",
            milliseconds(alone.seconds),
            against,
            ratio_of(other.seconds, alone.seconds),
        ),
        at_most(
            "processor time of it, for 1 GB",
            sum(one.cpu) / (scale.repeats * size / 1e9),
            1.4,
            "s",
            f"data plane alone: {sum(alone.cpu) / (scale.repeats * size / 1e9):.2f} s",
        ),
    ]


def _many(scale: Scale, body: Path, ours: Product, bare: Served, webdav: Served) -> list[Row]:
    one = _one_request(ours, body, scale.photo)
    alone = Runs(bare, put(body, scale.photo))
    other = Runs(webdav, put(body, scale.photo, synced_in=webdav.files))
    _in_turn(max(1, scale.repeats * 2 // 3), scale.photos, AT_ONCE, one, alone, other)

    def a_second(runs: Runs) -> str:
        return f"{scale.photos / median(runs.seconds):.0f} a second"

    against = f"nginx PUT + fsync, plaintext: {a_second(other)}"
    return [
        at_least(
            f"{scale.photos} uploads of {scale.photo / 1e6:g} MB, {AT_ONCE} at once",
            a_second(one),
            against,
            ratio_of(other.seconds, one.seconds),
            0.60,
        ),
        compared(
            "  its data plane alone",
            a_second(alone),
            against,
            ratio_of(other.seconds, alone.seconds),
        ),
    ]


def _against_tus(scale: Scale, body: Path, ours: Product, node: Served) -> list[Row]:
    """Compare with @tus/server, which leaves the bytes to the page cache and is therefore also
    measured with an fsync."""
    size = scale.file
    own = Runs(ours, tus(body, size, to=ours.uploads, headers=ours.headers))
    other = Runs(node, tus(body, size))
    synced = Runs(node, tus(body, size, synced_in=node.files))
    _in_turn(max(1, scale.repeats // 2), 1, 1, own, other, synced)
    what = f"upload of {size // 1_000_000} MB, POST + PATCH"
    return [
        at_least(
            what,
            milliseconds(own.seconds),
            f"@tus/server + fsync, plaintext: {milliseconds(synced.seconds)}",
            ratio_of(synced.seconds, own.seconds),
            2.0,
        ),
        at_least(
            what,
            milliseconds(own.seconds),
            f"@tus/server, plaintext, not durable: {milliseconds(other.seconds)}",
            ratio_of(other.seconds, own.seconds),
            2.0,
        ),
    ]
