"""Asking for photos beside the page one is on: the message stands there, and one press sends it."""

import html
import re
from datetime import date
from typing import Any

import httpx
import pytest

from bedside.people.contact import Consent, ContactRules
from bedside.people.patients import Demographics
from tests.house import House
from tests.requests.sending import do_jobs, send
from tests.web.pages import FRAGMENT, enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R1")]
JSON = {"accept": "application/json"}


async def test_what_is_shown_is_what_is_sent_once(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, patient = quick_house, quick_house.patients[0]
    await enter(visitor, house)
    here = f"/patients/{patient.id}/requests"
    panel = html.unescape((await visitor.get(f"{here}/new", headers=FRAGMENT)).text)
    assert "<html" not in panel
    assert "born 14 March 1991" in panel
    assert "Send now" in panel
    found = re.search(r'name="id" value="([^"]+)"', panel)
    text = re.search(r'class="message-bubble">([^<]+)…', panel)
    assert found
    assert text
    draft = {"id": found[1], "channels": "sms", "template": "skin", "body_part": "left hand"}
    for _press in range(2):
        sent = await visitor.post(here, data=draft, headers=JSON)
        assert sent.status_code == 204
    await do_jobs(house)
    [message] = await house.notifications.messages.outbox(house.here.receptionist)
    assert message.text.startswith(text[1])
    assert "hand" not in message.text


async def test_what_is_wrong_is_said_and_nothing_is_sent(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    patient = quick_house.patients[0]
    await enter(visitor, quick_house)
    here = f"/patients/{patient.id}/requests"
    for wrong in (
        {"channels": "sms", "template": "no such kind"},
        {"channels": "pigeon", "template": "general"},
        {"template": "general"},
        {"channels": "sms", "template": "general", "body_part": "x" * 500},
    ):
        answer = await visitor.post(here, data=wrong, headers=JSON)
        assert answer.status_code == 422, wrong
        assert answer.json()["sentence"]
    assert await quick_house.notifications.messages.outbox(quick_house.here.receptionist) == []


@pytest.mark.parametrize(
    ("born", "ways", "offered"),
    [
        (date(1990, 2, 2), {}, ()),
        (None, {"phone": "+46701740661"}, ()),
        (date(1990, 2, 2), {"email": "s@patients.example"}, ("email",)),
        (
            date(1990, 2, 2),
            {"phone": "+46701740661", "email": "s@patients.example"},
            ("sms", "email"),
        ),
    ],
)
async def test_the_ways_that_there_are(
    quick_house: House,
    visitor: httpx.AsyncClient,
    born: date | None,
    ways: dict[str, str],
    offered: tuple[str, ...],
) -> None:
    house = quick_house
    async with house.services.database.unit_of_work() as work:
        patient = await house.services.people.patients.add(
            work,
            house.here.administrator,
            Demographics(
                name="Silas Okoye",
                birth_date=born,
                phone=ways.get("phone", ""),
                email=ways.get("email", ""),
            ),
            assigned_to=[house.here.room.id],
        )
    await enter(visitor, house)
    panel = (await visitor.get(f"/patients/{patient.id}/requests/new", headers=FRAGMENT)).text
    assert tuple(re.findall(r'name="channels" value="(\w+)"', panel)) == offered
    assert ("Send now" in panel) is bool(offered)
    assert ("Edit details" in panel) is not bool(offered)


@pytest.mark.parametrize("rules", [{"consent": Consent.REFUSED}, {"never": ("sms", "email")}])
async def test_a_new_link_does_not_go_against_the_rules_on_the_card(
    quick_house: House, visitor: httpx.AsyncClient, rules: dict[str, Any]
) -> None:
    house = quick_house
    sent = await send(house)
    await house.people.preferences.change(sent.chart, ContactRules(**rules))
    await enter(visitor, house, house.here.receptionist)
    here = f"/patients/{sent.chart.patient_id}/requests/{sent.id}"
    assert (await visitor.post(f"{here}/reissue")).status_code == 303
    assert (
        "Not sent: the rules on the patient’s card allow no message"
        in (await visitor.get(here)).text
    )
    assert (await sent.now()).round == 1
