"""The telephone as a way out: a text message to a patient, and a visit that goes on by telephone.

The number is the chart's; the typed one if there is no chart yet, or none in it.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, select

from bedside.audit import Action, AuditLog
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import WrongInput
from bedside.kernel import clock, faults, phones
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, Row, Transactions
from bedside.notifications.addresses import read_for_sms
from bedside.notifications.messenger import Messenger, Notice
from bedside.notifications.text_limits import TextLimits
from bedside.notifications.texts import OutgoingText
from bedside.people.clinics import Clinics
from bedside.people.patients import SEALED_PATIENTS, phone_of
from bedside.people.permissions import RoomAccess, VisitorAccess
from bedside.visits import rows
from bedside.visits.rooms import Rooms
from bedside.visits.rows import VisitRow
from bedside.visits.sms_texts import BY_STAFF, Why, door_wording, wording
from bedside.visits.steps import Telephone
from bedside.visits.transitions import Transitions

USEFUL_FOR = 10 * clock.MINUTE
"""A message about the moment is not sent any later."""
_DRAFT = re.compile(r"[A-Za-z0-9_-]{8,80}")
_NO_NUMBER = N_("There is no number to which a text message can go. Add it on the card.")
_sealed_person = prepared(
    select(SEALED_PATIENTS.c.person).where(SEALED_PATIENTS.c.patient == bindparam("of"))
)


class Number(NamedTuple):
    """A number as it is stored, and whether it is from the chart."""

    stored: str
    of_chart: bool

    @property
    def for_sms(self) -> str:
        """The number in E.164; "" for one that no text message can reach."""
        phone = phones.known(self.stored)
        return phone.number if phone and not phone.extension else ""


@dataclass(frozen=True, slots=True)
class Texts:
    """The text messages that staff can send to a patient, as the patient would read them."""

    to: str
    wordings: dict[Why, OutgoingText]


def number_in(keys: ClinicKeys, visit_id: str, row: Row) -> Number:
    """Return the number for a row with the columns `rows.NAMED_BY`."""
    if row.patient_id and row.person is not None:
        stored = phone_of(keys, row.patient_id, row.person)
        if stored:
            return Number(stored, of_chart=True)
    return Number(str(keys.unseal(rows.COLUMN, visit_id, row.record).get("phone", "")), False)


async def number_of(reader: Reader, keys: ClinicKeys, row: VisitRow) -> Number:
    """Return the number of a visit's patient."""
    person = await reader.one(_sealed_person, of=row.patient_id) if row.patient_id else None
    if person is not None:
        stored = phone_of(keys, row.patient_id, person.person)
        if stored:
            return Number(stored, of_chart=True)
    return Number(str(rows.typed(keys, row).get("phone", "")), of_chart=False)


def link_into(base_url: str, visit_id: str, slug: str) -> str:
    """Return the address of a visit's page, which leads other devices to the door of the room."""
    return f"{base_url}/visit/{visit_id}?door={slug}"


