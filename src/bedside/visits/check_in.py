"""Checking in at a room: typed by the patient, by a personal invitation, or again after the end.

Anybody can type anybody's name and date of birth at an open door. So a visit from there carries
what was typed and nothing else: it belongs to no chart until staff identify the patient
(`identification`), and the person who typed learns nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update

from bedside.audit import Actor
from bedside.audit.actors import ActorKind
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock, faults, language, phones
from bedside.kernel.ids import new_id, new_secret
from bedside.kernel.language import N_
from bedside.kernel.typed import one_line, several_lines
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people import names
from bedside.people.clinics import ClinicOptions
from bedside.people.patients import NO_NAME, Patient, Patients
from bedside.people.permissions import LinkAccess, PatientAccess, VisitorAccess
from bedside.visits import rows
from bedside.visits.devices import (
    add_device,
    add_draft,
    device,
    lock_name,
    next_token,
    visit_of_draft,
)
from bedside.visits.models import UNIDENTIFIED, invitations, visit_legs, visits
from bedside.visits.rooms import Room, Rooms
from bedside.visits.rows import Discarded, Identified, VisitRow
from bedside.visits.states import GOING_ON, State
from bedside.visits.transitions import Transitions

NAME_MAX = 200
REASON_MAX = 500
_OLDEST = 130
"""Years; nobody has lived longer (Jeanne Calment reached 122)."""
_SAME_FORM = 10 * clock.MINUTE
"""Time after a check-in in which the same form, sent again, leads to the same visit."""
MOST_UNKNOWN = 100
"""The most visits from the door that may wait in a room: filling a waiting room with made-up names
must fill neither the disk nor the page on which staff look for their patients."""

_add = prepared(insert(visits))
_unknown_here = prepared(
    select(func.count().label("visits")).where(
        visits.c.clinic_id == bindparam("clinic"),
        visits.c.room_id == bindparam("room"),
        visits.c.ended_at == 0,
        UNIDENTIFIED,
    )
)
_is_here = prepared(
    select(visits)
    .where(
        visits.c.clinic_id == bindparam("clinic"),
        visits.c.patient_id == bindparam("patient"),
        visits.c.state.in_(GOING_ON),
        visits.c.id.in_(
            select(visit_legs.c.visit_id).where(
                visit_legs.c.visit_id == visits.c.id, visit_legs.c.room_id == bindparam("room")
            )
        ),
    )
    .order_by(visits.c.queued_at, visits.c.id)
    .limit(1),
    VisitRow,
)
_by_id = prepared(select(invitations).where(invitations.c.id == bindparam("of")))
_invitation = prepared(
    select(invitations).where(invitations.c.id == bindparam("of")).with_for_update()
)
_note_visit = prepared(
    update(invitations)
    .where(invitations.c.id == bindparam("of"))
    .values(visit_id=bindparam("newest"))
)


@dataclass(frozen=True, slots=True)
class CheckInForm:
    """A patient's input. `draft` is a secret made with the form (`new_draft`): sending the form
    twice makes one visit."""

    draft: str
    name: str
    birth_date: date | None = None
    phone: str = ""
    reason: str = ""
    consented: bool = False


class CheckedIn(NamedTuple):
    """A visit, and the token by which the device is known in it."""

    visit_id: str
    token: str


class CheckIn:
    """Lets patients into the queue of a room."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        patients: Patients,
        rooms: Rooms,
        transitions: Transitions,
    ) -> None:
        self._database = database
        self._vault = vault
        self._patients = patients
        self._rooms = rooms
        self._transitions = transitions

    @staticmethod
    def new_draft() -> str:
        """Return the secret of a new form."""
        return new_secret()

    async def check_in(self, room: Room, form: CheckInForm, address: str) -> CheckedIn:
        """Check in with what was typed.

        Raises WrongInput with the wrong field, RoomClosed, and RoomFull.
        """
        typed = _typed(room, form, await self._rooms.clinic_options(room))
        keys = await self._vault.clinic(room.clinic_id)
        # Always new: others may have seen the form's draft on a shared tablet.
        token = new_secret()
        async with self._database.unit_of_work() as work:
            await work.lock(f"check-in:{lock_name(form.draft)}")  # two presses at once
            known = await visit_of_draft(work, form.draft)
            row = await work.one(rows.by_id, of=known.id) if known else None
            if row is not None and _is_repeated(row, rows.typed(keys, row), typed):
                await add_device(work, keys, row.id, token)
                return CheckedIn(row.id, token)
            await self._must_be_open(work, room)
            await self._must_have_place(work, room)
            visit_id = await self._begin(work, room, "", Identified.TYPED, typed, address)
            await add_device(work, keys, visit_id, token)
            await add_draft(work, keys, visit_id, form.draft)
        faults.point("visit.checked_in")
        return CheckedIn(visit_id, token)

    async def _must_have_place(self, work: UnitOfWork, room: Room) -> None:
        found = await work.one(_unknown_here, clinic=room.clinic_id, room=room.id)
        if found is not None and found.visits >= MOST_UNKNOWN:
            raise RoomFull

    async def with_invitation(self, link: LinkAccess, *, consented: bool = False) -> CheckedIn:
        """Check in by a personal invitation: nothing is typed beyond the date of birth given
        before. A second device joins the same visit while it lasts, also by another invitation and
        after a transfer from this room to another one: nobody gets two places in a room.

        Raises NotFound for a link to something else, RoomClosed, and WrongInput if the room
        requires an agreement that was not given.
        """
        async with self._database.read() as db:
            invited = await db.one(_by_id, of=link.subject_id)
        if invited is None or invited.clinic_id != link.clinic_id:
            raise NotFound
        room = await self._rooms.get(link.clinic_id, invited.room_id)
        patient = await self._patients.of_link(link)
        keys = await self._vault.clinic(link.clinic_id)
        token = new_secret()
        async with self._database.unit_of_work() as work:
            invited = await work.one(_invitation, of=link.subject_id)
            if invited is None:
                raise NotFound
            before = await work.one(rows.by_id, of=invited.visit_id)
            if before is not None and before.state != State.ENDED:
                await add_device(work, keys, before.id, token)
                return CheckedIn(before.id, token)
            await work.lock(f"check-in:{lock_name(f'{room.id}:{patient.id}')}")
            there = await work.one(
                _is_here, clinic=link.clinic_id, room=room.id, patient=patient.id
            )
            if there is not None:  # by another invitation, or staff have said who waits
                await work.execute(_note_visit, of=link.subject_id, newest=there.id)
                await add_device(work, keys, there.id, token)
                return CheckedIn(there.id, token)
            await self._must_be_open(work, room)
            known = _known(room, patient, consented)
            visit_id = await self._begin(
                work, room, patient.id, Identified.INVITED, known, link.address
            )
            await work.execute(_note_visit, of=link.subject_id, newest=visit_id)
            await add_device(work, keys, visit_id, token)
        return CheckedIn(visit_id, token)

    async def with_account(
        self, side: PatientAccess, room: Room, *, reason: str = "", consented: bool = False
    ) -> CheckedIn:
        """Check in somebody who is signed in to the app, or whose proxy is: nothing is typed. A
        visit that goes on in this room is joined.

        Raises NotFound for a room of another clinic, RoomClosed, and WrongInput if the room
        requires an agreement that was not given, or a reason.
        """
        if room.clinic_id != side.clinic_id:
            raise NotFound
        patient = await self._patients.of_side(side)
        keys, token = await self._vault.clinic(side.clinic_id), new_secret()
        async with self._database.unit_of_work() as work:
            await work.lock(f"check-in:{lock_name(f'{room.id}:{patient.id}')}")
            there = await work.one(
                _is_here, clinic=side.clinic_id, room=room.id, patient=patient.id
            )
            if there is not None:
                await add_device(work, keys, there.id, token)
                return CheckedIn(there.id, token)
            await self._must_be_open(work, room)
            known = {**_known(room, patient, consented), "reason": _reason(room, reason)}
            visit_id = await self._begin(
                work, room, patient.id, Identified.ACCOUNT, known, side.account.address
            )
            await add_device(work, keys, visit_id, token)
        faults.point("visit.checked_in")
        return CheckedIn(visit_id, token)

    async def same_here(self, clinic_id: str, form: CheckInForm, visit_ids: Sequence[str]) -> str:
        """Return which of the visits that go on on this device, as it has proved, is of the person
        who fills in a form there again; "" if it is of somebody else."""
        keys = await self._vault.clinic(clinic_id)
        born = form.birth_date.isoformat() if form.birth_date else ""
        for visit_id in visit_ids:
            async with self._database.read() as db:
                row = await db.one(rows.by_id, of=visit_id)
            if row is None or row.clinic_id != clinic_id or row.state == State.ENDED:
                continue
            typed = rows.typed(keys, row)
            same = names.folded(typed["name"]) == names.folded(form.name)
            if same and typed["birth_date"] == born:
                return visit_id
        return ""

    async def going_on(self, invitation_id: str) -> str:
        """Return the visit begun by an invitation that has not ended yet; "" if there is none."""
        async with self._database.read() as db:
            invited = await db.one(_by_id, of=invitation_id)
            visit = await db.one(rows.by_id, of=invited.visit_id) if invited else None
        return visit.id if visit is not None and visit.state != State.ENDED else ""

    async def again(self, visitor: VisitorAccess, token: str) -> CheckedIn:
        """Check in again after a visit has ended, without retyping: in the room where it ended.
        `token` is the device's for that visit; the new one is derived from it, so that a device
        asking twice gets one visit, and no queue can be filled that way.

        The identity in the last visit says nothing about who holds the device now: staff are asked
        again, unless the patient came by an invitation or is signed in to the app.

        Raises Conflict while the visit is in progress, or if the room is closed; Discarded if what
        was typed is destroyed.
        """
        async with self._database.read() as db:
            row = await db.one(rows.by_id, of=visitor.visit_id)
        if row is None:
            raise NotFound
        if row.state != State.ENDED:
            raise Conflict(N_("You are checked in already. Go back to your visit."))
        if row.identified == Identified.DISCARDED:
            raise Discarded
        keys = await self._vault.clinic(row.clinic_id)
        room = await self._rooms.get(row.clinic_id, row.room_id)
        token = next_token(token)
        async with self._database.unit_of_work() as work:
            await work.lock(f"check-in:{lock_name(token)}")  # two presses at once
            if (known := await device(work, token)) is not None:
                return CheckedIn(known.id, token)
            await self._must_be_open(work, room)
            proven = row.identified in (Identified.INVITED, Identified.ACCOUNT)
            visit_id = await self._begin(
                work,
                room,
                row.patient_id if proven else "",
                Identified(row.identified) if proven else Identified.TYPED,
                rows.typed(keys, row),
                visitor.address,
            )
            await add_device(work, keys, visit_id, token)
        return CheckedIn(visit_id, token)

    async def _must_be_open(self, work: UnitOfWork, room: Room) -> None:
        if not await self._rooms.stays_open(work, room):
            raise RoomClosed

    async def _begin(
        self,
        work: UnitOfWork,
        room: Room,
        patient_id: str,
        identified: Identified,
        typed: dict[str, Any],
        address: str,
    ) -> str:
        visit_id = new_id("vis")
        keys = await self._vault.clinic(room.clinic_id)
        moment = clock.now()
        values = {
            "id": visit_id,
            "clinic_id": room.clinic_id,
            "room_id": room.id,
            "patient_id": patient_id,
            "state": str(State.WAITING),
            "ended_reason": "",
            "call_id": "",
            "identified": str(identified),
            "record": keys.seal(rows.COLUMN, visit_id, typed),
            "device_test": "",
            "leg": 1,
            "transfer_id": "",
            "checked_in_at": moment,
            "queued_at": moment,
            "admitted_at": 0,
            "admitted_by": "",
            "ended_at": 0,
            "ended_by": "",
            "away_since": moment,  # until the page connects
            "hidden": False,
            "looked_at": 0,
            "changed_at": moment,
            "place_at": moment,
            "first_at": 0,
            "urgent": False,
            "order_reason": None,
            "returned_at": 0,
        }
        await work.execute(_add, **values)
        row = await work.one(rows.by_id, of=visit_id)
        assert row is not None  # noqa: S101 - it was written in this unit of work
        actor = Actor(ActorKind.PATIENT, patient_id or visit_id, address)
        await self._transitions.begin(work, row, actor)
        return visit_id


