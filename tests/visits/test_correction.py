"""A visit in the wrong chart goes to the right one with everything in it."""

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.charts.records import ChartFilter
from bedside.errors import NotFound, WrongInput
from bedside.people.permissions import ChartAccess
from tests.charts.filing import filed
from tests.house import House
from tests.visits.ward import Waiter, Ward

pytestmark = pytest.mark.anyio


async def charts(house: House) -> tuple[ChartAccess, ChartAccess]:
    """Return the wrong chart and the right one."""
    clinician = house.here.clinician
    return await house.chart(0, clinician), await house.chart(1, clinician)


async def wrongly_identified(ward: Ward, chart: ChartAccess) -> Waiter:
    """Check somebody in, and press “This is …” of the wrong patient."""
    room = await ward.room("Walk-in")
    return await ward.identify(room, await ward.check_in(room), chart.patient_id)


@pytest.mark.parametrize("over", [False, True])
async def test_a_visit_goes_to_the_other_chart_with_its_files(ward: Ward, over: bool) -> None:
    house = ward.house
    wrong, right = await charts(house)
    waiter = await wrongly_identified(ward, wrong)
    await filed(house, wrong, "old.pdf")
    await filed(house, wrong, "sent.pdf", source_id=waiter.visit_id)
    if over:
        await house.services.visits.waiting_room.remove(ward.rooms["Walk-in"], waiter.visit_id)
    await house.services.visits.correction.reassign(wrong, waiter.visit_id, right, "Wrong press")
    row = await ward.row(waiter.visit_id)
    assert (row.patient_id, row.identified) == (right.patient_id, "confirmed")
    entries = house.services.charts.contents
    assert [e.title for e in await entries.entries(right, ChartFilter())] == ["sent.pdf"]
    there = await entries.entries(wrong, ChartFilter())
    assert "sent.pdf" not in {e.title for e in there}
    assert "old.pdf" in {e.title for e in there}
    again = await ward.enter((waiter.visit_id, waiter.token))
    assert again.visitor.patient_id == right.patient_id
    for chart in (wrong, right):
        wanted = Filter(patient_id=chart.patient_id, action=Action.VISIT_REASSIGNED)
        [line] = await house.services.audit.log.lines(chart.clinic_id, wanted)
        assert line.details["reason"] == "Wrong press"


async def test_the_room_sees_the_right_chart_and_no_longer_the_wrong_one(ward: Ward) -> None:
    house = ward.house
    wrong, right = await charts(house)
    waiter = await wrongly_identified(ward, wrong)
    room = ward.rooms["Walk-in"]
    await house.services.visits.correction.reassign(wrong, waiter.visit_id, right, "Wrong press")
    seen = await house.services.people.assignments.of_patient(right)
    assert room.room_id in {team.id for team in seen}
    left = await house.services.people.assignments.of_patient(wrong)
    assert room.room_id not in {team.id for team in left}


async def test_what_is_not_so_is_refused_and_changes_nothing(ward: Ward) -> None:
    house = ward.house
    wrong, right = await charts(house)
    waiter = await wrongly_identified(ward, wrong)
    reassign = house.services.visits.correction.reassign
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(WrongInput):
            await reassign(wrong, waiter.visit_id, right, reason)
    with pytest.raises(WrongInput):
        await reassign(wrong, waiter.visit_id, wrong, "Wrong press")
    with pytest.raises(NotFound):
        await reassign(right, waiter.visit_id, wrong, "not in this chart")
    assert (await ward.row(waiter.visit_id)).patient_id == wrong.patient_id
    await reassign(wrong, waiter.visit_id, right, "Wrong press")
    with pytest.raises(NotFound):  # a second press
        await reassign(wrong, waiter.visit_id, right, "Wrong press")
