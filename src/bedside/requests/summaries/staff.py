"""Writing a summary of a visit: what would be sent, sending it, and what became of it."""

from dataclasses import asdict, dataclass
from typing import Any

from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import faults, written
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.typed import says_nothing, several_lines
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.people.clinics import Clinic
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.requests import records
from bedside.requests.kinds import RequestTools
from bedside.requests.records import RequestRow
from bedside.requests.service import Composed, Outgoing, until
from bedside.requests.states import NEEDS_STAFF, State, Step, allowed
from bedside.requests.summaries import rows
from bedside.requests.summaries.details import KEY, SummaryDetails
from bedside.requests.summaries.filing import FILE
from bedside.visits import rows as visit_rows
from bedside.visits.rows import VisitRow

TEXT_MAX = 10_000
"""Characters of a summary."""


class NobodySawThem(Conflict):
    """There is nothing to sum up."""

    code = "nobody_saw_the_patient"
    sentence = N_(
        "Nobody saw the patient in this visit, so there is no summary to write. Nothing was sent."
    )


class SentBefore(WrongInput):
    """A form that was sent came back with other words; one summary cannot have both."""

    code = "summary_was_sent"
    sentence = N_(
        "A summary was sent from this form before, with other words. It stays as it is. Press Send "
        "again, and these words go out as a second one."
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A summary that is being written. `id` is made with the form, so that sending the form twice
    sends one summary."""

    id: str
    visit_id: str
    channels: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview of the summary: the messages, and the patient's page behind the link."""

    messages: tuple[Outgoing, ...]
    clinic: Clinic
    by: str
    by_role: str
    visited_at: int
    text: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class SentSummary:
    """A summary of a visit that was sent. Times in milliseconds, `read_at` 0 until it is read;
    `elsewhere` means that it went to another patient, before the visit was moved."""

    id: str
    patient_id: str
    by: str
    text: str
    state: State
    sent_at: int
    read_at: int
    elsewhere: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether staff have closed its link."""
        return self.state is State.REVOKED

    @property
    def is_over(self) -> bool:
        """Whether its link has ended by itself."""
        return self.state is State.EXPIRED

    @property
    def is_in_trouble(self) -> bool:
        """Whether no message arrived, or nobody can open the link."""
        return self.state in NEEDS_STAFF


class VisitSummaries:
    """Sends summaries of visits. What follows is the same for all kinds: see `Requests`."""

    def __init__(self, tools: RequestTools) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._clinics = tools.clinics
        self._patients = tools.patients
        self._links = tools.links
        self._requests = tools.requests
        self._telling = tools.telling

    # --- writing -------------------------------------------------------------------------------

    async def patient(self, chart: ChartAccess, visit_id: str) -> Patient:
        """Return the patient to whom a summary of this visit can be written. Raises NotFound for a
        visit of another chart, NobodySawThem."""
        async with self._database.read() as db:
            await _visit(db, chart, visit_id)
        return await self._patients.get(chart)

    async def whose(self, staff: StaffAccess, visit_id: str) -> str:
        """Return whose visit it is now, for a form that was opened before it was moved; "" for
        nobody's. The id alone opens no chart."""
        async with self._database.read() as db:
            return await rows.patient_of(db, staff.clinic_id, visit_id)

    async def preview(self, chart: ChartAccess, draft: Draft) -> Preview:
        """Return what would be sent, with “…” for the secret. Raises as `send` does."""
        content = (await self._compose(chart, draft)).content
        details = SummaryDetails.of(content)
        clinic = await self._clinics.get(chart.clinic_id)
        return Preview(
            await self._requests.messages(chart, KEY, content),
            clinic,
            content.asked_by,
            content.asked_role,
            details.visited_at,
            details.text,
            until(clinic),
        )

    async def send(self, chart: ChartAccess, draft: Draft) -> str:
        """Send a summary and return its id; a copy of it is filed in the chart. Idempotent per
        draft.

        Raises NotAllowed, NotFound, NobodySawThem, SentBefore, and WrongInput for a text without
        words or that is too long, and a channel without an address.
        """

        async def begin(work: UnitOfWork) -> None:
            await self._begin(work, chart, draft)

        sent = await self._requests.send(
            chart,
            KEY,
            draft.id,
            lambda: self._compose(chart, draft),
            begin=begin,
            visit=draft.visit_id,
        )
        faults.point("summary.sent")
        stored = SummaryDetails.of((await self._requests.get(chart, sent)).content)
        if (stored.visit_id, stored.text) != (draft.visit_id, _words(draft.text)):
            raise SentBefore(field="text")
        return sent

    async def _compose(self, chart: ChartAccess, draft: Draft) -> Composed:
        async with self._database.read() as db:
            visit = await _visit(db, chart, draft.visit_id)
        details = SummaryDetails(visit.id, visit.checked_in_at, _words(draft.text))
        patient = await self._patients.get(chart)
        return Composed(
            await self._requests.content(chart, patient, draft.channels, **asdict(details))
        )

    async def _begin(self, work: UnitOfWork, chart: ChartAccess, draft: Draft) -> None:
        """Keep which visit it is about, and have a copy filed. The visit is locked, so that it is
        not moved to another patient in between."""
        await work.one(visit_rows.for_change, of=draft.visit_id)
        await _visit(work, chart, draft.visit_id)
        await work.execute(
            rows.ADD,
            request_id=draft.id,
            clinic_id=chart.clinic_id,
            visit_id=draft.visit_id,
            upload_id="",
            file_id="",
            filed_at=0,
        )
        work.enqueue(FILE, {"request_id": draft.id}, unique=f"{FILE}:{draft.id}")

    # --- afterwards ----------------------------------------------------------------------------

    async def of_visit(self, chart: ChartAccess, visit_id: str) -> list[SentSummary]:
        """Return the summaries of a visit of this chart, oldest first. Raises NotFound."""
        keys = await self._vault.clinic(chart.clinic_id)
        which: dict[str, Any] = {"visit": visit_id, "clinic": chart.clinic_id}
        async with self._database.read() as db:
            if await rows.patient_of(db, chart.clinic_id, visit_id) != chart.patient_id:
                raise NotFound
            found = await db.all(rows.REQUESTS_OF_VISIT, **which)
        opened = [records.opened(keys, row) for row in found]
        return [
            SentSummary(
                one.id,
                one.patient_id,
                one.content.asked_by,
                SummaryDetails.of(one.content).text,
                one.state,
                one.created_at,
                one.read_at,
                elsewhere=one.patient_id != chart.patient_id,
            )
            for one in opened
        ]

    async def newest(self, chart: ChartAccess, visit_id: str) -> SentSummary | None:
        """Return the newest summary of a visit that the patient can read, or has read; None if
        there is none. Raises NotFound."""
        sent = await self.of_visit(chart, visit_id)
        return next(
            (one for one in reversed(sent) if not one.elsewhere and not one.is_closed), None
        )

    async def reissued(self, work: UnitOfWork, row: RequestRow) -> None:
        """Refuse another link to a summary whose visit turned out to be somebody else's. Raises
        Conflict."""
        summary = await work.one(rows.BY_ID, of=row.id)
        if summary is None:
            raise Conflict
        if await rows.patient_of(work, row.clinic_id, summary.visit_id) != row.patient_id:
            raise Conflict

    async def visit_reassigned(
        self, work: UnitOfWork, row: VisitRow, chart: ChartAccess, to: ChartAccess, reason: str
    ) -> None:
        """Close the links to summaries of a visit that is given to another patient: the words are
        about somebody else. Implements `visits.ports.EntriesOfVisits`.

        Elsewhere requests are locked before visits. Where that collides, PostgreSQL refuses one of
        the two, and whoever pressed is asked to press again.
        """
        for summary in await work.all(rows.OF_VISIT, visit=row.id, clinic=row.clinic_id):
            request = await records.locked(work, summary.request_id)
            if request is None or request.patient_id == to.patient_id:
                continue
            await self._links.revoke(work, request.id)
            if allowed(State(request.state), Step.REVOKED):
                await records.take_step(work, request, Step.REVOKED)
                await self._telling.stop(work, request.id)


def _words(text: str) -> str:
    """Return the text as it is sent. Raises WrongInput."""
    words = several_lines(text)
    if says_nothing(words):
        raise WrongInput(_("Please write something first."), field="text")
    if len(words) > TEXT_MAX:
        raise WrongInput(
            _(
                "Please shorten it to at most 10,000 characters: it has %(count)s. Nothing of it "
                "was sent, and all of it is still here."
            )
            % {"count": written.grouped(len(words))},
            field="text",
        )
    return words


async def _visit(db: Reader, chart: ChartAccess, visit_id: str) -> VisitRow:
    """Return a visit of this chart in which the patient was seen. Raises NotFound,
    NobodySawThem."""
    row = await db.one(visit_rows.by_id, of=visit_id)
    if row is None or row.clinic_id != chart.clinic_id or row.patient_id != chart.patient_id:
        raise NotFound
    if not await visit_rows.was_treated(db, visit_id):
        raise NobodySawThem
    return row
