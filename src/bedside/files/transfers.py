"""Who is at which upload, in this process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from bedside.errors import Conflict
from bedside.kernel.language import gettext as _

_PATIENCE = 10.0
"""Seconds within which a transfer that was stopped has let go of its file."""


class Transfers:
    """Transfers that run: one for an upload at most."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._stopped: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def alone(self, upload_id: str) -> AsyncGenerator[None]:
        """Be the only one at an upload, for the length of a block.

        A second connection means that the first one is dead: the newest is let in, and who was at
        it is stopped, which raises Conflict there. Nothing that was known of the upload before the
        block holds inside of it.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is a coroutine of one
        while (other := self._running.get(upload_id)) is not None:
            if other not in self._stopped:
                self._stopped.add(other)
                other.cancel()
            done, _waiting = await asyncio.wait([other], timeout=_PATIENCE)
            if not done:
                raise _elsewhere()
        self._running[upload_id] = task
        try:
            yield
        except asyncio.CancelledError:
            if task not in self._stopped:
                raise
            task.uncancel()
            raise _elsewhere() from None
        finally:
            self._stopped.discard(task)
            del self._running[upload_id]


def _elsewhere() -> Conflict:
    return Conflict(_("This file is being received over another connection."))
