"""When committed events reach the bus, written down from outside: the product itself keeps no such
times. `servers.product` calls it in the process that it starts."""

import os
import time
from pathlib import Path

from bedside.kernel.events import Published
from bedside.realtime.bus import Bus


def note_in(path: str) -> None:
    """From now on add a line `topic version nanoseconds` to a file for each event that was
    committed, before any page hears of it."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    publish = Bus.publish

    def noted(self: Bus, events: list[Published]) -> None:
        now = time.monotonic_ns()
        os.write(file, b"".join(f"{e.topic} {e.version} {now}\n".encode() for e in events))
        publish(self, events)

    Bus.publish = noted


def noted_in(path: Path, topic: str) -> dict[int, int]:
    """What was written down about a topic: version → nanoseconds."""
    lines = (line.split() for line in path.read_text().splitlines())
    return {int(version): int(moment) for name, version, moment in lines if name == topic}
