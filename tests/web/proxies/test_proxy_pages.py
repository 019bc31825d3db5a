"""Letting somebody in, by the pages: the patient's, the link's, and staff's."""

import re

import httpx
import pytest

from tests.accounts.people import signed_in
from tests.house import House
from tests.web.pages import born, enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P7")]
_ADDRESS = re.compile(r'value="[^"]*(/l/[\w-]+)"')
ABOUT = {
    "name": "Eva Lindqvist",
    "own_day": "3",
    "own_month": "2",
    "own_year": "1962",
    "address": "070 174 07 77",
}


async def test_a_mother_is_let_in_and_sees_what_was_chosen(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, maya = quick_house, quick_house.patients[0].id
    visitor.cookies.set("bedside-app", (await signed_in(house)).token)
    here = f"/app/{maya}/people"
    assert "Nobody but you." in (await visitor.get(here)).text
    made = await visitor.post(here, data={"relation": "carer", "level": "limited"})
    [link] = _ADDRESS.findall(made.text)
    assert "data:image/svg+xml" in made.text

    visitor.cookies.clear()  # on her phone
    door = await visitor.get(link, follow_redirects=True)
    assert "Lindqvist" not in door.text  # nobody is named before the date of birth
    page = str(door.url)
    half = await visitor.post(page, data=born("14", "3", "1991"))
    assert half.status_code == 422
    assert "Enter your name." in half.text
    entered = await visitor.post(page, data={**born("14", "3", "1991"), **ABOUT})
    assert entered.headers["location"] == "/app/welcome"
    home = await visitor.get(f"/app/{maya}")
    assert "Maya Lindqvist" in home.text
    assert f'href="/app/{maya}/people"' in home.text
    own = await visitor.get(f"/app/{maya}/people")
    assert "I do not need this access any more" in own.text
    assert "Make a link" not in own.text
    handed_on = await visitor.post(here, data={"relation": "carer", "level": "full"})
    assert handed_on.status_code == 403
    her = visitor.cookies.get("bedside-app")

    visitor.cookies.clear()
    visitor.cookies.set("bedside-app", (await signed_in(house)).token)
    shown = (await visitor.get(here)).text
    assert "Eva Lindqvist" in shown
    [grant_id] = set(re.findall(r"grt_\w+", shown))
    preview = await visitor.get(f"{here}/{grant_id}/preview")
    assert "As Eva Lindqvist sees it" in preview.text
    assert (await visitor.post(f"{here}/{grant_id}", data={"do": "end"})).status_code == 303
    visitor.cookies.clear()
    visitor.cookies.set("bedside-app", her or "")
    assert (await visitor.get(f"/app/{maya}")).status_code == 404


async def test_who_has_the_app_adds_the_other_person_with_one_press(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, maya = quick_house, quick_house.patients[0].id
    page = f"/patients/{maya}/people"
    await enter(visitor, house, house.here.receptionist)
    made = await visitor.post(page, data={"relation": "guardian", "level": "full"})
    [link] = _ADDRESS.findall(made.text)
    visitor.cookies.clear()
    visitor.cookies.set("bedside-app", (await signed_in(house, 1)).token)
    door = await visitor.get(link, follow_redirects=True)
    assert "You are signed in as Tomás Ramírez." in door.text
    fields = {**born("14", "3", "1991"), "with_app": "yes"}
    entered = await visitor.post(str(door.url), data=fields)
    assert entered.headers["location"] == f"/app/{maya}"
    whose = await visitor.get("/app")
    assert "For whom are you here?" in whose.text
    assert "Tomás Ramírez" in whose.text
    assert "Maya Lindqvist" in whose.text


@pytest.mark.parametrize(
    "fields", [{}, {"relation": "boss", "level": "full"}, {"relation": "carer"}]
)
async def test_what_was_not_chosen_is_said_and_nothing_is_made(
    quick_house: House, visitor: httpx.AsyncClient, fields: dict[str, str]
) -> None:
    house, maya = quick_house, quick_house.patients[0].id
    visitor.cookies.set("bedside-app", (await signed_in(house)).token)
    here = f"/app/{maya}/people"
    wrong = await visitor.post(here, data={"x": "", **fields})
    assert wrong.status_code == 422
    assert "Nobody but you." in wrong.text
