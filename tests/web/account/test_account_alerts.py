"""Alert settings: the section of one's own account, as a browser uses it."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import update

from bedside.database.statements import prepared
from bedside.notifications.models import notifications
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.peers.push_service import Device, to_bytes
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V16")]

BROWSER = Device("https://push.example/1").given


@pytest.fixture
async def rita(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    cookies = await quick_house.cookie(quick_house.here.receptionist)
    async with at_the_door(create_app(quick_house.services), cookies=cookies) as client:
        yield client


async def outbox(house: House, client: httpx.AsyncClient) -> str:
    """Return the local outbox after the messages have left."""
    await do_jobs(house)
    return (await client.get("/outbox")).text


def is_ticked(page: str, channel: str) -> bool:
    """Whether this channel is chosen on the account page."""
    found = re.search(rf'<input type="checkbox" name="channels" value="{channel}"([^>]*)>', page)
    assert found, f"{channel} cannot be chosen"
    return "checked" in found[1]


async def test_a_number_is_added_by_its_code_and_then_sms_can_be_chosen(
    rita: httpx.AsyncClient, quick_house: House
) -> None:
    page = (await rita.get("/account")).text
    assert is_ticked(page, "email")
    assert 'value="sms"' not in page
    sent = await rita.post("/account/phone", data={"phone": " +46 70 555 01 23 "})
    assert sent.headers["location"] == "/account#mobile-number"
    page = (await rita.get("/account")).text
    assert "Six digits are on their way to +46 70 555 01 23." in page
    assert "You find the code in the outbox." in page
    shown = await outbox(quick_house, rita)
    assert "For you</p>" in shown
    [code] = set(re.findall(r"\b(\d{6}) is your code", shown))

    wrong = await rita.post("/account/phone/confirm", data={"code": "12345"})
    assert wrong.status_code == 422
    assert "This is not the code that we sent." in wrong.text
    assert 'aria-invalid="true"' in wrong.text
    done = await rita.post("/account/phone/confirm", data={"code": code})
    assert done.status_code == 303
    page = (await rita.get("/account")).text
    assert "Your number is confirmed." in page
    assert not is_ticked(page, "sms")

    chosen = await rita.post("/account/alerts", data={"channels": ["sms"]})
    assert chosen.status_code == 303
    page = (await rita.get("/account")).text
    assert (is_ticked(page, "email"), is_ticked(page, "sms")) == (False, True)
    await rita.post("/account/phone/remove", data={})
    page = (await rita.get("/account")).text
    assert is_ticked(page, "email")
    assert "5550123" not in page


async def test_a_number_that_the_gateway_refused_is_told(
    rita: httpx.AsyncClient, quick_house: House
) -> None:
    await rita.post("/account/phone", data={"phone": "+46 70 555 01 23"})
    async with quick_house.services.database.unit_of_work() as work:
        await work.execute(
            prepared(update(notifications).values(state="failed", failure="Refused."))
        )
    page = (await rita.get("/account")).text
    assert "The code could not be sent to +46 70 555 01 23." in page
    assert "on their way" not in page
    assert 'value="+46705550123"' in page  # to be corrected
    again = await rita.post("/account/phone", data={"phone": "+46 70 555 01 24"})
    assert again.status_code == 303
    page = (await rita.get("/account")).text
    assert "Six digits are on their way to +46 70 555 01 24." in page
    assert "could not be sent" not in page


async def test_nothing_is_a_choice_and_strange_ways_are_none(rita: httpx.AsyncClient) -> None:
    assert (await rita.post("/account/alerts", data={"save": ""})).status_code == 303
    assert not is_ticked((await rita.get("/account")).text, "email")
    odd = await rita.post("/account/alerts", data={"channels": ["pigeon", "email", "email"]})
    assert odd.status_code == 303
    assert is_ticked((await rita.get("/account")).text, "email")
    forged = await rita.post("/account/alerts", data={"channels": ["sms"]})
    assert forged.status_code == 422
    assert "Confirm a mobile number first." in forged.text


async def test_what_was_typed_wrong_stays_in_its_field(rita: httpx.AsyncClient) -> None:
    refused = await rita.post("/account/phone", data={"phone": "12 34"})
    assert refused.status_code == 422
    assert 'value="12 34"' in refused.text
    assert "This number is too short. Check it, for example +46 70 123 45 67." in refused.text
    for last in range(3):
        await rita.post("/account/phone", data={"phone": f"+46 70 555 01 2{last}"})
    await rita.post("/account/phone/cancel", data={})
    too_many = await rita.post("/account/phone", data={"phone": "+46 70 555 01 29"})
    assert too_many.status_code == 429
    assert 'id="phone-error"' in too_many.text
    assert "Too many tries." in too_many.text


async def test_a_device_subscribes_with_the_key_and_is_listed(
    rita: httpx.AsyncClient, quick_house: House
) -> None:
    offer = (await rita.get("/account/push")).json()
    assert offer["devices"] == []
    assert len(to_bytes(offer["key"])) == 65
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    added = await rita.post("/account/push", json=BROWSER, headers={"user-agent": agent})
    assert added.status_code == 201
    device = added.json()["device"]
    assert (await rita.get("/account/push")).json()["devices"] == [{"id": device, "ended": ""}]
    page = (await rita.get("/account")).text
    assert "Firefox on Linux" in page
    assert f'data-device="{device}"' in page
    assert "push.example" not in page
    removed = await rita.post("/account/push/remove", data={"device": device})
    assert removed.status_code == 303
    assert (await rita.get("/account/push")).json()["devices"] == []
    again = await rita.post("/account/push/remove", data={"device": device})
    assert again.status_code == 404


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1:8080/settings", "http://push.example/1"])
async def test_an_address_inside_is_refused_in_words(
    rita: httpx.AsyncClient, endpoint: str
) -> None:
    refused = await rita.post(
        "/account/push",
        json={**BROWSER, "endpoint": endpoint},
        headers={"accept": "application/json"},
    )
    assert refused.status_code == 422
    assert "cannot be used" in refused.json()["sentence"]


async def test_the_worker_is_a_script_that_is_asked_for_again(visitor: httpx.AsyncClient) -> None:
    script = await visitor.get("/push/worker.js")
    assert script.status_code == 200
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "no-cache"
    assert "service-worker-allowed" not in script.headers
    assert "notificationclick" in script.text
    assert "import" not in script.text
