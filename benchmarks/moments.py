"""Times at which committed events reach the bus, recorded from outside: the product itself keeps
none. `servers.product` enables it in the process that it starts."""

import os
import time
from pathlib import Path

from bedside.kernel.events import Published
from bedside.realtime.bus import Bus


def note_in(path: str) -> None:
    """Append a line `topic version nanoseconds` to a file for each committed event, before any
    page gets it."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    publish = Bus.publish

    def noted(self: Bus, events: list[Published]) -> None:
        now = time.monotonic_ns()
        os.write(file, b"".join(f"{e.topic} {e.version} {now}\n".encode() for e in events))
        publish(self, events)

    Bus.publish = noted


def noted_in(path: Path, topic: str) -> dict[int, int]:
    """Read the times recorded for a topic: version → nanoseconds."""
    lines = (line.split() for line in path.read_text().splitlines())
    return {int(version): int(moment) for name, version, moment in lines if name == topic}
