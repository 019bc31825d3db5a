"""A question to a colleague without leaving the call (feature V26).

One short question, one short answer. They are sealed, belong to no chart, and are deleted after a
day; the audit log says who asked whom, and not what.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, delete, insert, or_, select, update

from bedside.audit import Action, AuditLog
from bedside.colleagues.events import QuestionChanged
from bedside.colleagues.models import colleague_questions as questions
from bedside.colleagues.presence import Colleagues, Whereabouts
from bedside.colleagues.rows import QuestionRow
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, TooMany, WrongInput
from bedside.kernel import clock, faults
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import says_nothing, several_lines
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.permissions import StaffAccess
from bedside.people.staff import Staff

LONGEST = 300
KEPT_FOR = clock.DAY
_MOST_OPEN = 10
"""Questions of one person that nobody has answered."""
_BODY, _ANSWER = "colleague_questions.body", "colleague_questions.answer"

_add = prepared(insert(questions))
_of = prepared(
    select(questions).where(
        questions.c.id == bindparam("of"), questions.c.clinic_id == bindparam("clinic")
    ),
    QuestionRow,
)
_open = prepared(
    select(questions)
    .where(
        or_(
            (questions.c.to_id == bindparam("person")) & (questions.c.state == "asked"),
            (questions.c.from_id == bindparam("person")) & (questions.c.state == "answered"),
        ),
        questions.c.clinic_id == bindparam("clinic"),
        questions.c.asked_at > bindparam("since"),
    )
    .order_by(questions.c.asked_at, questions.c.id),
    QuestionRow,
)
_unanswered = prepared(
    select(questions.c.id).where(
        questions.c.from_id == bindparam("person"),
        questions.c.state == "asked",
        questions.c.asked_at > bindparam("since"),
    )
)
_set_answer = prepared(
    update(questions)
    .where(questions.c.id == bindparam("of"), questions.c.state == "asked")
    .values(state="answered", answer=bindparam("sealed"))
)
_end = prepared(
    update(questions)
    .where(questions.c.id == bindparam("of"), questions.c.state == "answered")
    .values(state="over")
)
_forget = prepared(delete(questions).where(questions.c.asked_at <= bindparam("before")))


@dataclass(frozen=True, slots=True)
class Question:
    """A question to this person, or an answer to theirs. `name` is the other one's. Its repr omits
    the words."""

    id: str
    side: Literal["asked", "answered"]
    name: str
    text: str
    answer: str
    at: int

    def __repr__(self) -> str:
        return f"Question({self.id}, {self.side})"


class Questions:
    """Asks, answers and forgets."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        staff: Staff,
        colleagues: Colleagues,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._staff = staff
        self._colleagues = colleagues

    @staticmethod
    def new_draft() -> str:
        """Return the id of a question to be written: sent twice, it is asked once."""
        return new_id("qst")

    async def ask(self, staff: StaffAccess, to_id: str, text: str, draft: str = "") -> str:
        """Ask a colleague of the clinic. Returns the question's id, which is its `draft`.

        Raises NotFound, WrongInput, Conflict for a colleague who does not want to be disturbed,
        TooMany.
        """
        if not is_id(to_id, "stf") or to_id == staff.staff_id:
            raise NotFound
        if (await self._staff.get(staff.clinic_id, to_id)).disabled:
            raise NotFound
        text = _checked(text, N_("Write what you want to ask."))
        keys = await self._vault.clinic(staff.clinic_id)
        question_id = draft if is_id(draft, "qst") else self.new_draft()
        async with self._database.unit_of_work() as work:
            await work.lock(f"questions of:{staff.staff_id}")
            known = await work.one(_of, of=question_id, clinic=staff.clinic_id)
            if known is not None:
                return question_id
            if await self._colleagues.state_of(work, to_id) is Whereabouts.DO_NOT_DISTURB:
                raise Conflict(
                    N_("This colleague does not want to be disturbed now. Nothing was sent."),
                    code="do_not_disturb",
                )
            since = clock.now() - KEPT_FOR
            waiting = await work.all(_unanswered, person=staff.staff_id, since=since)
            if len(waiting) >= _MOST_OPEN:
                raise TooMany
            await work.execute(
                _add,
                id=question_id,
                clinic_id=staff.clinic_id,
                from_id=staff.staff_id,
                to_id=to_id,
                state="asked",
                body=keys.seal(_BODY, question_id, text),
                answer=None,
                asked_at=clock.now(),
            )
            _publish(work, question_id, to_id, "asked")
            await self._audit.record(
                work, staff.clinic_id, staff.actor, Action.COLLEAGUE_ASKED, subject_id=to_id
            )
        faults.point("colleague.asked")
        return question_id

    async def answer(self, staff: StaffAccess, question_id: str, text: str) -> None:
        """Answer a question to this person. Raises NotFound, WrongInput, Conflict if it is over
        already."""
        text = _checked(text, N_("Write your answer."))
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.unit_of_work() as work:
            row = await _asked_of(work, staff, question_id)
            sealed = keys.seal(_ANSWER, question_id, text)
            if not await work.execute(_set_answer, of=question_id, sealed=sealed):
                raise Conflict(N_("This question is over. Your answer was not sent."))
            _publish(work, question_id, row.from_id, "answered")
            _publish(work, question_id, row.to_id, "over")
            await self._audit.record(
                work,
                staff.clinic_id,
                staff.actor,
                Action.COLLEAGUE_ANSWERED,
                subject_id=row.from_id,
            )
            faults.point("colleague.answering")

    async def close(self, staff: StaffAccess, question_id: str) -> None:
        """Put away an answer to this person that was read. Idempotent. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            row = await work.one(_of, of=question_id, clinic=staff.clinic_id)
            if row is None or row.from_id != staff.staff_id:
                raise NotFound
            if await work.execute(_end, of=question_id):
                _publish(work, question_id, row.from_id, "over")

    async def open(self, staff: StaffAccess) -> list[Question]:
        """Return the questions to this person, and the answers to theirs. Questions wait while the
        person does not want to be disturbed."""
        async with self._database.read() as db:
            rows = await self._rows(db, staff)
            if await self._colleagues.state_of(db, staff.staff_id) is Whereabouts.DO_NOT_DISTURB:
                rows = [row for row in rows if row.state == "answered"]
        keys = await self._vault.clinic(staff.clinic_id)
        others = {row.from_id if row.to_id == staff.staff_id else row.to_id for row in rows}
        names = await self._staff.named(staff.clinic_id, others)
        return [
            Question(
                id=row.id,
                side="asked" if row.state == "asked" else "answered",
                name=names.get(row.from_id if row.state == "asked" else row.to_id, ""),
                text=keys.unseal(_BODY, row.id, row.body),
                answer=keys.unseal(_ANSWER, row.id, row.answer) if row.answer else "",
                at=row.asked_at,
            )
            for row in rows
        ]

    async def states(self, staff: StaffAccess) -> Mapping[str, str]:
        """Return what a snapshot holds: the state of what is open, by question."""
        async with self._database.read() as db:
            return {row.id: row.state for row in await self._rows(db, staff)}

    async def forget(self) -> None:
        """Delete what is a day old."""
        async with self._database.unit_of_work() as work:
            await work.execute(_forget, before=clock.now() - KEPT_FOR)

    async def _rows(self, reader: Reader, staff: StaffAccess) -> list[QuestionRow]:
        since = clock.now() - KEPT_FOR
        return await reader.all(_open, person=staff.staff_id, clinic=staff.clinic_id, since=since)


async def _asked_of(work: UnitOfWork, staff: StaffAccess, question_id: str) -> QuestionRow:
    row = await work.one(_of, of=question_id, clinic=staff.clinic_id)
    if row is None or row.to_id != staff.staff_id:
        raise NotFound
    return row


def _publish(work: UnitOfWork, question_id: str, staff_id: str, state: str) -> None:
    work.emit(QuestionChanged(staff_id=staff_id, question_id=question_id, state=state))


def _checked(text: str, missing: str) -> str:
    text = several_lines(text)
    if says_nothing(text):
        raise WrongInput(missing, field="text")
    if len(text) > LONGEST:
        raise WrongInput(N_("Please use at most 300 characters here."), field="text")
    return text
