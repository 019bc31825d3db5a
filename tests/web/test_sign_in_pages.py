"""The sign-in as a person meets it, page by page."""

import httpx
import pytest

from tests.house import PASSWORD, House

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
