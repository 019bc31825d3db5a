"""The lease under which a message is sent, so that two workers never hold one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import bindparam, update

from bedside.database.statements import prepared
from bedside.errors import BedsideError
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions
from bedside.notifications.models import notifications
from bedside.notifications.rows import NotificationRow
from bedside.notifications.states import NoticeState

LEASE = 3 * clock.MINUTE
"""Longer than the timeout of every gateway for a message without attachments. One with them takes
as long as its line needs, so its lease is extended meanwhile."""
_EXTENDED_EVERY = LEASE // 3

_extend = prepared(
    update(notifications)
    .where(
        notifications.c.id == bindparam("of"),
        notifications.c.state == NoticeState.SENDING.value,
        notifications.c.locked_until == bindparam("held"),
    )
    .values(locked_until=bindparam("lease"))
)


class Leases:
    """Extends leases."""

    def __init__(self, database: Transactions) -> None:
        self._database = database

    @asynccontextmanager
    async def kept(self, row: NotificationRow) -> AsyncGenerator[None]:
        """Extend the lease of a message that was taken, until the block ends. After a kill it
        lapses as soon as any other."""
        keeping = asyncio.create_task(self._keep(row))
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    async def _keep(self, row: NotificationRow) -> None:
        held = row.locked_until
        while True:
            await asyncio.sleep(_EXTENDED_EVERY / clock.SECOND)
            lease = clock.now() + LEASE
            with suppress(BedsideError):  # the database was away; the next may still be in time
                async with self._database.unit_of_work() as work:
                    if await work.execute(_extend, of=row.id, held=held, lease=lease):
                        held = lease
