"""Presence of patients, derived from their sockets and kept apart from the state of the visit.

A page that is in the background but connected keeps its place. A disconnected one keeps it for as
long as its page has promised (see `kept_places`); then the visit expires.
"""

from sqlalchemy import bindparam, select

from bedside.audit.actors import SYSTEM
from bedside.database.statements import prepared
from bedside.errors import Unavailable
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.clinics import Clinics
from bedside.people.permissions import VisitorAccess
from bedside.realtime.presence import Presence
from bedside.visits import rows
from bedside.visits.kept_places import kept_until, promised_to
from bedside.visits.models import visits
from bedside.visits.options import VisitOptions
from bedside.visits.rows import VisitRow
from bedside.visits.states import GOING_ON, State, Step
from bedside.visits.steps import End
from bedside.visits.transitions import Transitions

_SHORTEST_GRACE = clock.MINUTE
_WATCHED = 30 * clock.SECOND
"""The longest pause between checks of absences in which nothing can have been missed; there is one
every few seconds."""

_all_away = prepared(
    select(visits.c.id).where(visits.c.state.in_(GOING_ON), visits.c.away_since > 0)
)

_away = prepared(
    select(visits).where(
        visits.c.state.in_(GOING_ON),
        visits.c.away_since > 0,
        visits.c.away_since <= bindparam("until"),
    ),
    VisitRow,
)


class VisitPresence:
    """Follows the sockets of patients."""

    def __init__(
        self,
        database: Transactions,
        presence: Presence,
        clinics: Clinics,
        transitions: Transitions,
    ) -> None:
        self._database = database
        self._presence = presence
        self._clinics = clinics
        self._transitions = transitions
        self._watch = clock.Watch(_WATCHED)

    # --- sockets -------------------------------------------------------------------------------

    async def arrived(
        self, visitor: VisitorAccess, connection: str, *, hidden: bool = False
    ) -> None:
        """Record that a page of the patient connected. `connection` names its socket."""
        async with self._database.unit_of_work() as work:
            row = await work.one(rows.for_change, of=visitor.visit_id)
            await self._presence.arrived(work, visitor.visit_id, connection, hidden=hidden)
            await self._follow(work, row)

    async def hidden(self, visitor: VisitorAccess, connection: str, hidden: bool) -> None:
        """Record that a page went to the background, or came back."""
        await self.arrived(visitor, connection, hidden=hidden)

    async def left(self, visitor: VisitorAccess, connection: str) -> None:
        """Record that a page of the patient disconnected."""
        try:
            async with self._database.unit_of_work() as work:
                row = await work.one(rows.for_change, of=visitor.visit_id)
                await self._presence.left(work, connection)
                await self._follow(work, row)
        except Unavailable:
            self._presence.record_later(connection, visitor.visit_id)

    async def asked(self, visitor: VisitorAccess) -> None:
        """Record that a page was loaded: without script, this is the only sign of life."""
        async with self._database.unit_of_work() as work:
            row = await work.one(rows.for_change, of=visitor.visit_id)
            if row is not None and row.state != State.ENDED and row.away_since:
                rows.publish_to_room(
                    work,
                    await rows.save(
                        work,
                        row,
                        away_since=clock.now(),
                        grace_minutes=await self._promised(work, row),
                    ),
                )

    async def _promised(self, work: UnitOfWork, row: VisitRow) -> int:
        """Return the minutes for which the page promises to keep the place."""
        options = await self._clinics.options(row.clinic_id, VisitOptions)
        return await promised_to(work, row, options.visit_grace_minutes)

    async def _follow(self, work: UnitOfWork, row: VisitRow | None) -> None:
        """Make the visit reflect its sockets."""
        if row is None or row.state == State.ENDED:
            return
        seen = await self._presence.seen(work, row.id)
        away_since = 0 if seen.connected else row.away_since or clock.now()
        if away_since == row.away_since and seen.hidden == bool(row.hidden):
            return
        values = {"away_since": away_since, "hidden": seen.hidden}
        if away_since and not row.away_since:
            values["grace_minutes"] = await self._promised(work, row)
        rows.publish_to_room(work, await rows.save(work, row, **values))

    async def _follow_all(self, subject_ids: list[str]) -> None:
        for visit_id in sorted(s for s in subject_ids if s.startswith("vis_")):
            async with self._database.unit_of_work() as work:
                await self._follow(work, await work.one(rows.for_change, of=visit_id))

    # --- processes -----------------------------------------------------------------------------

    async def begin(self) -> None:
        """Handle the start of the web process. If no other one was alive, nobody could reconnect:
        whoever was disconnected has the whole grace time from now on."""
        await self.sweep()
        async with self._database.unit_of_work() as work:
            was_away = await self._presence.start(work)
        if was_away:
            await self._wait_anew()

    async def _wait_anew(self) -> None:
        """Restart the grace time of everybody disconnected: nobody could reconnect, or nobody saw
        it."""
        async with self._database.read() as db:
            away = await db.all(_all_away)
        for visit in away:
            async with self._database.unit_of_work() as work:
                row = await work.one(rows.for_change, of=visit.id)
                if row is not None and row.away_since and row.state != State.ENDED:
                    rows.publish_to_room(work, await rows.save(work, row, away_since=clock.now()))

    async def heartbeat(self) -> None:
        """Write the web process's heartbeat."""
        async with self._database.unit_of_work() as work:
            back = await self._presence.heartbeat(work)
        await self._follow_all(back)

    async def end(self) -> None:
        """Handle the stop of the web process, with its sockets."""
        async with self._database.unit_of_work() as work:
            gone = await self._presence.stop(work)
        await self._follow_all(gone)

    # --- time ----------------------------------------------------------------------------------

    async def sweep(self) -> None:
        """Drop the sockets of dead processes."""
        async with self._database.unit_of_work() as work:
            gone = await self._presence.sweep(work)
        await self._follow_all(gone)

    async def expire(self) -> None:
        """End the visits whose patients were disconnected for longer than their place is kept, as
        far as time was observed: not because a clock was set, nor after an hour without a
        database."""
        await self.sweep()
        if self._watch.has_gap():
            await self._wait_anew()
        self._watch.looked()
        async with self._database.read() as db:
            away = await db.all(_away, until=clock.now() - _SHORTEST_GRACE)
        for visit in away:
            if await self._is_over(visit):
                await self._expire(visit.id)

    async def _is_over(self, visit: VisitRow) -> bool:
        options = await self._clinics.options(visit.clinic_id, VisitOptions)
        return kept_until(visit, options.visit_grace_minutes) <= clock.now()

    async def _expire(self, visit_id: str) -> None:
        async with self._database.unit_of_work() as work:
            row = await work.one(rows.for_change, of=visit_id)
            if row is None or row.state == State.ENDED or not row.away_since:
                return  # came back, or left, a moment ago
            if await self._is_over(row):
                # The page of somebody who was spoken with by telephone may be closed for good.
                how = Step.COMPLETED if row.on_telephone else Step.EXPIRED
                await self._transitions.take_step(work, row, End(how), SYSTEM)
