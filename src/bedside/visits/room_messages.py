"""Messages to everyone waiting in a room (“Running 10 minutes late”)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

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
from bedside.people.clinics import Clinics
from bedside.people.permissions import RoomAccess, VisitorAccess
from bedside.people.staff import Staff
from bedside.visits import rows
from bedside.visits.events import RoomMessaged, VisitRoomMessage
from bedside.visits.models import room_messages
from bedside.visits.states import State

LONGEST = 300
_BODY = "room_messages.body"
HOLDS = 30 * clock.MINUTE
"""How long a message to everyone is shown, unless it is for the rest of the day."""

_add = prepared(insert(room_messages))
_shown = prepared(
    select(room_messages)
    .where(
        room_messages.c.room_id == bindparam("room"),
        room_messages.c.ends_at > bindparam("moment"),
        room_messages.c.withdrawn_at == 0,
    )
    .order_by(room_messages.c.at.desc(), room_messages.c.id.desc())
    .limit(10)
)
_over = prepared(
    select(room_messages.c.id, room_messages.c.room_id, room_messages.c.ends_at).where(
        room_messages.c.withdrawn_at == 0, room_messages.c.ends_at <= bindparam("moment")
    )
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
    """A message to everyone waiting, shown until `ends_at`. `by` is a name."""

    id: str
    by: str
    text: str
    at: int
    ends_at: int


class RoomMessages:
    """Messages to everyone waiting in a room."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        staff: Staff,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._staff = staff

    async def say(self, room: RoomAccess, text: str, *, rest_of_day: bool = False) -> str:
        """Send a message to everyone waiting, and to everyone arriving, until it is withdrawn or
        ends: in half an hour, or with the clinic's day. Returns the message's id. Raises
        WrongInput."""
        text = text.strip()
        if says_nothing(text):
            raise WrongInput(N_("Write what everyone waiting should read."), field="text")
        if len(text) > LONGEST:
            raise WrongInput(N_("Please use at most 300 characters here."), field="text")
        moment = clock.now()
        ends_at = await self._end_of_day(room, moment) if rest_of_day else moment + HOLDS
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
                at=moment,
                withdrawn_at=0,
                ends_at=ends_at,
            )
            await self._publish(work, room, message_id, Action.ROOM_MESSAGED)
        return message_id

    async def _end_of_day(self, room: RoomAccess, moment: int) -> int:
        """Return the next midnight of the clinic, but not one of the next few minutes."""
        options = (await self._clinics.get(room.clinic_id)).options
        here = datetime.fromtimestamp(moment / 1000, ZoneInfo(options.time_zone))
        midnight = datetime.combine(here.date() + timedelta(days=1), time(), here.tzinfo)
        return max(int(midnight.timestamp() * 1000), moment + HOLDS)

    async def end(self) -> None:
        """Take away the messages whose time is over, on the pages that show them too."""
        async with self._database.read() as db:
            over = await db.all(_over, moment=clock.now())
        for message in over:
            async with self._database.unit_of_work() as work:
                if await work.execute(
                    _withdraw, of=message.id, room=message.room_id, moment=message.ends_at
                ):
                    await self._publish_message(work, message.room_id, message.id, withdrawn=True)

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
        await self._publish_message(work, room.room_id, message_id, withdrawn=withdrawn)

    async def _publish_message(
        self, work: UnitOfWork, room_id: str, message_id: str, *, withdrawn: bool
    ) -> None:
        work.emit(RoomMessaged(room_id=room_id, message_id=message_id, withdrawn=withdrawn))
        for row in await work.all(rows.in_room, room=room_id):
            if row.state == State.WAITING and not row.on_telephone:
                work.emit(VisitRoomMessage(visit_id=row.id, message_id=message_id))

    async def shown(self, room: RoomAccess) -> list[RoomMessage]:
        """Return the current messages to everyone waiting, newest first."""
        return await self._said(room.clinic_id, room.room_id)

    async def shown_to(self, visitor: VisitorAccess) -> list[RoomMessage]:
        """Return the messages for a waiting patient, newest first."""
        async with self._database.read() as db:
            row = await db.one(rows.by_id, of=visitor.visit_id)
        if row is None or row.state != State.WAITING or row.on_telephone:
            return []
        return await self._said(row.clinic_id, row.room_id)

    async def _said(self, clinic_id: str, room_id: str) -> list[RoomMessage]:
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            found = await db.all(_shown, room=room_id, moment=clock.now())
        names = await self._staff.named(clinic_id, {row.staff_id for row in found})
        return [
            RoomMessage(
                row.id,
                names.get(row.staff_id, ""),
                keys.unseal(_BODY, row.id, row.body),
                row.at,
                row.ends_at,
            )
            for row in found
        ]
