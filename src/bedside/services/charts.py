"""Charts: their entries, the inbox and the search."""

from dataclasses import dataclass

from bedside.charts.entries import Charts
from bedside.charts.inbox import Inbox
from bedside.charts.search import SearchIndex


@dataclass(frozen=True, slots=True)
class ChartServices:
    """`services.charts`."""

    contents: Charts
    inbox: Inbox
    search: SearchIndex
