"""Changes of what a proxy sees, by birthdays and by the end of access: told 30 days before (P7).

A job for each proxy looks at what changes, in one unit of work: it writes down that both were told
with the messages themselves, so that a kill or a second worker tells nobody twice. Nothing is
planned ahead: a sweep looks again every hour, because dates of birth, options and clocks change.
The messages say only that there is news; the app says what.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.accounts import texts
from bedside.accounts.access import today
from bedside.accounts.bound import GRANTS
from bedside.accounts.levels import Change, Level, Relation, changes
from bedside.accounts.models import grants, proxy_notices
from bedside.accounts.opening import Accounts, Person
from bedside.accounts.options import AccountOptions
from bedside.accounts.rows import GrantRow, NoticeRow
from bedside.accounts.sessions import account_row
from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.kernel import clock, faults
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.notifications.addresses import ways_to
from bedside.notifications.messenger import Messenger, Notice
from bedside.notifications.plans.service import MessagePlans
from bedside.notifications.texts import in_language
from bedside.people.clinics import Clinic, Clinics
from bedside.people.patients import Demographics, Patients
from bedside.people.permissions import PatientAccess

LOOK = "proxy.look"
PREFIX = "gnt"
BEFORE = timedelta(days=30)
"""How long before a change both are told; after a change that nobody was told of, it is caught up
with for as long."""
HOURS = range(9, 18)
"""Hours at the clinic in which the sweep tells: nobody is woken by a birthday."""
_PAGE = 500
_TO_PROXY = "/proxy"
_OVER = N_("It was not sent: what it was about is not there any more.")
_g, _n = grants.c, proxy_notices.c

_next = prepared(
    select(grants).where(_g.id > bindparam("after"), _g.begins_at > 0).order_by(_g.id).limit(_PAGE),
    GrantRow,
)
_one = prepared(select(grants).where(_g.id == bindparam("of")), GrantRow)
_of_grant = prepared(
    select(proxy_notices).where(_n.grant_id == bindparam("grant")).order_by(_n.id), NoticeRow
)
_of_patient = prepared(
    select(proxy_notices).where(_n.patient_id == bindparam("patient")).order_by(_n.id), NoticeRow
)
_by_id = prepared(select(proxy_notices).where(_n.id == bindparam("of")), NoticeRow)
_add = prepared(
    upsert(proxy_notices).on_conflict_do_nothing(
        index_elements=["grant_id", "changes_on", "becomes"]
    )
)
_set = prepared(update(proxy_notices).where(_n.id == bindparam("of")))


class NoticeState(StrEnum):
    """The state of a notice."""

    TOLD = "told"
    TURNED = "turned"
    """The day has come."""
    DROPPED = "dropped"
    """Nothing changes on that day any more: it was renewed or ended, or a date was corrected."""


@dataclass(frozen=True, slots=True)
class _Course:
    """The changes for one proxy, as things are today."""

    day: date
    changes: tuple[Change, ...]
    begins_on: date

    def holds(self, notice: NoticeRow) -> bool:
        """Whether a notice is still about something that changes, or has changed."""
        return any(_same(notice, one) for one in self.changes)

    def untold(self, notices: list[NoticeRow]) -> list[Change]:
        """Return the changes near today of which nobody was told."""
        return [
            one
            for one in self.changes
            if abs(one.on - self.day) <= BEFORE
            and one.on > self.begins_on
            and not any(_same(notice, one) for notice in notices)
        ]

    def has_come(self, notice: NoticeRow) -> bool:
        """Whether the day of a notice has come."""
        return date.fromisoformat(notice.changes_on) <= self.day


def _same(notice: NoticeRow, change: Change) -> bool:
    return (notice.changes_on, notice.becomes) == (change.on.isoformat(), change.level or "")


class ProxyChanges:
    """Tells patients and proxies what changes, and records when it has."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
        accounts: Accounts,
        plans: MessagePlans,
        messenger: Messenger,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients
        self._accounts = accounts
        self._plans = plans
        self._messenger = messenger
        self._base_url = base_url

    async def sweep(self) -> None:
        """Queue a job for each proxy about whom something is to be told or recorded."""
        after = ""
        while True:
            async with self._database.read() as db:
                rows = await db.all(_next, after=after)
                due = [row for row in rows if await self._is_due(db, row)]
            for row in due:
                async with self._database.unit_of_work() as work:
                    look_at(work, row.id)
            if len(rows) < _PAGE:
                return
            after = rows[-1].id

    async def look(self, payload: dict[str, Any]) -> None:
        """Job: tell what nobody was told, record what has come, and drop what does not hold any
        more. May run again at any time."""
        async with self._database.unit_of_work() as work:
            row = await GRANTS.locked(work, self._vault, id=payload["grant_id"])
            if row is None or not row.begins_at:
                return
            course = await self._course(work, row)
            notices = await work.all(_of_grant, grant=row.id)
            for notice in notices:
                if notice.state == NoticeState.TOLD:
                    await self._follow(work, row, course, notice)
            for change in course.untold(notices):
                await self._tell(work, row, change)
            faults.point("proxy.telling")
        faults.point("proxy.told")

    async def seen(self, side: PatientAccess) -> None:
        """Record that the patient has seen what changes: no other message goes out."""
        if side.is_proxy:
            return
        async with self._database.read() as db:
            rows = await db.all(_of_patient, patient=side.patient_id)
        told = [row for row in rows if row.state == NoticeState.TOLD]
        if told:
            async with self._database.unit_of_work() as work:
                for row in told:
                    await self._plans.seen(work, row.id, side.actor)

    async def refusal(self, cause_id: str) -> str:
        """Return why a message to a proxy must not leave any more: see `LeavingCheck`."""
        notice_id = cause_id.removesuffix(_TO_PROXY)
        if not is_id(notice_id, PREFIX):
            return ""
        async with self._database.read() as db:
            notice = await db.one(_by_id, of=notice_id)
            row = await db.one(_one, of=notice.grant_id) if notice else None
            holds = row and notice and (await self._course(db, row)).holds(notice)
        return "" if holds else _OVER

    async def _is_due(self, db: Reader, row: GrantRow) -> bool:
        course, notices = await self._course(db, row), await db.all(_of_grant, grant=row.id)
        zone = (await self._clinics.get(row.clinic_id)).options.time_zone
        told = [one for one in notices if one.state == NoticeState.TOLD]
        if any(not course.holds(one) or course.has_come(one) for one in told):
            return True
        return bool(course.untold(notices)) and clock.in_zone(zone).hour in HOURS

    async def _course(self, reader: Reader, row: GrantRow) -> _Course:
        clinic = await self._clinics.get(row.clinic_id)
        zone, day = clinic.options.time_zone, today(clinic.options.time_zone)
        begins_on = clock.in_zone(zone, row.begins_at).date()
        if row.ended_by is not None:
            return _Course(day, (), begins_on)
        patient = await self._patients.addressed_in(reader, row.clinic_id, row.patient_id)
        ends_on = clock.in_zone(zone, row.ends_at).date() if row.ends_at else None
        born = patient.birth_date if patient else None
        found = changes(
            Relation(row.relation), Level(row.level), born, ends_on, clinic.of(AccountOptions)
        )
        return _Course(day, tuple(found), begins_on)

    async def _follow(
        self, work: UnitOfWork, row: GrantRow, course: _Course, notice: NoticeRow
    ) -> None:
        """Record that the day of a notice has come, or that it will not."""
        if not course.holds(notice):
            await work.execute(_set, of=notice.id, state=NoticeState.DROPPED)
            await self._plans.stop(work, notice.id)
        elif course.has_come(notice):
            await work.execute(_set, of=notice.id, state=NoticeState.TURNED)
            ended = not notice.becomes
            action = Action.PROXY_ENDED if ended else Action.PROXY_TURNED
            await self._note(work, row, SYSTEM, action)

    async def _tell(self, work: UnitOfWork, row: GrantRow, change: Change) -> None:
        """Write down that both are told, with the messages."""
        notice_id = new_id(PREFIX)
        added = await work.execute(
            _add,
            id=notice_id,
            clinic_id=row.clinic_id,
            patient_id=row.patient_id,
            grant_id=row.id,
            changes_on=change.on.isoformat(),
            becomes=change.level or "",
            state=NoticeState.TOLD,
            told_at=clock.now(),
        )
        if not added:
            return
        clinic = await self._clinics.get(row.clinic_id)
        account = await account_row(work, row.account_id)
        proxy = await self._accounts.behind_in(work, account) if account else None
        if account is not None and proxy is not None:
            await self._tell_proxy(work, clinic, row, notice_id, proxy, account.patient_id)
        await self._tell_patient(work, clinic, row, notice_id, proxy)
        await self._note(work, row, SYSTEM, Action.PROXY_TOLD)

    async def _tell_proxy(
        self,
        work: UnitOfWork,
        clinic: Clinic,
        row: GrantRow,
        notice_id: str,
        proxy: Person,
        own_patient_id: str,
    ) -> None:
        if not proxy.phone and not proxy.email:
            return
        page = f"{self._base_url}{_page(row.patient_id)}"
        said = texts.news(clinic, proxy.language, page)
        mail = not proxy.phone
        await self._messenger.send(
            work,
            Notice(
                row.clinic_id,
                "",
                f"{notice_id}{_TO_PROXY}",
                "email" if mail else "sms",
                proxy.email if mail else proxy.phone,
                said.text,
                said.subject if mail else "",
                said.html if mail else "",
                contact_of=own_patient_id,
            ),
        )

    async def _tell_patient(
        self, work: UnitOfWork, clinic: Clinic, row: GrantRow, notice_id: str, proxy: Person | None
    ) -> None:
        """Begin a message plan; not for a child who has neither an account nor an address of their
        own, because the parent's phone is told already."""
        patient = await self._patients.addressed_in(work, row.clinic_id, row.patient_id)
        if patient is None:
            return
        has_account = await self._accounts.has_own(work, row.clinic_id, row.patient_id)
        if not has_account and not _own_addresses(patient, proxy):
            return
        with in_language(patient.language):
            subject = texts.news_subject(clinic, row, notice_id, _page(row.patient_id))
        await self._plans.start(work, subject)

    async def _note(self, work: UnitOfWork, row: GrantRow, by: Actor, action: Action) -> None:
        await self._audit.record(
            work, row.clinic_id, by, action, patient_id=row.patient_id, subject_id=row.id
        )


def look_at(work: UnitOfWork, grant_id: str) -> None:
    """Queue a look at what changes for one proxy."""
    work.enqueue(LOOK, {"grant_id": grant_id}, unique=f"{LOOK}:{grant_id}")


def _page(patient_id: str) -> str:
    return f"/app/{patient_id}/people"


def _own_addresses(patient: Demographics, proxy: Person | None) -> list[str]:
    """Return the addresses at which messages reach the patient and not the proxy."""
    there = {"sms": patient.phone, "email": patient.email.casefold()}
    known = proxy.addresses if proxy else []
    return [there[way] for way in ways_to(patient) if way in there and there[way] not in known]
