"""Assignments of patients to teams and rooms, which decide whose lists a patient is in."""

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit import Action, Actor, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.bound import PATIENT_ASSIGNMENTS
from bedside.people.models import PASSING, patient_assignments, teams
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.people.rows import PatientAssignmentRow
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
