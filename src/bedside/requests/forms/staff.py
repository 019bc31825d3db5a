"""Sending a PDF to be filled in, and what became of it."""

from dataclasses import asdict, dataclass, replace
from datetime import date

from bedside.charts.records import Entry
from bedside.errors import NotFound, WrongInput
from bedside.files.pdf_forms import PdfForm
from bedside.kernel import clock, faults
from bedside.kernel.language import gettext as _
from bedside.kernel.typed import several_lines
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.clinics import Clinic
from bedside.people.options import MB
from bedside.people.permissions import ChartAccess
from bedside.requests import records
from bedside.requests.forms import rows
from bedside.requests.forms.details import KEY, FormDetails
from bedside.requests.forms.rows import Way
from bedside.requests.forms.texts import as_words
from bedside.requests.kinds import RequestTools
from bedside.requests.records import Request
from bedside.requests.service import Composed, Outgoing
from bedside.requests.states import ENDED, State

NOTE_MAX = 1_000
LONGEST_WAIT = 365
"""Days until which a form can be due."""
_SENT_AGAIN = (State.REQUESTED, State.SENT, State.DELIVERED)
_FILES, _BYTES = 20, 50 * MB
"""The most that can be sent back as files."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that is being sent. `id` is made with the page, so that sending it twice sends one
    form; `note` are the words of the person sending."""

    id: str
    entry_id: str
    channels: tuple[str, ...]
    due: date | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview: the messages, and what the patient's page says."""

    messages: tuple[Outgoing, ...]
    details: FormDetails
    form: PdfForm
    expires_at: int


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form that was sent, as staff see it. `entry` is the empty one in the chart, None if it was
    moved away; `answers` what came back; `words` what was typed, by the names of fields, once it
    was sent."""

    request: Request
    details: FormDetails
    form: PdfForm
    entry: Entry | None
    answers: tuple[Entry, ...]
    words: tuple[tuple[str, str], ...]
    kept_at: int
    way: Way

    @property
    def is_overdue(self) -> bool:
        """Whether it is not back although its day is over."""
        waits = self.request.state not in ENDED and not self.request.sending
        return waits and self.details.due_at < clock.now()

    @property
    def may_be_reminded(self) -> bool:
        """Whether a reminder makes sense now."""
        waits = self.request.state not in (*ENDED, State.FAILED, State.LOCKED)
        return waits and not self.request.sending and self.request.expires_at > clock.now()


class FormRequests:
    """Sends forms. What follows is the same for all kinds: see `Requests`."""

    def __init__(self, tools: RequestTools) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._clinics = tools.clinics
        self._patients = tools.patients
        self._fillable = tools.fillable
        self._retrieval = tools.retrieval
        self._requests = tools.requests

    async def look(self, chart: ChartAccess, entry_id: str) -> tuple[Entry, PdfForm]:
        """Return a PDF of the chart and what of it can be filled in. Raises NotFound, NotAPdf,
        NotScanned."""
        return await self._fillable.read(chart, entry_id)

    async def preview(self, chart: ChartAccess, draft: Draft) -> Preview:
        """Return what would be sent, with “…” for the secret. Raises as `send` does."""
        composed, form = await self._compose(chart, draft)
        clinic = await self._clinics.get(chart.clinic_id)
        return Preview(
            await self._requests.messages(chart, KEY, composed.content),
            FormDetails.of(composed.content),
            form,
            self._requests.ends(KEY, clinic, composed.content),
        )

    async def send(self, chart: ChartAccess, draft: Draft) -> str:
        """Send a form and return its id. Idempotent per draft.

        Raises NotAllowed, NotFound, NotAPdf, NotScanned, and WrongInput for a channel without an
        address, a day that is over, and words that are too long.
        """
        composed, form = await self._compose(chart, draft)
        file_id = FormDetails.of(composed.content).file_id
        keys = await self._vault.clinic(chart.clinic_id)

        async def begin(work: UnitOfWork) -> None:
            await rows.add(work, keys, draft.id, chart.clinic_id, file_id, form)

        async def compose() -> Composed:
            return composed

        sent = await self._requests.send(chart, KEY, draft.id, compose, begin=begin, file=file_id)
        faults.point("form.requested")
        return sent

    async def _compose(self, chart: ChartAccess, draft: Draft) -> tuple[Composed, PdfForm]:
        clinic = await self._clinics.get(chart.clinic_id)
        note = several_lines(draft.note)
        if len(note) > NOTE_MAX:
            raise WrongInput(_("Please use at most 1,000 characters here."), field="note")
        due_at = _due(clinic, draft.due)
        entry, form = await self._fillable.read(chart, draft.entry_id)
        patient = await self._patients.get(chart)
        details = FormDetails(entry.file_id, _title(entry), note, due_at, form.state)
        content = await self._requests.content(chart, patient, draft.channels, **asdict(details))
        return Composed(content, file_limit=_FILES, bytes_limit=_BYTES), form

    # --- afterwards ----------------------------------------------------------------------------

    async def get(self, chart: ChartAccess, request_id: str) -> SentForm:
        """Return a form that was sent to this patient. Raises NotFound."""
        request = await self._requests.get(chart, request_id)
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            row = await db.one(rows.BY_ID, of=request.id)
            returned = await db.all(rows.RETURNED, of=request.id)
        if row is None:
            raise NotFound
        form = rows.fields_of(keys, row)
        was_sent = row.way == Way.FIELDS  # and not, or not yet, sent once more
        words = as_words(form, rows.answers_of(keys, row)) if was_sent else []
        answers = [await self._entry(chart, one.file_id) for one in returned]
        return SentForm(
            request,
            FormDetails.of(request.content),
            form,
            await self._entry(chart, row.file_id),
            tuple(one for one in answers if one is not None),
            tuple(words),
            row.kept_at,
            Way(row.way),
        )

    async def of_entry(self, chart: ChartAccess, file_id: str) -> list[Request]:
        """Return the forms that were sent to this patient with a file: as the empty form, or of
        which it is an answer."""
        keys = await self._vault.clinic(chart.clinic_id)
        which = {"file": file_id, "clinic": chart.clinic_id}
        async with self._database.read() as db:
            ids = [row.request_id for row in await db.all(rows.OF_FILE, **which)]
            answer = await db.one(rows.ANSWER_OF_FILE, **which)
            ids += [answer.request_id] if answer is not None else []
            found = [await db.one(records.by_id, of=one) for one in ids]
        return [
            records.opened(keys, row)
            for row in found
            if row is not None and row.patient_id == chart.patient_id
        ]

    async def send_back(
        self, chart: ChartAccess, request_id: str, reason: str, day: date | None
    ) -> None:
        """Send a form that is back to the patient once more, who finds what was filled in before,
        and why. Answers that are in the chart stay there. Idempotent.

        Raises NotFound, Conflict if it is not back, WrongInput without a reason or for a day that
        is over, ManyTexts.
        """
        request = await self._requests.get(chart, request_id)
        details = FormDetails.of(request.content)
        said = several_lines(reason)
        if details.sent_back_at and details.reason == said and request.state in _SENT_AGAIN:
            return
        if not said:
            raise WrongInput(_("Please say what is missing or wrong."), field="reason")
        if len(said) > NOTE_MAX:
            raise WrongInput(_("Please use at most 1,000 characters here."), field="reason")
        clinic = await self._clinics.get(chart.clinic_id)
        due_at = _due(clinic, day)
        changed = replace(details, reason=said, sent_back_at=clock.now(), due_at=due_at)

        async def begin(work: UnitOfWork) -> None:
            await rows.change(work, request.id, way=Way.NOT_YET, upload_id="")

        await self._requests.send_back(chart, request.id, asdict(changed), begin)
        faults.point("form.sent_back")

    async def _entry(self, chart: ChartAccess, file_id: str) -> Entry | None:
        return await self._fillable.entry_of(chart, file_id)


def _due(clinic: Clinic, day: date | None) -> int:
    """Return the end of the day on which a form is due. Raises WrongInput."""
    today = clinic.options.today()
    if day is None:
        raise WrongInput(_("Please choose the day by which you need it."), field="due")
    if day < today:
        raise WrongInput(_("This day is over. Choose today or a later day."), field="due")
    if (day - today).days > LONGEST_WAIT:
        raise WrongInput(_("Choose a day within the next year."), field="due")
    return clock.end_of(day, clinic.options.time_zone)


def _title(entry: Entry) -> str:
    """Return what a form is called: its name in the chart, without the ending of a file."""
    name = entry.title.strip()
    return (name[:-4] if name.lower().endswith(".pdf") else name)[:200] or _("Form")
