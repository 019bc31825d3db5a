"""The gateways' names for messages that they have accepted."""

from sqlalchemy import bindparam, select

from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Transactions
from bedside.notifications.models import notifications
from bedside.notifications.ports import Channel

_of = prepared(
    select(notifications.c.id)
    .where(notifications.c.reference == bindparam("of"), notifications.c.channel == bindparam("by"))
    .limit(1)
)


class References:
    """Says whether a name belongs to a message already: two messages can have the same words."""

    def __init__(self, database: Transactions) -> None:
        self._database = database

    async def has(self, channel: Channel, reference: str) -> bool:
        """See `SentBook.has`."""
        async with self._database.read() as db:
            return await db.one(_of, of=reference, by=channel) is not None
