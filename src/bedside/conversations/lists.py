"""Lists of conversations: for the clinic's staff, in a patient's chart, and for the patient."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal_column, or_, select

from bedside.audit import Action
from bedside.audit.looks import Looks
from bedside.conversations import records
from bedside.conversations.models import (
    WAITING,
    conversation_messages,
    conversation_receipts,
    conversations,
)
from bedside.conversations.records import Conversation, Message
from bedside.conversations.rows import IS_SHOWN, ConversationRow, MessageRow
from bedside.conversations.sides import (
    Access,
    is_staff,
    require_chat,
    seen_by,
    sender_of,
    viewer_of,
)
from bedside.database.sealed import Vault
from bedside.database.statements import Among, prepared, unindexed
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions
from bedside.people.hidden import as_seen_by, is_shown
from bedside.people.patients import Patients
from bedside.people.permissions import PatientAccess, StaffAccess
from bedside.people.reach import Condition, Reach, among_the_few, two_ways

PAGE = 50
MOST_COUNTED = 999
EVERYTHING = as_seen_by(None)
"""As staff see it."""

_c = conversations.c
_OPEN = _c.state == literal_column("'open'")
_AWAKE = _c.snoozed_until <= bindparam("moment")
VIEWS: dict[str, tuple[ColumnElement[bool], bool]] = {
    "waiting": (and_(WAITING, _AWAKE), True),
    "mine": (and_(_OPEN, _c.assignee_id == bindparam("staff")), False),
    "open": (_OPEN, False),
    "snoozed": (_c.snoozed_until > bindparam("moment"), False),
    "closed": (_c.state == literal_column("'closed'"), False),
}
"""The tabs of the staff's list: what is in each, and whether what waits longest comes first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One conversation of a list: its last message, and how many the reader has not seen."""

    conversation: Conversation
    patient_name: str
    last: Message | None
    unread: int


