"""Personal invitations to a waiting room: the patient gives the date of birth and types nothing
else, on any device, as often as necessary."""

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select

from bedside.audit import Action, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import NotAllowed, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions
from bedside.links.kinds import LinkKind
from bedside.links.options import LinkOptions
from bedside.links.records import Link
from bedside.links.service import Links
from bedside.notifications.addresses import addresses_of
from bedside.notifications.messenger import ChannelName, Messenger, Notice
from bedside.notifications.texts import OutgoingText, day_of, in_language, outgoing_text
from bedside.people.clinics import Clinic, Clinics
from bedside.people.patients import Patient, Patients
from bedside.people.permissions import ChartAccess
from bedside.people.roles import May, allows
from bedside.visits.models import invitations
from bedside.visits.rooms import Room, Rooms
from bedside.visits.texts import Place

_COLUMN = "invitations.record"

INVITATION_LINK = LinkKind(
    "inv",
    checked=Action.REQUEST_CHECKED,
    refused=Action.REQUEST_REFUSED,
    locked=Action.REQUEST_LOCKED,
)
"""The audit log says the same of a date of birth, whatever it was asked for."""

_add = prepared(insert(invitations))
_by_id = prepared(select(invitations).where(invitations.c.id == bindparam("of")))
_of_chart = prepared(
    select(invitations)
    .where(
        invitations.c.patient_id == bindparam("patient"),
        invitations.c.clinic_id == bindparam("clinic"),
    )
    .order_by(invitations.c.created_at.desc())
    .limit(20)
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that was sent. `visit_id`: the newest visit begun by it, "" for none."""

    id: str
    room_id: str
    visit_id: str
    channels: tuple[ChannelName, ...]
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class OutgoingInvitation:
    """One message as it will be sent."""

    channel: ChannelName
    to: str
    wording: OutgoingText


class Invitations:
    """Invites patients to a waiting room."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
        rooms: Rooms,
        links: Links,
        messenger: Messenger,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients
        self._rooms = rooms
        self._links = links
        self._messenger = messenger
        self._base_url = base_url

    async def preview(
        self, chart: ChartAccess, room: Room, channels: tuple[str, ...]
    ) -> list[OutgoingInvitation]:
        """Return what would be sent, with “…” for the secret. Raises as `send` does."""
        patient, to = await self._addressed(chart, channels)
        clinic = await self._clinics.get(chart.clinic_id)
        place = await self._rooms.place(room)
        wording = _wording(clinic, patient, place, f"{self._base_url}/l/…", _until(clinic))
        return [OutgoingInvitation(channel, address, wording) for channel, address in to.items()]

    async def send(self, chart: ChartAccess, room: Room, channels: tuple[str, ...]) -> str:
        """Invite a patient to a room of the clinic and return the invitation's id.

        Raises NotAllowed, and WrongInput for a patient without a date of birth or without an
        address for a channel.
        """
        if not allows(chart.staff.role, May.SEND_REQUESTS) or room.clinic_id != chart.clinic_id:
            raise NotAllowed
        patient, to = await self._addressed(chart, channels)
        clinic = await self._clinics.get(chart.clinic_id)
        place = await self._rooms.place(room)
        keys = await self._vault.clinic(chart.clinic_id)
        invitation_id, until = new_id(INVITATION_LINK.prefix), _until(clinic)
        async with self._database.unit_of_work() as work:
            await work.execute(
                _add,
                id=invitation_id,
                clinic_id=clinic.id,
                room_id=room.id,
                patient_id=chart.patient_id,
                visit_id="",
                sent_by=chart.staff.staff_id,
                record=keys.seal(_COLUMN, invitation_id, {"to": to}),
                created_at=clock.now(),
                expires_at=until,
            )
            secret = await self._links.issue(
                work, clinic.id, chart.patient_id, invitation_id, until
            )
            wording = _wording(clinic, patient, place, f"{self._base_url}/l/{secret}", until)
            for channel, address in to.items():
                email = channel == "email"
                notice = Notice(
                    clinic_id=clinic.id,
                    patient_id=chart.patient_id,
                    cause_id=f"{invitation_id}/invite",
                    channel=channel,
                    to=address,
                    text=wording.text,
                    subject=wording.subject if email else "",
                    html=wording.html if email else "",
                )
                await self._messenger.send(work, notice)
            await self._audit.record(
                work,
                clinic.id,
                chart.actor,
                Action.INVITATION_SENT,
                patient_id=chart.patient_id,
                subject_id=invitation_id,
                target=room.id,
                channels=list(to),
            )
        return invitation_id

    async def room_of(self, link: Link) -> Room:
        """Return the room that a link invites to. Raises NotFound for a link to something else."""
        async with self._database.read() as db:
            row = await db.one(_by_id, of=link.subject_id)
        if row is None or row.clinic_id != link.clinic_id:
            raise NotFound
        return await self._rooms.get(link.clinic_id, row.room_id)

    async def of_chart(self, chart: ChartAccess) -> list[Invitation]:
        """Return the newest invitations of a patient."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            found = await db.all(_of_chart, patient=chart.patient_id, clinic=chart.clinic_id)
        return [
            Invitation(
                row.id,
                row.room_id,
                row.visit_id,
                tuple(keys.unseal(_COLUMN, row.id, row.record)["to"]),
                row.created_at,
                row.expires_at,
            )
            for row in found
        ]

    async def _addressed(
        self, chart: ChartAccess, channels: tuple[str, ...]
    ) -> tuple[Patient, dict[ChannelName, str]]:
        patient = await self._patients.get(chart)
        if patient.demographics.birth_date is None:
            raise WrongInput(
                N_("The link asks for the date of birth, which is not known. Add it first."),
                field="channels",
            )
        return patient, addresses_of(patient.demographics, channels)


def _until(clinic: Clinic) -> int:
    return clock.now() + clinic.of(LinkOptions).link_days * clock.DAY


def _wording(clinic: Clinic, patient: Patient, place: Place, link: str, until: int) -> OutgoingText:
    """Compose the message: who invites, until when, and nothing about health."""
    with in_language(patient.demographics.language):
        words = {"clinic": clinic.name, "room": place.room, "day": day_of(clinic, until)}
        return outgoing_text(
            clinic,
            subject=_("{clinic} invites you to a video visit").format(**words),
            said=_("{clinic}: we meet in {room}. Open this when it is time, by {day}:").format(
                **words
            ),
            link=link,
            after=_("You will be asked for the date of birth. No app or account is needed."),
        )
