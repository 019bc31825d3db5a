"""Small pictures of what was sent, for those who have sent it."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from bedside.charts.records import ChartFilter
from bedside.kernel import clock
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.requests.sending import Sent, do_jobs, draft, jpeg, send
from tests.web.pages import born

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R3")]


@pytest.fixture
async def phone(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A patient's browser without script."""
    async with at_the_door(create_app(quick_house.services)) as client:
        yield client


async def let_in(
    phone: httpx.AsyncClient, sent: Sent, answer: tuple[str, str, str] = ("14", "3", "1991")
) -> str:
    """Open the link and answer. Returns the address of the request's pages."""
    page = (await phone.get(f"/l/{await sent.secret()}")).headers["location"]
    return (await phone.post(page, data=born(*answer))).headers["location"]


async def sent_two(house: House, phone: httpx.AsyncClient) -> tuple[Sent, str, list[str]]:
    """Send two photos with a comment on one. Returns the addresses of their pictures."""
    sent = await send(house)
    here = await let_in(phone, sent)
    photos = [("photo", (f"{n}.jpg", jpeg(colour=(9, n * 90, 9)), "image/jpeg")) for n in (0, 1)]
    await phone.post(f"{here}/photos", files=photos)
    await do_jobs(house)
    held = (await phone.get(f"{here}/photos")).text
    first, second = re.findall(r'name="photo" value="(\w+)"', held)
    typed = {"photo": [first, second], f"comment-{second}": "<b>It itches</b> & burns"}
    assert (await phone.post(f"{here}/agree", data=typed)).headers["location"] == f"{here}/sent"
    shown = (await phone.get(f"{here}/sent")).text
    pictures = re.findall(r'src="([^"]+/thumbnail)"', shown)
    assert pictures == [f"{here}/photos/{photo}/thumbnail" for photo in (first, second)]
    assert "&lt;b&gt;It itches&lt;/b&gt; &amp; burns" in shown
    return sent, here, pictures


async def test_the_confirmation_shows_what_was_sent(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    _sent, here, pictures = await sent_two(quick_house, phone)
    for address in pictures:
        picture = await phone.get(address)
        assert picture.status_code == 200
        assert picture.headers["content-type"] == "image/jpeg"
        assert picture.headers["cache-control"] == "private, no-store"
        assert picture.headers["content-disposition"].startswith("inline")
        larger = await phone.get(address.replace("/thumbnail", "/preview"))
        assert larger.status_code == 404
    assert "no-store" in (await phone.get(f"{here}/sent")).headers["cache-control"]


async def test_nobody_else_sees_them(quick_house: House, phone: httpx.AsyncClient) -> None:
    _sent, here, pictures = await sent_two(quick_house, phone)
    async with at_the_door(create_app(quick_house.services)) as stranger:
        assert (await stranger.get(pictures[0])).status_code == 401
        other = draft()
        chart = await quick_house.chart(1)
        await quick_house.requests.photos.send(chart, other)
        await do_jobs(quick_house)
        theirs = await let_in(
            stranger, Sent(quick_house, chart, other.id), answer=("2", "11", "1958")
        )
        for address in pictures:
            assert (await stranger.get(address.replace(here, theirs))).status_code == 404


async def test_another_request_of_the_same_patient_does_not_show_them(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    _sent, here, pictures = await sent_two(quick_house, phone)
    second = await let_in(phone, await send(quick_house))
    for address in pictures:
        assert (await phone.get(address.replace(here, second))).status_code == 404


async def test_what_staff_moved_to_another_chart_is_not_shown_any_more(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    _sent, here, pictures = await sent_two(quick_house, phone)
    chart, other = await quick_house.chart(), await quick_house.chart(1)
    entries = await quick_house.charts.contents.entries(chart, ChartFilter())
    wrong = next(entry for entry in entries if pictures[0].endswith(f"{entry.file_id}/thumbnail"))
    await quick_house.charts.contents.move(chart, wrong.id, other, "Of another patient")
    assert (await phone.get(pictures[0])).status_code == 404
    assert (await phone.get(pictures[1])).status_code == 200
    shown = (await phone.get(f"{here}/sent")).text
    assert pictures[0] not in shown
    assert pictures[1] in shown


async def test_the_end_of_the_link_ends_it(quick_house: House, phone: httpx.AsyncClient) -> None:
    _sent, _here, pictures = await sent_two(quick_house, phone)
    with clock.shifted(30 * clock.DAY):
        assert (await phone.get(pictures[0])).status_code == 410
