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

    @asynccontextmanager
    async def alone(self, upload_id: str) -> AsyncGenerator[None]:
        """Be the only one at an upload, for the length of a block.

        A second connection means that the first one is dead: the newest is let in, and who was at
        it is stopped. Nothing that was known of the upload before the block holds inside of it.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is a coroutine of one
        while (other := self._running.get(upload_id)) is not None:
            other.cancel()
            done, _waiting = await asyncio.wait([other], timeout=_PATIENCE)
            if not done:
                raise Conflict(_("This file is still being received over another connection."))
        self._running[upload_id] = task
        try:
            yield
        finally:
            del self._running[upload_id]
