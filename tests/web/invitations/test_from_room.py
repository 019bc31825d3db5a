"""Inviting from a room: who is found for what is typed, and what one press sends."""

import html
import re
from datetime import date

import httpx
import pytest

from bedside.audit import Action
from bedside.people.patients import Demographics, Patient
from tests.house import House
from tests.requests.sending import do_jobs
from tests.web.pages import enter, lines
from tests.web.visiting import arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2")]
JSON = {"accept": "application/json"}


async def another(
    house: House, name: str, born: date | None, phone: str = "", email: str = ""
) -> Patient:
    """Add a patient of the receptionist's."""
    who = Demographics(name=name, birth_date=born, phone=phone, email=email)
    async with house.services.database.unit_of_work() as work:
        return await house.services.people.patients.add(
            work, house.here.administrator, who, assigned_to=[house.here.room.id]
        )


async def typed(visitor: httpx.AsyncClient, room_id: str, words: str) -> str:
    """Type into the dialog. Returns what is shown."""
    found = await visitor.post(f"/rooms/{room_id}/invite/find", data={"phone": words})
    assert found.status_code == 200, words
    return html.unescape(found.text)


def presses(shown: str) -> list[str]:
    """Return what the buttons send."""
    return re.findall(r'name="to" value="([^"]+)"', shown)


async def test_one_press_invites_the_patient_found_and_twice_invites_once(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, room = quick_house, (await rooms_of(quick_house)).reception
    await enter(visitor, house)
    shown = await typed(visitor, room.id, "maya lind")
    assert "14 March 1991" in shown
    assert "we meet in Reception" in shown
    assert "/l/…" in shown
    [to] = presses(shown)
    for _press in range(2):
        sent = await visitor.post(f"/rooms/{room.id}/invite/patient", data={"to": to}, headers=JSON)
        assert sent.status_code == 204
    await do_jobs(house)
    [message] = await house.notifications.messages.outbox(house.here.receptionist)
    assert (message.channel, message.state) == ("sms", "delivered")
    assert "Maya" not in message.text
    assert len(await lines(house, Action.INVITATION_SENT)) == 1
    assert len(await lines(house, Action.PATIENTS_SEARCHED)) == 1


@pytest.mark.parametrize("words", ["Lindqvist", "lindqvist maya", "14.3.1991", "0701740605"])
async def test_found_by_name_number_and_date_of_birth(
    quick_house: House, visitor: httpx.AsyncClient, words: str
) -> None:
    room = (await rooms_of(quick_house)).reception
    await enter(visitor, quick_house)
    assert "Maya Lindqvist" in await typed(visitor, room.id, words)


@pytest.mark.parametrize("words", ["", "m", " ", "+46 70 999", "%_", "x" * 5_000, "\u202e"])
async def test_nobody_is_found_for_this(
    quick_house: House, visitor: httpx.AsyncClient, words: str
) -> None:
    room = (await rooms_of(quick_house)).reception
    await enter(visitor, quick_house)
    assert presses(await typed(visitor, room.id, words)) == []


async def test_what_keeps_it_from_being_sent_stands_in_place_of_the_button(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, room = quick_house, (await rooms_of(quick_house)).reception
    await another(house, "Silas Unreached", date(1970, 1, 1))
    await another(house, "Silas Undated", None, phone="+46701740699")
    await another(house, "Silas Mailed", date(1970, 1, 1), email="silas@patients.example")
    await enter(visitor, house)
    shown = await typed(visitor, room.id, "silas")
    assert shown.count("Edit details") == 2
    assert len(presses(shown)) == 1
    assert "Invite by e-mail" in shown
    assert "Invite by SMS" not in shown


async def test_two_of_one_name_are_told_apart_and_each_has_a_button(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = (await rooms_of(quick_house)).reception
    twin = await another(quick_house, "Maya Lindqvist", date(1948, 5, 3), phone="+46701740633")
    await enter(visitor, quick_house)
    shown = await typed(visitor, room.id, "maya lindqvist")
    assert "14 March 1991" in shown
    assert "3 May 1948" in shown
    ids = {to.partition(":")[0] for to in presses(shown)}
    assert ids == {twin.id, quick_house.patients[0].id}


async def test_nobody_else_is_invited(quick_house: House, visitor: httpx.AsyncClient) -> None:
    house, rooms = quick_house, await rooms_of(quick_house)
    await enter(visitor, house)
    here = f"/rooms/{rooms.reception.id}/invite/patient"
    for to in ("", ":", "pat_nobody:", f"{house.here.room.id}:", "\u202e:\u202e"):
        assert (await visitor.post(here, data={"to": to})).status_code in (404, 422), to
    wrong = {"to": f"{house.patients[0].id}:req_of_another_kind"}
    assert (await visitor.post(here, data=wrong, headers=JSON)).status_code in (404, 422)
    others = f"/rooms/{rooms.own.id}/invite"
    for end, data in (("find", {"phone": "maya"}), ("patient", {"to": house.patients[0].id})):
        assert (await visitor.post(f"{others}/{end}", data=data)).status_code == 404
    assert await lines(house, Action.INVITATION_SENT) == []


async def test_who_is_there_already_is_said_to_be(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, rooms = quick_house, await rooms_of(quick_house)
    await enter(visitor, house)
    maya, room = house.patients[0], rooms.reception
    assert "Is waiting or in a call already" not in await typed(visitor, room.id, "Lindqvist")
    came = await arrive(house, room, maya.name, born=maya.demographics.birth_date)
    identification = house.services.visits.identification
    await identification.confirm(await in_charge(house, room.id), came.visit_id, maya.id)
    shown = await typed(visitor, room.id, "Lindqvist")
    assert "Is waiting or in a call already" in shown
    assert presses(shown)  # a lost page may still need the link
