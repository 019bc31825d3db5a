"""Records of visits: what is written about one, and those that are in no chart yet."""

from dataclasses import dataclass

from bedside.visits.additions import VisitAdditions
from bedside.visits.history import VisitRecords
from bedside.visits.notes import VisitNotes
from bedside.visits.unidentified import UnidentifiedVisits


@dataclass(frozen=True, slots=True)
class VisitRecordServices:
    """`services.visit_records`."""

    records: VisitRecords
    notes: VisitNotes
    additions: VisitAdditions
    unidentified: UnidentifiedVisits
