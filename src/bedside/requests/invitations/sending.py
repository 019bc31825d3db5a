"""Inviting a patient to a waiting room."""

from dataclasses import asdict

from bedside.errors import NotAllowed
from bedside.kernel.ids import new_id
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.links.records import Link
from bedside.notifications.texts import OutgoingText, day_of, in_language, outgoing_text
from bedside.people.clinics import Clinic
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess, LinkAccess
from bedside.requests import records
from bedside.requests.invitations.details import KEY, PREFIX, InvitationDetails
from bedside.requests.kinds import RequestTools
from bedside.requests.records import Content
from bedside.requests.service import Composed, Outgoing, Requests
from bedside.requests.states import Step
from bedside.visits import invitations
from bedside.visits.rooms import Room
from bedside.visits.texts import Place


class InvitationRequests:
    """Sends invitations. What follows is the same for all kinds: see `Requests`."""

    def __init__(self, tools: RequestTools) -> None:
        self._database: Transactions = tools.database
        self._patients: Patients = tools.patients
        self._requests: Requests = tools.requests

    async def preview(
        self, chart: ChartAccess, room: Room, place: Place, channels: tuple[str, ...]
    ) -> tuple[Outgoing, ...]:
        """Return what would be sent, with “…” for the secret. Raises as `send` does."""
        composed = await self._compose(chart, room, place, channels)
        return await self._requests.messages(chart, KEY, composed.content)

    async def send(
        self,
        chart: ChartAccess,
        room: Room,
        place: Place,
        channels: tuple[str, ...],
        invitation_id: str = "",
    ) -> str:
        """Invite a patient to a room of the clinic and return the invitation's id, which is made
        with the form: sending the form twice invites once.

        Raises NotAllowed, and WrongInput for a patient without a date of birth or without an
        address for a channel.
        """
        if room.clinic_id != chart.clinic_id:
            raise NotAllowed
        invitation_id = invitation_id or new_id(PREFIX)

        async def begin(work: UnitOfWork) -> None:
            await invitations.begin(work, chart, invitation_id, room.id)

        return await self._requests.send(
            chart,
            KEY,
            invitation_id,
            lambda: self._compose(chart, room, place, channels),
            begin=begin,
            target=room.id,
        )

    async def arrived(self, link: LinkAccess) -> None:
        """Record that the patient has come by an invitation, perhaps again."""
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, link.subject_id)
            if row is not None:
                await records.take_step(work, row, Step.STARTED)

    async def is_request(self, link: Link) -> bool:
        """Whether this invitation is kept as a request: those of earlier versions are not."""
        async with self._database.read() as db:
            return await db.one(records.by_id, of=link.subject_id) is not None

    async def _compose(
        self, chart: ChartAccess, room: Room, place: Place, channels: tuple[str, ...]
    ) -> Composed:
        patient = await self._patients.get(chart)
        with in_language(patient.demographics.language):
            details = InvitationDetails(room.id, place.room)
        return Composed(await self._requests.content(chart, patient, channels, **asdict(details)))


def invitation(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message: where to, until when, and nothing about health."""
    said = _("{clinic}: we meet in {room}. Open this when it is time, by {day}:")
    return _wording(clinic, content, link, until, said)


def reminder(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message sent a day before the link ends, if nobody has opened it."""
    said = _("{clinic}: the invitation to {room} is still open until {day}:")
    return _wording(clinic, content, link, until, said)


def _wording(clinic: Clinic, content: Content, link: str, until: int, said: str) -> OutgoingText:
    words = {
        "clinic": clinic.name,
        "room": InvitationDetails.of(content).room,
        "day": day_of(clinic, until),
    }
    return outgoing_text(
        clinic,
        subject=_("{clinic} invites you to a video visit").format(**words),
        said=said.format(**words),
        link=link,
        after=_("You will be asked for the date of birth. No app or account is needed."),
    )
