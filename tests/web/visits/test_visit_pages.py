"""The page of a visit: what its device sees from the device test to the end."""

import html
import re
from dataclasses import dataclass

import httpx
import pytest

from bedside.calls.states import Mode
from bedside.kernel.ids import new_id
from bedside.people.permissions import RoomAccess
from bedside.visits.rooms import Room, RoomChange, RoomKind, RoomOptions
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.web.visits.test_room_pages import checked_in, opened, queue

pytestmark = pytest.mark.anyio

ASKS_LITTLE = RoomOptions(ask_birth_date="no", ask_reason="no")
SKIPPED = {
    "camera": "skipped",
    "microphone": "skipped",
    "speaker": "skipped",
    "connection": "skipped",
    "relay": "skipped",
}


@dataclass
class Visiting:
    """Nora Newcome, checked in with Dr Okafor."""

    house: House
    room: Room
    charge: RoomAccess
    client: httpx.AsyncClient
    visit: str

    @property
    def here(self) -> str:
        """The path of the visit."""
        return f"/visit/{self.visit}"

    async def page(self, more: str = "") -> str:
        """Return the page as text."""
        answer = await self.client.get(self.here + more)
        assert answer.status_code == 200
        return html.unescape(answer.text)

    async def view(self) -> str:
        """Return the view it shows."""
        found = re.search(r'data-view="(\w+)"', await self.page("/now"))
        assert found
        return found[1]

    async def test(self, **found: str) -> httpx.Response:
        """Send the result of the device test."""
        return await self.client.post(f"{self.here}/device-test", data={**SKIPPED, **found})


@pytest.fixture
async def visiting(quick_house: House, visitor: httpx.AsyncClient) -> Visiting:
    """A visit that has just begun."""
    room = await opened(quick_house, ASKS_LITTLE)
    answer = await checked_in(visitor, room)
    charge = await quick_house.people.permissions.room(quick_house.here.clinician, room.id)
    visit = answer.headers["location"].removeprefix("/visit/")
    return Visiting(quick_house, room, charge, visitor, visit)


@pytest.mark.feature("V2")
async def test_the_device_test_comes_first_and_can_be_skipped(visiting: Visiting) -> None:
    page = await visiting.page()
    assert "<h1" in page
    assert "Check your camera and sound" in page
    assert "your place is kept" in page
    assert (await visiting.test()).headers["location"] == visiting.here
    page = await visiting.page()
    assert "Dr Amara Okafor will see you soon" in page
    assert "Test camera and sound" in page
    assert "Leave the waiting room" in page
    assert "Check your camera" in await visiting.page("?view=test")


@pytest.mark.feature("V2")
async def test_a_room_calls_nobody_its_people_do(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, ASKS_LITTLE, personal=False)
    here = (await checked_in(visitor, room)).headers["location"]
    page = html.unescape((await visitor.get(here)).text)
    assert "The clinic can call you any time." in page
    assert '"ready": "The clinic is ready"' in page
    charge = await quick_house.people.permissions.room(quick_house.here.clinician, room.id)
    await quick_house.calls.control.start(charge, here.removeprefix("/visit/"), Mode.VIDEO)
    page = html.unescape((await visitor.get(here)).text)
    assert "The clinic is ready. Your call begins." in page
    assert "The clinic is joining…" in page


@pytest.mark.feature("V2", "V3")
async def test_what_the_device_test_found_goes_to_the_queue_and_stays_on_the_page(
    visiting: Visiting,
) -> None:
    await visiting.test(
        camera="blocked", microphone="ok", speaker="ok", connection="ok", relay="not_set_up"
    )
    [waiting] = await queue(visiting.house, visiting.room)
    assert waiting.device_test.camera == "blocked"
    assert waiting.device_test.relay == "not_set_up"
    page = await visiting.page()
    assert "Not allowed" in page
    assert "Works" in page
    assert "Test again" in page


@pytest.mark.parametrize("found", [{"camera": "splendid"}, {"colour": "ok"}])
async def test_a_device_test_that_makes_no_sense_is_refused(
    visiting: Visiting, found: dict[str, str]
) -> None:
    assert (await visiting.test(**found)).status_code == 422
    [waiting] = await queue(visiting.house, visiting.room)
    assert waiting.device_test is None


@pytest.mark.feature("V17")
async def test_the_place_in_the_line_is_shown_only_where_the_room_shows_it(
    visiting: Visiting,
) -> None:
    await visiting.test()
    assert "You are next" not in await visiting.page()
    shown = RoomChange(
        visiting.room.name,
        RoomKind.PERSONAL,
        visiting.room.owner_id,
        options=ASKS_LITTLE.model_copy(update={"show_position": True}),
    )
    await visiting.house.visits.rooms.change(visiting.house.administer(), visiting.room.id, shown)
    assert "You are next" in await visiting.page()


@pytest.mark.feature("V5", "V12", "V18")
async def test_the_page_follows_the_visit_from_the_waiting_room_to_the_end(
    visiting: Visiting,
) -> None:
    await visiting.test()
    assert await visiting.view() == "waiting"
    await visiting.house.calls.control.start(visiting.charge, visiting.visit, Mode.VIDEO)
    assert await visiting.view() == "call"
    assert "Your call with Dr Amara Okafor" in await visiting.page()
    await visiting.house.calls.control.return_to_waiting_room(visiting.charge, visiting.visit)
    assert await visiting.view() == "waiting"

    other = await opened(visiting.house, personal=False)
    await visiting.house.visits.transfers.transfer(
        visiting.charge, visiting.visit, other.id, "", expected_leg=1
    )
    page = await visiting.page("/now")
    assert 'data-leg="2"' in page
    assert "Taking you to Dermatology now" in page
    assert "You have been transferred to Dermatology" in page
    there = await visiting.house.people.permissions.room(visiting.house.here.clinician, other.id)
    await visiting.house.calls.control.end_visit(there, visiting.visit)
    page = await visiting.page()
    assert "Your visit is over" in page
    assert "Thank you for your visit.</p>" in page
    assert "visit with Dermatology" not in page
    assert "What happens next" in page
    assert "The clinic has a note of this visit. No files were sent." in page
    assert "Check in again" in page