def _seen(visible: Condition, which: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    few = visible is among_the_few
    clinic = unindexed(_c.clinic_id) if few else _c.clinic_id
    return clinic == bindparam("clinic"), which, visible(_c.patient_id)


def _listed(which: ColumnElement[bool], oldest_first: bool) -> Any:
    order = _c.waiting_since if oldest_first else _c.last_at.desc()

    def asked(visible: Condition) -> Any:
        return (
            select(conversations)
            .where(*_seen(visible, which))
            .order_by(order, _c.id)
            .limit(PAGE)
            .offset(bindparam("offset"))
        )

    return two_ways(asked, ConversationRow)


def _counted(visible: Condition) -> Any:
    unclaimed = or_(_c.assignee_id == literal_column("''"), _c.assignee_id == bindparam("staff"))
    which = and_(WAITING, _AWAKE, unclaimed)
    some = select(_c.id).where(*_seen(visible, which)).limit(bindparam("most"))
    return select(func.count().label("waiting")).select_from(some.subquery())


_desk = {view: _listed(*which) for view, which in VIEWS.items()}
_waiting = two_ways(_counted)
_of_patient = prepared(
    select(conversations)
    .where(
        _c.patient_id == bindparam("patient"),
        unindexed(_c.clinic_id) == bindparam("clinic"),
        is_shown(_c.id),
    )
    .order_by(_c.last_at.desc(), _c.id.desc())
    .limit(bindparam("limit")),
    ConversationRow,
)
_m = conversation_messages.c
_newest_number = (
    select(func.max(_m.number)).where(_m.conversation_id == _c.id).correlate(conversations)
)


def _newest_of(public: bool) -> Among[MessageRow]:
    number = _newest_number
    if public:
        number = number.where(_m.kind != "note", IS_SHOWN)
    else:
        number = number.where(_m.kind != "automatic")

    def asked(ids: list[Any]) -> Any:
        newest = conversation_messages.alias("newest")
        return (
            select(newest)
            .select_from(
                conversations.join(
                    newest,
                    and_(
                        newest.c.conversation_id == _c.id,
                        newest.c.number == number.scalar_subquery(),
                    ),
                )
            )
            .where(_c.id.in_(ids))
        )

    return Among(asked, MessageRow)


_NEWEST = {True: _newest_of(public=False), False: _newest_of(public=True)}
"""The newest messages: with notes and without automatic answers, which would hide what waits for
one (True), or those that the patient sees."""
_r = conversation_receipts.c


def _unread_of(kinds: tuple[str, ...]) -> Among[Any]:
    """Count the messages by these kinds of senders that a person has not read, by
    conversation."""
    read = (
        select(func.coalesce(func.max(_r.number), literal_column("0")))
        .where(
            _r.conversation_id == _m.conversation_id,
            _r.person_id == bindparam("person"),
            _r.what == literal_column("'read'"),
        )
        .correlate(conversation_messages)
        .scalar_subquery()
    )
    return Among(
        lambda ids: (
            select(_m.conversation_id, func.count().label("messages"))
            .where(
                _m.conversation_id.in_(ids),
                _m.kind != literal_column("'note'"),
                _m.retracted_at == literal_column("0"),
                _m.sender_kind.in_([literal_column(f"'{kind}'") for kind in kinds]),
                _m.number > read,
                IS_SHOWN,
            )
            .group_by(_m.conversation_id)
        )
    )


_unread = {
    True: _unread_of(("patient", "proxy")),
    False: _unread_of(("staff", "clinic")),
}
"""For staff (True), and for the patient's side."""


class ConversationLists:
    """Reads lists of conversations, and counts what waits."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        looks: Looks,
        patients: Patients,
        reach: Reach,
    ) -> None:
        self._database = database
        self._vault = vault
        self._looks = looks
        self._patients = patients
        self._reach = reach

    async def desk(self, staff: StaffAccess, view: str, page: int = 0) -> list[Line]:
        """Return a page of one of `VIEWS`, over all patients whom this person may see. What waits
        longest comes first, elsewhere what is newest."""
        statement = _desk[view].when(await self._reach.sees_few(staff))
        async with self._database.read() as db:
            found = await db.all(
                statement,
                staff=staff.staff_id,
                clinic=staff.clinic_id,
                moment=clock.now(),
                offset=page * PAGE,
            )
        await self._looks.note(
            staff.clinic_id, staff.actor, staff.session_id, Action.CONVERSATIONS_LISTED
        )
        return await self._lines(staff.clinic_id, staff.staff_id, found, for_staff=True)

    async def waiting(self, staff: StaffAccess) -> int:
        """Count what waits for an answer of this person or of nobody in particular."""
        statement = _waiting.when(await self._reach.sees_few(staff))
        async with self._database.read() as db:
            row = await db.one(
                statement,
                staff=staff.staff_id,
                clinic=staff.clinic_id,
                moment=clock.now(),
                most=MOST_COUNTED + 1,
            )
        return row.waiting if row else 0

    async def of_patient(self, access: Access, limit: int = PAGE) -> list[Line]:
        """Return the conversations of one patient, newest first: for the chart, and for the
        patient's side. Raises NotShared."""
        require_chat(access)
        async with self._database.read() as db:
            found = await db.all(
                _of_patient,
                patient=access.patient_id,
                clinic=access.clinic_id,
                limit=limit,
                **seen_by(access),
            )
        lines = await self._lines(
            access.clinic_id,
            sender_of(access).id,
            found,
            for_staff=is_staff(access),
            seen=seen_by(access),
        )
        # An empty conversation would tell a proxy that something in it is hidden.
        return [line for line in lines if line.last or not viewer_of(access)]

    async def unread(self, access: PatientAccess) -> int:
        """Count the messages of the clinic that this person has not read."""
        return sum(line.unread for line in await self.of_patient(access))

    async def _lines(
        self,
        clinic_id: str,
        person_id: str,
        found: list[ConversationRow],
        *,
        for_staff: bool,
        seen: Mapping[str, str] = EVERYTHING,
    ) -> list[Line]:
        if not found:
            return []
        ids = [row.id for row in found]
        newest, among = _NEWEST[for_staff].of(ids)
        unread, same = _unread[for_staff].of(ids)
        async with self._database.read() as db:
            last = {row.conversation_id: row for row in await db.all(newest, **among, **seen)}
            counts = {
                row.conversation_id: row.messages
                for row in await db.all(unread, person=person_id, **seen, **same)
            }
        keys = await self._vault.clinic(clinic_id)
        names = await self._patients.named(clinic_id, {row.patient_id for row in found})
        return [
            Line(
                records.shown(row),
                names.get(row.patient_id, ""),
                records.opened(keys, last[row.id], [], for_staff=for_staff)
                if row.id in last
                else None,
                counts.get(row.id, 0),
            )
            for row in found
        ]
