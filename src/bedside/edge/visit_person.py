"""The patient of a visit, for a title that tells two of the same name apart."""

from dataclasses import dataclass
from datetime import date

from bedside.kernel.language import gettext as _
from bedside.people.permissions import RoomAccess
from bedside.services import Services


@dataclass(frozen=True, slots=True)
class VisitPerson:
    """Name and date of birth: of the chart, or as typed until staff identify the patient."""

    name: str
    birth_date: date | None


async def person_of(services: Services, room: RoomAccess, visit_id: str) -> VisitPerson:
    """Return who the patient of a visit is. Raises NotFound."""
    patient_id, typed = await services.visits.waiting_room.who(room, visit_id)
    if patient_id:
        return VisitPerson(*await services.people.patients.known_as(room.clinic_id, patient_id))
    # Nothing typed is left of a destroyed visit.
    return VisitPerson(typed.name or _("the patient"), typed.birth_date)
