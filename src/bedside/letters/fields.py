"""Fields of letters, and what they are filled with. Dates and names are in the language of the
letter."""

from dataclasses import dataclass
from datetime import date

from bedside.kernel import clock, written
from bedside.kernel.language import N_
from bedside.kernel.text_fields import TextFields
from bedside.people.clinics import Clinic
from bedside.people.names import first_of
from bedside.people.patients import Demographics

LETTER = TextFields(
    {
        "first_name": N_("first name"),
        "full_name": N_("full name"),
        "birth_date": N_("date of birth"),
        "my_name": N_("my name"),
        "clinic": N_("clinic"),
        "clinic_phone": N_("telephone of the clinic"),
        "today": N_("today"),
        "visit_day": N_("day of the visit"),
        "visit_reason": N_("reason of the visit"),
    }
)


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """Facts about the visit of a letter: when it began, in milliseconds, and why the patient came.
    Its repr omits the reason."""

    at: int
    reason: str

    def __repr__(self) -> str:
        return f"VisitFacts({self.at})"


def values(
    clinic: Clinic, patient: Demographics, my_name: str, visit: VisitFacts | None
) -> dict[str, str]:
    """Return what the fields are filled with, in the language that is spoken now; nothing for what
    is not known."""
    born = patient.birth_date
    known = {
        "first_name": first_of(patient.name),
        "full_name": patient.name,
        "birth_date": written.day(born) if born else "",
        "my_name": my_name,
        "clinic": clinic.name,
        "clinic_phone": clinic.options.phone,
        "today": written.day(clinic.options.today()),
        "visit_day": written.day(_day(clinic, visit.at)) if visit else "",
        "visit_reason": visit.reason if visit else "",
    }
    return {key: value for key, value in known.items() if value.strip()}


def _day(clinic: Clinic, at: int) -> date:
    return clock.in_zone(clinic.options.time_zone, at).date()
