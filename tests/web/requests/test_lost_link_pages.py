"""Asking the staff for a link, when none comes by itself: the same for everybody at the door, one
press for staff."""

import html
import re

import httpx
import pytest

from bedside.visits.rooms import RoomOptions
from tests.house import House
from tests.requests.sending import do_jobs, send
from tests.web.pages import born, enter
from tests.web.visits.test_room_pages import opened

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V20")]


async def ask(visitor: httpx.AsyncClient, slug: str, name: str, **typed: str) -> httpx.Response:
    """Fill in the form at the door."""
    data = {"name": name, **born(), **typed}
    return await visitor.post(f"/r/{slug}/lost-link/staff", data=data)


async def test_the_door_answers_the_same_to_everybody(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await send(quick_house)
    room = await opened(quick_house, RoomOptions())
    assert f"/r/{room.slug}/lost-link" in (await visitor.get(f"/r/{room.slug}")).text
    pages: list[str] = []
    for name in ("Maya Lindqvist", "Nora Newcome", "Maya Lindqvist", "王芳"):
        done = await ask(visitor, room.slug, name)
        assert done.status_code == 303, done.text
        pages.append((await visitor.get(done.headers["location"])).text)
    assert len(set(pages)) == 1
    assert "Lindqvist" not in pages[0]


@pytest.mark.parametrize("is_open", [True, False])
async def test_it_is_there_when_the_room_is_closed_too(
    quick_house: House, visitor: httpx.AsyncClient, is_open: bool
) -> None:
    room = await opened(quick_house, RoomOptions())
    if not is_open:
        access = await quick_house.people.permissions.room(quick_house.here.clinician, room.id)
        await quick_house.visits.rooms.close(access)
    assert 'id="lost-link"' in (await visitor.get(f"/r/{room.slug}")).text
    for page in ("lost-link", "lost-link/asked", "lost-link/staff", "lost-link/staff/asked"):
        assert (await visitor.get(f"/r/{room.slug}/{page}")).status_code == 200
        assert (await visitor.get(f"/r/no-such-room/{page}")).status_code == 303


async def test_what_is_wrong_is_explained_and_kept(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, RoomOptions())
    for name, typed, sentence in (
        ("", {}, "Enter your name."),
        ("…", {}, "letters that can be read"),
        ("Maya Lindqvist", born("31", "2"), "This day does not exist"),
        ("Maya Lindqvist", born(year="85"), "four digits"),
        ("Maya Lindqvist", born("", "", ""), "Enter your date of birth."),
        ("Maya Lindqvist", {"contact": "070 1 / 070 2"}, "two numbers"),
        ("Maya Lindqvist", {"contact": "maya@"}, "name@example.org"),
    ):
        answer = await ask(visitor, room.slug, name, **typed)
        assert answer.status_code == 422
        assert sentence in html.unescape(answer.text), name
    assert await quick_house.requests.lost.waiting(quick_house.here.clinician) == 0


async def test_many_tries_from_one_address_have_to_wait(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, RoomOptions())
    answers = [await ask(visitor, room.slug, f"Person {letter}") for letter in "abcdefgh"]
    assert [one.status_code for one in answers[:5]] == [303] * 5
    assert answers[-1].status_code == 429
    assert "Please wait a few minutes" in answers[-1].text


async def test_staff_see_it_under_needs_you_and_send_it_in_one_press(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    room = await opened(house, RoomOptions())
    await ask(visitor, room.slug, "Lindquist Maya")
    await enter(visitor, house, house.here.clinician)
    banner = await visitor.get("/requests")
    assert "1 request needs you." in banner.text
    desk = html.unescape((await visitor.get("/requests?view=waiting")).text)
    assert "They ask for their link again" in desk
    assert "Lindquist Maya" in desk
    assert "family name differs in one letter" in desk
    found = re.search(r'action="(/lost-links/los_\w+/send)".*?name="request" value="(\w+)"', desk)
    assert found
    assert found[2] == sent.id
    press = {"patient": sent.chart.patient_id, "request": sent.id}
    done = await visitor.post(found[1], data=press)
    assert done.headers["location"] == "/requests?view=waiting"
    await do_jobs(house)
    assert len(await sent.secrets()) == 2
    assert (await visitor.post(found[1], data=press)).status_code == 303
    await do_jobs(house)
    assert len(await sent.secrets()) == 2, "pressed twice"
    assert "They ask" not in (await visitor.get("/requests?view=waiting")).text


async def test_somebody_whom_nobody_knows_can_be_taken_off(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, RoomOptions())
    await ask(visitor, room.slug, "Nora Newcome")
    await enter(visitor, quick_house, quick_house.here.clinician)
    desk = html.unescape((await visitor.get("/requests?view=waiting")).text)
    assert "No patient whom you see has this name" in desk
    found = re.search(r'action="(/lost-links/los_\w+/dismiss)"', desk)
    assert found
    assert (await visitor.post(found[1])).status_code == 303
    assert "Nora" not in (await visitor.get("/requests?view=waiting")).text