async def test_after_the_end_the_page_promises_nothing_that_was_destroyed(
    visiting: Visiting,
) -> None:
    house = visiting.house
    await house.visits.waiting_room.remove(visiting.charge, visiting.visit)
    assert "You need not type anything." in await visiting.page()
    await house.visits.identification.discard(visiting.charge, visiting.visit)
    page = await visiting.page()
    assert "The clinic has kept nothing of this visit." in page
    assert "To come back, check in again." in page
    assert "You need not type anything." not in page
    answer = await visiting.client.post(f"{visiting.here}/again")
    assert answer.headers["location"] == f"/r/{visiting.room.slug}"
    visiting.client.cookies.update(await house.cookie(house.here.clinician))
    chat = await visiting.client.get(f"/visits/{visiting.visit}/chat")
    assert "Chat with the patient" in chat.text


@pytest.mark.feature("V12")
async def test_a_transfer_to_a_personal_room_names_the_provider(visiting: Visiting) -> None:
    house = visiting.house
    ada = house.here.administrator
    change = RoomChange("Ada's", RoomKind.PERSONAL, ada.staff_id, options=ASKS_LITTLE)
    room = await house.visits.rooms.create(house.administer(), change)
    await house.visits.rooms.open(await house.people.permissions.room(ada, room.id))
    await house.visits.transfers.transfer(
        visiting.charge, visiting.visit, room.id, "", expected_leg=1
    )
    await visiting.test()
    page = await visiting.page()
    assert "Taking you to Ada Norberg’s room now" in page
    assert "You have been transferred to Ada Norberg’s room" in page


@pytest.mark.feature("V15", "V18")
async def test_leaving_asks_first_and_checking_in_again_types_nothing(visiting: Visiting) -> None:
    await visiting.test()
    asked = await visiting.page("?view=leave")
    assert "Leave the waiting room?" in asked
    assert "Stay" in asked
    for _twice in range(2):
        left = await visiting.client.post(f"{visiting.here}/leave")
        assert left.headers["location"] == visiting.here
    assert "You have left the waiting room" in await visiting.page()
    assert await queue(visiting.house, visiting.room) == []
    again = await visiting.client.post(f"{visiting.here}/again")
    assert again.status_code == 303
    assert again.headers["location"] != visiting.here
    assert (await visiting.client.get(again.headers["location"])).status_code == 200
    [waiting] = await queue(visiting.house, visiting.room)
    assert waiting.name == "Nora Newcome"


@pytest.mark.feature("V18")
async def test_one_is_thanked_for_a_visit_with_a_person(visiting: Visiting) -> None:
    await visiting.house.calls.control.end_visit(visiting.charge, visiting.visit)
    assert "Thank you for your visit with Dr Amara Okafor." in await visiting.page()


@pytest.mark.feature("V18")
async def test_each_end_says_why_and_what_to_do(visiting: Visiting) -> None:
    await visiting.house.visits.waiting_room.remove(visiting.charge, visiting.visit)
    page = await visiting.page()
    assert "Riverside Clinic has ended your wait" in page
    assert "check in again" in page
    await visiting.house.visits.rooms.close(visiting.charge)
    page = await visiting.page()
    assert "The waiting room is closed now" in page
    assert "Check in again" not in page
    back = await visiting.client.post(f"{visiting.here}/again")
    assert back.headers["location"] == visiting.here


async def test_other_devices_see_nothing(visiting: Visiting) -> None:
    async with at_the_door(create_app(visiting.house.services)) as stranger:
        page = await stranger.get(visiting.here)
        assert page.status_code == 401
        assert "Please check in first" in page.text
        assert "Okafor" not in page.text
        for action in ("device-test", "leave", "again"):
            assert (
                await stranger.post(f"{visiting.here}/{action}", data=SKIPPED)
            ).status_code == 401
        asked = await stranger.get(f"{visiting.here}/now", headers={"hx-request": "true"})
        assert asked.status_code == 401
    assert await visiting.view() == "test"


@pytest.mark.feature("V2")
async def test_the_page_never_shows_what_the_chart_knows(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, RoomOptions(ask_birth_date="required", ask_reason="no"))
    maya = {"birth_day": "14", "birth_month": "3", "birth_year": "1991"}
    answer = await checked_in(visitor, room, name="maya LINDQVIST", **maya)
    page = (await visitor.get(answer.headers["location"])).text
    for known in ("174 06 05", "maya@", "Lindqvist", "matched", quick_house.patients[0].id):
        assert known not in page


async def test_another_device_is_told_where_the_page_opens(visitor: httpx.AsyncClient) -> None:
    """Even if it sends something: staff's sign-in is no way in for patients and guests."""
    for address in (f"/visit/{new_id('vis')}/call/leave", f"/guest/{new_id('gst')}/call/join"):
        answer = await visitor.post(address)
        assert answer.status_code == 401
        assert "This page opens on another device" in answer.text
