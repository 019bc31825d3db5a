"""For whom a link is: the page says it after the right date of birth, and not before."""

import html

import httpx
import pytest

from tests.house import House
from tests.requests.sending import send
from tests.web.pages import born

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R3")]


async def test_the_first_name_is_there_after_the_date_of_birth_only(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    sent = await send(quick_house)  # to Maya Lindqvist
    led = await visitor.get(f"/l/{await sent.secret()}")
    page = led.headers["location"]
    asked = html.unescape((await visitor.get(page)).text)
    assert "Date of birth of the person this is for" in asked
    assert "your date of birth" not in asked.lower()
    assert "Maya" not in asked
    wrong = await visitor.post(page, data=born("15", "3", "1991"))
    assert "Maya" not in wrong.text
    entered = await visitor.post(page, data=born("14", "3", "1991"))
    here = entered.headers["location"]
    for path in (here, f"{here}/photos"):
        shown = (await visitor.get(path, follow_redirects=True)).text
        assert "Photos of Maya" in shown
        assert "Lindqvist" not in shown
