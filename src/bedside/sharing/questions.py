"""“Ask about this access”: a question to the clinic that has a due date (feature P6)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, literal_column, select, update

from bedside.audit import Action, AuditLog
from bedside.charts.events import InboxChanged
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, TooMany, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import says_nothing, several_lines
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.clinics import Clinics
from bedside.people.permissions import ChartAccess, PatientAccess, StaffAccess
from bedside.people.record_parts import Part
from bedside.people.visibility import is_visible
from bedside.sharing.accesses import Access, Accesses
from bedside.sharing.looks import in_words
from bedside.sharing.models import access_questions as questions
from bedside.sharing.options import SharingOptions
from bedside.sharing.rows import QuestionRow

LONGEST_QUESTION, LONGEST_ANSWER = 500, 2_000
"""Characters."""
_MOST_OPEN = 10
"""Questions of one patient that wait for an answer."""
_RECORD = "access_questions.record"

_of_patient = (
    questions.c.patient_id == bindparam("patient"),
    questions.c.clinic_id == bindparam("clinic"),
)
_one = prepared(
    select(questions).where(questions.c.id == bindparam("of"), *_of_patient).with_for_update(),
    QuestionRow,
)
_about = prepared(
    select(questions).where(questions.c.about_seq == bindparam("seq"), *_of_patient), QuestionRow
)
_listed = prepared(
    select(questions)
    .where(*_of_patient)
    .order_by(questions.c.asked_at.desc(), questions.c.id.desc())
    .limit(bindparam("limit")),
    QuestionRow,
)
_unanswered = prepared(
    select(func.count().label("open")).where(
        *_of_patient, questions.c.answered_at == literal_column("0")
    )
)
_IS_OPEN = (
    questions.c.clinic_id == bindparam("clinic"),
    questions.c.answered_at == literal_column("0"),
    is_visible(questions.c.patient_id),
)
_queue = prepared(
    select(questions)
    .where(*_IS_OPEN)
    .order_by(questions.c.due_at, questions.c.id)
    .limit(bindparam("limit")),
    QuestionRow,
)
_count = prepared(
    select(func.count().label("open")).select_from(
        select(questions.c.id).where(*_IS_OPEN).limit(bindparam("most")).subquery()
    )
)
_add = prepared(insert(questions))
_answer = prepared(
    update(questions)
    .where(questions.c.id == bindparam("of"), questions.c.answered_at == 0)
    .values(
        record=bindparam("new_record"),
        answered_at=bindparam("moment"),
        answered_by=bindparam("person"),
    )
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question about an access. `seen` is what the patient saw of it: name, role, words (in the
    language of whoever reads them). Its repr omits the words."""

    id: str
    patient_id: str
    about_seq: int
    about_id: str
    about_at: int
    seen: dict[str, Any]
    text: str
    answer: str
    asked_at: int
    due_at: int
    answered_at: int
    answered_by: str

    def __repr__(self) -> str:
        return f"Question({self.id})"

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been answered by now."""
        return not self.answered_at and self.due_at < clock.now()


class AccessQuestions:
    """Asks and answers."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        accesses: Accesses,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._accesses = accesses

    @staticmethod
    def new_draft() -> str:
        """Return the id of a question to be asked: sent twice, it is asked once."""
        return new_id("aqu")

    # --- the patient ---------------------------------------------------------------------------

    async def ask(self, patient: PatientAccess, seq: int, text: str, draft: str = "") -> str:
        """Ask about the look whose newest line is `seq`. Returns the question's id. Idempotent:
        there is one question about a look. Raises NotFound, NotShared, WrongInput, TooMany."""
        access = await self._accesses.one(patient, seq)
        if not access.may_be_asked_about:
            raise NotFound
        text = _checked(text, LONGEST_QUESTION)
        question_id = draft if is_id(draft, "aqu") else self.new_draft()
        keys = await self._vault.clinic(patient.clinic_id)
        days = (await self._clinics.options(patient.clinic_id, SharingOptions)).access_answer_days
        which = {"patient": patient.patient_id, "clinic": patient.clinic_id}
        async with self._database.unit_of_work() as work:
            await work.lock(f"access questions of:{patient.patient_id}")
            if known := await work.one(_about, seq=seq, **which):
                return known.id
            waiting = await work.one(_unanswered, **which)
            if waiting and waiting.open >= _MOST_OPEN:
                raise TooMany(
                    N_(
                        "Ten of your questions are still open. Please wait for an answer first. "
                        "Nothing was sent."
                    )
                )
            now = clock.now()
            record = {"seen": _seen(access), "text": text, "answer": ""}
            await work.execute(
                _add,
                id=question_id,
                clinic_id=patient.clinic_id,
                patient_id=patient.patient_id,
                by_kind=str(patient.actor.kind),
                by_id=patient.account.account_id,
                about_seq=seq,
                about_kind=str(access.kind),
                about_id=access.actor_id,
                about_at=access.until,
                record=keys.seal(_RECORD, question_id, record),
                asked_at=now,
                due_at=now + days * clock.DAY,
                answered_at=0,
                answered_by="",
            )
            work.emit(_changed(patient.clinic_id, patient.patient_id, question_id))
            await self._audit.record(
                work,
                patient.clinic_id,
                patient.actor,
                Action.ACCESS_QUESTIONED,
                patient_id=patient.patient_id,
                subject_id=question_id,
            )
        return question_id

    async def of_patient(self, patient: PatientAccess, limit: int = 100) -> list[Question]:
        """Return the questions about a patient's record, newest first."""
        patient.require(Part.ACCESSES)
        which = {"patient": patient.patient_id, "clinic": patient.clinic_id}
        keys = await self._vault.clinic(patient.clinic_id)
        async with self._database.read() as db:
            return [_opened(keys, row) for row in await db.all(_listed, **which, limit=limit)]

    # --- staff ---------------------------------------------------------------------------------

    async def queue(self, staff: StaffAccess, limit: int = 100) -> list[Question]:
        """Return what waits for an answer, about patients whom this person sees; what is due first,
        first."""
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_queue, clinic=staff.clinic_id, staff=staff.staff_id, limit=limit)
        return [_opened(keys, row) for row in rows]

    async def waiting(self, staff: StaffAccess, most: int = 100) -> int:
        """Count it; at most `most`."""
        async with self._database.read() as db:
            row = await db.one(_count, clinic=staff.clinic_id, staff=staff.staff_id, most=most)
        return row.open if row else 0

    async def one(self, chart: ChartAccess, question_id: str) -> Question:
        """Return a question about a chart. Raises NotFound."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.unit_of_work() as work:
            return _opened(keys, await _required(work, chart, question_id))

    async def answer(self, chart: ChartAccess, question_id: str, text: str) -> None:
        """Answer a question, once. Raises NotFound, WrongInput, Conflict."""
        text = _checked(text, LONGEST_ANSWER)
        if says_nothing(text):
            raise WrongInput(N_("Please write an answer."), field="text")
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.unit_of_work() as work:
            row = await _required(work, chart, question_id)
            record: dict[str, Any] = keys.unseal(_RECORD, row.id, row.record)
            record["answer"] = text
            if not await work.execute(
                _answer,
                of=row.id,
                new_record=keys.seal(_RECORD, row.id, record),
                moment=clock.now(),
                person=chart.staff.staff_id,
            ):
                raise Conflict(
                    N_("Somebody else answered this already. Your answer was not saved.")
                )
            work.emit(_changed(chart.clinic_id, chart.patient_id, question_id))
            await self._audit.record(
                work,
                chart.clinic_id,
                chart.actor,
                Action.ACCESS_EXPLAINED,
                patient_id=chart.patient_id,
                subject_id=question_id,
            )


def _changed(clinic_id: str, patient_id: str, question_id: str) -> InboxChanged:
    return InboxChanged(
        clinic_id=clinic_id, patient_id=patient_id, entry_id=question_id, reason="asked"
    )


async def _required(db: Reader, chart: ChartAccess, question_id: str) -> QuestionRow:
    row = await db.one(_one, of=question_id, patient=chart.patient_id, clinic=chart.clinic_id)
    if row is None:
        raise NotFound
    return row


def _seen(access: Access) -> dict[str, Any]:
    return {"name": access.name, "role": access.role, "done": access.done}


def _opened(keys: ClinicKeys, row: QuestionRow) -> Question:
    record = keys.unseal(_RECORD, row.id, row.record)
    return Question(
        id=row.id,
        patient_id=row.patient_id,
        about_seq=row.about_seq,
        about_id=row.about_id,
        about_at=row.about_at,
        seen={**record["seen"], "words": in_words(record["seen"]["done"])},
        text=record["text"],
        answer=record["answer"],
        asked_at=row.asked_at,
        due_at=row.due_at,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )


def _checked(text: str, longest: int) -> str:
    text = several_lines(text)
    if len(text) > longest:
        raise WrongInput(N_("This is too long. Please use fewer words."), field="text")
    return text
