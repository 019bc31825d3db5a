"""The page after a call: what became of everybody, the note, what is missing, who is next."""

import re

import httpx
import pytest

from bedside.calls.states import Mode
from bedside.kernel import clock
from bedside.people.permissions import VisitorAccess
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.web.pages import FRAGMENT, enter
from tests.web.visiting import Rooms, arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V28")]


async def call_with(house: House, rooms: Rooms, seen: VisitorAccess, *, comes: bool = True) -> str:
    """Begin a call of the receptionist with somebody who waits at reception; return its id."""
    calls, room = house.services.calls, await in_charge(house, rooms.reception.id)
    call_id = await calls.control.start(room, seen.visit_id, Mode.VIDEO)
    host = await calls.seats.host(house.here.receptionist, call_id)
    await calls.participants.join(host, muted=False, camera=True)
    if comes:
        seat = await calls.seats.visitor(seen)
        await calls.participants.join(seat, muted=False, camera=True)
    return call_id


async def test_the_page_has_the_chart_and_the_open_note(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    room = await in_charge(quick_house, rooms.reception.id)
    call = await call_with(quick_house, rooms, seen)
    await quick_house.services.calls.control.end_visit(room, seen.visit_id)
    await enter(visitor, quick_house)
    page = (await visitor.get(f"/calls/{call}/after")).text
    assert f'data-note-of="/visits/{seen.visit_id}/note"' in page
    assert "is in no chart yet: say who it was" in page
    assert "<iframe" not in page
    await quick_house.visits.identification.add(room, seen.visit_id)
    page = (await visitor.get(f"/calls/{call}/after")).text
    assert '<iframe class="after-call-chart" name="console" src="/patients/pat_' in page
    assert "in no chart yet" not in page
    kept = await visitor.post(f"/visits/{seen.visit_id}/note", data={"text": "Burn, first degree."})
    assert kept.status_code == 303


async def test_the_page_and_what_is_added_later_are_the_same_on_both_databases(
    house: House,
) -> None:
    rooms = await rooms_of(house)
    seen = await arrive(house, rooms.reception)
    room = await in_charge(house, rooms.reception.id)
    call = await call_with(house, rooms, seen)
    await house.services.calls.control.end_visit(room, seen.visit_id)
    await house.visits.identification.confirm(room, seen.visit_id, house.patients[0].id)
    async with at_the_door(create_app(house.services)) as browser:
        await enter(browser, house)
        for path in (f"/calls/{call}/after", f"/calls/{call}/after/now"):
            page = await browser.get(path, headers=FRAGMENT if path.endswith("now") else {})
            assert page.status_code == 200, page.text
            assert "Maya Lindqvist" in page.text
        record = f"/patients/{house.patients[0].id}/visits/{seen.visit_id}"
        [draft] = re.findall(r'name="draft" value="(nad_[^"]+)"', (await browser.get(record)).text)
        for _ in range(2):
            added = {"text": "Wound closed.", "draft": draft}
            assert (await browser.post(f"{record}/notes", data=added)).status_code == 303
        assert (await browser.get(record)).text.count("Wound closed.") == 1


@pytest.mark.parametrize("how", ["never", "expired", "left"])
async def test_who_did_not_come_is_named(
    quick_house: House, visitor: httpx.AsyncClient, how: str
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception, connected=how != "expired")
    call = await call_with(quick_house, rooms, seen, comes=how != "never")
    if how == "never":
        room = await in_charge(quick_house, rooms.reception.id)
        await quick_house.services.calls.control.return_to_waiting_room(room, seen.visit_id)
    elif how == "left":
        await quick_house.visits.waiting_room.leave(seen)
    else:
        with clock.shifted(clock.HOUR):
            await quick_house.visits.presence.expire()
            await quick_house.visits.presence.expire()
    await enter(visitor, quick_house)
    page = (await visitor.get(f"/calls/{call}/after")).text
    said = {
        "never": "Did not come into the call",
        "expired": "Did not come back",
        "left": "The patient left",
    }
    assert said[how] in page
    assert "Visit ended" not in page


async def test_a_transfer_is_taken_back_until_a_colleague_admits(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    call = await call_with(quick_house, rooms, seen)
    room = await in_charge(quick_house, rooms.reception.id)
    await quick_house.visits.transfers.transfer(room, seen.visit_id, rooms.own.id)
    await enter(visitor, quick_house)
    live = f"/calls/{call}/after/now"
    before = (await visitor.get(live, headers=FRAGMENT)).text
    assert "Transferred to Dr Okafor&#39;s room" in before
    assert "/take-back" in before
    own = await in_charge(quick_house, rooms.own.id, quick_house.here.clinician)
    await quick_house.services.calls.control.start(own, seen.visit_id, Mode.VIDEO)
    after = (await visitor.get(live, headers=FRAGMENT)).text
    assert "With Dr Amara Okafor since " in after
    assert "/take-back" not in after


async def test_who_was_just_sent_back_is_not_named_as_the_next(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    await arrive(quick_house, rooms.reception, "Ada Next")
    room = await in_charge(quick_house, rooms.reception.id)
    call = await call_with(quick_house, rooms, seen)
    await quick_house.services.calls.control.return_to_waiting_room(room, seen.visit_id)
    await enter(visitor, quick_house)
    listed = (await visitor.get(f"/calls/{call}/after/now", headers=FRAGMENT)).text
    assert "Next: Ada Next" in listed
    assert "2 wait" in listed


async def test_who_is_next_is_as_in_the_queue(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    room = await in_charge(quick_house, rooms.reception.id)
    call = await call_with(quick_house, rooms, seen)
    await quick_house.services.calls.control.end_visit(room, seen.visit_id)
    await enter(visitor, quick_house)
    page = (await visitor.get(f"/calls/{call}/after")).text
    assert f'data-live-topic="room:{rooms.reception.id} person:' in page
    live = f"/calls/{call}/after/now"
    assert "Nobody is waiting." in (await visitor.get(live, headers=FRAGMENT)).text
    await arrive(quick_house, rooms.reception, "Ada Next", reason="Sore throat")
    listed = (await visitor.get(live, headers=FRAGMENT)).text
    assert "Next: Ada Next" in listed
    assert f'action="/rooms/{rooms.reception.id}/next"' in listed
