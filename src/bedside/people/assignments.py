"""Assignments of patients to teams and rooms, which decide whose lists a patient is in."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit import Action, Actor, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import Among, Prepared, prepared
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.bound import PATIENT_ASSIGNMENTS, STAFF_ASSIGNMENTS
from bedside.people.models import PASSING, patient_assignments, staff_assignments, teams
from bedside.people.permissions import ChartAccess, PatientAccess, StaffAccess
from bedside.people.rows import PatientAssignmentRow, StaffAssignmentRow
from bedside.people.teams import Team, TeamKind

_of_patient = prepared(
    select(teams.c.id, teams.c.clinic_id, teams.c.kind, teams.c.name)
    .select_from(teams.join(patient_assignments, patient_assignments.c.target_id == teams.c.id))
    .where(
        patient_assignments.c.patient_id == bindparam("patient"),
        patient_assignments.c.clinic_id == bindparam("clinic"),
    )
    .order_by(teams.c.name)
)
_shared_with: Among[Any] = Among(
    lambda ids: (
        select(staff_assignments.c.staff_id, teams.c.name)
        .select_from(
            staff_assignments.join(
                patient_assignments,
                patient_assignments.c.target_id == staff_assignments.c.target_id,
            ).outerjoin(teams, teams.c.id == staff_assignments.c.target_id)
        )
        .where(
            patient_assignments.c.patient_id == bindparam("patient"),
            patient_assignments.c.clinic_id == bindparam("clinic"),
            staff_assignments.c.staff_id.in_(ids),
        )
        .order_by(teams.c.name.desc())
    ),
)
_of_clinic = prepared(select(teams.c.id).where(teams.c.clinic_id == bindparam("clinic")))
_add = prepared(
    upsert(patient_assignments).on_conflict_do_nothing(index_elements=["patient_id", "target_id"])
)
_remove = prepared(
    delete(patient_assignments).where(
        patient_assignments.c.patient_id == bindparam("of"),
        patient_assignments.c.target_id == bindparam("target"),
        patient_assignments.c.clinic_id == bindparam("clinic"),
    )
)
_of_visit = prepared(
    select(patient_assignments)
    .where(patient_assignments.c.visit_id == bindparam("visit"), PASSING)
    .order_by(patient_assignments.c.target_id),
    PatientAssignmentRow,
)
_rows_of_patient = Prepared(
    select(patient_assignments)
    .where(
        patient_assignments.c.patient_id == bindparam("patient"),
        patient_assignments.c.clinic_id == bindparam("clinic"),
    )
    .order_by(patient_assignments.c.target_id)
    .with_for_update(),
    PatientAssignmentRow,
)
_staff_of_patient = Prepared(
    select(staff_assignments)
    .where(
        staff_assignments.c.target_id == bindparam("patient"),
        staff_assignments.c.clinic_id == bindparam("clinic"),
    )
    .order_by(staff_assignments.c.staff_id)
    .with_for_update(),
    StaffAssignmentRow,
)
ASSIGN_STAFF = prepared(
    upsert(staff_assignments).on_conflict_do_nothing(index_elements=["staff_id", "target_id"])
)
UNASSIGN_STAFF = prepared(
    delete(staff_assignments).where(
        staff_assignments.c.staff_id == bindparam("of"),
        staff_assignments.c.target_id == bindparam("target"),
        staff_assignments.c.clinic_id == bindparam("clinic"),
    )
)


@dataclass(slots=True)
class Joined:
    """The assignments of a patient whose chart was joined with another one. `targets`: the visit
    with which each ends; `added_…`: those that the other chart did not have."""

    targets: dict[str, str] = field(default_factory=dict[str, str])
    added_targets: list[str] = field(default_factory=list[str])
    staff: list[str] = field(default_factory=list[str])
    added_staff: list[str] = field(default_factory=list[str])

    def as_json(self) -> dict[str, Any]:
        """Return it for the sealed record of the join."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Joined":
        """Return what `as_json` made."""
        return cls(**stored)


