"""Fragments around a call: how a patient came, who does not answer, and who is next."""

from datetime import date

import httpx
import pytest

from bedside.calls.states import Mode
from bedside.people.permissions import VisitorAccess
from tests.house import House
from tests.web.pages import FRAGMENT, enter
from tests.web.visiting import Rooms, arrive, in_charge, rooms_of

pytestmark = pytest.mark.anyio
NOTE = "Cut on the left hand <b>since Monday</b>."


async def transferred_call(
    house: House, rooms: Rooms, *, connected: bool = True
) -> tuple[VisitorAccess, str]:
    """Return a patient whom reception has transferred to Dr Okafor, and the call she began."""
    seen = await arrive(house, rooms.reception, connected=connected)
    reception = await in_charge(house, rooms.reception.id)
    await house.visits.transfers.transfer(reception, seen.visit_id, rooms.own.id, NOTE)
    own = await in_charge(house, rooms.own.id, house.here.clinician)
    call = await house.services.calls.control.start(own, seen.visit_id, Mode.VIDEO)
    return seen, f"/calls/{call}"


@pytest.mark.feature("V13")
async def test_the_note_of_the_sender_is_on_top_of_the_call_and_beside_the_notes(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen, call = await transferred_call(quick_house, rooms)
    await enter(visitor, quick_house, quick_house.here.clinician)
    for place in (
        (await visitor.get(call)).text,
        (await visitor.get(f"{call}/handovers", headers=FRAGMENT)).text,
        (await visitor.get(f"/visits/{seen.visit_id}/note", headers=FRAGMENT)).text,
    ):
        assert "Transferred by Rita Sandberg" in place
        assert "Cut on the left hand &lt;b&gt;since Monday&lt;/b&gt;." in place


async def test_the_name_in_the_head_leads_to_the_chart_of_that_moment(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen, call = await transferred_call(quick_house, rooms)
    await enter(visitor, quick_house, quick_house.here.clinician)
    chart = f"/visits/{seen.visit_id}/chart"
    assert f'href="{chart}" data-heading-chart' in (await visitor.get(call)).text
    before = await visitor.get(chart)
    assert before.headers["location"] == f"/visits/{seen.visit_id}/card"
    own = await in_charge(quick_house, rooms.own.id, quick_house.here.clinician)
    await quick_house.visits.identification.add(own, seen.visit_id)
    assert (await visitor.get(chart)).headers["location"].startswith("/patients/pat_")


@pytest.mark.feature("V28")
@pytest.mark.parametrize("others", [0, 2])
async def test_a_page_that_does_not_answer_is_told_with_what_can_be_done(
    quick_house: House, visitor: httpx.AsyncClient, others: int
) -> None:
    rooms = await rooms_of(quick_house)
    seen, call = await transferred_call(quick_house, rooms, connected=False)
    await enter(visitor, quick_house, quick_house.here.clinician)
    address = f"{call}/no-answer/{seen.visit_id}"
    for number in range(others):
        await arrive(quick_house, rooms.own, f"Other Number{number}")
    gone = (await visitor.get(address, headers=FRAGMENT)).text
    assert "page has not answered since" in gone
    assert ('data-no-answer-does="next"' in gone) is (others > 0)
    for way in ("return", "write"):
        assert f'data-no-answer-does="{way}"' in gone


@pytest.mark.feature("V28")
async def test_a_page_that_is_open_and_not_in_the_call_is_told_otherwise(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen, call = await transferred_call(quick_house, rooms)
    await enter(visitor, quick_house, quick_house.here.clinician)
    address = f"{call}/no-answer/{seen.visit_id}"
    here = (await visitor.get(address, headers=FRAGMENT)).text
    assert "page is open, and has not come into the call yet." in here
    seat = await quick_house.services.calls.seats.visitor(seen)
    await quick_house.services.calls.participants.join(seat, muted=False, camera=True)
    assert not (await visitor.get(address, headers=FRAGMENT)).text.strip()


@pytest.mark.feature("V18")
async def test_the_dialog_of_the_ending_says_who_is_next(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    _seen, call = await transferred_call(quick_house, rooms)
    await enter(visitor, quick_house, quick_house.here.clinician)
    assert "End and next" in (await visitor.get(call)).text
    nobody = (await visitor.get(f"{call}/next", headers=FRAGMENT)).text
    assert "Nobody else is waiting now." in nobody
    await arrive(quick_house, rooms.own, "Ada Next")
    assert "Next: Ada Next · 1 waits" in (await visitor.get(f"{call}/next", headers=FRAGMENT)).text


@pytest.mark.feature("V6")
async def test_who_may_be_added_is_listed_with_the_date_of_birth(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    _seen, call = await transferred_call(quick_house, rooms)
    await enter(visitor, quick_house, quick_house.here.clinician)
    await arrive(quick_house, rooms.own, "Edith Brown", born=date(1948, 5, 3))
    await arrive(quick_house, rooms.own, "Edith Brown", born=date(1991, 12, 30))
    listed = (await visitor.get(f"{call}/waiting", headers=FRAGMENT)).text
    assert "born 3 May 1948" in listed
    assert "born 30 Dec 1991" in listed


@pytest.mark.feature("V13")
async def test_a_patient_who_was_admitted_is_not_taken_back_and_the_way_on_is_shown(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    reception = await in_charge(quick_house, rooms.reception.id)
    transfers = quick_house.visits.transfers
    transfer = await transfers.transfer(reception, seen.visit_id, rooms.own.id)
    own = await in_charge(quick_house, rooms.own.id, quick_house.here.clinician)
    await quick_house.services.calls.control.start(own, seen.visit_id, Mode.VIDEO)
    await enter(visitor, quick_house)
    late = await visitor.post(f"/transfers/{transfer}/take-back")
    assert late.status_code == 409
    assert "Dr Amara Okafor has admitted this patient already." in late.text
    assert 'href="/rooms"' in late.text


@pytest.mark.feature("V9")
@pytest.mark.parametrize("how", ["left", "removed", "transferred"])
async def test_the_dialog_of_a_transfer_says_that_nobody_is_there_any_more(
    quick_house: House, visitor: httpx.AsyncClient, how: str
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    reception = await in_charge(quick_house, rooms.reception.id)
    if how == "left":
        await quick_house.visits.waiting_room.leave(seen)
    elif how == "removed":
        await quick_house.visits.waiting_room.remove(reception, seen.visit_id)
    else:
        await quick_house.visits.transfers.transfer(reception, seen.visit_id, rooms.own.id)
    await enter(visitor, quick_house)
    listed = await visitor.get(f"/visits/{seen.visit_id}/transfer/rooms", headers=FRAGMENT)
    assert listed.status_code == 200
    assert "data-transfer-over" in listed.text
    assert 'type="radio"' not in listed.text
