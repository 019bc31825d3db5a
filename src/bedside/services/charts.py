"""Charts: their entries, the inbox and the search."""

from dataclasses import dataclass

from bedside.charts.entries import Charts
from bedside.charts.inbox import Inbox
from bedside.charts.patient_side import PatientSide
from bedside.charts.reports import Reports
from bedside.charts.search import SearchIndex


@dataclass(frozen=True, slots=True)
class ChartServices:
    """`services.charts`."""

    contents: Charts
    inbox: Inbox
    search: SearchIndex
    patient_side: PatientSide
    reports: Reports
