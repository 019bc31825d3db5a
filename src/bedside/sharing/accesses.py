"""“Who opened my files”: every access to a record, for its patient (feature P3)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from bedside.audit import Action, AuditLog
from bedside.audit.actors import ActorKind
from bedside.audit.looks import Looks
from bedside.audit.recorder import Filter, Line
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.people.assignments import Assignments
from bedside.people.hidden import HiddenItems
from bedside.people.joining import Joining
from bedside.people.permissions import PatientAccess
from bedside.people.record_parts import Part
from bedside.people.staff import Staff
from bedside.sharing.looks import Look, begun, in_words, together
from bedside.visits.visit_times import VisitTime, VisitTimes

PAGE = 30
"""Looks on a page."""
_AT_ONCE = 500
_MOST_LINES = 5_000
"""Lines read for a page. A longer look goes on on the next page."""
_OTHERS = (ActorKind.STAFF, ActorKind.PROXY, ActorKind.GUEST, ActorKind.UNKNOWN)
"""Whose lines are accesses: not the patient's own, nor what Bedside does by itself."""
_BEFORE_VISIT, _AFTER_VISIT = 2 * clock.HOUR, clock.DAY
"""Preparing a visit, and writing it up."""


class Why(StrEnum):
    """The ground of an access."""

    EMERGENCY = "emergency"
    """`text` is the reason that was given for it."""
    VISIT = "visit"
    """`at` is when the visit began."""
    REQUEST = "request"
    """Something that the clinic asked the patient for."""
    SHARED = "shared"
    """The patient made a link."""
    LET_IN = "let_in"
    """A proxy whom the patient let in."""
    TEAM = "team"
    """`text` is the team or room that looks after the patient."""
    ASSIGNED = "assigned"
    REFUSED = "refused"
    """Nothing was seen."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody opened the record, as far as it is known."""

    why: Why
    text: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Access:
    """One look, with names. `role` is a `people.roles.Role`, "" for others than staff; `name` is ""
    for somebody who has none (any more)."""

    seq: int
    oldest_seq: int
    kind: ActorKind
    actor_id: str
    name: str
    role: str
    since: int
    until: int
    done: list[tuple[str, int]]
    """Actions, and with how many things."""
    reason: Reason

    @property
    def words(self) -> list[str]:
        """The actions in plain words, in the language of the reader, oldest first."""
        return in_words(self.done)

    @property
    def may_be_asked_about(self) -> bool:
        """Whether the clinic can explain it: what its own people did."""
        return self.kind in (ActorKind.STAFF, ActorKind.UNKNOWN)

    def includes(self, seq: int, actor_id: str) -> bool:
        """Whether an audit line belongs to it: a look goes on after somebody asked about it."""
        return actor_id == self.actor_id and self.oldest_seq <= seq <= self.seq


@dataclass(frozen=True, slots=True)
class AccessPage:
    """A page of accesses, newest first; the next one is before `older`, 0 on the last page."""

    accesses: list[Access]
    older: int


NamesOfAccounts = Callable[[str, set[str]], Awaitable[dict[str, str]]]
"""Returns the names of accounts of a clinic, by id."""


async def no_names(_clinic_id: str, _account_ids: set[str]) -> dict[str, str]:
    """Return no names: for an installation without accounts."""
    return {}


