"""The patient's app without a browser: its door, the ways to sign in, devices, the invitation."""

import re

import httpx
import pytest

from bedside.errors import NotSignedIn
from bedside.requests.app_invitations.sending import PREFIX
from bedside.web.app import create_app
from tests.accounts.people import signed_in
from tests.house import House, at_the_door
from tests.peers.push_service import Device
from tests.requests.sending import do_jobs
from tests.web.pages import born, enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P2")]

_DATE = ("day", "month", "year")


async def invited(house: House, visitor: httpx.AsyncClient, patient: int = 0) -> str:
    """Invite a patient from the page; return the address in the message."""
    page = f"/patients/{house.patients[patient].id}/app"
    await enter(visitor, house, house.here.receptionist)
    shown = await visitor.get(page)
    [invitation_id] = re.findall(rf'value="({PREFIX}_\w+)"', shown.text)
    fields = {"id": invitation_id, "channels": "sms"}
    preview = await visitor.post(page, data=fields)
    assert "set up the clinic&#39;s app" in preview.text
    assert (await visitor.post(f"{page}/send", data=fields)).status_code == 303
    assert (await visitor.post(f"{page}/send", data=fields)).status_code == 303  # pressed twice
    await do_jobs(house)
    sent = await house.notifications.messages.outbox(house.here.receptionist)
    assert len(sent) == 1
    visitor.cookies.clear()
    return re.findall(r"/l/[\w-]+", sent[0].text)[0]


