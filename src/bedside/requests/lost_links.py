"""“Send me my link again”: asked at the door of a room by somebody who has lost the message.

Anybody can type anybody's name there, so asking looks nothing up, and the answer is the same for
everybody. Staff in charge of the room see what was typed, and who it may be among the patients whom
they may see. One press sends a new link, to the addresses in the chart and never to one that was
typed.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.likely import Likely, LikelyPatients
from bedside.people.names import folded
from bedside.people.permissions import Permissions, StaffAccess
from bedside.people.visibility import is_in_charge
from bedside.requests.events import DeskLinkMissed
from bedside.requests.lists import RequestLists
from bedside.requests.models import lost_links
from bedside.requests.records import STILL_WANTED, Request
from bedside.requests.service import Requests
from bedside.requests.states import State, Step, allowed

KEPT_FOR = 14 * clock.DAY
MOST_IN_A_ROOM = 100
"""Filling the list with made-up names must not push out those who are real."""
_MOST_SHOWN = 50
_MOST_LIKELY = 4
_COLUMN = "lost_links.record"


class LostLinkRow(NamedTuple):
    """A stored wish for a link."""

    id: str
    clinic_id: str
    room_id: str
    person: int
    record: bytes
    asked_at: int


_add = prepared(
    upsert(lost_links).on_conflict_do_update(
        index_elements=["room_id", "person"], set_={"asked_at": bindparam("again_at")}
    )
)
_in_room = prepared(
    select(func.count().label("rows"))
    .select_from(lost_links)
    .where(lost_links.c.room_id == bindparam("room"))
)
_by_id = prepared(select(lost_links).where(lost_links.c.id == bindparam("of")), LostLinkRow)
_mine = (
    lost_links.c.clinic_id == bindparam("clinic"),
    is_in_charge(lost_links.c.room_id),
)
_listed = prepared(
    select(lost_links).where(*_mine).order_by(lost_links.c.asked_at.desc()).limit(_MOST_SHOWN),
    LostLinkRow,
)
_waiting = prepared(select(func.count().label("rows")).select_from(lost_links).where(*_mine))
_drop = prepared(delete(lost_links).where(lost_links.c.id == bindparam("of")))
_old = prepared(delete(lost_links).where(lost_links.c.asked_at < bindparam("before")))


class IsAnswered(Conflict):
    """A colleague was faster, or a button was pressed twice."""

    code = "lost_link_is_answered"
    sentence = N_("This was answered already. Nothing was sent a second time.")


@dataclass(frozen=True, slots=True)
class Asker:
    """The input of somebody who has lost a link. `contact` is an e-mail address, a phone number in
    its stored form, or ""."""

    name: str
    birth_date: date
    contact: str = ""


@dataclass(frozen=True, slots=True)
class MayBe:
    """A patient who may have asked, and the requests of theirs of which a new link can be sent."""

    likely: Likely
    requests: list[Request]


@dataclass(frozen=True, slots=True)
class LostLink:
    """A wish for a link, as those in charge of the room see it. Times in milliseconds."""

    id: str
    room_id: str
    asker: Asker
    asked_at: int
    may_be: list[MayBe]


class LostLinks:
    """Keeps wishes for a link until staff have answered them."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        permissions: Permissions,
        likely: LikelyPatients,
        lists: RequestLists,
        requests: Requests,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._permissions = permissions
        self._likely = likely
        self._lists = lists
        self._requests = requests

    async def ask(self, clinic_id: str, room_id: str, asker: Asker, address: str) -> None:
        """Keep a wish. Asking again, and asking in a room where very many have asked, looks the
        same to whoever asks."""
        keys = await self._vault.clinic(clinic_id)
        lost_id, moment = new_id("los"), clock.now()
        async with self._database.unit_of_work() as work:
            await work.lock(f"lost-links:{room_id}")
            here = await work.one(_in_room, room=room_id)
            if here is not None and here.rows >= MOST_IN_A_ROOM:
                return
            await work.execute(
                _add,
                id=lost_id,
                clinic_id=clinic_id,
                room_id=room_id,
                person=_person(keys, asker),
                record=keys.seal(_COLUMN, lost_id, _as_json(asker)),
                asked_at=moment,
                again_at=moment,
            )
            somebody = Actor(ActorKind.UNKNOWN, "", address)
            await self._audit.record(work, clinic_id, somebody, Action.LINK_MISSED, target=room_id)
            _publish(work, clinic_id, room_id)

    async def of_desk(self, staff: StaffAccess) -> list[LostLink]:
        """Return the newest wishes in the rooms of which somebody is in charge, with the patients
        who may have asked and whom this person may see."""
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            found = await db.all(_listed, staff=staff.staff_id, clinic=staff.clinic_id)
        listed: list[LostLink] = []
        for row in found:
            asker = _asker(keys, row)
            likely = await self._likely.seen_by(staff, asker.name, asker.birth_date)
            may_be = [
                MayBe(one, await self._answerable(staff, one.patient.id))
                for one in likely[:_MOST_LIKELY]
            ]
            listed.append(LostLink(row.id, row.room_id, asker, row.asked_at, may_be))
        return listed

    async def _answerable(self, staff: StaffAccess, patient_id: str) -> list[Request]:
        """Return the requests to a patient that still want an answer."""
        chart = await self._permissions.chart(staff, patient_id)
        found = await self._lists.of_chart(chart)
        since = clock.now() - STILL_WANTED
        return [
            one
            for one in found
            if allowed(one.state, Step.REISSUED)
            and one.state is not State.REVOKED
            and one.expires_at > since
        ]

    async def waiting(self, staff: StaffAccess) -> int:
        """Count the wishes in somebody's rooms."""
        async with self._database.read() as db:
            row = await db.one(_waiting, staff=staff.staff_id, clinic=staff.clinic_id)
        return row.rows if row else 0

    async def send_again(
        self, staff: StaffAccess, lost_id: str, patient_id: str, request_id: str
    ) -> None:
        """“Send the link again”: a new link of this request goes to the patient's addresses.

        Raises NotFound, also for a room or a chart that is not this person's, IsAnswered, and what
        `Requests.reissue` raises.
        """
        chart = await self._permissions.chart(staff, patient_id)
        row = await self._row(staff, lost_id)

        async def settle(work: UnitOfWork) -> None:
            await self._settle(work, staff, row, patient_id)

        await self._requests.reissue(chart, request_id, answers=settle)

    async def dismiss(self, staff: StaffAccess, lost_id: str) -> None:
        """Nothing is sent. Raises NotFound, IsAnswered."""
        row = await self._row(staff, lost_id)
        async with self._database.unit_of_work() as work:
            await self._settle(work, staff, row, "")

    async def forget(self) -> None:
        """Drop wishes that nobody has answered for two weeks, for the worker's sweep."""
        async with self._database.unit_of_work() as work:
            await work.execute(_old, before=clock.now() - KEPT_FOR)

    async def _row(self, staff: StaffAccess, lost_id: str) -> LostLinkRow:
        async with self._database.read() as db:
            row = await db.one(_by_id, of=lost_id)
        if row is None:
            raise IsAnswered
        if row.clinic_id != staff.clinic_id:
            raise NotFound
        await self._permissions.room(staff, row.room_id)
        return row

    async def _settle(
        self, work: UnitOfWork, staff: StaffAccess, row: LostLinkRow, patient_id: str
    ) -> None:
        if not await work.execute(_drop, of=row.id):  # a colleague, or a second press
            raise IsAnswered
        await self._audit.record(
            work,
            row.clinic_id,
            staff.actor,
            Action.LINK_MISS_ANSWERED,
            patient_id=patient_id,
            target=row.room_id,
        )
        _publish(work, row.clinic_id, row.room_id)


def _publish(work: UnitOfWork, clinic_id: str, room_id: str) -> None:
    work.emit(DeskLinkMissed(clinic_id=clinic_id, room_id=room_id))


def _person(keys: ClinicKeys, asker: Asker) -> int:
    words = " ".join(sorted(folded(asker.name).split()))
    return keys.token("lost_link.person", f"{asker.birth_date.isoformat()} {words}")


def _as_json(asker: Asker) -> dict[str, str]:
    born = asker.birth_date.isoformat()
    return {"name": asker.name, "birth_date": born, "contact": asker.contact}


def _asker(keys: ClinicKeys, row: LostLinkRow) -> Asker:
    typed = keys.unseal(_COLUMN, row.id, row.record)
    return Asker(typed["name"], date.fromisoformat(typed["birth_date"]), typed["contact"])
