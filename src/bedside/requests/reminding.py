"""Reminding patients of requests: before a day by itself, and when staff press the button."""

from dataclasses import replace
from typing import Any

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import Vault
from bedside.errors import Conflict, NotAllowed, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.links.service import Links
from bedside.notifications.addresses import addresses_of, usable
from bedside.notifications.messenger import Messenger
from bedside.notifications.text_limits import TextLimits
from bedside.notifications.texts import in_language
from bedside.people.clinics import Clinic, Clinics
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess
from bedside.people.roles import May, allows
from bedside.requests import records, texts
from bedside.requests.kinds import RequestKinds, Wording
from bedside.requests.messages import address_of_link, send_text
from bedside.requests.records import Content, RequestRow
from bedside.requests.states import State

_WAITING = (State.REQUESTED, State.SENT, State.DELIVERED, State.UNCERTAIN)


class Reminding:
    """Reminds patients of requests that they have not answered."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
        links: Links,
        messenger: Messenger,
        limits: TextLimits,
        kinds: RequestKinds,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients
        self._links = links
        self._messenger = messenger
        self._limits = limits
        self._kinds = kinds
        self._base_url = base_url

    async def remind(self, payload: dict[str, Any]) -> None:
        """Job: before the link ends, remind a patient who has not opened it.

        The secret of the first link is not stored, so the reminder carries another link.
        """
        request_id = payload["request_id"]
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=request_id)
        if row is None:
            return
        content = await self._readdressed(row)
        clinic = await self._clinics.get(row.clinic_id)
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, request_id)
            if row is None or row.round != payload["round"] or not self._may_be_reminded(row):
                return
            compose = self._kinds.by_key(row.kind).texts.reminder
            await self._remind(work, row, clinic, content, "reminder", compose)

    def _may_be_reminded(self, row: RequestRow) -> bool:
        """Whether the patient has yet to act: to open the link or, if there is a day by which the
        answer is due, to send it."""
        begun = row.state in (State.OPENED, State.IN_PROGRESS) and row.expected <= row.filed
        has_day = begun and self._kinds.by_key(row.kind).has_due_day
        return (row.state in _WAITING or has_day) and row.expires_at > clock.now()

    async def remind_now(self, chart: ChartAccess, request_id: str, press: str) -> None:
        """Remind a patient at once; `press` is the id of the press, so that two of them send one
        message. Raises Conflict if there is nothing to be reminded of, WrongInput if no message
        can go to the patient, ManyTexts."""
        if not allows(chart.staff.role, May.SEND_REQUESTS):
            raise NotAllowed
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=request_id)
        if row is None or row.patient_id != chart.patient_id or row.clinic_id != chart.clinic_id:
            raise NotFound
        clinic = await self._clinics.get(chart.clinic_id)
        content = await self._readdressed(row)
        if not content.to:
            raise WrongInput(field="channels")
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, request_id)
            if row is None or not self._may_be_reminded(row):
                raise Conflict
            if "sms" in content.to:
                await self._limits.take(work, clinic.id, content.to["sms"], field="channels")
            compose = self._kinds.by_key(row.kind).texts.reminder
            await self._remind(work, row, clinic, content, "reminder", compose, press, chart.actor)

    async def remind_unagreed(self, payload: dict[str, Any]) -> None:
        """Job: remind a patient whose files are here, and who has not agreed to send them. Once for
        each link."""
        request_id = payload["request_id"]
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=request_id)
        if row is None:
            return
        content = await self._readdressed(row)
        clinic = await self._clinics.get(row.clinic_id)
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, request_id)
            if row is None or row.round != payload["round"]:
                return
            now = records.opened(await self._vault.clinic(row.clinic_id), row)
            if now.waits_for_agreement and row.expires_at > clock.now():
                await self._remind(work, row, clinic, content, "unagreed", texts.unagreed)

    async def _readdressed(self, row: RequestRow) -> Content:
        """Return the content of a request with the patient's addresses of today in place of those
        of its first message, without any that nobody can be reached at."""
        content = records.opened(await self._vault.clinic(row.clinic_id), row).content
        patient = await self._patients.addressed(row.clinic_id, row.patient_id)
        ways = tuple(way for way in content.to if usable(patient, way))
        return replace(content, to=addresses_of(patient, ways) if ways else {})

    async def _remind(
        self,
        work: UnitOfWork,
        row: RequestRow,
        clinic: Clinic,
        content: Content,
        cause: str,
        compose: Wording,
        press: str = "",
        actor: Actor = SYSTEM,
    ) -> None:
        if not content.to:
            return
        keys = await self._vault.clinic(row.clinic_id)
        await records.save(work, row, content=records.seal(keys, row.id, content))
        wrong = await self._links.wrong_answers(work, row.id)
        secret = await self._links.issue(
            work, row.clinic_id, row.patient_id, row.id, row.expires_at, wrong_answers=wrong
        )
        with in_language(content.language):
            address = address_of_link(self._base_url, secret)
            wording = compose(clinic, content, address, row.expires_at)
        again = f"/{press}" if press else ""
        whole = f"{cause}/{row.round}{again}"
        await send_text(self._messenger, work, row, content, whole, wording)
        await self._audit.record(
            work,
            row.clinic_id,
            actor,
            Action.REQUEST_REMINDED,
            patient_id=row.patient_id,
            subject_id=row.id,
        )