class Telephones:
    """Sends text messages, and notes that a visit goes on by telephone."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        rooms: Rooms,
        transitions: Transitions,
        messenger: Messenger,
        limits: TextLimits,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._rooms = rooms
        self._transitions = transitions
        self._messenger = messenger
        self._limits = limits
        self._base_url = base_url

    async def go_on(self, room: RoomAccess, visit_id: str, *, leg: int | None = None) -> None:
        """Go on by telephone: a call with this patient ends, and the visit does not. Pressed again,
        nothing happens. Raises NotFound, Conflict."""
        async with self._database.unit_of_work() as work:
            row = await self._transitions.lock_in_room(work, room, visit_id, leg)
            if not row.on_telephone:
                await self._transitions.take_step(work, row, Telephone(), room.actor)
        faults.point("visit.telephoned")

    async def texts(self, room: RoomAccess, visit_id: str) -> Texts:
        """Return what can be sent, word for word. Raises NotFound, Conflict, WrongInput if there is
        no number."""
        async with self._database.unit_of_work() as work:
            row = await self._transitions.lock_in_room(work, room, visit_id)
        keys = await self._vault.clinic(room.clinic_id)
        async with self._database.read() as db:
            number = await number_of(db, keys, row)
        if not number.for_sms:
            raise WrongInput(_NO_NUMBER, field="phone")
        clinic = await self._clinics.get(room.clinic_id)
        found = await self._rooms.get(room.clinic_id, room.room_id)
        link = link_into(self._base_url, visit_id, found.slug)
        language = str(rows.typed(keys, row).get("language", clinic.options.language))
        return Texts(number.stored, {why: wording(clinic, why, link, language) for why in BY_STAFF})

    async def send(self, room: RoomAccess, visit_id: str, why: Why, draft: str) -> None:
        """Send one of these texts. `draft` was made with the dialog: pressed twice, one message
        goes. Raises as `texts`, WrongInput for another text, and ManyTexts."""
        if why not in BY_STAFF or not _DRAFT.fullmatch(draft):
            raise WrongInput(N_("Please choose one."), field="text")
        text = (await self.texts(room, visit_id)).wordings[why].text
        keys = await self._vault.clinic(room.clinic_id)
        async with self._database.unit_of_work() as work:
            row = await self._transitions.lock_in_room(work, room, visit_id)
            number = await number_of(work, keys, row)
            await self._limits.take(work, room.clinic_id, number.for_sms, field="text")
            cause = f"{visit_id}/text/{draft}"
            await self._messenger.send(work, notice(row, number, cause, text, room.staff.staff_id))
            await self._audit.record(
                work,
                room.clinic_id,
                room.actor,
                Action.VISIT_TEXTED,
                patient_id=row.patient_id,
                subject_id=visit_id,
                why=str(why),
            )
        faults.point("visit.texted")

    async def texts_near(self, visitor: VisitorAccess) -> bool:
        """Whether this patient gets an SMS when the turn comes near."""
        keys = await self._vault.clinic(visitor.clinic_id)
        async with self._database.read() as db:
            row = await db.one(rows.by_id, of=visitor.visit_id)
            number = await number_of(db, keys, row) if row is not None else None
        if row is None or number is None or not number.for_sms or row.texted_at:
            return False
        return (await self._rooms.get(row.clinic_id, row.room_id)).options.text_when_away

    async def door_text(self, room: RoomAccess) -> OutgoingText:
        """Return the invitation to the waiting room as it goes to a bare number."""
        clinic = await self._clinics.get(room.clinic_id)
        found = await self._rooms.get(room.clinic_id, room.room_id)
        return door_wording(clinic, f"{self._base_url}/r/{found.slug}")

    async def invite_number(self, room: RoomAccess, typed: str, draft: str) -> str:
        """Send the address of the room to a bare number. Returns the number as it was understood.
        Raises WrongInput (field `phone`), ManyTexts."""
        clinic = await self._clinics.get(room.clinic_id)
        if not typed.strip() or not _DRAFT.fullmatch(draft):
            raise WrongInput(N_("Enter a phone number."), field="phone")
        to = read_for_sms(typed, clinic.options.home)
        text = (await self.door_text(room)).text
        async with self._database.unit_of_work() as work:
            await self._limits.take(work, room.clinic_id, to)
            cause = f"{room.room_id}/invited/{draft}"
            await self._messenger.send(
                work,
                Notice(room.clinic_id, "", cause, "sms", to, text, staff_id=room.staff.staff_id),
            )
            await self._audit.record(
                work,
                room.clinic_id,
                room.actor,
                Action.NUMBER_INVITED,
                target=room.room_id,
            )
        faults.point("room.invited")
        return phones.shown(to)


def notice(row: VisitRow, number: Number, cause: str, text: str, staff_id: str = "") -> Notice:
    """Return the message. One to a number that is not the chart's concerns no patient: in the local
    outbox the sender alone sees it."""
    known = number.of_chart
    return Notice(
        row.clinic_id,
        row.patient_id if known else "",
        cause,
        "sms",
        number.for_sms,
        text,
        staff_id="" if known else staff_id,
        useful_for=USEFUL_FOR,
        contact_of="" if known else row.patient_id,
    )
