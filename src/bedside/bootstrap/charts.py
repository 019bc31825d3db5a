"""Wires charts."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.bootstrap.people import PeopleParts
from bedside.charts.entries import Charts
from bedside.charts.inbox import Inbox
from bedside.charts.live import LiveCharts
from bedside.charts.patient_rows import MOVE_WORDS, EntriesOfPatient
from bedside.charts.patient_side import PatientSide
from bedside.charts.reports import Reports
from bedside.charts.search import SearchIndex
from bedside.realtime.topics import TopicKind
from bedside.services.charts import ChartServices
from bedside.services.registered import Registered


@dataclass(frozen=True, slots=True)
class ChartParts(ChartServices):
    """The chart services, with what open pages follow."""

    live: LiveCharts
    of_patient: EntriesOfPatient

    def registered(self) -> Registered:
        """Return what they register for the worker."""
        return Registered(handlers={MOVE_WORDS: self.of_patient.move_words})

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds of topics."""
        return self.live.topics()


def charts_of(base: Base, people: PeopleParts) -> ChartParts:
    """Make charts, the inbox and the search."""
    database, vault = base.database, base.vault
    search = SearchIndex(database, vault, people.reach)
    contents = Charts(database, vault, base.audit.log, search, people.reach)
    side = PatientSide(database, vault)
    return ChartParts(
        contents=contents,
        inbox=Inbox(database, vault, people.reach),
        search=search,
        patient_side=side,
        reports=Reports(database, vault, base.audit.log, side),
        of_patient=EntriesOfPatient(database, vault, search),
        live=LiveCharts(database, people.permissions, people.audiences),
    )
