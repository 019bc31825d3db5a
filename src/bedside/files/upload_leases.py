"""Leases on uploads in this process: one request at a time writes to an upload."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from bedside.errors import Conflict
from bedside.kernel.language import gettext as _

_PATIENCE = 10.0
"""How long to wait, in seconds, for the current holder to release an upload."""


class UploadLease:
    """An exclusive lease on one upload."""

    def __init__(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is made in a coroutine of one
        self._task = task
        self._is_waited_for = False
        self._is_receiving = False
        self._was_stopped = False
        self.over = asyncio.Event()

    @contextmanager
    def receiving(self) -> Generator[None]:
        """Allow the next request to stop this one while bytes arrive, at whatever speed.

        Raises Conflict if that happens. Everything else that a lease is used for is short, and is
        waited for.
        """
        if self._is_waited_for:
            raise _elsewhere()
        self._is_receiving = True
        try:
            yield
        except asyncio.CancelledError:
            if not self._was_stopped:
                raise
            self._task.uncancel()
            raise _elsewhere() from None
        finally:
            self._is_receiving = False

    def stop(self) -> None:
        """Stop the current holder for another one that is waiting."""
        self._is_waited_for = True
        if self._is_receiving and not self._was_stopped:
            self._was_stopped = True
            self._task.cancel()


class UploadLeases:
    """Leases on uploads: one at a time for each."""

    def __init__(self) -> None:
        self._leases: dict[str, UploadLease] = {}

    @asynccontextmanager
    async def alone(self, upload_id: str) -> AsyncGenerator[UploadLease]:
        """Hold an upload exclusively, for the length of a block.

        A second connection means that the first one is dead: a receiving request is stopped.
        Nothing known of the upload before the block holds inside it.
        """
        while (other := self._leases.get(upload_id)) is not None:
            other.stop()
            try:
                await asyncio.wait_for(other.over.wait(), _PATIENCE)
            except TimeoutError as error:
                raise _elsewhere() from error
        lease = self._leases[upload_id] = UploadLease()
        try:
            yield lease
        finally:
            del self._leases[upload_id]
            lease.over.set()


def _elsewhere() -> Conflict:
    return Conflict(_("This file is being received over another connection."))
