"""Drafts of letters: begun from a template, saved, and given files. Colleagues who see the chart
see its drafts, and each can go on where another one stopped."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bedside.audit import Action
from bedside.charts import sent
from bedside.charts.records import Entry
from bedside.errors import Conflict, NotAllowed, NotFound, WrongInput
from bedside.files.states import FileState
from bedside.kernel import clock, faults, written
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_, speaking
from bedside.kernel.language import gettext as _
from bedside.kernel.typed import one_line
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.letters import fields, filling, records, shipped
from bedside.letters.fields import LETTER, VisitFacts
from bedside.letters.options import MOST_BYTES
from bedside.letters.records import PREFIX, Letter, LetterRecord, LetterRow, State
from bedside.letters.sheet import Correspondents, sheet_of
from bedside.letters.templates import LONGEST_TITLE, LetterTemplates, Template
from bedside.people.permissions import ChartAccess
from bedside.people.roles import May, allows
from bedside.printing.body import Body
from bedside.printing.ports import Sheet
from bedside.requests.kinds import RequestTools
from bedside.visits import rows as visit_rows


class SavedMeanwhile(Conflict):
    """Somebody else saved a draft, or the same person in another tab."""

    code = "letter_saved_meanwhile"
    sentence = N_(
        "This letter was saved meanwhile, by a colleague or in another tab. Your words are below, "
        "and were not saved: save them as another letter, or load the page to see what is there."
    )


class NotADraft(Conflict):
    """The letter was sent or discarded."""

    code = "letter_no_draft"
    sentence = N_("This letter was sent or discarded meanwhile. It was not changed.")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a letter as somebody wrote them. Its repr omits them."""

    title: str
    body: Body

    def __repr__(self) -> str:
        return "Words()"


@dataclass(frozen=True, slots=True)
class Enclosed:
    """The files that go along with a letter, as they are in the chart now; `gone` counts those
    that were moved away, reported or destroyed."""

    entries: tuple[Entry, ...]
    gone: int

    @property
    def size(self) -> int:
        """All of them, in bytes."""
        return sum(one.size for one in self.entries)

    @property
    def unchecked(self) -> tuple[Entry, ...]:
        """Those that cannot be opened yet."""
        return tuple(one for one in self.entries if one.state != FileState.FILED)


