"""Sending a letter: what still stands in its way, what goes out, and the letter as it stays."""

from dataclasses import dataclass

from bedside.charts import sent
from bedside.errors import Conflict, WrongInput
from bedside.kernel import clock, faults
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.typed import says_nothing
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.letters import filling, records
from bedside.letters.details import LetterDetails
from bedside.letters.drafts import LetterDrafts, SavedMeanwhile
from bedside.letters.filing import FILE
from bedside.letters.options import MOST_BYTES, LetterOptions
from bedside.letters.records import KEY, Letter, State
from bedside.people.permissions import ChartAccess
from bedside.printing.ports import Sheet
from bedside.requests import records as request_records
from bedside.requests.kinds import RequestTools
from bedside.requests.records import RequestRow
from bedside.requests.service import Composed, Outgoing
from bedside.requests.states import State as RequestState
from bedside.requests.states import allowed, closing
from bedside.visits import rows as visit_rows
from bedside.visits.rows import VisitRow

_MOVED = N_(
    "The visit that this letter is about was moved to another chart. Nothing was sent: write the "
    "letter in that chart, or begin one here that is about no visit."
)


@dataclass(frozen=True, slots=True)
class Posting:
    """How a letter goes out: by which messages, and whether it and its files go along with the
    e-mail."""

    channels: tuple[str, ...]
    attached: bool = False


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands in the way of sending, at a field of the page; `names` are those of
    open fields."""

    field: str
    sentence: str
    names: tuple[str, ...] = ()


class LetterSending:
    """Sends letters. What follows is the same for all kinds of requests: see `Requests`."""

    def __init__(self, tools: RequestTools, drafts: LetterDrafts) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._clinics = tools.clinics
        self._patients = tools.patients
        self._links = tools.links
        self._requests = tools.requests
        self._telling = tools.telling
        self._drafts = drafts

    async def obstacles(self, chart: ChartAccess, letter: Letter) -> list[Obstacle]:
        """Return what stands in the way of sending a draft, in the order of the page."""
        record = letter.record
        found = _of_words(letter)
        enclosed = await self._drafts.enclosed(chart, record.entries)
        if enclosed.gone:
            gone = N_("A file is not in the chart any more. Remove it from the letter.")
            found.append(Obstacle("files", _(gone)))
        if enclosed.unchecked:
            unchecked = N_("A file is still being checked. Wait a moment, then send.")
            found.append(Obstacle("files", _(unchecked)))
        if enclosed.size > MOST_BYTES:
            found.append(Obstacle("files", _("Its files are more than 25 MB together.")))
        if letter.visit_id:
            async with self._database.read() as db:
                is_theirs = await _is_theirs(db, chart, letter.visit_id)
            if not is_theirs:
                found.append(Obstacle("visit", _(_MOVED)))
        return found

    async def preview(
        self, chart: ChartAccess, letter: Letter, posting: Posting
    ) -> tuple[Outgoing, ...]:
        """Return the messages as they would leave, with “…” for the secret. Raises WrongInput for
        a channel without an address."""
        composed = await self._composed(chart, letter, posting)
        return await self._requests.messages(chart, KEY, composed.content)

    async def send(
        self, chart: ChartAccess, letter_id: str, version: int, posting: Posting
    ) -> None:
        """Send a draft in the version that was checked; from then on it stays as it is, a copy
        goes into the chart, and its files are in the patient's view. Idempotent.

        Raises NotAllowed, NotFound, SavedMeanwhile, WrongInput for an obstacle or a channel without
        an address.
        """
        letter = await self._drafts.get(chart, letter_id)
        if letter.state is State.SENT:
            return
        for obstacle in await self.obstacles(chart, letter):
            raise WrongInput(obstacle.sentence, field=obstacle.field)
        sheet = await self._drafts.sheet(chart, letter)

        async def begin(work: UnitOfWork) -> None:
            await self._finish(work, chart, letter_id, version, sheet)

        await self._requests.send(
            chart,
            KEY,
            letter_id,
            lambda: self._composed(chart, letter, posting),
            begin=begin,
            visit=letter.visit_id,
        )
        faults.point("letter.sent")

    async def _composed(self, chart: ChartAccess, letter: Letter, posting: Posting) -> Composed:
        clinic, patient = (
            await self._clinics.get(chart.clinic_id),
            await self._patients.get(chart),
        )
        wanted = posting.attached and "email" in posting.channels
        attached = letter.id if wanted and clinic.of(LetterOptions).letters_by_email else ""
        details = LetterDetails(letter.record.title, attached)
        content = await self._requests.content(
            chart, patient, posting.channels, **details.as_values()
        )
        return Composed(content, category=letter.record.category)

    async def _finish(
        self, work: UnitOfWork, chart: ChartAccess, letter_id: str, version: int, sheet: Sheet
    ) -> None:
        """Make the letter what it stays, and give its files to the patient."""
        row = await records.locked(work, letter_id)
        keys = await self._vault.clinic(chart.clinic_id)
        if row is None or row.version != version or row.discarded_at:
            raise SavedMeanwhile
        if row.visit_id:  # locked, so that it is not moved to another patient in between
            await work.one(visit_rows.for_change, of=row.visit_id)
            if not await _is_theirs(work, chart, row.visit_id):
                raise WrongInput(_(_MOVED), field="visit")
        record = records.opened(keys, row).record
        await sent.require_sendable(work, chart, record.entries)
        now = clock.now()
        await work.execute(
            records.CHANGE,
            of=letter_id,
            record=records.sealed(keys, letter_id, record.model_copy(update={"sheet": sheet})),
            changed_by=chart.staff.staff_id,
            changed_at=now,
            sent_at=now,
        )
        await sent.add(work, letter_id, "", record.entries, given=True)
        work.enqueue(FILE, {"letter_id": letter_id}, unique=f"{FILE}:{letter_id}")

    # --- afterwards ------------------------------------------------------------------------------

    async def visit_reassigned(
        self, work: UnitOfWork, row: VisitRow, chart: ChartAccess, to: ChartAccess, reason: str
    ) -> None:
        """Close the links to letters about a visit that is given to another patient: the words are
        about somebody else. Implements `visits.ports.EntriesOfVisits`; of locks, see
        `VisitSummaries.visit_reassigned`."""
        for letter in await work.all(records.OF_VISIT, visit=row.id, clinic=row.clinic_id):
            request = await request_records.locked(work, letter.id)
            if request is None or request.patient_id == to.patient_id:
                continue
            await self._links.revoke(work, request.id)
            step = closing(RequestState(request.state), stays=True)
            if allowed(RequestState(request.state), step):
                await request_records.take_step(work, request, step)
                await self._telling.stop(work, request.id)
            await self.revoked(work, request)

    async def revoked(self, work: UnitOfWork, row: RequestRow) -> None:
        """Take the files of a letter whose link was closed out of the patient's view."""
        await sent.withdraw(work, row.id)

    async def reissued(self, work: UnitOfWork, row: RequestRow) -> None:
        """Give the files again with another link. Raises Conflict for a letter whose visit turned
        out to be somebody else's."""
        letter = await work.one(records.BY_ID, of=row.id)
        visit_id = letter.visit_id if letter else ""
        visit = await work.one(visit_rows.by_id, of=visit_id) if visit_id else None
        if visit is not None and visit.patient_id != row.patient_id:
            raise Conflict(_(_MOVED))
        await sent.give_again(work, row.id)


async def _is_theirs(db: Reader, chart: ChartAccess, visit_id: str) -> bool:
    row = await db.one(visit_rows.by_id, of=visit_id)
    return row is not None and row.patient_id == chart.patient_id


def _of_words(letter: Letter) -> list[Obstacle]:
    """Return the obstacles in the title and the words."""
    record, found = letter.record, list[Obstacle]()
    if says_nothing(record.title):
        found.append(Obstacle("title", _("Please give it a title.")))
    elif names := filling.open_in(record.title):
        found.append(_open("title", names))
    if filling.is_empty(record.body):
        found.append(Obstacle("body", _("Please write something first.")))
    elif names := filling.open_parts(record.body):
        found.append(_open("body", names))
    return found


def _open(field: str, names: list[str]) -> Obstacle:
    sentence = _("Please fill in what stands in [[double brackets]], or delete it.")
    return Obstacle(field, sentence, tuple(names))
