"""Links on a device where the patient is signed in to the app: nobody is asked twice."""

import httpx
import pytest

from tests.accounts.people import signed_in
from tests.house import House
from tests.requests.sending import do_jobs, send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2", "P1")]


async def test_the_link_leads_on_without_the_date_of_birth(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    there = await signed_in(house)
    visitor.cookies.set("bedside-app", there.token)
    page = (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
    led = await visitor.get(page)
    assert led.headers["location"] == f"/my/{sent.id}"
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 200
    assert (await house.requests.all.get(sent.chart, sent.id)).state == "opened"


async def test_the_first_page_of_the_app_lists_it_and_the_sign_out_ends_the_access(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    there = await signed_in(house)
    visitor.cookies.set("bedside-app", there.token)
    home = await visitor.get(f"/app/{house.patients[0].id}")
    assert f'href="/my/{sent.id}"' in home.text
    assert "Waiting for you" in home.text
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 200
    await visitor.post("/app/sign-out")
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 401


async def test_another_patient_in_the_app_is_asked_like_a_stranger(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    other = await signed_in(house, 1)
    visitor.cookies.set("bedside-app", other.token)
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 401
    page = (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
    asked = await visitor.get(page)
    assert asked.status_code == 200
    assert "Date of birth" in asked.text
    assert f"/my/{sent.id}" not in (await visitor.get(f"/app/{house.patients[1].id}")).text


async def test_a_link_that_was_closed_opens_in_the_app_neither(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    there = await signed_in(house)
    visitor.cookies.set("bedside-app", there.token)
    await house.requests.all.revoke(sent.chart, sent.id)
    await do_jobs(house)
    assert (await visitor.get(f"/my/{sent.id}")).status_code in (401, 410)
    assert f"/my/{sent.id}" not in (await visitor.get(f"/app/{house.patients[0].id}")).text
