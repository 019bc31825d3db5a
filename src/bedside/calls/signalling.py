"""Signals: what two browsers of a call exchange before they are connected.

A signal is an event, so that a page whose socket was gone catches up; it is kept for minutes only.
"""

from sqlalchemy import bindparam, select

from bedside.calls.access import CallAccess, kind_of, person_of
from bedside.calls.events import CallSignal
from bedside.calls.group_calls import GroupCalls
from bedside.calls.models import participants
from bedside.calls.rows import ParticipantRow
from bedside.calls.states import Kind, Standing
from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.realtime.envelopes import MEDIA_SERVER, Signal

_joined = prepared(
    select(participants).where(
        participants.c.call_id == bindparam("of_call"),
        participants.c.state == Standing.JOINED.value,
        participants.c.connection_id.in_([bindparam("mine"), bindparam("theirs")]),
    ),
    ParticipantRow,
)
_own = prepared(
    select(participants.c.id).where(
        participants.c.person_id == bindparam("person"),
        participants.c.kind == bindparam("as_kind"),
        participants.c.clinic_id == bindparam("clinic"),
        participants.c.state == Standing.JOINED.value,
        participants.c.connection_id == bindparam("connection"),
    )
)


class Signalling:
    """Relays signals between participants of the same call."""

    def __init__(self, database: Transactions, group_calls: GroupCalls) -> None:
        self._database = database
        self._group_calls = group_calls

    async def owns(self, access: CallAccess, connection_id: str) -> bool:
        """Whether the connection is currently this person's page."""
        async with self._database.read() as db:
            row = await db.one(
                _own,
                person=person_of(access),
                as_kind=kind_of(access),
                clinic=access.clinic_id,
                connection=connection_id,
            )
        return row is not None

    async def relay(self, access: CallAccess, signal: Signal) -> bool:
        """Relay a signal. Returns False if it was dropped, because the sender's connection is not
        (any more) theirs in this call, or nobody in it has the other one."""
        if signal.to in MEDIA_SERVER:
            async with self._database.read() as db:
                sender, _ = await _both(db, access, signal)
            if sender is not None:
                await self._group_calls.take(sender.id, signal)
            return sender is not None
        async with self._database.unit_of_work() as work:
            sender, receiver = await _both(work, access, signal)
            if sender is None or receiver is None or _says_nothing(signal):
                return False
            work.emit(
                CallSignal(
                    call_id=signal.call,
                    from_connection=signal.sender,
                    to_connection=signal.to,
                    description=signal.description and signal.description.model_dump(),
                    candidate=signal.candidate and signal.candidate.model_dump(),
                )
            )
        return True


async def _both(
    db: Reader, access: CallAccess, signal: Signal
) -> tuple[ParticipantRow | None, ParticipantRow | None]:
    rows = await db.all(_joined, of_call=signal.call, mine=signal.sender, theirs=signal.to)
    by_connection = {row.connection_id: row for row in rows}
    sender = by_connection.get(signal.sender)
    if sender is not None and not _is(sender, access):
        sender = None
    receiver = by_connection.get(signal.to) if signal.to != signal.sender else None
    return sender, receiver


def _is(row: ParticipantRow, access: CallAccess) -> bool:
    return (Kind(row.kind), row.person_id, row.clinic_id) == (
        kind_of(access),
        person_of(access),
        access.clinic_id,
    )


def _says_nothing(signal: Signal) -> bool:
    return signal.description is None and signal.candidate is None