async def test_an_invitation_opens_the_app_once(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    link = await invited(house, visitor)
    door = await visitor.get(link, follow_redirects=True)
    assert "invites you to the clinic’s app" in door.text
    wrong = await visitor.post(str(door.url), data=born("1", "1", "1990"))
    assert wrong.status_code == 422
    assert "bedside-app" not in visitor.cookies
    right = await visitor.post(str(door.url), data=born("14", "3", "1991"))
    assert right.headers["location"] == "/app/welcome"
    home = await visitor.get("/app", follow_redirects=True)
    assert home.url.path == f"/app/{house.patients[0].id}"
    assert "Hello Maya Lindqvist" in home.text

    # Who finds the message later does not get in by it, even with the date of birth.
    visitor.cookies.clear()
    door = await visitor.get(link, follow_redirects=True)
    again = await visitor.post(str(door.url), data=born("14", "3", "1991"))
    assert again.headers["location"] == "/app/sign-in"
    assert "bedside-app" not in visitor.cookies
    page = await visitor.get("/app/sign-in")
    assert "Your app is set up already" in page.text


async def test_a_page_of_the_app_leads_to_the_sign_in_and_back(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    page = f"/app/{house.patients[0].id}"
    away = await visitor.get(page)
    assert away.headers["location"] == f"/app/sign-in?next={page}"
    await signed_in(house)
    form = {
        "clinic": house.clinic.id,
        "address": house.patients[0].demographics.phone,
        "next": page,
    }
    asked = await visitor.post("/app/sign-in", data=form)
    assert asked.status_code == 303
    shown = await visitor.get(asked.headers["location"])
    assert "a code is on its way" in shown.text
    await do_jobs(house)
    [sent] = await house.notifications.messages.outbox(house.here.receptionist)
    code = sent.text.rpartition("#")[2]
    fields = {"clinic": house.clinic.id, "next": page, "code": f" {code[:3]} {code[3:]} "}
    empty = await visitor.post(
        "/app/sign-in/code", data={**fields, "code": "", **born("14", "3", "1991")}
    )
    assert "Enter the code from the message." in empty.text
    other = await visitor.post("/app/sign-in/code", data={**fields, **born("15", "3", "1991")})
    assert "do not match" in other.text
    there = await visitor.post("/app/sign-in/code", data={**fields, **born("14", "3", "1991")})
    assert there.headers["location"] == page
    assert (await visitor.get(page)).status_code == 200


@pytest.mark.parametrize("typed", ["070 174 06 99", "nobody@patients.example"])
async def test_an_address_that_nobody_has_gets_the_same_answer(
    quick_house: House, visitor: httpx.AsyncClient, typed: str
) -> None:
    house = quick_house
    form = {"clinic": house.clinic.id, "address": typed, "next": ""}
    asked = await visitor.post("/app/sign-in", data=form)
    assert asked.status_code == 303
    assert "a code is on its way" in (await visitor.get(asked.headers["location"])).text
    await do_jobs(house)
    assert await house.notifications.messages.outbox(house.here.receptionist) == []


async def test_nothing_leads_out_of_the_app_after_signing_in(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    for away in ("https://evil.example/", "//evil.example", "/settings", "/application"):
        page = await visitor.get("/app/sign-in", params={"next": away})
        onward = re.findall(r'name="next" value="([^"]*)"|data-next="([^"]*)"', page.text)
        assert onward
        assert "evil.example" not in str(onward)
    await signed_in(house)
    form = {
        "clinic": house.clinic.id,
        "address": house.patients[0].demographics.email,
        "next": "/settings",
    }
    await visitor.post("/app/sign-in", data=form)
    await do_jobs(house)
    [sent] = await house.notifications.messages.outbox(house.here.receptionist)
    fields = {**form, "code": sent.text.rpartition("#")[2], **born("14", "3", "1991")}
    there = await visitor.post("/app/sign-in/code", data=fields)
    assert there.headers["location"] == "/app"


async def test_signing_out_ends_the_session_and_not_only_the_cookie(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    there = await signed_in(house)
    visitor.cookies.set("bedside-app", there.token)
    assert (await visitor.get("/app/account")).status_code == 200
    out = await visitor.post("/app/sign-out")
    assert out.headers["location"] == "/app/sign-in"
    visitor.cookies.set("bedside-app", there.token)
    assert (await visitor.get("/app/account")).status_code == 303


@pytest.mark.parametrize("who", [0, 1])
async def test_who_signs_in_on_a_device_signs_out_who_was_there(house: House, who: int) -> None:
    async with at_the_door(create_app(house.services)) as visitor:
        before, _other = await signed_in(house), await signed_in(house, 1)
        maya = await house.accounts.sessions.resume(before.token, "127.0.0.1")
        devices = house.notifications.app_devices
        given = Device("https://push.example/1").given
        await devices.add(maya, given, "Chrome")
        visitor.cookies.set("bedside-app", before.token)
        patient = house.patients[who].demographics
        form = {"clinic": house.clinic.id, "address": patient.email}
        await visitor.post("/app/sign-in", data=form)
        await do_jobs(house)
        [sent] = await house.notifications.messages.outbox(house.here.receptionist)
        day, month, year = (str(getattr(patient.birth_date, one)) for one in _DATE)
        fields = {**form, "code": sent.text.rpartition("#")[2], **born(day, month, year)}
        assert (await visitor.post("/app/sign-in/code", data=fields)).status_code == 303
        with pytest.raises(NotSignedIn):
            await house.accounts.sessions.resume(before.token, "127.0.0.1")
        async with house.database.read() as db:
            told = await devices.of_accounts(db, house.clinic.id, [before.account_id])
        # The same person's device goes on; another person's phone tells nothing of Maya.
        assert len(told) == (1 if who == 0 else 0)
        if who == 0:
            await visitor.post("/app/sign-out")
            async with house.database.read() as db:
                assert not await devices.of_accounts(db, house.clinic.id, [before.account_id])


async def test_a_page_that_is_not_theirs_leads_back_to_the_app(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    there = await signed_in(quick_house)
    visitor.cookies.set("bedside-app", there.token)
    page = await visitor.get(f"/app/{quick_house.patients[1].id}/chat/cnv_1")
    assert page.status_code == 404
    assert 'href="/app"' in page.text


async def test_staff_close_the_app_and_every_device_is_out(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    there = await signed_in(house)
    page = f"/patients/{house.patients[0].id}/app"
    await enter(visitor, house, house.here.receptionist)
    assert "Maya Lindqvist has the app." in (await visitor.get(page)).text
    closed = await visitor.post(f"{page}/close", data={"account": there.account_id})
    assert closed.status_code == 303
    assert "has the app." not in (await visitor.get(page)).text
    visitor.cookies.set("bedside-app", there.token)
    assert (await visitor.get("/app")).status_code == 303


@pytest.mark.feature("P1")
async def test_what_a_phone_keeps_of_the_app_names_nobody(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    there = await signed_in(house)
    manifest = (await visitor.get("/app/manifest.webmanifest")).json()
    assert manifest["display"] == "standalone"
    assert manifest["scope"] == manifest["start_url"] == "/app"
    for icon in manifest["icons"]:
        assert (await visitor.get(icon["src"])).status_code == 200
    visitor.cookies.set("bedside-app", there.token)
    offline = (await visitor.get("/app/offline")).text
    for word in ("Lindqvist", house.clinic.name, house.patients[0].id, house.clinic.id):
        assert word not in offline
