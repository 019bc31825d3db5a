"""Wires sharing."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.bootstrap.charts import ChartParts
from bedside.bootstrap.files import FileParts
from bedside.bootstrap.people import PeopleParts
from bedside.services.registered import Registered
from bedside.services.sharing import SharingServices
from bedside.sharing.accesses import Accesses
from bedside.sharing.questions import AccessQuestions
from bedside.sharing.serving import SharedFiles
from bedside.sharing.shares import Shares
from bedside.visits.visit_times import VisitTimes


@dataclass(frozen=True, slots=True)
class SharingParts(SharingServices):
    """The sharing services."""

    def registered(self) -> Registered:
        """Return what they register for the worker."""
        return Registered(sweeps={"shares.end": (600.0, self.links.end_expired)})


def sharing_of(
    base: Base, people: PeopleParts, charts: ChartParts, files: FileParts
) -> SharingParts:
    """Make links to files, and what patients see of accesses."""
    database, vault, audit = base.database, base.vault, base.audit.log
    base_url, side = base.settings.base_url, charts.patient_side
    links = Shares(database, vault, audit, side, base_url)
    accesses = Accesses(
        audit,
        base.audit.looks,
        people.staff,
        people.joining,
        people.assignments,
        VisitTimes(database),
        people.hidden,
    )
    return SharingParts(
        links=links,
        shared=SharedFiles(
            database,
            vault,
            audit,
            people.clinics,
            people.patients,
            side,
            files.of_patients,
            links,
            base_url,
        ),
        accesses=accesses,
        questions=AccessQuestions(database, vault, audit, people.clinics, accesses),
    )
