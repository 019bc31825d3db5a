"""“This is not mine”: entries that a patient or a colleague marked as wrong (feature F17).

A reported entry leaves the patient's view in the same transaction, and comes back only when staff
answer that it is right. Nothing is removed from the record.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, insert, literal_column, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.charts.events import InboxChanged
from bedside.charts.models import chart_entries, entry_reports
from bedside.charts.patient_side import PatientSide
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import says_nothing, several_lines
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.hidden import as_seen_by, is_shown
from bedside.people.permissions import ChartAccess, PatientAccess, StaffAccess
from bedside.people.record_parts import Part
from bedside.people.visibility import is_visible

LONGEST = 500
"""Characters of a report, and of its answer."""
_RECORD = "entry_reports.record"
_reports = entry_reports.c


class ReportState(StrEnum):
    """The state of a report."""

    OPEN = "open"
    KEPT = "kept"
    """It is right: the entry is in the patient's view again."""
    WITHHELD = "withheld"
    """It is wrong, and stays out of the patient's view."""
    MOVED = "moved"
    """It was moved to the chart where it belongs."""


class What(StrEnum):
    """The two things that somebody says about an entry."""

    NOT_MINE = "not_mine"
    WRONG = "wrong"


class ReportRow(NamedTuple):
    """A stored report."""

    id: str
    clinic_id: str
    patient_id: str
    entry_id: str
    state: str
    what: str
    by_kind: str
    by_id: str
    record: bytes
    reported_at: int
    answered_at: int
    answered_by: str


_one = prepared(
    select(entry_reports)
    .where(
        _reports.id == bindparam("of"),
        _reports.patient_id == bindparam("patient"),
        _reports.clinic_id == bindparam("clinic"),
    )
    .with_for_update(),
    ReportRow,
)
_category = (
    select(chart_entries.c.category)
    .where(chart_entries.c.id == _reports.entry_id)
    .scalar_subquery()
)
_of_patient = prepared(
    select(entry_reports)
    .where(
        _reports.patient_id == bindparam("patient"),
        _reports.clinic_id == bindparam("clinic"),
        is_shown(_reports.entry_id, categories=(_category,)),
    )
    .order_by(_reports.reported_at.desc())
    .limit(bindparam("limit")),
    ReportRow,
)
_open_of_entry = prepared(
    select(entry_reports)
    .where(_reports.entry_id == bindparam("entry"), _reports.state == "open")
    .order_by(_reports.id)
    .with_for_update(),
    ReportRow,
)
_IS_OPEN = (
    _reports.clinic_id == bindparam("clinic"),
    _reports.state == literal_column("'open'"),
    is_visible(_reports.patient_id),
)
_queue = prepared(
    select(entry_reports)
    .where(*_IS_OPEN)
    .order_by(_reports.reported_at, _reports.id)
    .limit(bindparam("limit")),
    ReportRow,
)
_count = prepared(
    select(func.count().label("reports")).select_from(
        select(_reports.id).where(*_IS_OPEN).limit(bindparam("most")).subquery()
    )
)
_add = prepared(insert(entry_reports))
_answer = prepared(
    update(entry_reports)
    .where(_reports.id == bindparam("of"), _reports.state == "open")
    .values(
        state=bindparam("new_state"),
        record=bindparam("new_record"),
        answered_at=bindparam("moment"),
        answered_by=bindparam("person"),
    )
)
_came_from = prepared(
    select(chart_entries.c.moved_from).where(
        and_(
            chart_entries.c.id == bindparam("of"), chart_entries.c.clinic_id == bindparam("clinic")
        )
    )
)
_reopen = prepared(
    update(entry_reports)
    .where(
        _reports.entry_id == bindparam("original"),
        _reports.patient_id == bindparam("patient"),
        _reports.clinic_id == bindparam("clinic"),
        _reports.state == "moved",
    )
    .values(state="open", entry_id=bindparam("new_entry"), answered_at=0, answered_by="")
)


@dataclass(frozen=True, slots=True)
class Report:
    """A report. `words` are those of whoever reported, `answer` those of staff. Its repr omits
    them."""

    id: str
    patient_id: str
    entry_id: str
    state: ReportState
    what: What
    by_kind: str
    by_id: str
    name: str
    words: str
    answer: str
    reported_at: int
    answered_at: int
    answered_by: str

    def __repr__(self) -> str:
        return f"Report({self.id}, {self.state})"


