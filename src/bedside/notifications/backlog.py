"""Messages that have not left yet, and those that will not, for the health of the installation."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.known_states import INCOMPLETE, OK, Check, State
from bedside.kernel.language import N_, gettext
from bedside.kernel.unit_of_work import Transactions
from bedside.notifications.models import FAILED, WAITING, notifications
from bedside.notifications.ports import Channel

_LATE = 10 * clock.MINUTE
_RECENT = clock.DAY

_WHY = N_("Messages that wait: {count}; the oldest for {minutes} min. {reason}")


class _Counted(NamedTuple):
    messages: int
    oldest: int | None


class _Failure(NamedTuple):
    failure: str


_of_channel = select(
    func.count().label("messages"), func.min(notifications.c.created_at).label("oldest")
).where(notifications.c.channel == bindparam("of"))
_waiting = prepared(_of_channel.where(WAITING), _Counted)
_failed = prepared(
    _of_channel.where(FAILED, notifications.c.created_at > bindparam("since")), _Counted
)
_reason = prepared(
    select(notifications.c.failure)
    .where(WAITING, notifications.c.channel == bindparam("of"), notifications.c.failure != "")
    .order_by(notifications.c.created_at.desc())
    .limit(1),
    _Failure,
)


class Backlog:
    """Counts messages by channel, over all clinics."""

    def __init__(self, database: Transactions) -> None:
        self._database = database

    async def waiting(self, channel: Channel) -> tuple[int, int]:
        """Return how many messages wait, and for how long the oldest has, in milliseconds."""
        async with self._database.read() as db:
            row = await db.one(_waiting, of=channel)
        if row is None or not row.messages:
            return 0, 0
        return row.messages, max(0, clock.now() - (row.oldest or 0))

    async def failed(self, channel: Channel) -> int:
        """Count the messages of the last day that were given up or refused."""
        async with self._database.read() as db:
            row = await db.one(_failed, of=channel, since=clock.now() - _RECENT)
        return row.messages if row else 0

    def checked(self, channel: Channel, gateway: Check) -> Check:
        """Return a check of a channel: its gateway, and whether messages wait in spite of it."""

        async def check() -> str:
            state = await gateway()
            if state != OK:
                return state
            count, age = await self.waiting(channel)
            if age < _LATE:
                return OK
            async with self._database.read() as db:
                last = await db.one(_reason, of=channel)
            return State(
                INCOMPLETE,
                _WHY,
                count=count,
                minutes=age // clock.MINUTE,
                reason=gettext(last.failure) if last else "",
            )

        return check
