"""The patient's side of a form: filling it in, or sending back a file, until it is sent."""

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bedside.audit import Action
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.files import arrivals
from bedside.files.announcing import Allowance, LimitTexts
from bedside.files.pdf_forms import PdfForm
from bedside.files.ports import Chunk
from bedside.files.refusals import REFUSALS
from bedside.files.retrieval import HeldFile, Opened
from bedside.kernel import clock, faults
from bedside.kernel.language import N_, ngettext
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.links.records import LinkClosed, LinkState
from bedside.people.clinics import Clinic
from bedside.people.permissions import LinkAccess
from bedside.requests import records
from bedside.requests.forms import checking, rows
from bedside.requests.forms.checking import Checked
from bedside.requests.forms.details import FormDetails
from bedside.requests.forms.filing import DESTROYED, FILL, FILLED, SETTLE, is_sending
from bedside.requests.forms.rows import FormRow, Way
from bedside.requests.kinds import RequestTools
from bedside.requests.records import Request, RequestRow
from bedside.requests.states import ENDED, State, Step

_SETTLE_AFTER = 10 * clock.SECOND
_GIVEN = re.compile(r"[0-9a-f-]{36}")


def _too_many(count: int) -> str:
    return ngettext(
        "You can send %(num)s file. Delete it to add another.",
        "You can send up to %(num)s files. Delete one to add another.",
        count,
    ) % {"num": count}


_LIMITS = LimitTexts(
    too_many=_too_many,
    too_much=N_("All files together can be up to %(size)s. Delete one to add another."),
)
_ANSWERING = (State.OPENED, State.IN_PROGRESS)
_NO_FIELDS = N_("This form cannot be filled in here. Please use the file or paper.")


class AnotherVersion(Conflict):
    """The form was changed in another window since this page was opened."""

    code = "form_changed_elsewhere"


@dataclass(frozen=True, slots=True)
class FormPage:
    """The state of the patient's pages. `version` counts what was kept; `files` are those of the
    second way; `turned_away` says, by name, why files were not accepted."""

    request: Request
    details: FormDetails
    clinic: Clinic
    form: PdfForm
    answers: dict[str, tuple[str, ...]]
    version: int
    kept_at: int
    way: Way
    files: tuple[HeldFile, ...]
    turned_away: tuple[tuple[str, str], ...]

    @property
    def is_sent(self) -> bool:
        """Whether the patient has sent it back."""
        return self.request.state is State.DONE or self.request.sending

    @property
    def acceptable(self) -> tuple[HeldFile, ...]:
        """Files that can be sent."""
        return tuple(one for one in self.files if one.state not in DESTROYED)

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """The values of the fields: those filled in, or else those that the PDF brings along."""
        if self.version:
            return self.answers
        return {one.key: one.values for one in self.form.fields}


