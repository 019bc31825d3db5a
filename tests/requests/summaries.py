"""Helpers for summaries of visits: a visit that is over, and a summary of it."""

from typing import Any

from bedside.calls.states import Mode
from bedside.charts.records import ChartFilter, Entry
from bedside.kernel.ids import new_id
from bedside.people.permissions import ChartAccess
from bedside.requests.summaries.details import PREFIX
from bedside.requests.summaries.staff import Draft
from tests.house import House
from tests.requests.sending import Sent, do_jobs
from tests.visits.ward import Ward

WORDS = "Keep the wound dry for two days.\n\nCome back on Friday at nine."


async def treated(house: House, patient: int = 0, *, seen: bool = True) -> str:
    """Return a visit of a patient that is over, and in which somebody saw them unless `seen` is
    False."""
    ward, who = Ward(house), house.patients[patient]
    room = await ward.room(f"Walk-in {new_id('rom')}")
    waiter = await ward.identify(room, await ward.check_in(room), who.id)
    if seen:
        await house.services.calls.control.start(room, waiter.visit_id, Mode.VIDEO)
        await house.services.calls.control.end_visit(room, waiter.visit_id)
    else:
        await house.services.visits.waiting_room.remove(room, waiter.visit_id)
    return waiter.visit_id


def draft(visit_id: str, text: str = WORDS, **other: Any) -> Draft:
    """Return a summary that is being written, by SMS."""
    given: dict[str, Any] = {"id": new_id(PREFIX), "channels": ("sms",), **other}
    return Draft(visit_id=visit_id, text=text, **given)


async def summed_up(
    house: House, visit_id: str = "", text: str = WORDS, *, jobs: bool = True
) -> Sent:
    """Send a summary to the first patient, by default of another visit, and deliver it."""
    chart = await house.chart()
    wanted = draft(visit_id or await treated(house), text)
    await house.requests.summaries.send(chart, wanted)
    if jobs:
        await do_jobs(house)
    return Sent(house, chart, wanted.id)


async def copies(house: House, chart: ChartAccess) -> list[Entry]:
    """Return what a chart has of summaries, without what was moved away."""
    found = await house.charts.contents.entries(chart, ChartFilter(category="visit_summary"))
    return [entry for entry in found if not entry.moved_to]
