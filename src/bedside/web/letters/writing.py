"""The parts that the pages of a letter share: the chart, the letter, and its address."""

from dataclasses import dataclass

from starlette.requests import Request

from bedside.edge.context import services_of
from bedside.edge.forms import Form
from bedside.edge.shell import shell
from bedside.letters.records import Letter
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess


def letters_of(patient_id: str) -> str:
    """Return the address of a patient's letters."""
    return f"/patients/{patient_id}/letters"


@dataclass(frozen=True, slots=True)
class Writing:
    """A letter that somebody looks at or writes."""

    chart: ChartAccess
    patient: Patient
    letter: Letter

    @property
    def page(self) -> str:
        """Its address."""
        return f"{letters_of(self.patient.id)}/{self.letter.id}"


def version_of(form: Form) -> int:
    """Return the version of a draft that a page showed; -1 for anything that is none."""
    given = form.line("version")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1


async def chart_of(request: Request) -> tuple[ChartAccess, Patient]:
    """Return the chart of the address. Raises NotFound."""
    staff = await shell(request, "patients")
    people = services_of(request).people
    chart = await people.permissions.chart(staff, request.path_params["patient_id"])
    return chart, await people.patients.get(chart)


async def writing_of(request: Request) -> Writing:
    """Return the letter of the address, and note who opens it. Raises NotFound."""
    chart, patient = await chart_of(request)
    letter_id = request.path_params["letter_id"]
    return Writing(chart, patient, await services_of(request).letters.drafts.open(chart, letter_id))
