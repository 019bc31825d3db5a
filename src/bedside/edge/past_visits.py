"""Visits that are over, in a line each."""

from typing import Any

from bedside.edge.visit_views import ended_words
from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.people.permissions import ChartAccess
from bedside.services import Services
from bedside.visits.history import PastVisit
from bedside.visits.states import State


def said_of(visit: PastVisit) -> str:
    """Describe a visit in one line: “Dr Okafor's room · with Dr Okafor, Dr Meyer · 12 min in all ·
    Completed”."""
    words = [visit.room_name]
    if visit.seen_by:
        words.append(_("with %(name)s") % {"name": visit.seen_by})
    if visit.state is State.ENDED:
        in_all = _("%(time)s in all") % {"time": lasted(visit.ended_at - visit.checked_in_at)}
        words += [in_all, ended_words(visit.ended_reason)]
    else:
        words.append(_("now"))
    return " · ".join(words)


def lasted(milliseconds: int) -> str:
    """Format how long something took, in whole minutes."""
    minutes = max(1, round(milliseconds / clock.MINUTE))
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": minutes}
    hours, minutes = divmod(minutes, 60)
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


async def recent_visits(services: Services, chart: ChartAccess) -> list[dict[str, Any]]:
    """Return the newest visits that are over, for the card."""
    found = await services.visit_records.records.of_chart(chart, limit=5)
    return [line_of(visit) for visit in found if visit.state is State.ENDED]


def line_of(visit: PastVisit) -> dict[str, Any]:
    """Return a visit as a row of a list."""
    return {"id": visit.id, "when": visit.checked_in_at, "said": said_of(visit)}
