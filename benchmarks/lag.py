"""How long the event loop works on one thing before anybody else has their turn, noted inside the
product's process, which keeps no such record itself. `servers.product` enables it in the process
that it starts.

Steps are timed in processor time, so other work on the machine does not count. The process runs on
asyncio's own loop instead of uvloop, whose steps cannot be seen: the code in them is the same.
"""

import os
import time
from asyncio import events
from pathlib import Path
from typing import Any

import uvicorn

_NOTED = 0.001
"""Steps that take less, in seconds, are only counted by those that take more."""


def note_in(path: str) -> None:
    """Let the server that is started next append a line `moment seconds` to a file for each step
    that takes more than a millisecond."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    handle: Any = events.Handle
    run, serve = handle._run, uvicorn.run

    def timed(self: Any) -> None:
        began = time.thread_time()
        run(self)
        took = time.thread_time() - began
        if took > _NOTED:
            os.write(file, f"{time.monotonic()} {took}\n".encode())

    def on_asyncio(application: Any, **options: Any) -> None:
        serve(application, **{**options, "loop": "asyncio"})

    handle._run, uvicorn.run = timed, on_asyncio


def noted_in(path: Path, since: float) -> list[float]:
    """Return the steps after a moment of the monotonic clock, in milliseconds, the shortest
    first."""
    lines = (line.split() for line in path.read_text().splitlines())
    return sorted(float(took) * 1000 for moment, took in lines if float(moment) > since)
