"""Signs of life of the workers, so that other processes see whether there is one."""

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.statements import prepared
from bedside.database.tables import worker_beats
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions

BEAT_EVERY = 15 * clock.SECOND
_FORGOTTEN_AFTER = clock.DAY

_new = upsert(worker_beats)
_beat = prepared(
    _new.on_conflict_do_update(
        index_elements=["worker_id"], set_={"seen_at": _new.excluded.seen_at}
    )
)
_leave = prepared(delete(worker_beats).where(worker_beats.c.worker_id == bindparam("of")))
_forget = prepared(delete(worker_beats).where(worker_beats.c.seen_at < bindparam("before")))
_last = prepared(select(func.max(worker_beats.c.seen_at).label("seen_at")))


async def beat(database: Transactions, worker_id: str) -> None:
    """Record that this worker runs, and forget those that died long ago."""
    async with database.unit_of_work() as work:
        await work.execute(_beat, worker_id=worker_id, seen_at=clock.now())
        await work.execute(_forget, before=clock.now() - _FORGOTTEN_AFTER)


async def leave(database: Transactions, worker_id: str) -> None:
    """Record that this worker has stopped."""
    async with database.unit_of_work() as work:
        await work.execute(_leave, of=worker_id)


async def last_seen(database: Transactions) -> int:
    """Return when a worker was last seen, in milliseconds since the epoch; 0 if never, or if all
    have stopped as they should."""
    async with database.read() as db:
        row = await db.one(_last)
    return (row.seen_at or 0) if row else 0
