"""Presence: the open sockets of all processes, counted by subject.

Each process writes a heartbeat every few seconds. One without a recent heartbeat counts as dead,
and so do its sockets, whether it was killed or lost the database.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.statements import prepared
from bedside.errors import Unavailable
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.realtime.models import connections, processes

HEARTBEAT_EVERY = 5.0
"""Seconds between two heartbeats."""
GONE_AFTER = 20 * clock.SECOND

_heartbeat = prepared(
    upsert(processes).on_conflict_do_update(
        index_elements=["id"], set_={"seen_at": bindparam("moment")}
    )
)
_alive = prepared(select(processes.c.id).where(processes.c.seen_at >= bindparam("since")))
_known = prepared(select(processes.c.id).where(processes.c.id == bindparam("of")))
_forget = prepared(
    delete(processes).where(
        (processes.c.seen_at < bindparam("since")) | (processes.c.seen_at > bindparam("until"))
    )
)
_end_process = prepared(delete(processes).where(processes.c.id == bindparam("of")))
_add = prepared(
    upsert(connections).on_conflict_do_update(
        index_elements=["id"], set_={"hidden": bindparam("is_hidden")}
    )
)
_drop = prepared(delete(connections).where(connections.c.id == bindparam("of")))
_of_subject = prepared(
    select(connections.c.id, connections.c.hidden).where(
        connections.c.subject_id == bindparam("subject")
    )
)
_staff = prepared(
    select(connections.c.subject_id, connections.c.hidden)
    .where(connections.c.subject_id.like("stf%"))
    .distinct()
)
_of_process = prepared(
    select(connections.c.subject_id)
    .where(connections.c.process_id == bindparam("process"))
    .distinct()
)
_drop_process = prepared(
    delete(connections).where(connections.c.process_id == bindparam("process"))
)
_of_nobody = prepared(
    select(connections.c.subject_id)
    .where(~connections.c.process_id.in_(select(processes.c.id)))
    .distinct()
)
_drop_nobody = prepared(
    delete(connections).where(~connections.c.process_id.in_(select(processes.c.id)))
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The open sockets of one subject. `hidden`: none of their pages is in the foreground."""

    connected: bool
    hidden: bool


class Presence:
    """Open sockets by subject: a visit, a member of staff or a guest."""

    def __init__(self, database: Transactions) -> None:
        self._database = database
        self._process = new_id("prc")
        self._begun = False
        self._own: dict[str, tuple[str, bool]] = {}
        """The sockets of this process: connection → (subject, hidden)."""
        self._unrecorded: dict[str, str] = {}
        """Sockets closed while the database was down: connection → subject."""

    # --- lifecycle of this process -------------------------------------------------------------

    async def start(self, work: UnitOfWork) -> bool:
        """Register this process. Returns True if no other was alive: the server was down."""
        alive = await work.all(_alive, since=clock.now() - GONE_AFTER)
        await self.heartbeat(work)
        return not alive

    async def heartbeat(self, work: UnitOfWork) -> list[str]:
        """Write a heartbeat, and drop the sockets that closed while the database was down. A
        process that had been counted as dead because it stalled re-registers its sockets. Returns
        the subjects affected."""
        self._begun = True
        unrecorded = dict(self._unrecorded)
        for connection in unrecorded:
            await work.execute(_drop, of=connection)
        work.after_commit(lambda: self._recorded(unrecorded))
        moment = clock.now()
        known = await work.one(_known, of=self._process)
        await work.execute(_heartbeat, id=self._process, seen_at=moment, moment=moment)
        if known:
            return sorted(set(unrecorded.values()))
        own = dict(self._own)
        for connection, (subject_id, hidden) in own.items():
            await self.arrived(work, subject_id, connection, hidden=hidden)
        return sorted({subject_id for subject_id, _ in own.values()} | set(unrecorded.values()))

    def _recorded(self, connections: Collection[str]) -> None:
        for connection in connections:
            self._unrecorded.pop(connection, None)

    async def stop(self, work: UnitOfWork) -> list[str]:
        """Deregister this process with all its sockets; returns their subjects."""
        gone = await work.all(_of_process, process=self._process)
        self._own.clear()
        await work.execute(_drop_process, process=self._process)
        await work.execute(_end_process, of=self._process)
        return [row.subject_id for row in gone]

    async def sweep(self, work: UnitOfWork) -> list[str]:
        """Remove sockets of dead processes. The calling process counts as alive; a heartbeat in
        the future means that a clock was wrong, and is removed. Returns the subjects affected."""
        back = await self.heartbeat(work) if self._begun else []
        moment = clock.now()
        await work.execute(_forget, since=moment - GONE_AFTER, until=moment + GONE_AFTER)
        gone = await work.all(_of_nobody)
        if gone:
            await work.execute(_drop_nobody)
        return sorted({row.subject_id for row in gone} | set(back))

    # --- sockets -------------------------------------------------------------------------------

    async def arrived(
        self, work: UnitOfWork, subject_id: str, connection: str, *, hidden: bool = False
    ) -> None:
        """Register an open socket of this process, or record whether its page is in the
        foreground."""
        if not self._begun:
            await self.heartbeat(work)
        self._own[connection] = (subject_id, hidden)
        await work.execute(
            _add,
            id=connection,
            subject_id=subject_id,
            process_id=self._process,
            hidden=hidden,
            since=clock.now(),
            is_hidden=hidden,
        )

    async def left(self, work: UnitOfWork, connection: str) -> None:
        """Remove a closed socket."""
        self._own.pop(connection, None)
        await work.execute(_drop, of=connection)

    async def here(self, subject_id: str, connection: str, *, hidden: bool = False) -> None:
        """Like `arrived`, in a unit of work of its own: for staff and guests."""
        async with self._database.unit_of_work() as work:
            await self.arrived(work, subject_id, connection, hidden=hidden)

    async def gone(self, connection: str) -> None:
        """Like `left`, in a unit of work of its own."""
        try:
            async with self._database.unit_of_work() as work:
                await self.left(work, connection)
        except Unavailable:
            self.record_later(connection, "")

    def record_later(self, connection: str, subject_id: str) -> None:
        """Remember a socket that closed while the database was down, for the next heartbeat to
        record."""
        self._own.pop(connection, None)
        self._unrecorded[connection] = subject_id

    # --- reading -------------------------------------------------------------------------------

    async def seen(self, reader: Reader, subject_id: str) -> Seen:
        """Whether a subject is connected, and looking."""
        found = await reader.all(_of_subject, subject=subject_id)
        return Seen(bool(found), bool(found) and all(row.hidden for row in found))

    async def online(self, subject_ids: Collection[str]) -> set[str]:
        """Return those of `subject_ids` that are connected."""
        wanted = (
            select(connections.c.subject_id)
            .where(connections.c.subject_id.in_(sorted(subject_ids)))
            .distinct()
        )
        async with self._database.read() as db:
            return {row.subject_id for row in await db.all(wanted)} if subject_ids else set()

    async def pages(self, reader: Reader) -> dict[str, bool]:
        """Return the members of staff who have a page open, and whether one is in the
        foreground."""
        found: dict[str, bool] = {}
        for row in await reader.all(_staff):
            found[row.subject_id] = found.get(row.subject_id, False) or not row.hidden
        return found