class RoomClosed(Conflict):
    """Nobody can check in at this room now."""

    code = "room_closed"
    sentence = N_("This waiting room is closed right now. Please come back later.")


class RoomFull(Conflict):
    """More patients are waiting in this room than anybody can look at."""

    code = "room_full"
    sentence = N_(
        "Very many people are waiting here right now. Please try again in a few minutes, or call "
        "the clinic."
    )


def problems(room: Room, form: CheckInForm, clinic: ClinicOptions) -> dict[str, str]:
    """Return the errors of a form, by field: sentences that are translated where they are
    displayed, that of the phone with `phones.hint`."""
    options, found = room.options, dict[str, str]()
    name, phone = names.cleaned(form.name), one_line(form.phone)
    if not name:
        found["name"] = N_("Enter your name.")
    elif not names.is_name(name):
        found["name"] = NO_NAME
    elif len(name) > NAME_MAX:
        found["name"] = N_("This name is too long: at most 200 characters.")
    born = form.birth_date
    if born is None and options.ask_birth_date == "required":
        found["birth"] = N_("Enter your date of birth.")
    elif born is not None and born > clinic.today():
        found["birth"] = N_("This day is in the future. Check the year.")
    elif born is not None and clinic.today().year - born.year > _OLDEST:
        found["birth"] = N_("Check the year of your date of birth. It has four digits.")
    if not phone and options.ask_phone == "required":
        found["phone"] = N_("Enter your phone number.")
    elif phone and (refusal := _unreadable(phone, clinic)):
        found["phone"] = refusal
    if wrong := _wrong_reason(room, form.reason):
        found["reason"] = wrong
    if options.consent_text and not form.consented:
        found["consented"] = N_("Please agree to go on.")
    return found


