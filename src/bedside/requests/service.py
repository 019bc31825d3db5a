"""Sending a request, and later actions of staff and effects of time, whatever it asks for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import Vault
from bedside.errors import NotAllowed, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.links.options import LinkOptions
from bedside.links.service import Links
from bedside.notifications.addresses import addresses_of, usable
from bedside.notifications.dressing import dressed
from bedside.notifications.messenger import ChannelName
from bedside.notifications.plans.table import Occasion
from bedside.notifications.text_limits import TextLimits
from bedside.notifications.texts import OutgoingText, in_language
from bedside.people.clinics import Clinic, Clinics
from bedside.people.patients import Patient, Patients
from bedside.people.permissions import ChartAccess
from bedside.people.roles import May, allows
from bedside.people.staff import Staff
from bedside.requests import records
from bedside.requests.endings import CLEAR_UP, EXPIRE
from bedside.requests.kinds import RequestKinds
from bedside.requests.messages import address_of_link
from bedside.requests.records import Content, Reported, Request, RequestRow
from bedside.requests.states import State, Step, closing, require
from bedside.requests.telling import Telling

LATE_FOR = 7 * clock.DAY
"""How long after the day on which an answer was due its link still works."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as it will be sent."""

    channel: ChannelName
    to: str
    wording: OutgoingText


@dataclass(frozen=True, slots=True)
class Composed:
    """A request as its kind has composed it: what is asked for, and how many files and bytes it may
    hold. `category` is that of the file that it brings, unless it is that of its kind."""

    content: Content
    file_limit: int = 0
    bytes_limit: int = 0
    category: str = ""


@dataclass(frozen=True, slots=True)
class Whose:
    """The patient of a request, and the member of staff in whose name it is sent."""

    clinic_id: str
    patient_id: str
    staff_id: str