class LetterDrafts:
    """Keeps letters that are being written."""

    def __init__(self, tools: RequestTools, templates: LetterTemplates) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._audit = tools.audit
        self._clinics = tools.clinics
        self._patients = tools.patients
        self._staff = tools.staff
        self._looks = tools.looks
        self._printer = tools.printer
        self._templates = templates

    # --- beginning -------------------------------------------------------------------------------

    async def begin(
        self, chart: ChartAccess, letter_id: str, template_id: str, visit_id: str = ""
    ) -> str:
        """Begin a letter with a template of the clinic or one that comes with Bedside (`shipped`),
        filled in as far as it is known, and return its id. Idempotent per id, which is made with
        the page. Raises NotAllowed, NotFound for a template or a visit that is not there."""
        _may_begin(chart, letter_id)
        record = await self._filled(chart, await self._template(chart, template_id), visit_id)
        async with self._database.unit_of_work() as work:
            await work.lock(letter_id)
            known = await work.one(records.BY_ID, of=letter_id)
            if known is None:
                await self._add(work, chart, letter_id, visit_id, record)
                await self._line(work, chart, letter_id, Action.LETTER_BEGUN)
            elif (known.clinic_id, known.patient_id) != (chart.clinic_id, chart.patient_id):
                raise NotFound
        return letter_id

    async def begin_with(
        self, chart: ChartAccess, letter_id: str, before: str, words: Words
    ) -> str:
        """Begin a letter with words that could not be saved in the one of `before`, and with its
        files; idempotent per id. Raises NotAllowed, NotFound, WrongInput, and SavedMeanwhile if
        that letter was begun with other words."""
        _may_begin(chart, letter_id)
        letter = await self.get(chart, before)
        title = _title(words.title)
        record = letter.record.model_copy(
            update={"title": title, "body": filling.cleaned(words.body), "sheet": None}
        )
        async with self._database.unit_of_work() as work:
            await work.lock(letter_id)
            known = await work.one(records.BY_ID, of=letter_id)
            if known is None:
                await self._add(work, chart, letter_id, letter.visit_id, record)
                await self._line(work, chart, letter_id, Action.LETTER_BEGUN)
            else:
                keys = await self._vault.clinic(chart.clinic_id)
                there = records.opened(keys, _required(chart, known))
                if (there.state, there.record) != (State.DRAFT, record):
                    raise SavedMeanwhile
        return letter_id

    async def _template(self, chart: ChartAccess, template_id: str) -> Template:
        if template_id in shipped.NAMES:
            return shipped.shipped(template_id)
        return (await self._templates.get(chart.clinic_id, template_id)).template

    async def _filled(self, chart: ChartAccess, template: Template, visit_id: str) -> LetterRecord:
        clinic = await self._clinics.get(chart.clinic_id)
        patient = (await self._patients.get(chart)).demographics
        author = await self._staff.get(chart.clinic_id, chart.staff.staff_id)
        async with self._database.read() as db:
            visit = await self._visit(db, chart, visit_id) if visit_id else None
        language, text = template.text_for(patient.language, clinic.options.language)
        with speaking(language):
            values = fields.values(clinic, patient, author.name, visit)
            title = filling.filled_line(text.title, LETTER, values)
            body = filling.filled(text.body, LETTER, values)
        return LetterRecord(
            title=title,
            # What is still open is read by whoever writes, not by the patient.
            body=filling.readable(body, LETTER),
            language=language,
            category=template.category,
        )

    async def _visit(self, db: Reader, chart: ChartAccess, visit_id: str) -> VisitFacts:
        row = await db.one(visit_rows.by_id, of=visit_id)
        if row is None or (row.clinic_id, row.patient_id) != (chart.clinic_id, chart.patient_id):
            raise NotFound
        keys = await self._vault.clinic(chart.clinic_id)
        return VisitFacts(row.checked_in_at, visit_rows.typed(keys, row)["reason"])

    async def _add(
        self,
        work: UnitOfWork,
        chart: ChartAccess,
        letter_id: str,
        visit_id: str,
        record: LetterRecord,
    ) -> None:
        now, keys = clock.now(), await self._vault.clinic(chart.clinic_id)
        await work.execute(
            records.ADD,
            id=letter_id,
            clinic_id=chart.clinic_id,
            patient_id=chart.patient_id,
            visit_id=visit_id,
            record=records.sealed(keys, letter_id, record),
            version=1,
            begun_by=chart.staff.staff_id,
            begun_at=now,
            changed_by=chart.staff.staff_id,
            changed_at=now,
            sent_at=0,
            discarded_at=0,
            upload_id="",
            file_id="",
            filed_at=0,
        )

    # --- writing ---------------------------------------------------------------------------------

    async def open(self, chart: ChartAccess, letter_id: str) -> Letter:
        """Return a letter, as `get` does, to somebody who reads it; one audit line for a look."""
        letter = await self.get(chart, letter_id)
        await self._looks.note(
            chart.clinic_id,
            chart.actor,
            chart.staff.session_id,
            Action.LETTER_OPENED,
            patient_id=chart.patient_id,
            letter=letter_id,
        )
        return letter

    async def get(self, chart: ChartAccess, letter_id: str) -> Letter:
        """Return a letter of this chart, a draft or not. Raises NotFound."""
        async with self._database.read() as db:
            row = await db.one(records.BY_ID, of=letter_id)
        return records.opened(await self._vault.clinic(chart.clinic_id), _required(chart, row))

    async def save(self, chart: ChartAccess, letter_id: str, version: int, words: Words) -> Letter:
        """Save what was written since the version that the page showed. Raises NotFound, NotADraft,
        SavedMeanwhile, WrongInput."""
        title = _title(words.title)

        def change(record: LetterRecord) -> LetterRecord:
            return record.model_copy(update={"title": title, "body": filling.cleaned(words.body)})

        return await self._change(chart, letter_id, change, version)

    async def attach(
        self, chart: ChartAccess, letter_id: str, entry_ids: tuple[str, ...]
    ) -> Letter:
        """Let files of the chart go along with a draft. Raises NotFound, NotADraft, Conflict for
        one that was moved away, reported or destroyed, and WrongInput where all are too much."""
        enclosed = await self.enclosed(chart, entry_ids)
        async with self._database.read() as db:
            row = _required(chart, await db.one(records.BY_ID, of=letter_id))
        keys = await self._vault.clinic(chart.clinic_id)
        before = await self.enclosed(chart, records.opened(keys, row).record.entries)
        together = {one.id: one.size for one in (*before.entries, *enclosed.entries)}
        if enclosed.gone:
            raise Conflict(N_("One of these files is not in the chart any more. Choose again."))
        _require_size(sum(together.values()))

        def change(record: LetterRecord) -> LetterRecord:
            entries = tuple(dict.fromkeys((*record.entries, *entry_ids)))
            return record.model_copy(update={"entries": entries})

        return await self._change(chart, letter_id, change)

    async def detach(self, chart: ChartAccess, letter_id: str, entry_id: str) -> Letter:
        """Let a file stay behind; it stays in the chart. Raises NotFound, NotADraft."""

        def change(record: LetterRecord) -> LetterRecord:
            entries = tuple(one for one in record.entries if one != entry_id)
            return record.model_copy(update={"entries": entries})

        return await self._change(chart, letter_id, change)

    async def discard(self, chart: ChartAccess, letter_id: str) -> None:
        """Discard a draft; what was discarded before stays so. Raises NotFound, NotADraft."""
        async with self._database.unit_of_work() as work:
            row = _required(chart, await records.locked(work, letter_id))
            if row.sent_at:
                raise NotADraft
            if not row.discarded_at:
                await work.execute(records.CHANGE, of=letter_id, discarded_at=clock.now())
                await self._line(work, chart, letter_id, Action.LETTER_DISCARDED)

    async def enclosed(self, chart: ChartAccess, entry_ids: tuple[str, ...]) -> Enclosed:
        """Return files of a letter as they are in the chart now."""
        async with self._database.read() as db:
            left = await sent.sendable(db, chart.clinic_id, chart.patient_id, entry_ids)
            found = await sent.entries(db, self._vault, chart, left)
        return Enclosed(tuple(found[one] for one in left), len(entry_ids) - len(left))

    async def pdf(self, chart: ChartAccess, letter_id: str, *, large: bool) -> tuple[Sheet, bytes]:
        """Return a letter as it would be sent now, or was sent, with its PDF. Raises NotFound,
        Unavailable."""
        letter = await self.get(chart, letter_id)
        sheet = letter.record.sheet or await self.sheet(chart, letter)
        sheet = replace(sheet, large=large)
        return sheet, await self._printer.pdf(sheet)

    async def not_drawn(self, chart: ChartAccess, letter: Letter) -> str:
        """Return the letters of a draft that would be written in Latin ones, because no font of
        this computer has them. Raises Unavailable."""
        return await self._printer.not_drawn(await self.sheet(chart, letter))

    async def sheet(self, chart: ChartAccess, letter: Letter) -> Sheet:
        """Return a draft as it would be printed now, in its language."""
        clinic = await self._clinics.get(chart.clinic_id)
        name, born = await self._patients.known_as(chart.clinic_id, chart.patient_id)
        author = await self._staff.get(chart.clinic_id, chart.staff.staff_id)
        with speaking(letter.record.language):
            who = Correspondents(name, born, author.name)
            return sheet_of(clinic, letter, who, clock.now())

    async def _change(
        self,
        chart: ChartAccess,
        letter_id: str,
        change: Callable[[LetterRecord], LetterRecord],
        version: int | None = None,
    ) -> Letter:
        """Change a draft, which must still have this version unless it is None."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.unit_of_work() as work:
            row = _required(chart, await records.locked(work, letter_id))
            letter = records.opened(keys, row)
            if letter.state is not State.DRAFT:
                raise NotADraft
            record = change(letter.record)
            if record == letter.record:
                return letter
            if version is not None and version != row.version:
                raise SavedMeanwhile
            values = {
                "record": records.sealed(keys, letter_id, record),
                "version": row.version + 1,
                "changed_by": chart.staff.staff_id,
                "changed_at": clock.now(),
            }
            await work.execute(records.CHANGE, of=letter_id, **values)
            faults.point("letter.saved")
        return records.opened(keys, row._replace(**values))

    async def _line(
        self, work: UnitOfWork, chart: ChartAccess, letter_id: str, action: Action
    ) -> None:
        await self._audit.record(
            work,
            chart.clinic_id,
            chart.actor,
            action,
            patient_id=chart.patient_id,
            subject_id=letter_id,
        )


def _may_begin(chart: ChartAccess, letter_id: str) -> None:
    if not allows(chart.staff.role, May.SEND_REQUESTS):
        raise NotAllowed
    if not is_id(letter_id, PREFIX):
        raise WrongInput(field="id")


def _required(chart: ChartAccess, row: LetterRow | None) -> LetterRow:
    if row is None or (row.clinic_id, row.patient_id) != (chart.clinic_id, chart.patient_id):
        raise NotFound
    return row


def _title(typed: str) -> str:
    """Return a title as it is stored; a draft may have none yet. Raises WrongInput."""
    title = one_line(typed)
    if len(title) > LONGEST_TITLE:
        raise WrongInput(N_("Please give it a title of at most 200 characters."), field="title")
    return title


def _require_size(size: int) -> None:
    if size > MOST_BYTES:
        raise WrongInput(
            _("All files of a letter may have %(most)s together, and these have %(size)s.")
            % {"most": written.size(MOST_BYTES), "size": written.size(size)},
            field="files",
        )
