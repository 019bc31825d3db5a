"""Settings → Rooms: creating and changing rooms, their people, what is refused."""

import re

import httpx
import pytest

from bedside.visits.options import VisitOptions
from bedside.visits.rooms import RoomKind
from tests.house import House
from tests.web.pages import enter
from tests.web.visiting import rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V1"), pytest.mark.feature("A2")]

_GIVEN = {
    "name": "Minor injuries",
    "kind": "shared",
    "owner": "",
    "slug": "",
    "welcome_text": "Welcome.",
    "closed_text": "Back at 8.",
    "emergency_text": "",
    "consent_text": "I agree.",
    "ask_birth_date": "required",
    "ask_phone": "no",
    "ask_reason": "optional",
    "show_estimate": "yes",
}


async def test_a_shared_room_with_people(quick_house: House, visitor: httpx.AsyncClient) -> None:
    here = quick_house.here
    await enter(visitor, quick_house, here.administrator)
    assert (await visitor.get("/settings/rooms/new")).status_code == 200
    given = {**_GIVEN, "people": [here.receptionist.staff_id, here.clinician.staff_id]}
    assert (await visitor.post("/settings/rooms", data=given)).status_code == 303
    room = await quick_house.visits.rooms.by_slug("minor-injuries")
    assert room is not None
    assert (room.kind, room.options.ask_birth_date) == (RoomKind.SHARED, "required")
    assert (room.options.show_estimate, room.options.show_position) == (True, False)
    listed = (await visitor.get("/settings/rooms")).text
    assert "localhost:8080/r/minor-injuries" in listed
    assert "2 people in charge" in listed
    own = [one.id for one in await quick_house.visits.rooms.of_staff(here.receptionist)]
    assert room.id in own


async def test_a_personal_room_is_its_owners(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    here = quick_house.here
    await enter(visitor, quick_house, here.administrator)
    given = {**_GIVEN, "name": "Dr Okafor’s room", "kind": "personal"}
    nobody = await visitor.post("/settings/rooms", data=given)
    assert nobody.status_code == 422
    assert "Please choose whose room it is." in nobody.text
    assert "I agree." in nobody.text
    given["owner"] = here.clinician.staff_id
    assert (await visitor.post("/settings/rooms", data=given)).status_code == 303
    assert "Personal, of Dr Amara Okafor" in (await visitor.get("/settings/rooms")).text
    room = await quick_house.visits.rooms.by_slug("dr-okafor")
    assert room is not None
    own = [one.id for one in await quick_house.visits.rooms.of_staff(here.clinician)]
    assert room.id in own


async def test_changing_a_room_and_who_is_in_charge(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    here, rooms = quick_house.here, await rooms_of(quick_house)
    await enter(visitor, quick_house, here.administrator)
    address = f"/settings/rooms/{rooms.reception.id}"
    page = (await visitor.get(address)).text
    assert page.count('name="people"') == 3
    taken = await visitor.post(address, data={**_GIVEN, "slug": rooms.own.slug})
    assert taken.status_code == 422
    assert "Another room has this address." in taken.text
    long = await visitor.post(address, data={**_GIVEN, "closed_text": "x" * 1_001})
    assert long.status_code == 422
    assert "This text is too long." in long.text
    given = {**_GIVEN, "slug": "Front-Desk", "people": here.receptionist.staff_id}
    assert (await visitor.post(address, data=given)).status_code == 303
    room = await quick_house.visits.rooms.get(quick_house.clinic.id, rooms.reception.id)
    assert (room.name, room.slug, room.open) == ("Minor injuries", "front-desk", True)
    assert rooms.reception.id not in [
        r.id for r in await quick_house.visits.rooms.of_staff(here.clinician)
    ]


_WRONG = {
    "name": "",
    "owner": "",
    "slug": "Dr Okafor!",
    "welcome_text": "x" * 1_001,
    "closed_text": "x" * 1_001,
    "emergency_text": "x" * 1_001,
    "consent_text": "x" * 5_001,
    "ask_birth_date": "perhaps",
    "ask_phone": "",
    "ask_reason": "yes",
}


def is_beside(page: str, field: str) -> None:
    """Check that the error of a field is linked to it, and stands beside it."""
    assert f'<a href="#{field}">' in page
    assert f'id="{field}"' in page
    assert f'id="{field}-error"' in page


@pytest.mark.parametrize("field", _WRONG)
async def test_an_error_stands_beside_its_field(
    quick_house: House, visitor: httpx.AsyncClient, field: str
) -> None:
    rooms = await rooms_of(quick_house)
    await enter(visitor, quick_house, quick_house.here.administrator)
    given = {**_GIVEN, "kind": "personal", "owner": quick_house.here.clinician.staff_id}
    for address in ("/settings/rooms", f"/settings/rooms/{rooms.own.id}"):
        answer = await visitor.post(address, data={**given, field: _WRONG[field]})
        assert answer.status_code == 422
        is_beside(answer.text, field)


async def test_shared_rooms_that_are_switched_off_are_told_beside_the_kind(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    administrator = quick_house.here.administrator
    async with quick_house.services.database.unit_of_work() as work:
        await quick_house.people.clinics.change(
            work,
            administrator.actor,
            quick_house.clinic.id,
            VisitOptions(shared_rooms_allowed=False),
        )
    await enter(visitor, quick_house, administrator)
    for address in ("/settings/rooms", f"/settings/rooms/{rooms.reception.id}"):
        answer = await visitor.post(address, data=_GIVEN)
        assert answer.status_code == 422
        is_beside(answer.text, "kind")


async def test_they_are_for_administrators_of_the_clinic(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room_id = quick_house.here.room.id
    await enter(visitor, quick_house)
    for address in ("/settings/rooms", "/settings/rooms/new", f"/settings/rooms/{room_id}"):
        assert (await visitor.get(address)).status_code == 403
    await enter(visitor, quick_house, quick_house.next_door.administrator)
    assert (await visitor.get(f"/settings/rooms/{room_id}")).status_code == 404
    assert (await visitor.post(f"/settings/rooms/{room_id}", data=_GIVEN)).status_code == 404


async def test_new_rooms_require_the_date_of_birth_and_staff_may_change_that(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house, quick_house.here.administrator)
    page = await visitor.get("/settings/rooms/new")
    assert page.status_code == 200
    chosen = re.search(r'name="ask_birth_date".*?</select>', page.text, re.S)
    assert chosen
    assert 'value="required" selected' in chosen[0]
    room = await quick_house.services.visits.rooms.get(
        quick_house.clinic.id, quick_house.here.room.id
    )
    assert room.options.ask_birth_date == "required", "made at the set-up"
