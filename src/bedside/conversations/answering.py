"""Answers of the clinic itself (feature C6): the promised time, an automatic answer while the
clinic is closed, and what happens when the promise slips."""

from typing import Any

from sqlalchemy import bindparam, func, select

from bedside.conversations import rows, writing
from bedside.conversations.models import conversations
from bedside.conversations.options import ChatOptions, office_hours
from bedside.conversations.rows import ConversationRow, MessageRow
from bedside.conversations.sides import CLINIC, side_of_kind
from bedside.conversations.states import Kind
from bedside.conversations.topics import Topic, topic_of
from bedside.conversations.writing import Text
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.kernel import clock, written
from bedside.kernel.ids import new_id
from bedside.kernel.language import gettext as _
from bedside.kernel.language import speaking
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.notifications.messenger import StaffAlert, StaffAlerter
from bedside.people.clinics import Clinic, Clinics
from bedside.people.patients import Patients
from bedside.people.staff import Member, Staff

PROMISED = "conversation.promised"
"""The kind of job that looks whether a promise was kept."""

_newest_answer = prepared(
    select(func.coalesce(func.max(conversations.c.closed_answer), 0).label("opens")).where(
        conversations.c.patient_id == bindparam("patient")
    )
)


class Answering:
    """Answers for the clinic by itself, and keeps an eye on promises."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        clinics: Clinics,
        patients: Patients,
        staff: Staff,
        alerter: StaffAlerter,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clinics = clinics
        self._patients = patients
        self._staff = staff
        self._alerter = alerter

    async def said(self, work: UnitOfWork, row: ConversationRow, message: MessageRow) -> None:
        """See `service.Listener`: promise a time for what begins to wait, and answer if the clinic
        is closed."""
        if side_of_kind(message.sender_kind) == "staff":
            return
        clinic = await self._clinics.get(row.clinic_id)
        if row.waiting_since == message.at:
            topic = await topic_of(work, row.clinic_id, row.topic_id)
            row = await self._promise(work, clinic, row, topic)
        await self._answer_if_closed(work, clinic, row)

    async def _promise(
        self, work: UnitOfWork, clinic: Clinic, row: ConversationRow, topic: Topic | None
    ) -> ConversationRow:
        minutes = topic.minutes if topic else 0
        due_at = office_hours(clinic).due(clock.now(), minutes) if minutes else 0
        if due_at:
            work.enqueue(
                PROMISED,
                {"conversation_id": row.id, "due_at": due_at},
                unique=f"{PROMISED}/{row.id}/{due_at}",
                delay=max(0, due_at - clock.now()),
            )
        return await rows.change(work, row, due_at=due_at, slipped_at=0)

    async def _answer_if_closed(
        self, work: UnitOfWork, clinic: Clinic, row: ConversationRow
    ) -> None:
        """Answer once in each time in which the clinic is closed, however much is written."""
        options, hours, now = clinic.of(ChatOptions), office_hours(clinic), clock.now()
        if not options.chat_automatic or hours.is_open(now):
            return
        opens = hours.opens(now)
        last = await work.one(_newest_answer, patient=row.patient_id)
        if not opens or (last is not None and last.opens == opens):
            return
        who = await self._patients.addressed(row.clinic_id, row.patient_id)
        with speaking(who.language, clinic.options.language):
            words = options.chat_automatic_text or _closed_text(clinic, opens)
        await self._say(work, row, words, closed_answer=opens)

    async def promised(self, payload: dict[str, Any]) -> None:
        """Job: if nobody has answered by the promised time, tell the patient, and alert the team;
        the administrators if the team has nobody."""
        clinic_id = await self._clinic_of(payload["conversation_id"])
        if not clinic_id:
            return
        clinic = await self._clinics.get(clinic_id)
        async with self._database.unit_of_work() as work:
            row = await rows.locked(work, payload["conversation_id"])
            if row is None or not row.waiting_since or row.slipped_at:
                return
            if row.due_at != payload["due_at"] or clock.now() < row.due_at:
                return
            topic = await topic_of(work, row.clinic_id, row.topic_id)
            who = await self._patients.addressed(row.clinic_id, row.patient_id)
            with speaking(who.language, clinic.options.language):
                words = _(
                    "Your question takes us longer than we said. It is not forgotten: the team was "
                    "reminded just now. If it cannot wait, please call the clinic."
                )
            await self._say(work, row, words, slipped_at=clock.now())
            for member in await self._team(clinic_id, topic):
                await self._alerter.alert(work, member, _alert(clinic, row, topic))

    async def _clinic_of(self, conversation_id: str) -> str:
        async with self._database.read() as db:
            row = await rows.found(db, conversation_id)
        return row.clinic_id if row else ""

    async def _team(self, clinic_id: str, topic: Topic | None) -> list[Member]:
        team = await self._staff.assigned(clinic_id, topic.team_id) if topic else []
        return team or await self._staff.administrators(clinic_id)

    async def _say(
        self, work: UnitOfWork, row: ConversationRow, words: str, **values: object
    ) -> None:
        keys = await self._vault.clinic(row.clinic_id)
        message = await writing.add(
            work, keys, row, CLINIC, Text(words), draft_id=new_id("drf"), kind=Kind.AUTOMATIC
        )
        # It answers nothing: the conversation goes on waiting.
        now = await rows.change(work, row, last_number=message.number, **values)
        writing.publish(work, now, before=row)


def _closed_text(clinic: Clinic, opens: int) -> str:
    when = clock.in_zone(clinic.options.time_zone, opens)
    return _(
        "Thank you for your message. {clinic} is closed now and opens again on {day} at {time}; we "
        "read it then. This page is not for emergencies."
    ).format(clinic=clinic.name, day=written.day(when.date()), time=written.clock_time(when))


def _alert(clinic: Clinic, row: ConversationRow, topic: Topic | None) -> StaffAlert:
    text = _(
        "A patient of {clinic} waits longer for an answer in the chat than was promised ({topic})."
    )
    return StaffAlert(
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        cause_id=f"{row.id}/promised/{row.due_at}",
        subject=_("Somebody waits for an answer"),
        text=text.format(clinic=clinic.name, topic=topic.name if topic else _("no topic")),
        path=f"/chat/{row.id}",
    )
