"""The door of a room, on a device where somebody is signed in to the app."""

import re

import httpx
import pytest

from bedside.visits.rooms import RoomOptions
from tests.accounts.people import signed_in
from tests.house import House
from tests.web.visits.test_room_pages import opened

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2")]


async def test_who_is_signed_in_types_nothing_and_staff_know_who_it_is(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, RoomOptions())
    there = await signed_in(house)
    visitor.cookies.set("bedside-app", there.token)
    door = await visitor.get(f"/r/{room.slug}")
    assert "You are signed in as Maya Lindqvist." in door.text
    assert 'name="birth_day"' not in door.text
    form = {"patient": house.patients[0].id}
    entered = await visitor.post(f"/app/check-in/{room.slug}", data=form)
    page = entered.headers["location"]
    assert re.fullmatch(r"/visit/vis_\w+", page)
    assert (await visitor.get(page)).status_code == 200
    access = await house.people.permissions.room(house.here.clinician, room.id)
    [waits] = await house.visits.waiting_room.queue(access)
    assert (waits.patient_id, waits.identified) == (house.patients[0].id, "account")
    again = await visitor.post(f"/app/check-in/{room.slug}", data=form)
    assert again.headers["location"] == page  # pressed twice: one place


async def test_nobody_checks_in_as_somebody_else(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, RoomOptions())
    there = await signed_in(house)
    visitor.cookies.set("bedside-app", there.token)
    for other in (house.patients[1].id, house.next_door.patients[0].id):
        refused = await visitor.post(f"/app/check-in/{room.slug}", data={"patient": other})
        assert refused.status_code == 404
    assert (
        await house.visits.waiting_room.queue(
            await house.people.permissions.room(house.here.clinician, room.id)
        )
        == []
    )


async def test_somebody_else_on_the_same_phone_gets_the_form(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, RoomOptions())
    there = await signed_in(house)
    visitor.cookies.set("bedside-app", there.token)
    other = await visitor.get(f"/r/{room.slug}", params={"who": "else"})
    assert 'name="name"' in other.text
    assert "Maya" not in other.text


async def test_what_the_room_asks_about_today_is_asked_all_the_same(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, RoomOptions(ask_reason="required", consent_text="By video."))
    visitor.cookies.set("bedside-app", (await signed_in(house)).token)
    form = {"patient": house.patients[0].id, "reason": "A rash"}
    unsure = await visitor.post(f"/app/check-in/{room.slug}", data=form)
    assert unsure.status_code == 422
    assert "Please agree to go on." in unsure.text
    assert "A rash" in unsure.text
    silent = await visitor.post(
        f"/app/check-in/{room.slug}", data={**form, "reason": " ", "consented": "yes"}
    )
    assert "Enter the reason for your visit." in silent.text
    entered = await visitor.post(f"/app/check-in/{room.slug}", data={**form, "consented": "yes"})
    assert entered.status_code == 303
