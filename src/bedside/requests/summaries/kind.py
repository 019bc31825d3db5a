"""Summaries of visits, as a kind of request: the patient is asked for nothing but to read."""

from dataclasses import dataclass

from bedside.audit import Action
from bedside.charts.categories import Category
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.record_parts import Part
from bedside.requests.kinds import RequestHandling, RequestKind, RequestTexts, RequestTools
from bedside.requests.records import Request
from bedside.requests.summaries import texts
from bedside.requests.summaries.details import KEY, PREFIX
from bedside.requests.summaries.filing import FILE, SummaryFiling
from bedside.requests.summaries.patient import SummaryReading
from bedside.requests.summaries.staff import VisitSummaries


@dataclass(frozen=True, slots=True)
class SummaryParts:
    """Services of summaries, for staff and patients."""

    staff: VisitSummaries
    reading: SummaryReading
    handling: RequestHandling


def _build(tools: RequestTools) -> SummaryParts:
    staff, reading = VisitSummaries(tools), SummaryReading(tools)
    return SummaryParts(
        staff,
        reading,
        RequestHandling(
            snapshot=reading.snapshot,
            reissued=staff.reissued,
            handlers={FILE: SummaryFiling(tools).file},
        ),
    )


def _about(request: Request) -> str:
    return ""


def _details(request: Request) -> list[tuple[str, str]]:
    """Say where the words are, instead of the words: those of a visit that was moved belong to
    another chart."""
    return [(_("Words"), _("In the record of the visit, and in the chart"))]


SUMMARIES = RequestKind(
    key=KEY,
    prefix=PREFIX,
    name=N_("Visit summary"),
    about=_about,
    details=_details,
    build=_build,
    texts=RequestTexts(texts.invitation, texts.reminder),
    sent=Action.SUMMARY_SENT,
    only_read=True,
    part=Part.FILES,
    copied_as=Category.VISIT_SUMMARY,
)
