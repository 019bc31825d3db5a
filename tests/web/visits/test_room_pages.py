"""The door of a waiting room: open, closed, the form, and who is let in."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from bedside.people.clinics import ClinicOptions
from bedside.visits.rooms import Room, RoomChange, RoomKind, RoomOptions
from bedside.web.app import create_app
from tests.database.test_sqlite import full_disk
from tests.house import House, at_the_door

pytestmark = pytest.mark.anyio

ALL = RoomOptions(
    welcome_text="Welcome to Riverside.",
    ask_birth_date="required",
    ask_phone="required",
    ask_reason="optional",
    consent_text="I agree to be seen by video.",
)
TYPED = {
    "name": "Nora Newcome",
    "birth_day": "27",
    "birth_month": "3",
    "birth_year": "1985",
    "phone": "+46 70 174 06 77",
    "reason": "A <rash> & fever",
    "consented": "yes",
}


async def opened(house: House, options: RoomOptions = ALL, *, personal: bool = True) -> Room:
    """Open Dr Okafor's own room, or a shared one."""
    here = house.here
    change = RoomChange(
        name="Okafor" if personal else "Dermatology",
        kind=RoomKind.PERSONAL if personal else RoomKind.SHARED,
        owner_id=here.clinician.staff_id if personal else "",
        options=options,
    )
    room = await house.visits.rooms.create(house.administer(), change)
    if not personal:
        await house.people.staff.assign(house.administer(), here.clinician.staff_id, room.id)
    await house.visits.rooms.open(await house.people.permissions.room(here.clinician, room.id))
    return await house.visits.rooms.get(room.clinic_id, room.id)


def draft_in(page: httpx.Response) -> str:
    """Return the secret of the form on a page."""
    found = re.search(r'name="draft" value="([\w-]+)"', page.text)
    assert found
    return found[1]


async def checked_in(visitor: httpx.AsyncClient, room: Room, **typed: str) -> httpx.Response:
    """Open the door, fill in the form, press the button."""
    page = await visitor.get(f"/r/{room.slug}")
    form = {**TYPED, **typed, "draft": draft_in(page)}
    return await visitor.post(f"/r/{room.slug}", data=form)


async def queue(house: House, room: Room) -> list[Any]:
    """Return the queue as the clinician sees it."""
    charge = await house.people.permissions.room(house.here.clinician, room.id)
    return await house.visits.waiting_room.queue(charge)