class Accesses:
    """Reads the audit log for a patient."""

    def __init__(
        self,
        audit: AuditLog,
        looks: Looks,
        staff: Staff,
        joining: Joining,
        assignments: Assignments,
        visits: VisitTimes,
        hidden: HiddenItems,
        names_of_accounts: NamesOfAccounts = no_names,
    ) -> None:
        self._audit = audit
        self._looks = looks
        self._staff = staff
        self._joining = joining
        self._assignments = assignments
        self._visits = visits
        self._hidden = hidden
        self._names_of_accounts = names_of_accounts

    async def page(self, patient: PatientAccess, before: int = 0) -> AccessPage:
        """Return a page, newest first. Looking at it is a line, too. Raises NotShared."""
        patient.require(Part.ACCESSES)
        await self._looks.note(
            patient.clinic_id,
            patient.actor,
            patient.account.session_id,
            Action.ACCESSES_OPENED,
            patient_id=patient.patient_id,
        )
        looks, older = await self._gathered(patient, before)
        return AccessPage(await self._named(patient, looks), older)

    async def one(self, patient: PatientAccess, seq: int) -> Access:
        """Return the look whose newest line is `seq`. Raises NotFound, NotShared."""
        patient.require(Part.ACCESSES)
        lines = await self._lines(patient, seq + 1)
        if not lines or lines[0].seq != seq:
            raise NotFound
        look = begun(lines[0])
        for line in lines[1:]:
            if look.takes(line):
                look.add(line)
        return (await self._named(patient, [look]))[0]

    async def _gathered(self, patient: PatientAccess, before: int) -> tuple[list[Look], int]:
        looks: list[Look] = []
        for _part in range(_MOST_LINES // _AT_ONCE):
            lines = await self._lines(patient, before)
            if stopped := together(looks, lines, PAGE):
                return looks, stopped + 1
            if len(lines) < _AT_ONCE:
                return looks, 0
            before = lines[-1].seq
        return looks, before

    async def _lines(self, patient: PatientAccess, before: int) -> list[Line]:
        joined = await self._joining.before(patient.clinic_id, patient.patient_id)
        wanted = Filter(
            patient_id=patient.patient_id,
            joined=joined,
            kinds=_OTHERS,
            before_seq=before,
            limit=_AT_ONCE,
        )
        lines = await self._audit.lines(patient.clinic_id, wanted)
        hidden = await self._hidden.from_viewer(patient)
        return [line for line in lines if not hidden & _about(line)] if hidden else lines

    async def _named(self, patient: PatientAccess, looks: list[Look]) -> list[Access]:
        if not looks:
            return []
        staff_ids = {look.actor_id for look in looks if look.actor_kind == ActorKind.STAFF}
        proxies = {look.actor_id for look in looks if look.actor_kind == ActorKind.PROXY}
        members = await self._members(patient.clinic_id, staff_ids)
        accounts = await self._names_of_accounts(patient.clinic_id, proxies)
        teams = await self._assignments.in_common(patient, staff_ids)
        since = min(look.since for look in looks) - _AFTER_VISIT
        until = max(look.until for look in looks) + _BEFORE_VISIT
        visits = await self._visits.between(patient, since, until)
        found: list[Access] = []
        for look in looks:
            name, role = members.get(look.actor_id, ("", ""))
            found.append(
                Access(
                    seq=look.newest_seq,
                    oldest_seq=look.oldest_seq,
                    kind=ActorKind(look.actor_kind),
                    actor_id=look.actor_id,
                    name=name or accounts.get(look.actor_id, "") or look.recipient,
                    role=role,
                    since=look.since,
                    until=look.until,
                    done=look.counts(),
                    reason=_reason(look, visits, teams),
                )
            )
        return found

    async def _members(self, clinic_id: str, staff_ids: set[str]) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for staff_id in staff_ids:
            try:
                member = await self._staff.get(clinic_id, staff_id)
            except NotFound:
                continue
            found[staff_id] = (member.name, str(member.role))
        return found


def _about(line: Line) -> frozenset[str]:
    """Return the items that a line is about."""
    told = (line.details.get(name) for name in ("entry", "conversation", "message", "visit"))
    return frozenset({line.subject_id, *(str(one) for one in told if one)})


def _reason(look: Look, visits: list[VisitTime], teams: dict[str, str]) -> Reason:
    """Return the ground of a look: the strongest one that is known."""
    if look.broke_glass:
        return Reason(Why.EMERGENCY, look.reason)
    if look.was_refused:
        return Reason(Why.REFUSED)
    if look.actor_kind != ActorKind.STAFF:
        return Reason(_of_outsider(look))
    if visit := next((visit for visit in visits if _explains(visit, look)), None):
        return Reason(Why.VISIT, at=visit.checked_in_at)
    return _without_visit(look, teams)


def _of_outsider(look: Look) -> Why:
    if look.actor_kind == ActorKind.PROXY:
        return Why.LET_IN
    shared = any(subject.startswith("shr_") for subject in look.subjects)
    return Why.SHARED if shared else Why.UNKNOWN


def _without_visit(look: Look, teams: dict[str, str]) -> Reason:
    if any(subject.startswith("req_") for subject in look.subjects):
        return Reason(Why.REQUEST)
    if look.actor_id not in teams:
        return Reason(Why.UNKNOWN)
    team = teams[look.actor_id]
    return Reason(Why.TEAM, team) if team else Reason(Why.ASSIGNED)


def _explains(visit: VisitTime, look: Look) -> bool:
    """Whether somebody looked while a visit was prepared, went on, or was written up."""
    ended = visit.ended_at or clock.now()
    return visit.checked_in_at - _BEFORE_VISIT <= look.until and look.since <= ended + _AFTER_VISIT
