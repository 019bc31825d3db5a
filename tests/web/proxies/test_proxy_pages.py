"""Letting somebody in, by the pages: the patient's, the link's, and staff's."""

import re

import httpx
import pytest

from bedside.accounts.levels import Level
from tests.accounts.people import let_in, signed_in
from tests.house import House
from tests.sharing.people import given
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


async def test_a_category_that_the_clinic_keeps_from_somebody(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, maya = quick_house, quick_house.patients[0].id
    entry = await given(house, "secret.pdf")
    file_page, in_chart = f"/app/{maya}/hide/{entry}", f"/patients/{maya}/entries/{entry}/proxies"
    grant_id, account = await let_in(house, level=Level.FULL)
    own = (await signed_in(house)).token

    await enter(visitor, house, house.here.administrator)
    settings = "/settings/proxies"
    page = (await visitor.get(settings)).text
    assert "Parents of children under 12" in page
    assert "Parents of young people from 12 to 17" in page
    wanted = {"carer": ["other", "imaging", "no-such-category"]}
    assert (await visitor.post(settings, data=wanted)).status_code == 303
    chosen = re.findall(r'name="(\w+)" value="(\w+)" checked', (await visitor.get(settings)).text)
    assert chosen == [("carer", "imaging"), ("carer", "other")]

    await enter(visitor, house, house.here.receptionist)
    shown = (await visitor.get(in_chart)).text
    assert "“Other” are not shown to: people whom the patient has let in." in shown
    visitor.cookies.clear()
    visitor.cookies.set("bedside-app", own)
    preview = f"/app/{maya}/people/{grant_id}/preview"
    seen = (await visitor.get(preview)).text
    assert "secret.pdf" not in seen
    assert "Files not shown by default: Imaging, Other" in seen
    assert "Files not shown" in (await visitor.get(f"/app/{maya}/people")).text
    page = (await visitor.get(file_page)).text
    assert "“Other” to some people only if you choose to." in page
    assert re.findall(r'value="(\w+)" checked', page) == [grant_id]
    await visitor.post(file_page, data={"from": ""})
    assert "secret.pdf" in (await visitor.get(preview)).text
    assert not re.findall(r'value="\w+" checked', (await visitor.get(file_page)).text)
    await visitor.post(file_page, data={"from": grant_id})
    assert "secret.pdf" not in (await visitor.get(preview)).text

    await enter(visitor, house, house.here.receptionist)
    assert (await visitor.post(in_chart, data={"do": "show"})).status_code == 303
    assert "Proxies see this file" in (await visitor.get(in_chart)).text
    side = await house.accounts.sides.of(account, maya)
    assert await house.charts.patient_side.entries(side) == []  # the patient hides it
    assert (await visitor.post(in_chart, data={"do": "release"})).status_code == 303
    assert "are not shown to" in (await visitor.get(in_chart)).text
