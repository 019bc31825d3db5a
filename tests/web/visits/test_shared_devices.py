"""Several people on one phone: nobody is taken for whoever used it before."""

import html
import re
from datetime import date

import httpx
import pytest

from bedside.people.patients import Demographics
from bedside.visits.rooms import Room, RoomOptions
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.web.visits.test_room_pages import draft_in, opened, queue

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2")]
ASKS_LITTLE = RoomOptions(ask_birth_date="no", ask_reason="no")


async def arrive(visitor: httpx.AsyncClient, room: Room, name: str) -> str:
    """Check in as somebody who does not say they were here before. Returns the visit's path."""
    form = await visitor.get(f"/r/{room.slug}?who=else")
    answer = await visitor.post(f"/r/{room.slug}", data={"name": name, "draft": draft_in(form)})
    assert answer.status_code == 303
    return answer.headers["location"]


async def door(visitor: httpx.AsyncClient, room: Room, more: str = "") -> str:
    answer = await visitor.get(f"/r/{room.slug}{more}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


async def leave(visitor: httpx.AsyncClient, visit: str) -> None:
    assert (await visitor.post(f"{visit}/leave")).status_code == 303


async def test_a_second_child_gets_a_place_of_its_own_while_the_first_one_waits(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, ASKS_LITTLE)
    one = await arrive(visitor, room, "Eins Kind")
    assert "Are you Eins, or somebody else?" in await door(visitor, room)
    form = await door(visitor, room, "?who=else")
    assert "Eins is checked in on this device too." in form
    two = await arrive(visitor, room, "Zwei Kind")
    assert two != one
    assert [row.name for row in await queue(quick_house, room)] == ["Eins Kind", "Zwei Kind"]
    both = await door(visitor, room)
    for visit, name in ((one, "Eins"), (two, "Zwei")):
        assert f'href="{visit}?door={room.slug}"' in both
        assert f"I am {name}: back to my place" in both
        assert (await visitor.get(visit)).status_code == 200


async def test_after_the_end_the_page_and_the_door_ask_who_it_is(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, ASKS_LITTLE)
    one = await arrive(visitor, room, "Dr. Lindqvist, Maya")
    await leave(visitor, one)
    for page in (html.unescape((await visitor.get(one)).text), await door(visitor, room)):
        assert "Are you Maya, or somebody else?" in page
        assert "Check in again as Maya" in page
        assert "Somebody else" in page
        assert "Lindqvist" not in page
    await arrive(visitor, room, "Bella Lindqvist")
    assert [row.name for row in await queue(quick_house, room)] == ["Bella Lindqvist"]
    assert "Maya" not in await door(visitor, room), "one who waits goes before one who left"


async def test_checking_in_again_as_oneself_types_nothing(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, ASKS_LITTLE)
    one = await arrive(visitor, room, "Suharto")
    await leave(visitor, one)
    found = re.search(r'action="(/visit/\w+/again)"', await door(visitor, room))
    assert found
    again = await visitor.post(found[1])
    assert again.headers["location"] not in ("", one)
    assert [row.name for row in await queue(quick_house, room)] == ["Suharto"]
    page = await door(visitor, room)
    assert page.count("back to my place") == 1


async def test_another_device_and_another_clinic_read_no_name(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, ASKS_LITTLE)
    await arrive(visitor, room, "Eins Kind")
    async with at_the_door(create_app(quick_house.services)) as other:
        assert "Eins" not in await door(other, room)
        stolen = "; ".join(
            f"{c.name}={c.value}" for c in visitor.cookies.jar if "checked-in" in c.name
        )
        swapped = re.sub(r"vis_\w{4}", "vis_0000", stolen)
        page = await other.get(f"/r/{room.slug}", headers={"cookie": swapped})
        assert "Eins" not in page.text


async def test_the_name_is_the_typed_one_and_never_the_chart_s(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, ASKS_LITTLE)
    visit = await arrive(visitor, room, "Kim Berg")
    charge = await house.people.permissions.room(house.here.clinician, room.id)
    async with house.services.database.unit_of_work() as work:
        known = await house.services.people.patients.add(
            work,
            house.here.administrator,
            Demographics(name="Joachim Berg", birth_date=date(2001, 1, 2)),
            [room.id],
        )
    await house.visits.identification.confirm(charge, visit.removeprefix("/visit/"), known.id)
    for page in (await door(visitor, room), (await visitor.get(f"{visit}?view=waiting")).text):
        assert "Kim" in page
        assert "Joachim" not in page


async def test_a_closed_room_still_leads_back_to_who_waits(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, ASKS_LITTLE)
    visit = await arrive(visitor, room, "Eins Kind")
    charge = await quick_house.people.permissions.room(quick_house.here.clinician, room.id)
    await quick_house.visits.rooms.close(charge)
    assert f'href="{visit}?door={room.slug}"' in await door(visitor, room)
    assert "Closed" in await door(visitor, room, "?who=else")
    await leave(visitor, visit)
    closed = await door(visitor, room)
    assert "closed right now" in closed
    assert "Eins" not in closed


@pytest.mark.parametrize("again", ["Maya Lindqvist", "LINDQVIST, Maya", "Dr. Maya  Lindqvist"])
async def test_the_same_person_on_the_same_device_is_led_to_the_place_that_is_there(
    quick_house: House, visitor: httpx.AsyncClient, again: str
) -> None:
    room = await opened(quick_house, ASKS_LITTLE)
    one = await arrive(visitor, room, "Maya Lindqvist")
    there = await arrive(visitor, room, again)
    assert there == f"{one}?door={room.slug}"
    assert (await visitor.get(there)).status_code == 200
    assert len(await queue(quick_house, room)) == 1
    visitor.cookies.clear()
    assert await arrive(visitor, room, again) != there, "another device learns nothing"
    assert len(await queue(quick_house, room)) == 2