def _wrong_reason(room: Room, reason: str) -> str:
    """Return the error of a reason for the visit, "" if there is none."""
    if not reason.strip() and room.options.ask_reason == "required":
        return N_("Enter the reason for your visit.")
    if len(reason.strip()) > REASON_MAX:
        return N_("Please use at most 500 characters here.")
    return ""


def _unreadable(phone: str, clinic: ClinicOptions) -> str:
    """Return why a number cannot be read, "" if it can."""
    try:
        phones.read(phone, clinic.home)
    except phones.Unreadable as error:
        return error.sentence
    return ""


def _typed(room: Room, form: CheckInForm, clinic: ClinicOptions) -> dict[str, Any]:
    """Return what is sealed of a form. Raises WrongInput for the first wrong field."""
    for field, sentence in problems(room, form, clinic).items():
        raise WrongInput(sentence, field=field)
    phone = one_line(form.phone)
    return {
        "name": names.cleaned(form.name),
        "birth_date": form.birth_date.isoformat() if form.birth_date else "",
        "phone": phones.read(phone, clinic.home).stored if phone else "",
        "reason": several_lines(form.reason),
        "consented_to": room.options.consent_text if form.consented else "",
        "language": language.spoken(),
    }


def _known(room: Room, patient: Patient, consented: bool) -> dict[str, Any]:
    """Return an invited patient's name as if typed; what else the chart knows stays there."""
    if room.options.consent_text and not consented:
        raise WrongInput(N_("Please agree to go on."), field="consented")
    return {
        "name": patient.name,
        "birth_date": "",
        "phone": "",
        "reason": "",
        "consented_to": room.options.consent_text,
    }


def _reason(room: Room, typed: str) -> str:
    """Return the reason of the visit as the room asks for it. Raises WrongInput."""
    if room.options.ask_reason == "no":
        return ""
    if wrong := _wrong_reason(room, typed):
        raise WrongInput(wrong, field="reason")
    return several_lines(typed)


def _is_repeated(row: VisitRow, before: dict[str, Any], typed: dict[str, Any]) -> bool:
    """Whether a form repeats one sent a moment ago, and is not another person's in the same
    browser."""
    return before == typed and row.checked_in_at + _SAME_FORM > clock.now()
