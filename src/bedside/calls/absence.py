"""Staff and guests whose page has been disconnected from their call for longer than a tunnel
lasts.

Patients are not handled here: they stay in the call (“reconnecting”) as long as their visit keeps
their place.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bedside.audit.actors import SYSTEM
from bedside.calls import rows
from bedside.calls.models import NOT_ENDED, calls, participants
from bedside.calls.service import Calls
from bedside.calls.states import PRESENT, CallState, Kind, Standing
from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.ids import is_id
from bedside.kernel.unit_of_work import Transactions
from bedside.people.permissions import VisitorAccess
from bedside.people.staff import Staff
from bedside.realtime.presence import Presence

GRACE = 2 * clock.MINUTE
"""How long a call goes on without the page of a member of staff or a guest."""
_WATCHED = 30 * clock.SECOND
_TOGETHER = 10 * clock.SECOND
"""Somebody who left a call longer than this before its end did not leave because of it."""

_followed = prepared(
    select(
        participants.c.id,
        participants.c.state,
        participants.c.connection_id,
        participants.c.away_since,
    )
    .select_from(calls.join(participants, participants.c.call_id == calls.c.id))
    .where(
        calls.c.state == CallState.ACTIVE.value,
        NOT_ENDED,
        participants.c.kind != bindparam("not_kind"),
        participants.c.state.in_(sorted(PRESENT)),
    )
)
_last_call = prepared(
    select(
        calls.c.state,
        calls.c.ended_by,
        calls.c.ended_at,
        participants.c.left_at,
        participants.c.taken_out_by,
    )
    .select_from(participants.join(calls, calls.c.id == participants.c.call_id))
    .where(
        participants.c.person_id == bindparam("visit"),
        participants.c.kind == bindparam("of_kind"),
    )
    .order_by(participants.c.left_at.desc(), participants.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class WhyBack:
    """Why a patient is in the waiting room again. `cut_off`: the clinic's page was disconnected;
    `sent_by`: the name of whoever sent the patient back."""

    cut_off: bool = False
    sent_by: str = ""


IN_ORDER = WhyBack()
"""There is nothing to say."""


class Absences:
    """Detects disconnected pages, and ends their part in the call if they do not come back."""

    def __init__(
        self, database: Transactions, presence: Presence, service: Calls, staff: Staff
    ) -> None:
        self._database = database
        self._staff = staff
        self._presence = presence
        self._calls = service
        self._watch = clock.Watch(_WATCHED)

    async def sweep(self) -> None:
        """Run every few seconds; after a time in which nobody could check, the minute starts over.
        If the last member of staff is dropped, patients return to the waiting room, at their old
        place."""
        async with self._database.read() as db:
            followed = await db.all(_followed, not_kind=Kind.PATIENT)
        connections = {row.connection_id for row in followed if row.connection_id}
        online = await self._presence.online(connections)
        now = clock.now()
        missed = self._watch.has_gap()
        for row in followed:
            here = row.state == Standing.JOINED and row.connection_id in online
            if here and row.away_since:
                await self._note(row.id, 0)
            elif not here and (missed or not row.away_since):
                await self._note(row.id, now)
            elif not here and row.away_since < now - GRACE:
                await self._calls.give_up(row.id, now - GRACE)
        self._watch.looked()

    async def why_back(self, visitor: VisitorAccess) -> WhyBack:
        """Return why a patient who was in a call is in the waiting room again."""
        async with self._database.read() as db:
            call = await db.one(_last_call, visit=visitor.visit_id, of_kind=Kind.PATIENT)
        if call is None:
            return IN_ORDER
        together = call.ended_at - call.left_at < _TOGETHER
        if call.state == CallState.ENDED and call.ended_by == SYSTEM.id and together:
            return WhyBack(cut_off=True)
        if not is_id(call.taken_out_by, "stf"):  # the patient has left it
            return IN_ORDER
        names = await self._staff.named(visitor.clinic_id, {call.taken_out_by})
        return WhyBack(sent_by=names.get(call.taken_out_by, ""))

    async def _note(self, participant_id: str, since: int) -> None:
        async with self._database.unit_of_work() as work:
            await rows.note_away(work, participant_id, since)