class Requests:
    """Sends requests of any kind, ends them, and follows the delivery of their messages."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
        staff: Staff,
        links: Links,
        limits: TextLimits,
        kinds: RequestKinds,
        telling: Telling,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients
        self._staff = staff
        self._links = links
        self._limits = limits
        self._kinds = kinds
        self._telling = telling
        self._base_url = base_url

    # --- sending -------------------------------------------------------------------------------

    async def content(
        self, chart: ChartAccess, patient: Patient, channels: tuple[str, ...], **details: Any
    ) -> Content:
        """Return what a kind asks of a patient, with who is asking and where the link goes. Raises
        WrongInput for a channel without an address."""
        asker = await self._staff.get(chart.clinic_id, chart.staff.staff_id)
        who = patient.demographics
        _must_be_answerable(patient)
        to = addresses_of(who, channels)
        return Content(asker.name, who.language, to, details, asked_role=asker.role)

    async def messages(
        self, chart: ChartAccess, key: str, content: Content
    ) -> tuple[Outgoing, ...]:
        """Return the messages that a kind would send, as they leave, with “…” for the secret."""
        clinic, kind = await self._clinics.get(chart.clinic_id), self._kinds.by_key(key)
        with in_language(content.language):
            ends = self.ends(key, clinic, content)
            wording = kind.texts.invitation(clinic, content, self._address("…"), ends)
        patient = await self._patients.addressed(chart.clinic_id, chart.patient_id)
        worn = (patient.contact, patient.language, self._base_url, wording)
        with_it = bool(kind.attached(content))
        return tuple(
            Outgoing(channel, to, dressed(*worn, attached=with_it and channel == "email"))
            for channel, to in content.to.items()
        )

    async def send(
        self,
        chart: ChartAccess,
        key: str,
        request_id: str,
        compose: Callable[[], Awaitable[Composed]],
        *,
        begin: Callable[[UnitOfWork], Awaitable[None]] | None = None,
        **noted: str,
    ) -> str:
        """Send a request of the kind with this key and return its id, which is made with the form:
        sending the form twice makes one request. `begin` writes, in the same unit of work, what
        the kind keeps besides; `noted` goes into the audit line.

        Raises NotAllowed, WrongInput for an id of another kind, and what `compose` raises.
        """
        if not allows(chart.staff.role, May.SEND_REQUESTS):
            raise NotAllowed
        if not is_id(request_id, self._kinds.by_key(key).prefix):
            raise WrongInput(field="id")
        clinic = await self._clinics.get(chart.clinic_id)
        composed = await compose()
        keys = await self._vault.clinic(chart.clinic_id)
        ends = self.ends(key, clinic, composed.content)
        async with self._database.unit_of_work() as work:
            added = await work.execute(
                records.add,
                **_new_row(_whose(chart), key, request_id, composed, ends),
                content=records.seal(keys, request_id, composed.content),
            )
            row = await records.locked(work, request_id)
            if row is None or row.patient_id != chart.patient_id:
                raise NotFound
            if added:
                await self._require_texts(work, clinic.id, composed.content)
                await self._invite(work, row, composed.content)
                await records.save(work, row)
                channels = list(composed.content.to)
                if begin is not None:
                    await begin(work)
                sent = self._kinds.by_key(key).sent
                await self._note(work, chart, request_id, sent, channels=channels, **noted)
        return request_id

    async def _require_texts(self, work: UnitOfWork, clinic_id: str, content: Content) -> None:
        """Raise ManyTexts if many text messages went to the patient's number."""
        if "sms" in content.to:
            await self._limits.require(work, clinic_id, content.to["sms"], field="channels")

    async def _invite(
        self,
        work: UnitOfWork,
        row: RequestRow,
        content: Content,
        occasion: Occasion = Occasion.INVITE,
    ) -> None:
        """Tell the patient of a request, and schedule its end."""
        await self._telling.begin(work, row, content, occasion)
        payload = {"request_id": row.id, "round": row.round}
        unique = f"{EXPIRE}:{row.id}:{row.round}"
        work.enqueue(EXPIRE, payload, unique=unique, delay=row.expires_at - clock.now())

    def ends(self, key: str, clinic: Clinic, content: Content) -> int:
        """Return when a link of this kind ends that is sent now."""
        due = self._kinds.by_key(key).due(content)
        return max(until(clinic), due + LATE_FOR if due else 0)

    def _address(self, secret: str) -> str:
        return address_of_link(self._base_url, secret)

    async def tell(
        self,
        work: UnitOfWork,
        whose: Whose,
        key: str,
        request_id: str,
        content: Content,
        by: Actor,
    ) -> None:
        """Send a link to something that a domain changes in this unit of work: the first one, or
        another in place of those of before, whatever became of them. Raises ManyTexts."""
        clinic = await self._clinics.get(whose.clinic_id)
        keys = await self._vault.clinic(whose.clinic_id)
        ends = self.ends(key, clinic, content)
        added = await work.execute(
            records.add,
            **_new_row(whose, key, request_id, Composed(content), ends),
            content=records.seal(keys, request_id, content),
        )
        row = await records.locked(work, request_id)
        if row is None or row.patient_id != whose.patient_id:
            raise NotFound
        await self._require_texts(work, whose.clinic_id, content)
        if added:
            await self._invite(work, row, content)
            await records.save(work, row)
        else:
            step = Step.SENT_BACK if row.state == State.DONE else Step.REISSUED
            await self._renew(work, row, clinic, content, step=step)
        await self._audit.record(
            work,
            whose.clinic_id,
            by,
            self._kinds.by_key(key).sent,
            patient_id=whose.patient_id,
            subject_id=request_id,
            channels=list(content.to),
        )

    # --- later actions of staff ------------------------------------------------------------------

    async def get(self, chart: ChartAccess, request_id: str) -> Request:
        """Return a request to this patient. Raises NotFound."""
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=request_id)
        if row is None or row.patient_id != chart.patient_id or row.clinic_id != chart.clinic_id:
            raise NotFound
        return records.opened(await self._vault.clinic(chart.clinic_id), row)

    async def revoke(self, chart: ChartAccess, request_id: str) -> None:
        """Close the link. The worker destroys what is not in the chart yet.

        Raises Conflict if the request has ended, unless it stays in the app.
        """
        async with self._database.unit_of_work() as work:
            row = await self._row(work, chart, request_id)
            step = closing(State(row.state), stays=self._kinds.by_key(row.kind).stays)
            require(State(row.state), step)
            await self._links.revoke(work, row.id)
            await records.take_step(work, row, step, reported=Reported.NOTHING)
            await self._telling.stop(work, row.id)
            await self._kinds.handling(row.id).revoked(work, row)
            work.enqueue(CLEAR_UP, {"request_id": row.id}, unique=f"{CLEAR_UP}:{row.id}")
            await self._note(work, chart, request_id, Action.REQUEST_REVOKED)

    async def reissue(
        self,
        chart: ChartAccess,
        request_id: str,
        *,
        answers: Callable[[UnitOfWork], Awaitable[None]] | None = None,
    ) -> None:
        """Send a new link to the patient's current addresses; older links stop working.

        What was chosen before stays, and the patient agrees to it again. `answers` settles, in the
        same unit of work, what the new link is an answer to. Raises Conflict if the request is
        done, WrongInput if no message can go to the patient by its channels, ManyTexts.
        """
        if not allows(chart.staff.role, May.SEND_REQUESTS):
            raise NotAllowed
        request = await self.get(chart, request_id)
        patient = await self._patients.get(chart)
        clinic = await self._clinics.get(chart.clinic_id)
        _must_be_answerable(patient)
        to = addresses_of(patient.demographics, _ways(patient, request.content))
        content = replace(request.content, to=to, wrong_answers=0)
        async with self._database.unit_of_work() as work:
            row = await self._row(work, chart, request_id)
            require(State(row.state), Step.REISSUED)
            await self._require_texts(work, clinic.id, content)
            await self._renew(work, row, clinic, content)
            await self._note(work, chart, request_id, Action.REQUEST_REISSUED)
            if answers is not None:
                await answers(work)

    async def send_back(
        self,
        chart: ChartAccess,
        request_id: str,
        details: dict[str, Any],
        begin: Callable[[UnitOfWork], Awaitable[None]],
    ) -> None:
        """Ask a patient who has answered once more, by a new link; `details` are those of the kind
        now, and `begin` opens, in the same unit of work, what the kind keeps of the answer.

        Raises Conflict if it is not answered, NotAllowed, and WrongInput and ManyTexts as
        `reissue`.
        """
        if not allows(chart.staff.role, May.SEND_REQUESTS):
            raise NotAllowed
        before = (await self.get(chart, request_id)).content
        patient = await self._patients.get(chart)
        clinic = await self._clinics.get(chart.clinic_id)
        _must_be_answerable(patient)
        to = addresses_of(patient.demographics, _ways(patient, before))
        content = replace(before, to=to, details=details, wrong_answers=0)
        async with self._database.unit_of_work() as work:
            row = await self._row(work, chart, request_id)
            require(State(row.state), Step.SENT_BACK)
            await self._require_texts(work, clinic.id, content)
            await begin(work)
            await self._renew(work, row, clinic, content, step=Step.SENT_BACK)
            await self._note(work, chart, request_id, Action.REQUEST_SENT_BACK)

    async def _renew(
        self,
        work: UnitOfWork,
        row: RequestRow,
        clinic: Clinic,
        content: Content,
        step: Step = Step.REISSUED,
        occasion: Occasion = Occasion.INVITE,
    ) -> None:
        """Close the links of a locked request, and send another one to where `content` goes. What
        is counted of a request that goes back begins with nothing."""
        keys = await self._vault.clinic(row.clinic_id)
        ends = self.ends(row.kind, clinic, content)
        await self._links.revoke(work, row.id)
        await self._kinds.handling(row.id).reissued(work, row)
        filed = 0 if step is Step.SENT_BACK else row.filed
        await records.take_step(
            work,
            row,
            step,
            round=row.round + 1,
            expires_at=ends,
            content=records.seal(keys, row.id, content),
            expected=filed,
            filed=filed,
            done_at=row.done_at if filed else 0,
            reported=Reported.NOTHING,
            unagreed_at=0,
        )
        await self._invite(work, await records.locked_again(work, row), content, occasion)

    async def send_again(
        self, work: UnitOfWork, row: RequestRow, to: dict[ChannelName, str], cause: str
    ) -> bool:
        """Send the link of a locked request again to one of the patient's addresses, because
        somebody asked for it there; `cause` is unique in the request.

        Anybody can type a number, so no device loses access: only links that nobody has opened
        are closed, and wrong answers given to them still count. A request that has ended, or whose
        message failed, gets a new round. Returns False for one that only staff may send again.
        """
        clinic = await self._clinics.get(row.clinic_id)
        keys = await self._vault.clinic(row.clinic_id)
        wrong = await self._links.wrong_answers(work, row.id)
        if not records.is_sent_by_itself(row) or wrong >= clinic.of(LinkOptions).link_wrong_answers:
            return False
        content = replace(records.opened(keys, row).content, wrong_answers=wrong)
        if row.state in (State.EXPIRED, State.FAILED) or row.expires_at <= clock.now():
            content = replace(content, to=to)
            await self._renew(work, row, clinic, content, occasion=Occasion.AGAIN)
        else:
            kept = records.seal(keys, row.id, replace(content, to={**content.to, **to}))
            await records.save(work, row, content=kept, reported=Reported.NOTHING)
            await self._links.revoke_unopened(work, row.id)
            [channel] = to
            await self._telling.once_more(work, row, channel, cause)
        await self._audit.record(
            work,
            row.clinic_id,
            SYSTEM,
            Action.LINK_SENT_AGAIN,
            patient_id=row.patient_id,
            subject_id=row.id,
        )
        return True

    async def _row(self, work: UnitOfWork, chart: ChartAccess, request_id: str) -> RequestRow:
        row = await records.locked(work, request_id)
        if row is None or row.patient_id != chart.patient_id or row.clinic_id != chart.clinic_id:
            raise NotFound
        return row

    async def _note(
        self, work: UnitOfWork, chart: ChartAccess, request_id: str, action: Action, **details: Any
    ) -> None:
        await self._audit.record(
            work,
            chart.clinic_id,
            chart.actor,
            action,
            patient_id=chart.patient_id,
            subject_id=request_id,
            **details,
        )


