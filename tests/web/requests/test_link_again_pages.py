"""“Send me my link again”: the form at the door and on pages of links that are over, with the same
answer to everybody."""

import html
import re

import httpx
import pytest

from bedside.kernel import clock
from bedside.notifications.text_limits import TEXTS
from bedside.visits.rooms import RoomOptions
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.requests.sending import do_jobs, send
from tests.visits.ward import Ward
from tests.web.pages import born, enter
from tests.web.visits.test_room_pages import opened

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V20")]

KNOWN, UNKNOWN = "+46 70 174 06 05", "+46 70 174 06 99"


async def ask(visitor: httpx.AsyncClient, slug: str, typed: str) -> httpx.Response:
    """Fill in the form at the door."""
    return await visitor.post(f"/r/{slug}/lost-link", data={"address": typed})


async def test_the_door_answers_the_same_to_everybody(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    sent = await send(quick_house)
    room = await opened(quick_house, RoomOptions())
    assert f"/r/{room.slug}/lost-link" in (await visitor.get(f"/r/{room.slug}")).text
    assert 'name="address"' in (await visitor.get(f"/r/{room.slug}/lost-link")).text
    answers: list[tuple[int, dict[str, str], bytes]] = []
    pages: list[bytes] = []
    # whoever asks at two of their addresses at once gets it at the one that was asked for last
    for typed in ("nobody@patients.example", UNKNOWN, "maya@patients.example", KNOWN):
        done = await ask(visitor, room.slug, typed)
        headers = {name: text for name, text in done.headers.items() if name != "x-request-id"}
        answers.append((done.status_code, headers, done.content))
        pages.append((await visitor.get(done.headers["location"])).content)
    assert answers[0][0] == 303
    assert all(one == answers[0] for one in answers)
    assert len(set(pages)) == 1
    assert b"0605" not in pages[0]
    assert len(await sent.secrets()) == 1, "before the job nothing has happened"
    await do_jobs(quick_house)
    assert len(await sent.secrets()) == 2


async def test_what_is_wrong_is_explained_and_kept(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, RoomOptions())
    for typed, sentence in (
        ("", "Enter a phone number or an e-mail address."),
        ("12", "too short"),
        ("070 174 06 O5", "letter O"),
        ("070 1 / 070 2", "two numbers"),
        ("call me", "without words"),
        ("maya@", "name@example.org"),
        ("<script>@</script>", "name@example.org"),
    ):
        answer = await ask(visitor, room.slug, typed)
        assert answer.status_code == 422, typed
        assert sentence in html.unescape(answer.text), typed
        assert f'value="{html.escape(typed)}"' in answer.text.replace("&#34;", "&quot;")


async def test_many_tries_from_one_address_have_to_wait(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, RoomOptions())
    answers = [await ask(visitor, room.slug, f"+46 70 174 06 {n}") for n in range(10, 22)]
    assert [one.status_code for one in answers[:10]] == [303] * 10
    assert answers[-1].status_code == 429
    assert "Please wait a few minutes" in answers[-1].text
    assert "+46 70 174 06 21" in answers[-1].text


@pytest.mark.parametrize("how", ["expired", "revoked"])
async def test_a_link_that_is_over_has_the_form(
    quick_house: House, visitor: httpx.AsyncClient, how: str
) -> None:
    sent = await send(quick_house)
    secret = await sent.secret()
    if how == "revoked":
        await quick_house.requests.all.revoke(sent.chart, sent.id)
    with clock.shifted(8 * clock.DAY if how == "expired" else 0):
        page = (await visitor.get(f"/l/{secret}")).headers["location"]
        over = await visitor.get(page)
        assert over.status_code == 410
        assert f'action="{page}/again"' in over.text
        wrong = await visitor.post(f"{page}/again", data={"address": "12"})
        assert wrong.status_code == 422
        assert "too short" in wrong.text
        assert 'value="12"' in wrong.text
        done = await visitor.post(f"{page}/again", data={"address": KNOWN})
        assert done.headers["location"] == f"{page}/again"
        assert "Look at your messages" in (await visitor.get(f"{page}/again")).text
        await do_jobs(quick_house)
        assert len(await sent.secrets()) == (2 if how == "expired" else 1)


async def test_a_device_whose_link_is_over_has_the_form(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    sent = await send(quick_house)
    page = (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
    entered = await visitor.post(page, data=born("14", "3", "1991"))
    mine = entered.headers["location"]
    assert (await visitor.post(f"{mine}/again", data={"address": KNOWN})).status_code == 303, "open"
    with clock.shifted(8 * clock.DAY):
        over = await visitor.get(mine)
        assert f'action="{mine}/again"' in over.text
        assert (await visitor.post(f"{mine}/again", data={"address": ""})).status_code == 422
        done = await visitor.post(f"{mine}/again", data={"address": KNOWN})
        assert "Look at your messages" in done.text


async def test_staff_read_on_the_request_that_it_was_asked_for(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    room = await opened(house, RoomOptions())
    await ask(visitor, room.slug, KNOWN)
    await do_jobs(house)
    await enter(visitor, house, house.here.receptionist)
    shown = await visitor.get(f"/patients/{sent.chart.patient_id}/requests/{sent.id}")
    assert "Link, asked for again by the patient" in shown.text
    assert "They ask for their link again" not in (await visitor.get("/requests?view=waiting")).text


async def test_many_texts_to_one_number_are_refused_with_words(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    await enter(visitor, house, house.here.receptionist)
    here = f"/patients/{sent.chart.patient_id}/requests/{sent.id}"
    for _press in range(TEXTS.holds):
        done = await visitor.post(f"{here}/reissue")
    assert done.status_code == 303
    assert "Many text messages went to this number" in (await visitor.get(here)).text
    assert (await sent.now()).round == TEXTS.holds, "the last press sent nothing"


async def test_back_to_a_visit_from_another_device(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, RoomOptions(ask_birth_date="required"))
    async with at_the_door(create_app(house.services)) as phone:
        data = {"draft": "d" * 43, "name": "Nora Newcome", "phone": "070 174 06 31", **born()}
        visit = (await phone.post(f"/r/{room.slug}", data=data)).headers["location"]
        await ask(phone, room.slug, "070 174 06 31")
        await do_jobs(house)
        link = await newest_link(house)
        led = await phone.get(link)
        goes_on = await phone.get(led.headers["location"])
        assert goes_on.headers["location"] == visit, "the same device is not asked"
    led = (await visitor.get(link)).headers["location"]
    page = await visitor.get(led)
    assert "Back to your visit" in page.text
    assert "Nora" not in page.text
    for wrong in (born(year="1986"), born("", "", ""), born("31", "2")):
        refused = await visitor.post(led, data=wrong)
        assert refused.status_code == 422
        assert "birth-error" in refused.text
    assert (await visitor.get(visit)).status_code == 401
    come = await visitor.post(led, data=born())
    assert come.headers["location"].startswith(visit)
    assert (await visitor.get(visit)).status_code == 200


async def newest_link(house: House) -> str:
    """Return the path of the link in the only message."""
    [(_to, text)] = await Ward(house).texts("/again/")
    found = re.search(r"/l/my/\S+", text)
    assert found
    return found[0]
