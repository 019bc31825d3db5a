"""Rate limits of patients and guests, with a sentence, and without losing anything."""

from urllib.parse import urlsplit

import httpx
import pytest

from bedside.calls.guests import DEVICES_OF_A_LINK
from bedside.edge.protection import KNOCKING, WRITING
from bedside.kernel.ids import new_id
from bedside.web.app import create_app
from tests.calls.agreeing import admit_guest
from tests.calls.calling import Ward
from tests.house import House, at_the_door
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S4")]

JSON = {"accept": "application/json"}
LONG = "I have written all of this on a phone, letter by letter."


def said(body: str) -> dict[str, str]:
    """Return the fields of a message."""
    return {"body": body, "draft_id": new_id("drf"), "leg": "1"}


@pytest.mark.feature("C5")
async def test_a_patient_who_writes_and_writes_keeps_what_was_typed(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    ward = Ward(quick_house)
    patient, other = await ward.wait(), await ward.wait("Otto Other")
    visitor.cookies.set("bedside-visitor", ward.tokens[patient.visit_id])
    chat = f"/visit/{patient.visit_id}/chat"
    for number in range(int(WRITING.burst)):
        assert (await visitor.post(chat, data=said(f"{number}"))).status_code == 303
    page = await visitor.post(chat, data=said(LONG))
    assert page.status_code == 429
    assert "You have written many messages in a short time." in page.text
    assert f">{LONG}</textarea>" in page.text
    script = await visitor.post(chat, data=said(LONG), headers=JSON)
    assert (script.status_code, script.json()["code"]) == (429, "too_many")
    assert int(script.headers["retry-after"]) >= 1
    found = await ward.conversations.visit_chat.conversation(patient, patient.visit_id)
    assert LONG not in {message.body for message in found.messages}

    visitor.cookies.set("bedside-visitor", ward.tokens[other.visit_id])
    for_others = await visitor.post(f"/visit/{other.visit_id}/chat", data=said("Hello."))
    assert for_others.status_code == 303, "another patient of the same address"
    await enter(visitor, quick_house)
    for_staff = await visitor.post(f"/visits/{patient.visit_id}/chat", data=said("One at a time."))
    assert for_staff.status_code == 303


@pytest.mark.feature("V6")
async def test_a_guest_who_knocks_and_knocks_keeps_the_name(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    ward = Ward(quick_house)
    pair = await ward.both()
    first, second = [
        urlsplit((await ward.calls.guests.invite(pair.host)).link).path for _two in range(2)
    ]

    async def knock(link: str, name: str) -> httpx.Response:
        visitor.cookies.clear()  # another device each time
        return await visitor.post(link, data={"name": name}, follow_redirects=True)

    for _device in range(DEVICES_OF_A_LINK):
        assert (await knock(first, "Gustav Guest")).status_code == 200
    for _time in range(int(KNOCKING.burst) - DEVICES_OF_A_LINK):
        used = await knock(first, "Gustav Guest, interpreter")
        assert used.status_code == 409
        assert "Several devices have asked to join with this link already." in used.text
        assert 'value="Gustav Guest, interpreter"' in used.text
    often = await knock(first, "Gustav Guest, interpreter")
    assert often.status_code == 429
    assert "You have asked several times already." in often.text
    assert 'value="Gustav Guest, interpreter"' in often.text
    assert (await knock(second, "Greta")).status_code == 200


@pytest.mark.feature("V6")
async def test_a_guest_who_has_left_asks_again_by_the_button(quick_house: House) -> None:
    ward = Ward(quick_house)
    pair = await ward.both()
    guest = await ward.guest(pair.host)
    here, knock = f"/guest/{guest.guest_id}", f"/guest/{guest.guest_id}/knock"
    cookies = {"bedside-guest": ward.tokens[guest.guest_id]}

    async def state() -> str:
        return (await ward.calls.guests.get(guest)).state

    async with at_the_door(create_app(quick_house.services), cookies=cookies) as phone:
        assert f'action="{knock}"' in (await phone.get(here)).text
        for _time in range(int(KNOCKING.burst)):
            await admit_guest(ward.house.services, pair.host, guest.guest_id)
            assert (await phone.post(knock)).headers["location"] == here
            assert await state() == "asked", "whoever is let in need not knock"
            await ward.calls.control.leave(await ward.calls.seats.guest(guest))
            assert await state() == "left"
            assert (await phone.post(knock)).status_code == 303
            assert await state() == "knocking"
        await admit_guest(ward.house.services, pair.host, guest.guest_id)
        await ward.calls.control.leave(await ward.calls.seats.guest(guest))
        for again in (knock, f"{here}/call/join"):
            often = await phone.post(again)
            assert often.status_code == 429
            assert "You have asked several times already." in often.text
        assert await state() == "left"
    async with at_the_door(create_app(quick_house.services)) as stranger:
        assert (await stranger.post(knock)).status_code == 404