class FormAnswers:
    """A patient's actions on a form."""

    def __init__(self, tools: RequestTools) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._audit = tools.audit
        self._clinics = tools.clinics
        self._intake = tools.intake
        self._uploads = tools.uploads
        self._retrieval = tools.retrieval
        self._fillable = tools.fillable

    async def page(self, link: LinkAccess) -> FormPage:
        """Return everything that the patient's pages show. Raises LinkClosed for a form that staff
        have put into another chart."""
        keys = await self._vault.clinic(link.clinic_id)
        async with self._database.read() as db:
            request = await db.one(records.by_id, of=link.subject_id)
            row = await db.one(rows.BY_ID, of=link.subject_id)
            if request is None or row is None:
                raise NotFound
            held = await self._retrieval.held(link, db)
            refused = await arrivals.refused(db, keys, link)
        if not await self._fillable.is_in_chart(link.clinic_id, link.patient_id, row.file_id):
            raise LinkClosed(LinkState.REVOKED)
        asked = records.opened(keys, request)
        files = tuple(one for one in held if one.given_id != FILLED)
        away = [(gone.name, _(REFUSALS[gone.refusal])) for gone in refused]
        return FormPage(
            asked,
            FormDetails.of(asked.content),
            await self._clinics.get(link.clinic_id),
            rows.fields_of(keys, row),
            rows.answers_of(keys, row),
            row.version,
            row.kept_at,
            Way(row.way),
            files,
            tuple(away + [(one.name, one.refusal) for one in files if one.state in DESTROYED]),
        )

    async def draft_key(self, link: LinkAccess) -> str:
        """Return the key under which the patient's browser keeps what it could not send: only
        pages behind the date of birth carry it."""
        keys = await self._vault.clinic(link.clinic_id)
        return keys.browser_key(link.subject_id).hex()

    async def snapshot(self, link: LinkAccess) -> dict[str, Any]:
        """Return the page as data."""
        page = await self.page(link)
        return {
            "state": page.request.state,
            "version": page.version,
            "sent": page.is_sent,
            "files": [{"id": one.id, "state": one.state} for one in page.files],
        }

    async def opened(self, link: LinkAccess, form: str = "") -> Opened:
        """Open the empty form, or a picture of one of its pages. Raises NotFound, NotOpened."""
        async with self._database.read() as db:
            row = await db.one(rows.BY_ID, of=link.subject_id)
        if row is None:
            raise NotFound
        return await self._retrieval.given(link, row.file_id, form)

    # --- filling in ----------------------------------------------------------------------------

    async def keep(
        self,
        link: LinkAccess,
        given: Mapping[str, Sequence[str]],
        version: int,
        shown: Collection[str] = (),
    ) -> Checked:
        """Keep what was filled in, and check it. A page that showed some of the fields names their
        keys (`shown`): the others stay. Nothing that another window has kept meanwhile is lost:
        where this one has nothing, that stays.

        Raises AnotherVersion after it was kept, if that was so, Conflict if the form is sent, and
        LinkClosed if the request has ended.
        """
        keys = await self._vault.clinic(link.clinic_id)
        async with self._database.unit_of_work() as work:
            request, row = await self._open(work, link)
            form = rows.fields_of(keys, row)
            if not form.fields:
                raise WrongInput(_(_NO_FIELDS))
            before = rows.answers_of(keys, row)
            rest = before if row.version else {one.key: one.values for one in form.fields}
            kept = {key: values for key, values in rest.items() if shown and key not in shown}
            result = self.check(form, {**given, **kept})
            answers = result.answers
            if version != row.version:
                answers = {key: values or before.get(key, ()) for key, values in answers.items()}
            if answers != before or not row.version:
                await rows.keep(work, keys, row, answers)
            if request.state != State.IN_PROGRESS:
                await records.take_step(work, request, Step.STARTED)
                await self._note(work, request, link, Action.FORM_BEGUN)
        faults.point("form.kept")
        if version != row.version and answers != result.answers:
            raise AnotherVersion
        return result

    def check(self, form: PdfForm, given: Mapping[str, Sequence[str]]) -> Checked:
        """Check everything that was filled in."""
        return checking.checked(form, given, self._fillable.shown)

    async def send(self, link: LinkAccess, version: int) -> None:
        """Send what was kept; the filled copy is made at once. Idempotent.

        Raises AnotherVersion if that is not what the page showed, WrongInput if something is
        missing, LinkClosed if the request has ended.
        """
        keys = await self._vault.clinic(link.clinic_id)
        async with self._database.unit_of_work() as work:
            request = await records.locked(work, link.subject_id)
            if request is not None and (is_sending(request) or request.state == State.DONE):
                return
            request, row = await self._open(work, link)
            answers = rows.answers_of(keys, row)
            if version != row.version:
                raise AnotherVersion
            if not row.version or self.check(rows.fields_of(keys, row), answers).problems:
                raise WrongInput(_("Please look at the form again: something is missing."))
            await rows.change(work, row.request_id, way=Way.FIELDS, upload_id="")
            await self._agree(work, request, link, 1)
            work.enqueue(
                FILL,
                {"request_id": request.id},
                unique=f"{FILL}:{request.id}:{request.round}:{row.version}",
            )
        faults.point("form.sent")

    # --- the second way ------------------------------------------------------------------------

    async def take(
        self, link: LinkAccess, name: str, source: AsyncIterator[Chunk], given_id: str = ""
    ) -> None:
        """Take a file from a form, of unannounced length; one that the device has named before
        (`given_id`) is here already. Raises Conflict, LinkClosed, TooLarge, FileRefused,
        SenderGone, WrongInput for a name that is none."""
        page = await self.page(link)
        _require_open(page.request)
        if given_id and not _GIVEN.fullmatch(given_id):
            raise WrongInput
        if given_id in {one.given_id for one in page.acceptable if one.given_id}:
            return
        limit = page.request
        allowance = Allowance(
            largest=limit.bytes_limit,
            files=limit.file_limit,
            total=limit.bytes_limit,
            texts=_LIMITS,
        )
        await self._uploads.take_held(link, name, source, allowance, given_id)
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, link.subject_id)
            if row is not None and row.state == State.OPENED:
                await records.take_step(work, row, Step.STARTED)
                await self._note(work, row, link, Action.FORM_BEGUN)

    async def discard(self, link: LinkAccess, file_id: str) -> None:
        """Delete a file that was not sent. Raises Conflict once it is, NotFound."""
        async with self._database.unit_of_work() as work:
            request = await records.locked(work, link.subject_id)
            if request is None or is_sending(request) or request.state == State.DONE:
                raise Conflict(_("The form was sent. It is in your record, and was not deleted."))
            await self._intake.discard_held(work, link, file_id)

    async def send_files(self, link: LinkAccess) -> None:
        """Send the files that are here. Idempotent. Raises WrongInput without any, LinkClosed."""
        async with self._database.unit_of_work() as work:
            request = await records.locked(work, link.subject_id)
            if request is not None and (is_sending(request) or request.state == State.DONE):
                return
            request, row = await self._open(work, link)
            held = await self._retrieval.held(link, work)
            mine = [one for one in held if one.given_id != FILLED and one.state not in DESTROYED]
            if not mine:
                raise WrongInput(_("Please add the filled-in form first."), field="file")
            await rows.change(work, row.request_id, way=Way.FILES)
            await self._agree(work, request, link, len(mine))
            work.enqueue(SETTLE, {"request_id": request.id}, unique=f"{SETTLE}:{request.id}")

    async def _agree(
        self, work: UnitOfWork, request: RequestRow, link: LinkAccess, files: int
    ) -> None:
        await records.take_step(
            work,
            request,
            Step.STARTED,
            expected=request.filed + files,
            agreed_at=clock.now(),
            reported=records.Reported.NOTHING,
        )
        work.enqueue(
            SETTLE,
            {"request_id": request.id},
            unique=f"{SETTLE}:{request.id}:{request.round}",
            delay=_SETTLE_AFTER,
        )
        await self._note(work, request, link, Action.FORM_ANSWERED)

    async def _open(self, work: UnitOfWork, link: LinkAccess) -> tuple[RequestRow, FormRow]:
        """Lock a form that can still be changed. Raises NotFound, Conflict, LinkClosed."""
        request = await records.locked(work, link.subject_id)
        row = await work.one(rows.BY_ID, of=link.subject_id)
        if request is None or row is None:
            raise NotFound
        _require_open(records.opened(await self._vault.clinic(link.clinic_id), request))
        if not await self._fillable.is_in_chart(link.clinic_id, link.patient_id, row.file_id):
            raise LinkClosed(LinkState.REVOKED)
        return request, row

    async def _note(
        self, work: UnitOfWork, row: RequestRow, link: LinkAccess, action: Action
    ) -> None:
        await self._audit.record(
            work,
            row.clinic_id,
            link.actor,
            action,
            patient_id=row.patient_id,
            subject_id=row.id,
        )


def _require_open(request: Request) -> None:
    """Raise Conflict if the form is sent, LinkClosed if nothing can be sent any more."""
    if request.sending or request.state is State.DONE:
        raise Conflict(_("The form is sent already. Nothing was changed."))
    if request.state not in _ANSWERING or request.expires_at <= clock.now():
        over = request.state in ENDED - {State.EXPIRED}
        raise LinkClosed(LinkState.REVOKED if over else LinkState.EXPIRED)
