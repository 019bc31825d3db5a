"""Inviting a patient to the app."""

from bedside.kernel.ids import new_id
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions
from bedside.links.records import LinkClosed, LinkState
from bedside.notifications.texts import OutgoingText, day_of, outgoing_text
from bedside.people.clinics import Clinic
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess, LinkAccess
from bedside.requests import records
from bedside.requests.kinds import RequestTools
from bedside.requests.records import Content
from bedside.requests.service import Composed, Outgoing, Requests
from bedside.requests.states import ENDED, State, Step

KEY = "app_invitation"
PREFIX = "apv"


class AppInvitations:
    """Sends invitations to the app. What follows is the same for all kinds: see `Requests`."""

    def __init__(self, tools: RequestTools) -> None:
        self._database: Transactions = tools.database
        self._patients: Patients = tools.patients
        self._requests: Requests = tools.requests

    async def preview(self, chart: ChartAccess, channels: tuple[str, ...]) -> tuple[Outgoing, ...]:
        """Return what would be sent, with “…” for the secret. Raises as `send` does."""
        composed = await self._compose(chart, channels)
        return await self._requests.messages(chart, KEY, composed.content)

    async def send(
        self, chart: ChartAccess, channels: tuple[str, ...], invitation_id: str = ""
    ) -> str:
        """Invite a patient and return the invitation's id, which is made with the form: sending the
        form twice invites once.

        Raises NotAllowed, and WrongInput for a patient without a date of birth or without an
        address for a channel.
        """
        invitation_id = invitation_id or new_id(PREFIX)
        return await self._requests.send(
            chart, KEY, invitation_id, lambda: self._compose(chart, channels)
        )

    async def require_unused(self, link: LinkAccess) -> None:
        """Raise LinkClosed for an invitation that was used: who finds the message later must not
        get in by it. The app has ways of its own to sign in."""
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=link.subject_id)
        if row is None or State(row.state) in ENDED:
            raise LinkClosed(LinkState.EXPIRED)

    async def used(self, link: LinkAccess) -> None:
        """Record that the patient has the app now."""
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, link.subject_id)
            if row is not None:
                await records.take_step(work, row, Step.STARTED)
                row = await records.locked(work, link.subject_id)
            if row is not None:
                await records.take_step(work, row, Step.COMPLETED)

    async def _compose(self, chart: ChartAccess, channels: tuple[str, ...]) -> Composed:
        patient = await self._patients.get(chart)
        return Composed(await self._requests.content(chart, patient, channels))


def invitation(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message: what it is for, until when, and nothing about health."""
    said = _("{clinic}: set up the clinic's app on your phone. Open this by {day}:")
    return _wording(clinic, link, until, said)


def reminder(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message sent a day before the link ends, if nobody has opened it."""
    said = _("{clinic}: you can still set up the clinic's app, until {day}:")
    return _wording(clinic, link, until, said)


def _wording(clinic: Clinic, link: str, until: int, said: str) -> OutgoingText:
    words = {"clinic": clinic.name, "day": day_of(clinic, until)}
    return outgoing_text(
        clinic,
        subject=_("Your app for {clinic}").format(**words),
        said=said.format(**words),
        link=link,
        after=_("You will be asked for your date of birth. There is nothing to download."),
    )