class Assignments:
    """Assigns patients to teams and rooms."""

    def __init__(self, database: Transactions, vault: Vault, audit: AuditLog) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit

    async def of_patient(self, chart: ChartAccess) -> list[Team]:
        """Return the teams and rooms of a patient, by name."""
        async with self._database.read() as db:
            rows = await db.all(_of_patient, patient=chart.patient_id, clinic=chart.clinic_id)
        return [
            Team(id=r.id, clinic_id=r.clinic_id, kind=TeamKind(r.kind), name=r.name) for r in rows
        ]

    async def in_common(self, patient: PatientAccess, staff_ids: Collection[str]) -> dict[str, str]:
        """Return, for those of some staff who may see the patient now, the name of the team or room
        by which they do; "" if they are assigned to the patient alone."""
        if not staff_ids:
            return {}
        wanted, among = _shared_with.of(sorted(staff_ids))
        async with self._database.read() as db:
            rows = await db.all(
                wanted, patient=patient.patient_id, clinic=patient.clinic_id, **among
            )
        return {row.staff_id: row.name or "" for row in rows}

    async def check(self, staff: StaffAccess, team_ids: list[str]) -> list[str]:
        """Return `team_ids` without duplicates. Raises WrongInput if one is not of this clinic."""
        async with self._database.read() as db:
            known = {row.id for row in await db.all(_of_clinic, clinic=staff.clinic_id)}
        if not known.issuperset(team_ids):
            raise WrongInput(N_("Please choose teams and rooms from the list."), field="teams")
        return list(dict.fromkeys(team_ids))

    async def change(self, work: UnitOfWork, chart: ChartAccess, team_ids: list[str]) -> None:
        """Make these the patient's teams and rooms; `team_ids` were checked. One audit line per
        change. Staff assigned to the patient personally stay assigned."""
        rows = await work.all(_of_patient, patient=chart.patient_id, clinic=chart.clinic_id)
        before, wanted = {row.id for row in rows}, set(team_ids)
        for team_id in sorted(wanted - before):
            await self._add(work, chart.clinic_id, chart.patient_id, team_id)
            await self._line(work, chart, team_id, assigned=True)
        for team_id in sorted(before - wanted):
            await work.execute(_remove, of=chart.patient_id, target=team_id, clinic=chart.clinic_id)
            await self._line(work, chart, team_id, assigned=False)

    # --- rooms assigned by visits ---------------------------------------------------------------

    async def join(
        self,
        work: UnitOfWork,
        clinic_id: str,
        by: Actor,
        patient_id: str,
        room_id: str,
        visit_id: str,
    ) -> None:
        """Assign a patient to the room a visit came to, until the visit ends. An existing
        assignment stays as it is."""
        if await self._add(work, clinic_id, patient_id, room_id, visit_id):
            await self._record(work, clinic_id, by, patient_id, room_id, assigned=True)

    async def keep(self, work: UnitOfWork, patient_id: str, room_id: str) -> None:
        """Keep the assignment beyond the visit: somebody of the room has treated the patient."""
        await self._last(work, patient_id, room_id, "")

    async def of_visit(self, work: UnitOfWork, visit_id: str) -> list[PatientAssignmentRow]:
        """Return the assignments that end with a visit."""
        return await work.all(_of_visit, visit=visit_id)

    async def pass_on(
        self, work: UnitOfWork, assignment: PatientAssignmentRow, visit_id: str
    ) -> None:
        """Make an assignment end with this visit of the same patient instead."""
        await self._last(work, assignment.patient_id, assignment.target_id, visit_id)

    async def _last(self, work: UnitOfWork, patient_id: str, room_id: str, visit_id: str) -> None:
        """Make an assignment that ends with a visit end with another one, or never."""
        row = await PATIENT_ASSIGNMENTS.locked(
            work, self._vault, patient_id=patient_id, target_id=room_id
        )
        if row is not None and row.visit_id:
            await PATIENT_ASSIGNMENTS.change(work, self._vault, row, visit_id=visit_id)

    async def end(self, work: UnitOfWork, assignment: PatientAssignmentRow, by: Actor) -> None:
        """End an assignment: the visit ended, and nobody of the room has treated the patient."""
        of, target, clinic_id = assignment.patient_id, assignment.target_id, assignment.clinic_id
        await work.execute(_remove, of=of, target=target, clinic=clinic_id)
        await self._record(work, clinic_id, by, of, target, assigned=False)

    # --- charts that are joined -----------------------------------------------------------------

    async def hand_over(self, work: UnitOfWork, clinic_id: str, patient_id: str, to: str) -> Joined:
        """Let everybody who sees one patient see another one instead. Returns what `hand_back`
        needs."""
        joined = Joined()
        for row in await work.all(_rows_of_patient, patient=patient_id, clinic=clinic_id):
            await PATIENT_ASSIGNMENTS.check(self._vault, row)
            await work.execute(_remove, of=patient_id, target=row.target_id, clinic=clinic_id)
            if row.target_id == patient_id:
                continue
            joined.targets[row.target_id] = row.visit_id
            if await self._add(work, clinic_id, to, row.target_id, row.visit_id):
                joined.added_targets.append(row.target_id)
            elif not row.visit_id:
                await self.keep(work, to, row.target_id)
        keys = await self._vault.clinic(clinic_id)
        for row in await work.all(_staff_of_patient, patient=patient_id, clinic=clinic_id):
            await STAFF_ASSIGNMENTS.check(self._vault, row)
            joined.staff.append(row.staff_id)
            own = {"staff_id": row.staff_id, "target_id": to, "clinic_id": clinic_id}
            if await work.execute(ASSIGN_STAFF, **STAFF_ASSIGNMENTS.bound(keys, own)):
                joined.added_staff.append(row.staff_id)
            await work.execute(UNASSIGN_STAFF, of=row.staff_id, target=patient_id, clinic=clinic_id)
        return joined

    async def hand_back(
        self, work: UnitOfWork, clinic_id: str, joined: Joined, patient_id: str, of: str
    ) -> None:
        """Undo `hand_over`: `patient_id` has its own assignments again, and `of` loses those that
        came with it. One that was to end with a visit comes back as it is now, if it is there."""
        keys = await self._vault.clinic(clinic_id)
        for target_id, visit_id in joined.targets.items():
            now = await PATIENT_ASSIGNMENTS.locked(
                work, self._vault, patient_id=of, target_id=target_id
            )
            if now is not None or not visit_id:
                still = visit_id if now is not None and now.visit_id == visit_id else ""
                await self._add(work, clinic_id, patient_id, target_id, still)
            if target_id in joined.added_targets:
                await work.execute(_remove, of=of, target=target_id, clinic=clinic_id)
        await self._add(work, clinic_id, patient_id, patient_id)
        for staff_id in joined.staff:
            own = {"staff_id": staff_id, "target_id": patient_id, "clinic_id": clinic_id}
            await work.execute(ASSIGN_STAFF, **STAFF_ASSIGNMENTS.bound(keys, own))
        for staff_id in joined.added_staff:
            await work.execute(UNASSIGN_STAFF, of=staff_id, target=of, clinic=clinic_id)

    async def _add(
        self, work: UnitOfWork, clinic_id: str, patient_id: str, team_id: str, visit_id: str = ""
    ) -> int:
        keys = await self._vault.clinic(clinic_id)
        row = {
            "patient_id": patient_id,
            "target_id": team_id,
            "clinic_id": clinic_id,
            "visit_id": visit_id,
        }
        return await work.execute(_add, **PATIENT_ASSIGNMENTS.bound(keys, row))

    async def _line(
        self, work: UnitOfWork, chart: ChartAccess, team_id: str, *, assigned: bool
    ) -> None:
        await self._record(
            work, chart.clinic_id, chart.actor, chart.patient_id, team_id, assigned=assigned
        )

    async def _record(
        self,
        work: UnitOfWork,
        clinic_id: str,
        by: Actor,
        patient_id: str,
        team_id: str,
        *,
        assigned: bool,
    ) -> None:
        await self._audit.record(
            work,
            clinic_id,
            by,
            Action.PATIENT_ASSIGNED,
            patient_id=patient_id,
            target=team_id,
            assigned=assigned,
        )
