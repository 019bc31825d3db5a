"""A place comes along from the browser inside an app to another one, by a copied link."""

import httpx
import pytest

from tests.house import House
from tests.web.visits.test_room_pages import opened, queue
from tests.web.visits.test_shared_devices import ASKS_LITTLE, arrive

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V22")]


async def link_of(visitor: httpx.AsyncClient, visit: str) -> str:
    answer = await visitor.post(f"{visit}/place-link", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    return str(answer.json()["path"])


async def test_the_link_brings_the_place_along(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, ASKS_LITTLE)
    visit = await arrive(visitor, room, "Maya Lindqvist")
    link = await link_of(visitor, visit)
    assert await link_of(visitor, visit) == link, "pressed twice"
    secret = link.rsplit("/", 1)[1]

    visitor.cookies.clear()
    assert (await visitor.get(visit)).status_code == 401
    led = await visitor.get(link)
    assert led.status_code == 303
    for _ in range(2):  # a preview looks, then a person
        page = await visitor.get(led.headers["location"])
        assert page.status_code == 200
        assert "Go on with your visit here" in page.text
        assert secret not in led.headers["location"] + page.text
        assert "Maya" not in page.text
        assert (await visitor.get(visit)).status_code == 401, "looking lets nobody in"
    come = await visitor.post(led.headers["location"])
    assert come.headers["location"] == f"{visit}?view=test"
    assert (await visitor.get(visit)).status_code == 200
    assert len(await queue(quick_house, room)) == 1


@pytest.mark.parametrize("secret", ["guessed", "", "x" * 43])
async def test_nothing_else_lets_anybody_in(
    quick_house: House, visitor: httpx.AsyncClient, secret: str
) -> None:
    room = await opened(quick_house, ASKS_LITTLE)
    visit = await arrive(visitor, room, "Maya Lindqvist")
    other = await arrive(visitor, room, "Noor Haddad")
    link = await link_of(visitor, other)
    wrong = secret or link.rsplit("/", 1)[1]  # of another visit
    visitor.cookies.clear()
    assert (await visitor.post(f"{visit}/elsewhere")).status_code == 401
    led = await visitor.get(f"/l/my/{visit.removeprefix('/visit/')}/{wrong}")
    assert (await visitor.post(led.headers["location"])).status_code == 401
    assert (await visitor.get(visit)).status_code == 401
    assert (await visitor.get("/l/my/nobody/x")).status_code == 404
    assert (await visitor.post(f"{visit}/place-link")).status_code == 401