@pytest.mark.feature("V1", "V2")
async def test_the_door_asks_for_what_the_room_asks_for(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    everything = await opened(quick_house)
    page = (await visitor.get(f"/r/{everything.slug}")).text
    assert "Dr Amara Okafor’s waiting room" in page
    assert "Riverside Clinic" in page
    assert "Welcome to Riverside." in page
    assert "Open" in page
    assert "emergency" in page
    for name in ("name", "birth_day", "phone", "reason", "consented"):
        assert f'name="{name}"' in page

    asks = RoomOptions(ask_birth_date="optional", ask_phone="optional", ask_reason="optional")
    optional = await opened(quick_house, asks, personal=False)
    page = (await visitor.get(f"/r/{optional.slug}")).text
    assert page.count('<span class="field-optional">(optional)</span>') == 3

    least = await opened(
        quick_house,
        RoomOptions(ask_birth_date="no", ask_phone="no", ask_reason="no"),
        personal=False,
    )
    page = (await visitor.get(f"/r/{least.slug}")).text
    assert "Dermatology" in page
    for name in ("birth_day", "phone", "reason", "consented"):
        assert f'name="{name}"' not in page


@pytest.mark.feature("V1")
async def test_a_closed_room_says_so_and_what_to_do(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, RoomOptions(closed_text="Open again on Monday."))
    async with quick_house.database.unit_of_work() as work:
        actor = quick_house.here.administrator.actor
        await quick_house.people.clinics.change(
            work,
            actor,
            quick_house.clinic.id,
            ClinicOptions(phone="+46 70 174 06 00", emergency_text="Call 112."),
        )
    draft = draft_in(await visitor.get(f"/r/{room.slug}"))
    charge = await quick_house.people.permissions.room(quick_house.here.clinician, room.id)
    await quick_house.visits.rooms.close(charge)

    page = await visitor.get(f"/r/{room.slug}")
    assert page.status_code == 200
    for words in ("Closed", "Open again on Monday.", "tel:+46701740600", "Call 112."):
        assert words in page.text
    assert 'name="draft"' not in page.text
    late = await visitor.post(f"/r/{room.slug}", data={**TYPED, "draft": draft})
    assert late.status_code == 409
    assert "Open again on Monday." in late.text
    assert await queue(quick_house, room) == []


async def test_an_unknown_room_is_said_to_be_one(visitor: httpx.AsyncClient) -> None:
    for method in ("GET", "POST"):
        answer = await visitor.request(
            method, "/r/nobody", data=TYPED if method == "POST" else None
        )
        assert answer.status_code == 404
        assert "We do not know this waiting room" in answer.text


@pytest.mark.feature("V2")
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", " ", "Enter your name."),
        ("birth_day", "x", "Enter the date of birth as three numbers"),
        ("birth_day", "31", "This day does not exist. Check day, month and year."),
        ("birth_year", "1085", "it has four digits and is 1900 or later"),
        ("phone", "", "Enter your phone number."),
        ("phone", "12", "This number is too short"),
        ("reason", "x" * 501, "Please use at most 500 characters here."),
        ("consented", "", "Please agree to go on."),
    ],
)
async def test_wrong_input_keeps_everything_that_was_typed(
    quick_house: House, visitor: httpx.AsyncClient, field: str, value: str, sentence: str
) -> None:
    room = await opened(quick_house)
    typed = {field: value, **({"birth_month": "2"} if field == "birth_day" else {})}
    answer = await checked_in(visitor, room, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    kept = {**TYPED, **typed}
    for name in ("name", "phone"):
        assert f'value="{kept[name].strip()}"' in answer.text
    for part in ("day", "month", "year"):
        assert f'name="birth_{part}" value="{kept[f"birth_{part}"]}"' in answer.text
    if field != "reason":
        assert ">A &lt;rash&gt; &amp; fever</textarea>" in answer.text
    if field != "consented":
        assert re.search(r'name="consented" value="yes" checked', answer.text)
    assert await queue(quick_house, room) == []


@pytest.mark.feature("V2")
async def test_checking_in_leads_to_the_visit_and_comes_back_to_it(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house)
    answer = await checked_in(visitor, room)
    assert answer.status_code == 303
    page_of_visit = answer.headers["location"]
    assert re.fullmatch(r"/visit/vis_[0-9a-z]{26}", page_of_visit)
    cookies = answer.headers.get_list("set-cookie")
    assert any(f"Path={page_of_visit}" in one and "HttpOnly" in one for one in cookies)
    [waiting] = await queue(quick_house, room)
    assert (waiting.name, waiting.reason) == ("Nora Newcome", "A <rash> & fever")

    again = await visitor.get(f"/r/{room.slug}")
    assert "Are you Nora, or somebody else?" in again.text
    assert f'href="{page_of_visit}?door={room.slug}"' in again.text
    assert (await visitor.get(f"{page_of_visit}?door={room.slug}")).status_code == 200


@pytest.mark.feature("V2")
async def test_pressing_twice_makes_one_visit(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house)
    form = {**TYPED, "draft": draft_in(await visitor.get(f"/r/{room.slug}"))}
    presses = [visitor.post(f"/r/{room.slug}", data=form) for _ in range(3)]
    answers = [*await asyncio.gather(*presses), await visitor.post(f"/r/{room.slug}", data=form)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"].partition("?")[0] for answer in answers}) == 1
    assert len(await queue(quick_house, room)) == 1


async def test_a_made_up_cookie_at_the_door_opens_nothing(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house)
    visit = (await checked_in(visitor, room)).headers["location"].removeprefix("/visit/")
    async with at_the_door(create_app(quick_house.services)) as stranger:
        for mark in ("", "0" * 32, visit, "ä"):
            cookie = f"bedside-checked-in.{visit}={mark}".encode()
            door = await stranger.get(f"/r/{room.slug}", headers={b"cookie": cookie})
            assert "Nora" not in door.text
            assert "somebody else" not in door.text
        turned_away = await stranger.get(f"/visit/{visit}?door={room.slug}")
        assert turned_away.status_code == 303
        assert turned_away.headers["location"] == f"/r/{room.slug}"
        assert f'bedside-checked-in.{visit}=""' in turned_away.headers["set-cookie"]
        direct = await stranger.get(f"/visit/{visit}")
        assert direct.status_code == 401
        assert "Newcome" not in direct.text


async def test_one_address_cannot_fill_a_waiting_room(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house)
    answers = [await visitor.post(f"/r/{room.slug}", data=TYPED) for _ in range(32)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert "Please wait a moment" in answers[-1].text


async def test_a_check_in_for_which_there_is_no_room_on_the_disk_is_not_said_to_go_on(
    quick_house: House,
) -> None:
    """Input of a form is not resent automatically, as an upload is."""
    app = create_app(quick_house.services)
    room = await opened(quick_house, RoomOptions())
    async with at_the_door(app) as phone:
        with full_disk(str(quick_house.services.settings.data / "bedside.db")):
            refused = await phone.post(f"/r/{room.slug}", data={"name": "Nora Newcome"})
    assert refused.status_code == 507
    assert "was not saved. Please try again later" in refused.text
    said = refused.text.partition("<template data-no-connection")[0]
    assert "by itself" not in said
