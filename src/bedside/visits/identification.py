"""Identification: the only way from the door of a room into a chart.

What was typed at the door proves nothing, so it opens nothing. “This is Maya Lindqvist, born …” is
a step by a member of staff in charge of the room who may see that chart already, or who says why
they must (“breaks the glass”); the audit log names them for it, and not the patient. Until then
the visit holds files, messages and notes; with the step all of them go into the chart, in one unit
of work. What is never identified is destroyed after a time.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import bindparam, select

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock, faults
from bedside.kernel.language import N_
from bedside.kernel.typed import one_line
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.likely import Likely, LikelyPatients
from bedside.people.patients import Demographics, Patients
from bedside.people.permissions import Permissions, RoomAccess, VisitorAccess
from bedside.visits import rows
from bedside.visits.models import UNIDENTIFIED, visit_legs, visits
from bedside.visits.notes import says_something
from bedside.visits.ports import ContentOfVisits
from bedside.visits.rows import Discarded, Identified, VisitRow
from bedside.visits.states import State
from bedside.visits.transitions import Transitions
from bedside.visits.typed import Typed

REASON_MAX = 500
KEPT_FOR = 30 * clock.DAY
"""How long a visit that nobody treated waits for identification."""
_AT_ONCE = 100
_MOST_SUGGESTED = 8

_legs_seen = prepared(
    select(visit_legs.c.room_id).where(
        visit_legs.c.visit_id == bindparam("visit"), visit_legs.c.admitted_at > 0
    )
)
_was_seen = (
    select(visit_legs.c.visit_id)
    .where(visit_legs.c.visit_id == visits.c.id, visit_legs.c.admitted_at > 0)
    .exists()
)
_forgotten = prepared(
    select(visits.c.id, visits.c.clinic_id)
    .where(
        UNIDENTIFIED,
        visits.c.ended_at > 0,
        visits.c.ended_at < bindparam("until"),
        visits.c.identified != str(Identified.DISCARDED),
        ~_was_seen,
    )
    .order_by(visits.c.id)
    .limit(_AT_ONCE)
)


class IsIdentified(Conflict):
    """A colleague was faster."""

    code = "visit_is_identified"
    sentence = N_("Somebody has already said who this patient is. Look again.")


class HasChart(Conflict):
    """Somebody with this name and date of birth has a chart already."""

    code = "patient_has_chart"
    sentence = N_(
        "Somebody with this name and date of birth has a chart already. Choose it above, or look "
        "in all charts of the clinic. If it is another person, say so."
    )


class MayHaveChart(HasChart):
    """Somebody with nearly this name or date of birth has a chart already."""

    sentence = N_(
        "Somebody with nearly this name or date of birth has a chart already. Compare them above. "
        "If it is another person, say so."
    )


class NoChartFits(Conflict):
    """The whole clinic has no chart with this name and date of birth, or more than one."""

    code = "no_chart_fits"
    sentence = N_(
        "No single chart of the clinic has this name and this date of birth. Check both, or add a "
        "new patient."
    )


class Identification:
    """Connects visits to charts."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        patients: Patients,
        likely: LikelyPatients,
        permissions: Permissions,
        transitions: Transitions,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._patients = patients
        self._likely = likely
        self._permissions = permissions
        self._transitions = transitions
        self._contents: dict[str, ContentOfVisits] = {}

    def on_identified(self, what: str, content: ContentOfVisits) -> None:
        """Call `content` when a visit is identified, in the same unit of work. `what` names its
        content, such as “files”. Raises ValueError for a name that is taken."""
        if what in self._contents:
            raise ValueError(f"two contents of visits have the name {what}")
        self._contents[what] = content

    # --- reading -------------------------------------------------------------------------------

    async def held(self, reader: Reader, visit_ids: list[str]) -> dict[str, dict[str, int]]:
        """Return what is held for visits: by visit, how much of what."""
        found: dict[str, dict[str, int]] = {}
        for what, content in self._contents.items():
            for visit_id, count in (await content.held(reader, visit_ids)).items():
                found.setdefault(visit_id, {})[what] = count
        return found

    async def held_of(self, visitor: VisitorAccess) -> Mapping[str, int]:
        """Return what is held for one's own visit: how much of what."""
        async with self._database.read() as db:
            return (await self.held(db, [visitor.visit_id])).get(visitor.visit_id, {})

    async def asked(self, room: RoomAccess, visit_id: str) -> tuple[Typed, bool]:
        """Return what was typed at the door, and whether the visit is over. Raises NotFound,
        IsIdentified."""
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, room, visit_id)
        if row.patient_id:
            raise IsIdentified
        keys = await self._vault.clinic(row.clinic_id)
        return Typed.of(rows.typed(keys, row)), row.state == State.ENDED

    async def suggested(self, room: RoomAccess, typed: Typed) -> list[Likely]:
        """Return the patients whom this may be and whom this person may see: those with the same
        name and date of birth first, then those who are nearly equal."""
        likely = await self._likely.seen_by(room.staff, typed.name, typed.birth_date)
        return likely[:_MOST_SUGGESTED]

    # --- identifying ---------------------------------------------------------------------------

    async def confirm(self, room: RoomAccess, visit_id: str, patient_id: str) -> None:
        """“This is …”: identify a patient whose chart this person may see already. Idempotent.

        Raises NotFound, also for a chart that the person may not see, and IsIdentified if somebody
        else was identified.
        """
        chart = await self._permissions.chart(room.staff, patient_id)
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, room, visit_id)
            if row.patient_id == chart.patient_id:
                return
            await self._lock_contents(work, row)
            await self._tie(work, room, row, chart.patient_id, Identified.CONFIRMED)
        faults.point("visit.identified")

    async def same_person(self, room: RoomAccess, *visit_ids: str) -> None:
        """Identify visits of which staff have said that they are one person's, if one of them is
        identified already."""
        async with self._database.unit_of_work() as work:
            found = [await self._locked(work, room, one) for one in sorted(visit_ids)]
        known = {row.patient_id for row in found} - {""}
        if len(known) == 1:
            for row in found:
                if not row.patient_id:
                    await self.confirm(room, row.id, *known)

    async def override(
        self, room: RoomAccess, visit_id: str, name: str, born: date | None, reason: str
    ) -> None:
        """Break the glass: identify the patient of the clinic with this name and date of birth,
        whose chart this person may not see yet. Who looked and why is recorded, even if nobody
        matches.

        Raises WrongInput for the reason, NoChartFits, NotFound, IsIdentified.
        """
        reason = reason.strip()
        if not reason:
            raise WrongInput(N_("Say why you need this chart."), field="reason")
        if len(reason) > REASON_MAX:
            raise WrongInput(N_("Please use at most 500 characters here."), field="reason")
        fits = await self._likely.same(room.clinic_id, one_line(name), born)
        fit = fits[0].id if len(fits) == 1 else ""
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, room, visit_id)
            await self._lock_contents(work, row)
            await self._audit.record(
                work,
                room.clinic_id,
                room.actor,
                Action.GLASS_BROKEN,
                patient_id=fit,
                subject_id=row.id,
                target=room.room_id,
                reason=reason,
            )
            if fit:
                await self._tie(work, room, row, fit, Identified.CONFIRMED)
        if not fit:
            raise NoChartFits
        faults.point("visit.identified")

    async def add(self, room: RoomAccess, visit_id: str, *, another: bool = False) -> None:
        """Add a new patient from what was typed. `another`: staff have confirmed that it is none
        of the existing patients who are like this one.

        Raises HasChart, NotAllowed for those who may not add patients, NotFound, IsIdentified.
        """
        typed, _is_over = await self.asked(room, visit_id)
        if not another:
            await self._must_be_new(room, typed)
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, room, visit_id)
            if row.patient_id:
                raise IsIdentified
            await self._lock_contents(work, row)
            patient = await self._patients.add(
                work,
                room.staff,
                Demographics(
                    name=typed.name,
                    birth_date=typed.birth_date,
                    phone=typed.phone,
                    language=typed.language,
                ),
                [room.room_id],
            )
            await self._tie(work, room, row, patient.id, Identified.NEW)
        faults.point("visit.identified")

    async def _must_be_new(self, room: RoomAccess, typed: Typed) -> None:
        who = Demographics(name=typed.name, birth_date=typed.birth_date, phone=typed.phone)
        here = await self._likely.before_adding(room.staff, who)
        if here.another or any(one.equal for one in here.seen):
            raise HasChart
        if here:
            raise MayHaveChart

    async def _tie(
        self, work: UnitOfWork, room: RoomAccess, row: VisitRow, patient_id: str, how: Identified
    ) -> None:
        if row.patient_id:
            raise IsIdentified
        now = await rows.save(work, row, patient_id=patient_id, identified=str(how))
        for content in self._contents.values():
            await content.visit_identified(work, now)
        await self._audit.record(
            work,
            room.clinic_id,
            room.actor,
            Action.VISIT_IDENTIFIED,
            patient_id=patient_id,
            subject_id=row.id,
            target=room.room_id,
        )
        await self._transitions.identified(work, now, room.actor)
        self._publish(work, now)
        faults.point("visit.identifying")

    # --- nobody's ------------------------------------------------------------------------------

    async def discard(self, room: RoomAccess, visit_id: str) -> None:
        """Discard: what a visit that is over holds is destroyed. Idempotent.

        Raises Conflict while the visit is in progress and if somebody of the clinic has written a
        note, IsIdentified, NotFound.
        """
        async with self._database.unit_of_work() as work:
            try:
                row = await self._locked(work, room, visit_id)
            except Discarded:
                return
            if row.patient_id:
                raise IsIdentified
            if row.state != State.ENDED:
                raise Conflict(N_("This visit goes on. Remove the patient first."))
            if await says_something(work, await self._vault.clinic(row.clinic_id), row.id):
                raise Conflict(N_("There is a note on this visit. Say whose chart it belongs to."))
            await self._discard(work, row, room.actor)

    async def forget(self) -> int:
        """Destroy what visits hold that nobody treated and nobody identified for 30 days, for the
        worker's sweep. Returns how many."""
        forgotten = 0
        while True:
            async with self._database.read() as db:
                found = await db.all(_forgotten, until=clock.now() - KEPT_FOR)
            for one in found:
                async with self._database.unit_of_work() as work:
                    row = await self._transitions.lock(work, one.clinic_id, one.id)
                    if not row.patient_id:
                        await self._discard(work, row, SYSTEM)
            forgotten += len(found)
            if len(found) < _AT_ONCE:
                return forgotten

    async def _discard(self, work: UnitOfWork, row: VisitRow, by: Actor) -> None:
        if row.identified == Identified.DISCARDED:
            return
        await self._lock_contents(work, row)
        keys = await self._vault.clinic(row.clinic_id)
        nothing = dict.fromkeys(rows.typed(keys, row), "")
        now = await rows.save(
            work,
            row,
            identified=str(Identified.DISCARDED),
            record=keys.seal(rows.COLUMN, row.id, nothing),
        )
        for content in self._contents.values():
            await content.visit_discarded(work, now)
        await self._audit.record(
            work, row.clinic_id, by, Action.VISIT_DISCARDED, subject_id=row.id, target=row.room_id
        )
        self._publish(work, now)

    # --- rows ----------------------------------------------------------------------------------

    async def _locked(self, work: UnitOfWork, room: RoomAccess, visit_id: str) -> VisitRow:
        """Lock and return the visit, for those in charge of the room where it is or ended, and of
        rooms that have treated the patient. Raises NotFound."""
        row = await self._transitions.lock(work, room.clinic_id, visit_id)
        if row.room_id != room.room_id:
            seen = await work.all(_legs_seen, visit=row.id)
            if room.room_id not in {leg.room_id for leg in seen}:
                raise NotFound
        if row.identified == Identified.DISCARDED:
            raise Discarded
        return row

    async def _lock_contents(self, work: UnitOfWork, row: VisitRow) -> None:
        for content in self._contents.values():
            await content.lock_content(work, row)

    @staticmethod
    def _publish(work: UnitOfWork, row: VisitRow) -> None:
        """Publish to those in charge; an ended visit is in only one of their lists."""
        if row.state == State.ENDED:
            rows.publish_touched(work, row, "identity")
        else:
            rows.publish_to_room(work, row)
