"""From “Send” to the chart: the filled copy is made by a job, or files arrive; then the request is
done."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bedside.audit import Action
from bedside.charts.patient_side import category_of
from bedside.errors import Conflict, Gone, NotFound
from bedside.files import media_types
from bedside.files.announcing import Allowance, Announced, FileRefused
from bedside.files.retrieval import HeldFile
from bedside.files.states import FileState
from bedside.kernel import clock, faults
from bedside.kernel.jobs import TryAgain
from bedside.kernel.language import gettext as _
from bedside.kernel.streams import one_piece
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.notifications.texts import in_language
from bedside.people.permissions import LinkAccess
from bedside.requests import records, texts
from bedside.requests.forms import checking, rows
from bedside.requests.forms.details import FormDetails
from bedside.requests.forms.rows import FormRow, Way
from bedside.requests.forms.texts import as_words
from bedside.requests.kinds import RequestTools
from bedside.requests.messages import send_text
from bedside.requests.records import RequestRow
from bedside.requests.states import State, Step

FILL = "form.fill"
SETTLE = "form.settle"
FILLED = "filled"
"""The name that the filled copy has while the request holds it."""
DESTROYED = frozenset({FileState.REFUSED, FileState.INFECTED})
_COMPLETE = frozenset({FileState.FILED, FileState.UNSCANNED})
_SOON = 5 * clock.SECOND
_LATER = 30 * clock.MINUTE


@dataclass(frozen=True, slots=True)
class _Copy:
    """A filled copy: the flat one and, if it is a PDF, the version with fields."""

    name: str
    flat: bytes
    with_fields: bytes = b""


def is_sending(row: RequestRow) -> bool:
    """Whether the patient has sent the answer, and not all of it is in the chart."""
    return row.state == State.IN_PROGRESS and row.expected > row.filed


class FormFiling:
    """Files what patients have sent back."""

    def __init__(self, tools: RequestTools) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._audit = tools.audit
        self._clinics = tools.clinics
        self._links = tools.links
        self._intake = tools.intake
        self._uploads = tools.uploads
        self._retrieval = tools.retrieval
        self._fillable = tools.fillable
        self._messenger = tools.messenger

    # --- the filled copy -----------------------------------------------------------------------

    async def fill(self, payload: dict[str, Any]) -> None:
        """Job: make the filled copy, and upload it as the patient would; then keep the version with
        fields beside it, without which it is not filed. One that was killed begins again."""
        request_id = payload["request_id"]
        async with self._database.read() as db:
            request = await db.one(records.by_id, of=request_id)
            row = await db.one(rows.BY_ID, of=request_id)
        link = await self._links.on_behalf(request_id)
        if request is None or row is None or link is None or not is_sending(request):
            return
        if row.way != Way.FIELDS:
            return
        copy = await self._copy(request, row)
        faults.point("form.filled")
        if not await self._is_uploaded(link, row):
            await self._upload(link, request, row, copy)
        await self._add_version(link, row, copy)

    async def _is_uploaded(self, link: LinkAccess, row: FormRow) -> bool:
        """Whether the copy has arrived; an upload that was killed is dropped."""
        if not row.upload_id:
            return False
        try:
            begun = await self._uploads.find(link, row.upload_id)
        except (NotFound, Gone):
            return False
        if begun.finished:
            return True
        with suppress(NotFound, Gone):
            await self._uploads.cancel(link, begun.id)
        return False

    async def _add_version(self, link: LinkAccess, row: FormRow, copy: _Copy) -> None:
        """Keep the version with fields beside the copy, and file both if the copy is complete."""
        held = await self._retrieval.held(link)
        uploaded = next((one for one in held if one.given_id == FILLED), None)
        if uploaded is not None and copy.with_fields and uploaded.state not in DESTROYED:
            await self._fillable.add_version(uploaded.id, copy.with_fields)
        faults.point("form.versions_kept")
        await self._settle(link)

    async def _upload(
        self, link: LinkAccess, request: RequestRow, row: FormRow, copy: _Copy
    ) -> None:
        begun = await self._uploads.begin_held(
            link,
            Announced(copy.name, len(copy.flat), given_id=FILLED),
            Allowance(largest=len(copy.flat)),
        )
        async with self._database.unit_of_work() as work:
            await records.locked(work, request.id)
            now = await rows.required(work, request.id)
            is_ours = now.upload_id == row.upload_id
            if is_ours:
                await rows.change(work, request.id, upload_id=begun.id)
        if not is_ours:
            await self._uploads.cancel(link, begun.id)
            raise TryAgain(_SOON, "another worker has begun")
        faults.point("form.uploading")
        try:
            await self._uploads.append(link, begun.id, 0, one_piece(copy.flat))
        except FileRefused:
            await self._settle(link)
        except Conflict as error:
            raise TryAgain(_SOON, "another worker is at it") from error
        faults.point("form.uploaded")

    async def _copy(self, request: RequestRow, row: FormRow) -> _Copy:
        """Return the copy: the PDF or, if that cannot be made, the answers as a text, so that none
        is lost."""
        keys = await self._vault.clinic(row.clinic_id)
        form, answers = rows.fields_of(keys, row), rows.answers_of(keys, row)
        content = records.opened(keys, request).content
        title = FormDetails.of(content).title
        with suppress(NotFound):
            given = checking.for_fields(form, answers)
            made = await self._fillable.fill(row.clinic_id, row.file_id, given)
            if made is not None:
                return _Copy(f"{title}.pdf", made.flat, made.with_fields)
        clinic = await self._clinics.get(row.clinic_id)
        with in_language(clinic.options.language):
            lines = [f"{label}: {said}" for label, said in as_words(form, answers)]
            head = _("The answers could not be written into the PDF. These are the words.")
        return _Copy(f"{title}.txt", "\n".join([title, head, "", *lines, ""]).encode())

    # --- into the chart ------------------------------------------------------------------------

    async def file_changed(self, work: UnitOfWork, row: RequestRow, link: LinkAccess) -> None:
        """Handle a held file that is complete: if it was sent, file it."""
        await self.settle_in(work, row, link)

    async def _settle(self, link: LinkAccess, *, patient: bool = True) -> bool:
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, link.subject_id)
            return row is None or await self.settle_in(work, row, link, patient=patient)

    async def settle_in(
        self, work: UnitOfWork, row: RequestRow, link: LinkAccess, *, patient: bool = True
    ) -> bool:
        """File what was sent and is complete. Returns whether nothing is left to come.

        With `patient`, what is being scanned is left for a moment, so that the patient learns of a
        refusal; otherwise it is filed as not scanned yet.
        """
        if not is_sending(row):
            return True
        form = await rows.required(work, row.id)
        held = await self._mine(work, link, form)
        if form.way == Way.FIELDS and not await self._is_made(work, held):
            return False
        wanted = _COMPLETE if patient else {*_COMPLETE, FileState.SCANNING}
        ready = [one for one in held if one.state in wanted]
        coming = [one for one in held if one.state not in {*wanted, *DESTROYED}]
        filed = await self._file(work, row, form, link, ready)
        values = {
            "filed": row.filed + filed,
            "filed_bytes": row.filed_bytes + sum(one.size for one in ready),
        }
        if coming:
            if filed:
                await records.save(work, row, **values)
            return False
        if values["filed"]:
            await self._complete(work, row, link, values)
        else:  # nothing was acceptable: back to filling in
            await rows.change(work, row.id, way=Way.NOT_YET, upload_id="")
            await records.save(work, row, expected=0, agreed_at=0)
        return True

    async def _mine(self, work: UnitOfWork, link: LinkAccess, form: FormRow) -> list[HeldFile]:
        """Return the held files that belong to the way in which the form was sent."""
        is_copy = form.way == Way.FIELDS
        held = await self._retrieval.held(link, work)
        return [one for one in held if (one.given_id == FILLED) == is_copy]

    async def _is_made(self, work: UnitOfWork, held: list[HeldFile]) -> bool:
        """Whether the filled copy is here, with its version with fields."""
        for one in held:
            is_pdf = one.media_type == media_types.PDF and one.state not in DESTROYED
            if is_pdf and not await self._fillable.has_version(one.id, work):
                return False
        return bool(held)

    async def _file(
        self,
        work: UnitOfWork,
        row: RequestRow,
        form: FormRow,
        link: LinkAccess,
        ready: list[HeldFile],
    ) -> int:
        if not ready:
            return 0
        content = records.opened(await self._vault.clinic(row.clinic_id), row).content
        clinic = await self._clinics.get(row.clinic_id)
        title, filed = FormDetails.of(content).title, 0
        category = await category_of(work, form.file_id)
        before = len(await work.all(rows.RETURNED, of=row.id))
        with in_language(clinic.options.language):
            for one in ready:
                number = before + filed + 1
                label = _("{title}, filled in").format(title=title)
                if number > 1 or len(ready) > 1:
                    label = _("{title}, filled in, {number}").format(title=title, number=number)
                if await self._intake.file_held(work, link, one.id, label, category=category):
                    await rows.add_answer(work, form, one.id)
                    filed += 1
        return filed

    async def _complete(
        self, work: UnitOfWork, row: RequestRow, link: LinkAccess, values: dict[str, int]
    ) -> None:
        await records.take_step(
            work,
            row,
            Step.COMPLETED,
            **{**values, "expected": values["filed"]},
            done_at=clock.now(),
        )
        await self._audit.record(
            work,
            row.clinic_id,
            link.actor,
            Action.FORM_RETURNED,
            patient_id=row.patient_id,
            subject_id=row.id,
            files=values["filed"],
        )
        content = records.opened(await self._vault.clinic(row.clinic_id), row).content
        clinic = await self._clinics.get(row.clinic_id)
        with in_language(content.language):
            wording = texts.thanks(clinic)
        cause = f"thanks/{row.round}/{values['filed']}"
        await send_text(self._messenger, work, row, content, cause, wording)

    async def reissued(self, work: UnitOfWork, row: RequestRow) -> None:
        """Refuse another link while an answer is on its way. Raises Conflict."""
        if is_sending(row):
            raise Conflict

    async def last_call(self, work: UnitOfWork, row: RequestRow) -> None:
        """File what was sent: the link has ended. Raises TryAgain while the copy is being made."""
        link = await self._links.on_behalf(row.id, work)
        if link is not None and not await self.settle_in(work, row, link, patient=False):
            raise TryAgain(_SOON, "the answer is on its way")

    async def settle_later(self, payload: dict[str, Any]) -> None:
        """Job: continue filing for a patient who sent the form and closed the page."""
        request_id = payload["request_id"]
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=request_id)
        link = await self._links.on_behalf(request_id)
        if row is None or link is None or not is_sending(row):
            return
        if not await self._settle(link, patient=False):
            waited = clock.now() - row.agreed_at
            raise TryAgain(min(max(waited // 2, _SOON), _LATER), "the answer is still to come")
