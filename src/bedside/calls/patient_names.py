"""Names of patients in calls, by the permission of whoever asks."""

from collections.abc import Iterable

from bedside.database.sealed import Vault
from bedside.errors import NotFound
from bedside.people.patients import Patients
from bedside.people.permissions import Permissions, StaffAccess
from bedside.visits import rows as visit_rows
from bedside.visits.rows import VisitRow
from bedside.visits.whereabouts import Whereabouts


class PatientNames:
    """Names the patients of visits.

    From the chart, for those who may see it. Without a chart, from what was typed, for those in
    charge of a room where the visit is or was: the sender of a transfer sees where the patient
    went.
    """

    def __init__(
        self,
        vault: Vault,
        patients: Patients,
        permissions: Permissions,
        whereabouts: Whereabouts,
    ) -> None:
        self._vault = vault
        self._patients = patients
        self._permissions = permissions
        self._whereabouts = whereabouts

    async def seen_by(self, staff: StaffAccess, visits: Iterable[VisitRow]) -> dict[str, str]:
        """Return names by visit, leaving out those this person may not see."""
        names: dict[str, str] = {}
        charts: dict[str, str] = {}
        for row in visits:
            if row.patient_id:
                if await self._permissions.sees(staff, row.patient_id):
                    charts[row.id] = row.patient_id
            elif await self._is_in_charge(staff, row.id):
                keys = await self._vault.clinic(row.clinic_id)
                names[row.id] = visit_rows.typed(keys, row)["name"]
        known = await self._patients.named(staff.clinic_id, set(charts.values()))
        return names | {visit: known[who] for visit, who in charts.items() if who in known}

    async def _is_in_charge(self, staff: StaffAccess, visit_id: str) -> bool:
        try:
            await self._whereabouts.room_of(staff, visit_id)
        except NotFound:
            return False
        return True
