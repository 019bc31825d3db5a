"""Notices of the clinic's messages (feature C3): the patient learns by a message plan that there is
something to read.

One plan runs for all that is unread in a conversation, about its first message: five messages in a
row are one notice. Whoever reads, wherever, ends it; what came meanwhile begins the next one. A
plan that has ended without being read, because nobody was reached or staff took care, tells of
nothing that is written later: that begins a plan of its own.
"""

from collections.abc import Awaitable, Callable

from sqlalchemy import bindparam, select

from bedside.audit import Actor
from bedside.conversations.models import conversation_messages
from bedside.conversations.rows import ConversationRow, MessageRow, read_until
from bedside.conversations.states import Kind
from bedside.database.statements import prepared
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.notifications.plans.options import PlanOptions
from bedside.notifications.plans.records import states_of
from bedside.notifications.plans.service import MessagePlans
from bedside.notifications.plans.subject import PlanSubject
from bedside.notifications.plans.table import PlanState
from bedside.notifications.texts import in_language
from bedside.people.clinics import Clinics
from bedside.people.patients import Patients

_messages = conversation_messages.c
_between = prepared(
    select(_messages.id)
    .where(
        _messages.conversation_id == bindparam("conversation"),
        _messages.number > bindparam("after"),
        _messages.number <= bindparam("up_to"),
        _messages.sender_kind == "staff",
        _messages.kind != Kind.NOTE.value,
        _messages.retracted_at == 0,
    )
    .order_by(_messages.number)
    # Each plan is about the first that has had none, so that those with plans come first: a
    # hundred of them would have ended unread.
    .limit(100)
)
_NEWEST = 2**31 - 1


InApp = Callable[[Reader, str], Awaitable[bool]]
"""Says whether anybody can open the app for a patient."""


class ChatNotices:
    """Starts and ends the plans of conversations."""

    def __init__(
        self, clinics: Clinics, patients: Patients, plans: MessagePlans, in_app: InApp
    ) -> None:
        self._clinics = clinics
        self._patients = patients
        self._plans = plans
        self._in_app = in_app

    async def said(self, work: UnitOfWork, row: ConversationRow, message: MessageRow) -> None:
        """See `service.Listener`: tell of what staff have written."""
        if message.sender_kind == "staff":  # the clinic's automatic answer follows at once
            await self._tell(work, row, await read_until(work, row.id))

    async def seen(
        self, work: UnitOfWork, row: ConversationRow, before: int, up_to: int, by: Actor
    ) -> None:
        """See `service.ReadListener`: end the plans of what was read, and begin one for what came
        while it was read."""
        read = await _of_staff(work, row.id, before, up_to)
        for message_id in await states_of(work, read):
            await self._plans.seen(work, message_id, by)
        await self._tell(work, row, up_to)

    async def retracted(self, work: UnitOfWork, row: ConversationRow, message_id: str) -> None:
        """See `service.RetractListener`: nobody is called to a message that was taken back."""
        await self._plans.stop(work, message_id)
        await self._tell(work, row, await read_until(work, row.id))

    async def _tell(self, work: UnitOfWork, row: ConversationRow, after: int) -> None:
        """Begin a plan about the first unread message that has had none, unless one runs."""
        unread = await _of_staff(work, row.id, after)
        states = await states_of(work, unread)
        untold = [one for one in unread if one not in states]
        if untold and PlanState.RUNNING not in states.values():
            await self._start(work, row, untold[0])

    async def _start(self, work: UnitOfWork, row: ConversationRow, message_id: str) -> None:
        """Begin a plan, unless nobody could open the message for want of an account."""
        if not await self._in_app(work, row.patient_id):
            return
        patient = await self._patients.addressed_in(work, row.clinic_id, row.patient_id)
        clinic = await self._clinics.get(row.clinic_id)
        options = await self._clinics.options(row.clinic_id, PlanOptions)
        with in_language(patient.language if patient else "en"):
            words = {"clinic": clinic.name}
            subject = PlanSubject(
                options.kind_of("message"),
                row.clinic_id,
                row.patient_id,
                message_id,
                title=_("{clinic} has written to you").format(**words),
                said=_("{clinic} has written to you. Read it in your app:").format(**words),
                path=f"/app/{row.patient_id}/chat/{row.id}",
                after=_("You may be asked to sign in."),
                within=row.id,
            )
        await self._plans.start(work, subject)


async def _of_staff(
    reader: Reader, conversation_id: str, after: int, up_to: int = _NEWEST
) -> list[str]:
    """Return the ids of staff's first messages after a number, without those taken back."""
    rows = await reader.all(_between, conversation=conversation_id, after=after, up_to=up_to)
    return [row.id for row in rows]
