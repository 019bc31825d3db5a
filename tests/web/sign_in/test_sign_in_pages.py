"""Signing in, page by page."""

import httpx
import pytest
from sqlalchemy import update

from bedside.kernel import clock
from bedside.people.models import staff
from bedside.web.app import create_app
from tests.house import PASSWORD, House, at_the_door

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S1")]


async def test_one_signs_in_and_out(visitor: httpx.AsyncClient, quick_house: House) -> None:
    email = await quick_house.email(quick_house.here.receptionist)
    asked = await visitor.get("/account")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/account")
    form = {"email": email.upper(), "password": PASSWORD, "next": "/account"}
    done = await visitor.post("/sign-in", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert "HttpOnly; Path=/; SameSite=lax" in done.headers["set-cookie"]
    assert (await visitor.get("/")).headers["location"] != "/sign-in"
    left = await visitor.post("/sign-out")
    assert left.headers["location"] == "/sign-in"
    page = await visitor.get("/sign-in")
    assert "You are signed out." in page.text
    assert (await visitor.get("/account")).status_code == 303


@pytest.mark.parametrize("email", ["rita@riverside.example", "nobody@riverside.example"])
async def test_a_wrong_password_and_an_unknown_address_get_one_answer(
    visitor: httpx.AsyncClient, email: str
) -> None:
    page = await visitor.post("/sign-in", data={"email": email, "password": "wrong"})
    assert page.status_code == 422
    assert "E-mail address and password do not match." in page.text
    assert "set-cookie" not in page.headers


async def test_a_browser_is_known_by_a_cookie_that_scripts_cannot_read(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    form = {"email": "rita@riverside.example", "password": PASSWORD}
    done = await visitor.post("/sign-in", data=form)
    [cookie] = [
        one for one in done.headers.get_list("set-cookie") if one.startswith("bedside-known=")
    ]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert quick_house.here.receptionist.staff_id not in cookie
    await visitor.post("/sign-out")
    assert "bedside-known" in visitor.cookies, "whoever signs out is still known"
    async with at_the_door(create_app(quick_house.services)) as guesser:
        for _ in range(6):
            await guesser.post("/sign-in", data={**form, "password": "wrong"})
        assert (await guesser.post("/sign-in", data=form)).status_code == 429
    assert (await visitor.post("/sign-in", data=form)).status_code == 303


async def test_a_long_wait_is_told_in_minutes(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    form = {"email": "rita@riverside.example", "password": "wrong"}
    for minutes in (0, 1, 3, 6):
        with clock.shifted(minutes * clock.MINUTE):
            for _ in range(5):
                locked = await visitor.post("/sign-in", data=form)
    assert locked.status_code == 429
    assert "You can try again in 4 minutes." in locked.text
    assert 181 <= int(locked.headers.get("retry-after", "240")) <= 240


async def test_a_person_whose_row_was_changed_is_told_so(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    async with quick_house.services.database.unit_of_work() as work:
        await work.execute(update(staff).values(role="administrator"))
    form = {"email": "rita@riverside.example", "password": PASSWORD}
    refused = await visitor.post("/sign-in", data=form)
    assert refused.status_code == 503
    assert "its seal is broken" in refused.text
    assert "set-cookie" not in refused.headers
