"""Uploads: one large file, and many photos at once."""

from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.load import Send, put, timed_uploads, tus
from benchmarks.servers import NotHere, Served, data_plane, nginx, tus_server
from benchmarks.table import Row, Scale, at_least, at_most, milliseconds, not_measured, ratio_of

AT_ONCE = 12


def run(scale: Scale, directory: Path, body: Path) -> list[Row]:
    """Upload to Bedside's data plane, to nginx and to @tus/server in turn."""
    with ExitStack() as stack:
        ours = stack.enter_context(data_plane(directory / "ours"))
        webdav = stack.enter_context(nginx(directory / "nginx"))
        rows = _large(scale, body, ours, webdav)
        rows += _many(scale, body, ours, webdav)
        try:
            node = stack.enter_context(tus_server(directory / "tus"))
        except NotHere as why:
            return [*rows, not_measured("upload, against @tus/server", str(why))]
        return rows + _against_tus(scale, body, ours, node)


def _in_turn(
    repeats: int, count: int, at_once: int, servers: list[tuple[Served, Send]]
) -> list[list[float]]:
    """Seconds of each repeat for each server; who begins changes from round to round."""
    times: list[list[float]] = [[] for _ in servers]
    for number in range(repeats):
        order = list(enumerate(servers))
        for index, (server, send) in order if number % 2 else reversed(order):
            times[index].append(timed_uploads(server.port, send, count, at_once))
            server.clear()
    return times


def _large(scale: Scale, body: Path, ours: Served, webdav: Served) -> list[Row]:
    timed_uploads(ours.port, put(body, scale.file), 1, 1)
    before = ours.cpu_seconds()
    own, other = _in_turn(
        scale.repeats,
        1,
        1,
        [
            (ours, put(body, scale.file)),
            (webdav, put(body, scale.file, synced_in=webdav.files)),
        ],
    )
    per_gigabyte = (ours.cpu_seconds() - before) / (scale.repeats * scale.file / 1e9)
    what = f"upload of {scale.file // 1_000_000} MB, sealed and fsynced"
    return [
        at_least(
            what,
            milliseconds(own),
            f"nginx PUT + fsync, plaintext: {milliseconds(other)}",
            ratio_of(other, own),
            0.90,
        ),
        at_most("processor time of it, for 1 GB", per_gigabyte, 1.4, "s"),
    ]


def _many(scale: Scale, body: Path, ours: Served, webdav: Served) -> list[Row]:
    own, other = _in_turn(
        max(1, scale.repeats * 2 // 3),
        scale.photos,
        AT_ONCE,
        [
            (ours, put(body, scale.photo)),
            (webdav, put(body, scale.photo, synced_in=webdav.files)),
        ],
    )
    return [
        at_least(
            f"{scale.photos} uploads of {scale.photo / 1e6:g} MB, {AT_ONCE} at once",
            f"{scale.photos / median(own):.0f} a second",
            f"nginx PUT + fsync, plaintext: {scale.photos / median(other):.0f} a second",
            ratio_of(other, own),
            0.60,
        )
    ]


def _against_tus(scale: Scale, body: Path, ours: Served, node: Served) -> list[Row]:
    """As it comes it leaves the bytes to the page cache, so it is also measured with an fsync."""
    own, other, synced = _in_turn(
        max(1, scale.repeats // 2),
        1,
        1,
        [
            (ours, put(body, scale.file)),
            (node, tus(body, scale.file)),
            (node, tus(body, scale.file, synced_in=node.files)),
        ],
    )
    what = f"upload of {scale.file // 1_000_000} MB, sealed and fsynced"
    return [
        at_least(
            what,
            milliseconds(own),
            f"@tus/server + fsync, plaintext: {milliseconds(synced)}",
            ratio_of(synced, own),
            2.0,
        ),
        at_least(
            what,
            milliseconds(own),
            f"@tus/server, plaintext, not durable: {milliseconds(other)}",
            ratio_of(other, own),
            2.0,
        ),
    ]