class Reports:
    """Takes reports and answers them."""

    def __init__(
        self, database: Transactions, vault: Vault, audit: AuditLog, side: PatientSide
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._side = side

    @staticmethod
    def new_draft() -> str:
        """Return the id of a report to be written: sent twice, it is made once."""
        return new_id("rep")

    async def by_patient(
        self, patient: PatientAccess, entry_id: str, what: What, words: str, draft: str = ""
    ) -> str:
        """Report an entry of the patient's view. Idempotent. Raises NotFound, WrongInput."""
        patient.require(Part.FILES)
        report_id = _id_of(draft)
        async with self._database.unit_of_work() as work:
            await work.lock(entry_id)
            if await self._known(work, patient.clinic_id, patient.patient_id, report_id):
                return report_id
            entry = await self._side.entry(patient, entry_id, work)
            await self._report(
                work,
                patient.clinic_id,
                patient.actor,
                patient.patient_id,
                entry_id,
                report_id,
                what,
                _checked(words, needed=False),
                entry.name,
            )
        return report_id

    async def by_staff(
        self, chart: ChartAccess, entry_id: str, what: What, words: str, draft: str = ""
    ) -> str:
        """Report an entry of a chart, for a colleague who knows more. Idempotent. Raises NotFound,
        WrongInput."""
        report_id = _id_of(draft)
        words = _checked(words, needed=True)
        async with self._database.unit_of_work() as work:
            await work.lock(entry_id)
            if await self._known(work, chart.clinic_id, chart.patient_id, report_id):
                return report_id
            name = await self._side.name_in_chart(chart, entry_id, work)
            await self._report(
                work,
                chart.clinic_id,
                chart.actor,
                chart.patient_id,
                entry_id,
                report_id,
                what,
                words,
                name,
            )
        return report_id

    async def _known(self, work: UnitOfWork, clinic: str, patient: str, report_id: str) -> bool:
        return await work.one(_one, of=report_id, patient=patient, clinic=clinic) is not None

    async def _report(
        self,
        work: UnitOfWork,
        clinic_id: str,
        actor: Actor,
        patient_id: str,
        entry_id: str,
        report_id: str,
        what: What,
        words: str,
        name: str,
    ) -> None:
        if await work.one(_open_of_entry, entry=entry_id):
            return  # it is in the queue already
        keys = await self._vault.clinic(clinic_id)
        await work.execute(
            _add,
            id=report_id,
            clinic_id=clinic_id,
            patient_id=patient_id,
            entry_id=entry_id,
            state=ReportState.OPEN,
            what=what,
            by_kind=str(actor.kind),
            by_id=actor.id,
            record=keys.seal(_RECORD, report_id, {"name": name, "words": words, "answer": ""}),
            reported_at=clock.now(),
            answered_at=0,
            answered_by="",
        )
        _show(work, clinic_id, patient_id, entry_id)
        await self._audit.record(
            work,
            clinic_id,
            actor,
            Action.ENTRY_REPORTED,
            patient_id=patient_id,
            subject_id=entry_id,
            what=str(what),
        )

    # --- staff ---------------------------------------------------------------------------------

    async def queue(self, staff: StaffAccess, limit: int = 100) -> list[Report]:
        """Return the open reports about patients whom this person sees, oldest first."""
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_queue, clinic=staff.clinic_id, staff=staff.staff_id, limit=limit)
        return [_opened(keys, row) for row in rows]

    async def waiting(self, staff: StaffAccess, most: int = 100) -> int:
        """Count them; at most `most`."""
        async with self._database.read() as db:
            row = await db.one(_count, clinic=staff.clinic_id, staff=staff.staff_id, most=most)
        return row.reports if row else 0

    async def one(self, chart: ChartAccess, report_id: str) -> Report:
        """Return a report about a chart. Raises NotFound."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.unit_of_work() as work:
            return _opened(keys, await _required(work, chart, report_id))

    async def answer(
        self, chart: ChartAccess, report_id: str, state: ReportState, words: str
    ) -> None:
        """Answer with “it is right” (kept) or “it is wrong” (withheld), and why; a move answers by
        itself. Raises NotFound, WrongInput, Conflict if somebody was faster."""
        if state not in (ReportState.KEPT, ReportState.WITHHELD):
            raise WrongInput(N_("Please choose what becomes of the file."), field="state")
        words = _checked(words, needed=True)
        async with self._database.unit_of_work() as work:
            row = await _required(work, chart, report_id)
            await work.lock(row.entry_id)
            if not await self._settle(work, row, state, chart.staff.staff_id, words):
                raise Conflict(
                    N_("Somebody else answered this already. Your answer was not saved.")
                )
            _show(work, chart.clinic_id, chart.patient_id, row.entry_id)
            await self._audit.record(
                work,
                chart.clinic_id,
                chart.actor,
                Action.REPORT_ANSWERED,
                patient_id=chart.patient_id,
                subject_id=row.entry_id,
                verdict=str(state),
            )

    async def moved(
        self,
        work: UnitOfWork,
        chart: ChartAccess,
        entry_id: str,
        to: ChartAccess,
        moved_id: str,
        reason: str,
    ) -> None:
        """Answer the reports about an entry that is being moved; one that comes back to the chart
        where it was reported waits for an answer again. Implements `entries.MoveListener`."""
        for row in await work.all(_open_of_entry, entry=entry_id):
            await self._settle(work, row, ReportState.MOVED, chart.staff.staff_id, reason)
        came = await work.one(_came_from, of=entry_id, clinic=chart.clinic_id)
        if came and came.moved_from:
            await work.execute(
                _reopen,
                original=came.moved_from,
                patient=to.patient_id,
                clinic=to.clinic_id,
                new_entry=moved_id,
            )

    async def _settle(
        self, work: UnitOfWork, row: ReportRow, state: ReportState, person: str, words: str
    ) -> bool:
        keys = await self._vault.clinic(row.clinic_id)
        record: dict[str, Any] = keys.unseal(_RECORD, row.id, row.record)
        record["answer"] = words
        changed = await work.execute(
            _answer,
            of=row.id,
            new_state=state,
            new_record=keys.seal(_RECORD, row.id, record),
            moment=clock.now(),
            person=person,
        )
        return bool(changed)

    # --- the patient ---------------------------------------------------------------------------

    async def of_patient(self, patient: PatientAccess, limit: int = 50) -> list[Report]:
        """Return what was reported in the app, newest first, with the answers."""
        patient.require(Part.FILES)
        keys = await self._vault.clinic(patient.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(
                _of_patient,
                patient=patient.patient_id,
                clinic=patient.clinic_id,
                **as_seen_by(patient),
                limit=limit,
            )
        return [_opened(keys, row) for row in rows if row.by_kind != "staff"]


def _show(work: UnitOfWork, clinic_id: str, patient_id: str, entry_id: str) -> None:
    """Publish to open inboxes that there is one more to answer, or one less."""
    work.emit(
        InboxChanged(
            clinic_id=clinic_id, patient_id=patient_id, entry_id=entry_id, reason="reported"
        )
    )


async def _required(db: Reader, chart: ChartAccess, report_id: str) -> ReportRow:
    row = await db.one(_one, of=report_id, patient=chart.patient_id, clinic=chart.clinic_id)
    if row is None:
        raise NotFound
    return row


def _opened(keys: ClinicKeys, row: ReportRow) -> Report:
    record = keys.unseal(_RECORD, row.id, row.record)
    return Report(
        id=row.id,
        patient_id=row.patient_id,
        entry_id=row.entry_id,
        state=ReportState(row.state),
        what=What(row.what),
        by_kind=row.by_kind,
        by_id=row.by_id,
        name=record["name"],
        words=record["words"],
        answer=record["answer"],
        reported_at=row.reported_at,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )


def _id_of(draft: str) -> str:
    return draft if is_id(draft, "rep") else Reports.new_draft()


def _checked(text: str, *, needed: bool) -> str:
    text = several_lines(text)
    if needed and says_nothing(text):
        raise WrongInput(N_("Please write a sentence about it."), field="words")
    if len(text) > LONGEST:
        raise WrongInput(N_("Please use at most 500 characters here."), field="words")
    return text
