"""From a link in a message to its page: the secret is in the address once, and nothing that worked
stops working."""

from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import httpx
import pytest

from bedside.links.records import LinkState
from bedside.requests.records import Reported
from bedside.web.app import create_app
from tests.calls.calling import Ward
from tests.house import House, at_the_door
from tests.requests.sending import BORN, send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R2")]

TYPED = {"birth_day": "14", "birth_month": "3", "birth_year": "1991"}


def given(answer: httpx.Response) -> SimpleCookie:
    """Return the cookies of an answer."""
    found = SimpleCookie()
    for header in answer.headers.get_list("set-cookie"):
        found.load(header)
    return found


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_link_leads_on_at_once_and_changes_nothing(
    quick_house: House, visitor: httpx.AsyncClient, method: str
) -> None:
    sent = await send(quick_house)
    secret = await sent.secret()
    before = await quick_house.links.look(secret)
    for _ in range(7):
        led = await visitor.request(method, f"/l/{secret}")
        assert (led.status_code, led.text) == (303, "")
        page = led.headers["location"]
        assert secret not in page
        [cookie] = given(led).values()
        assert (cookie.value, cookie["path"]) == (secret, page)
        assert cookie["httponly"]
        assert cookie["samesite"] == "lax"
        asked = await visitor.get(page)
        assert asked.status_code == 200
        assert secret not in asked.text
        assert asked.headers["referrer-policy"] == "strict-origin"
    assert await quick_house.links.look(secret) == before


