"""Messages to everyone waiting in a room (“Running 10 minutes late”)."""

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update

from bedside.audit import Action, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import says_nothing
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.permissions import RoomAccess, VisitorAccess
from bedside.people.staff import Staff
from bedside.visits import rows
from bedside.visits.events import RoomMessaged, VisitRoomMessage
from bedside.visits.models import room_messages
from bedside.visits.states import State

LONGEST = 300
_BODY = "room_messages.body"
_HOLDS = 4 * clock.HOUR
"""Age after which a message to everyone is out of date."""

_add = prepared(insert(room_messages))
_shown = prepared(
    select(room_messages)
    .where(
        room_messages.c.room_id == bindparam("room"),
        room_messages.c.at > bindparam("since"),
        room_messages.c.withdrawn_at == 0,
    )
    .order_by(room_messages.c.at.desc(), room_messages.c.id.desc())
    .limit(10)
)
_withdraw = prepared(
    update(room_messages)
    .where(
        room_messages.c.id == bindparam("of"),
        room_messages.c.room_id == bindparam("room"),
        room_messages.c.withdrawn_at == 0,
    )
    .values(withdrawn_at=bindparam("moment"))
)


@dataclass(frozen=True, slots=True)
class RoomMessage:
    """A message to everyone waiting. `by` is a name."""

    id: str
    by: str
    text: str
    at: int


class RoomMessages:
    """Messages to everyone waiting in a room."""

    def __init__(self, database: Transactions, vault: Vault, audit: AuditLog, staff: Staff) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._staff = staff

    async def say(self, room: RoomAccess, text: str) -> str:
        """Send a message to everyone waiting, and to everyone arriving in the next hours, until it
        is withdrawn. Returns the message's id. Raises WrongInput."""
        text = text.strip()
        if says_nothing(text):
            raise WrongInput(N_("Write what everyone waiting should read."), field="text")
        if len(text) > LONGEST:
            raise WrongInput(N_("Please use at most 300 characters here."), field="text")
        keys = await self._vault.clinic(room.clinic_id)
        message_id = new_id("rmg")
        same = [one.id for one in await self.shown(room) if one.text == text]
        async with self._database.unit_of_work() as work:
            for old in same:  # repeated, it is listed once, with the new time
                await work.execute(_withdraw, of=old, room=room.room_id, moment=clock.now())
            await work.execute(
                _add,
                id=message_id,
                clinic_id=room.clinic_id,
                room_id=room.room_id,
                staff_id=room.staff.staff_id,
                body=keys.seal(_BODY, message_id, text),
                at=clock.now(),
                withdrawn_at=0,
            )
            await self._publish(work, room, message_id, Action.ROOM_MESSAGED)
        return message_id

    async def withdraw(self, room: RoomAccess, message_id: str) -> None:
        """Withdraw a message to everyone. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            done = await work.execute(
                _withdraw, of=message_id, room=room.room_id, moment=clock.now()
            )
            if not done:
                raise NotFound
            await self._publish(work, room, message_id, Action.ROOM_MESSAGE_WITHDRAWN)

    async def _publish(
        self, work: UnitOfWork, room: RoomAccess, message_id: str, action: Action
    ) -> None:
        await self._audit.record(
            work, room.clinic_id, room.actor, action, subject_id=message_id, target=room.room_id
        )
        withdrawn = action is Action.ROOM_MESSAGE_WITHDRAWN
        work.emit(RoomMessaged(room_id=room.room_id, message_id=message_id, withdrawn=withdrawn))
        for row in await work.all(rows.in_room, room=room.room_id):
            if row.state == State.WAITING:
                work.emit(VisitRoomMessage(visit_id=row.id, message_id=message_id))

    async def shown(self, room: RoomAccess) -> list[RoomMessage]:
        """Return the current messages to everyone waiting, newest first."""
        return await self._said(room.clinic_id, room.room_id)

    async def shown_to(self, visitor: VisitorAccess) -> list[RoomMessage]:
        """Return the messages for a waiting patient, newest first."""
        async with self._database.read() as db:
            row = await db.one(rows.by_id, of=visitor.visit_id)
        if row is None or row.state != State.WAITING:
            return []
        return await self._said(row.clinic_id, row.room_id)

    async def _said(self, clinic_id: str, room_id: str) -> list[RoomMessage]:
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            found = await db.all(_shown, room=room_id, since=clock.now() - _HOLDS)
        names = await self._staff.named(clinic_id, {row.staff_id for row in found})
        return [
            RoomMessage(
                row.id, names.get(row.staff_id, ""), keys.unseal(_BODY, row.id, row.body), row.at
            )
            for row in found
        ]