def _must_be_answerable(patient: Patient) -> None:
    """Raise WrongInput for a patient whose date of birth is not known: no answer to the link would
    be right."""
    if patient.demographics.birth_date is None:
        raise WrongInput(
            N_("The link asks for the date of birth, which is not known. Add it first."),
            field="channels",
        )


def _ways(patient: Patient, content: Content) -> tuple[str, ...]:
    """Return the channels of a new link: those of before, without one that nobody can be reached
    by while there is another."""
    ways = tuple(content.to)
    return tuple(way for way in ways if usable(patient.demographics, way)) or ways


def until(clinic: Clinic) -> int:
    """Return the end of a link that is sent now: the evening of its last day, at the clinic."""
    last = clinic.options.today() + timedelta(days=clinic.of(LinkOptions).link_days)
    return clock.end_of(last, clinic.options.time_zone)


def _whose(chart: ChartAccess) -> Whose:
    return Whose(chart.clinic_id, chart.patient_id, chart.staff.staff_id)


def _new_row(
    whose: Whose, key: str, request_id: str, composed: Composed, ends: int
) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": request_id,
        "clinic_id": whose.clinic_id,
        "patient_id": whose.patient_id,
        "kind": key,
        "state": State.REQUESTED,
        "sent_by": whose.staff_id,
        "round": 1,
        "photo_limit": composed.file_limit,
        "bytes_limit": composed.bytes_limit,
        "expected": 0,
        "filed": 0,
        "filed_bytes": 0,
        "agreed_text": "",
        "agreed_at": 0,
        "created_at": now,
        "changed_at": now,
        "expires_at": ends,
        "opened_at": 0,
        "done_at": 0,
        "reported": Reported.NOTHING,
        "reported_at": 0,
        "unagreed_at": 0,
        "read_at": 0,
        "category": composed.category,
    }