async def test_without_the_cookie_the_page_says_how_to_go_on(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    """A bookmark, another browser, a preview that stores no cookies."""
    secret = await (await send(quick_house)).secret()
    page = (await visitor.get(f"/l/{secret}")).headers["location"]
    visitor.cookies.clear()
    for end in ("", "/not-me", "/reported"):
        lost = await visitor.get(page + end)
        assert lost.status_code == 401
        assert "Open the link in your message" in lost.text
        assert "Riverside" not in lost.text
    assert (await visitor.post(page, data=TYPED)).status_code == 401
    visitor.cookies.set("bedside-link", "A" * 43)
    assert (await visitor.get(page)).status_code == 401
    visitor.cookies.clear()
    again = await visitor.get(f"/l/{secret}", follow_redirects=True)
    assert "Is this for you?" in again.text


async def test_two_links_in_one_browser_do_not_mix(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    first, second = await send(quick_house), await send(quick_house)
    pages = [
        (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
        for sent in (first, second)
    ]
    let_in = [await visitor.post(page, data=TYPED) for page in pages]
    assert [one.headers["location"] for one in let_in] == [f"/my/{first.id}", f"/my/{second.id}"]
    # the secret of another link does not open this one's page
    async with at_the_door(create_app(quick_house.services)) as stranger:
        stranger.cookies.set("bedside-link", await second.secret())
        assert (await stranger.get(pages[0])).status_code == 401


async def test_a_page_that_was_open_before_goes_on(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    """Its forms and links contain the path with the secret."""
    sent = await send(quick_house)
    old = f"/l/{await sent.secret()}"
    wrong = await visitor.post(old, data={**TYPED, "birth_day": "15"}, follow_redirects=True)
    assert wrong.status_code == 422
    assert "You can try 4 more times." in wrong.text
    not_me = await visitor.get(f"{old}/not-me", follow_redirects=True)
    assert "Not for you?" in not_me.text
    let_in = await visitor.post(old, data=TYPED, follow_redirects=True)
    assert urlsplit(str(let_in.url)).path.startswith(f"/my/{sent.id}")


async def test_a_device_that_was_let_in_before_is_not_asked_again(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    """Its cookie is restricted to the path with the secret: it is sent along to the page."""
    sent = await send(quick_house)
    secret = await sent.secret()
    token = (await quick_house.links.answer(secret, BORN, "127.0.0.1")).token
    led = await visitor.get(f"/l/{secret}", headers={"cookie": f"bedside-known={token}"})
    known = given(led)["bedside-known"]
    assert (known.value, known["path"]) == (token, led.headers["location"])
    gone_on = await visitor.get(led.headers["location"])
    assert gone_on.headers["location"] == f"/my/{sent.id}"


async def test_a_device_that_was_let_in_stays_in_when_others_lock_the_link(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    sent = await send(quick_house)
    secret = await sent.secret()
    page = (await visitor.get(f"/l/{secret}")).headers["location"]
    assert (await visitor.post(page, data=TYPED)).headers["location"] == f"/my/{sent.id}"
    async with at_the_door(create_app(quick_house.services)) as stranger:
        await stranger.get(f"/l/{secret}")
        for _ in range(5):
            await stranger.post(page, data={**TYPED, "birth_day": "15"})
        assert (await stranger.get(page)).status_code == 403
    again = await visitor.get(f"/l/{secret}", follow_redirects=True)
    assert urlsplit(str(again.url)).path.startswith(f"/my/{sent.id}")
    assert (await visitor.post(page, data=TYPED)).headers["location"] == f"/my/{sent.id}"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"birth_year": "91"}, "Write the year with four digits"),
        ({"birth_year": "2534"}, "another calendar"),
        ({"birth_month": "14", "birth_day": "3"}, "there are 12 months"),
        ({"birth_day": ""}, "Enter day, month and year of birth."),
    ],
)
async def test_what_is_no_date_of_birth_costs_no_try(
    quick_house: House, visitor: httpx.AsyncClient, typed: dict[str, str], sentence: str
) -> None:
    sent = await send(quick_house)
    page = (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
    answer = await visitor.post(page, data={**TYPED, **typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    looked = await quick_house.links.look(await sent.secret())
    assert looked is not None
    assert looked.tries_left == 5


async def test_a_wrong_date_that_may_be_swapped_names_the_order(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    sent = await send(quick_house)
    page = (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
    assert "Year, month, day." in (await visitor.get(page)).text, "as dates are written in Sweden"
    swapped = {"birth_day": "3", "birth_month": "12", "birth_year": "1991"}
    assert "First the year, then the month" in (await visitor.post(page, data=swapped)).text
    other = {**swapped, "birth_day": "13"}
    assert "First the year" not in (await visitor.post(page, data=other)).text


async def test_programs_that_press_every_button_report_nothing(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    sent = await send(quick_house)
    page = (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
    pressed = await visitor.post(f"{page}/not-me", data={"press": "yes"})
    assert pressed.status_code == 422
    assert "Tick the box" in pressed.text
    assert (await sent.now()).reported is Reported.NOTHING
    assert (await visitor.post(f"{page}/not-me", data={"sure": "yes"})).status_code == 303
    assert (await sent.now()).reported is Reported.WRONG_PERSON


async def test_a_link_that_is_none_or_over_says_so(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    for method in ("GET", "POST"):
        unknown = await visitor.request(method, "/l/" + "A" * 43)
        assert unknown.status_code == 404
        assert "set-cookie" not in unknown.headers
    sent = await send(quick_house)
    secret = await sent.secret()
    await quick_house.requests.all.revoke(sent.chart, sent.id)
    over = await visitor.get(f"/l/{secret}", follow_redirects=True)
    assert over.status_code == 410
    asked = await visitor.post(str(over.url.path) + "/new-link")
    assert asked.headers["location"].endswith("/reported")
    looked = await quick_house.links.look(secret)
    assert looked is not None
    assert looked.state is LinkState.REVOKED


@pytest.mark.feature("V6")
async def test_the_link_of_a_guest(quick_house: House, visitor: httpx.AsyncClient) -> None:
    ward = Ward(quick_house)
    pair = await ward.both()
    secret = (await ward.calls.guests.invite(pair.host)).link.rpartition("/")[2]
    led = await visitor.get(f"/g/{secret}")
    door = led.headers["location"]
    assert secret not in door
    assert (await visitor.get(door)).status_code == 200
    old = await visitor.post(f"/g/{secret}", data={"name": "Wanda Wrona"})  # a page from before
    assert (old.status_code, old.headers["location"]) == (307, door)
    entered = await visitor.post(door, data={"name": "Wanda Wrona"})
    page = entered.headers["location"]
    assert (await visitor.get(page)).status_code == 200
    # the same device: back to its page, whatever it types
    for again in (await visitor.get(door), await visitor.post(door, data={"name": "Bo"})):
        assert (again.status_code, again.headers["location"]) == (303, page)
    async with at_the_door(create_app(quick_house.services)) as other:
        assert "Open the link in your message" in (await other.get(door)).text
        asked = await other.get(f"/g/{secret}", follow_redirects=True)
        assert "Wanda Wrona" not in asked.text  # who came before is nobody's to read
        second = (await other.post(door, data={"name": "Wanda Wrona"})).headers["location"]
        assert second != page
        assert (await other.get(door)).headers["location"] == second
    assert (await visitor.get(page)).status_code == 200
    await ward.calls.guests.revoke(pair.host, page.rpartition("/")[2])
    closed = await visitor.get(f"/g/{secret}")
    assert closed.status_code == 410
    async with at_the_door(create_app(quick_house.services)) as late:
        late.cookies.set("bedside-link", secret)
        assert (await late.get(door)).status_code == 410
