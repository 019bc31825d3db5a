"""Invitations are followed like other requests: what staff see of them, and what patients can ask
for."""

import re

import httpx
import pytest
from sqlalchemy import delete

from bedside.kernel import clock
from bedside.notifications.ports import Channel, PermanentFailure
from bedside.requests.models import requests
from bedside.requests.records import Reported, Request
from bedside.requests.states import State
from bedside.visits.rooms import Room
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.requests.sending import do_jobs
from tests.web.invitations.test_invitation_pages import PLAIN, RIGHT, WRONG, invited
from tests.web.visits.test_room_pages import opened, queue

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2", "R7")]


async def the_invitation(house: House) -> Request:
    [asked] = await house.requests.lists.of_chart(await house.chart(0))
    return asked


async def waiting(house: House) -> int:
    return await house.requests.lists.waiting(house.here.receptionist)


async def new_link(house: House) -> str:
    await do_jobs(house)
    message = (await house.notifications.messages.outbox(house.here.receptionist))[0]
    found = re.search(r"/l/[\w-]+", message.text)
    assert found
    return found[0]


async def test_a_locked_invitation_asks_for_a_new_link_and_keeps_its_place(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, PLAIN)
    link = await invited(house, visitor, room)
    assert (await the_invitation(house)).state is State.DELIVERED
    async with at_the_door(create_app(house.services)) as phone:
        page = (await phone.get(link)).headers["location"]
        assert "This isn’t me" in (await phone.get(page)).text
        for _ in range(5):
            locked = await phone.post(page, data=WRONG)
        assert locked.status_code == 403
        assert "Ask for a new link" in locked.text
        assert (await the_invitation(house)).state is State.LOCKED
        asked = await phone.post(f"{page}/new-link")
        assert asked.status_code == 303
    assert (await the_invitation(house)).reported is Reported.NEW_LINK
    assert await waiting(house) == 1
    desk = await visitor.get("/requests?view=waiting")
    assert "Maya Lindqvist" in desk.text
    assert "Invitation" in desk.text
    here = f"/patients/{house.patients[0].id}/requests/{(await the_invitation(house)).id}"
    assert "Waiting room" in (await visitor.get(here)).text
    assert (
        "Asks for a new link"
        in (await visitor.get(f"/patients/{house.patients[0].id}/card/now")).text
    )
    assert (await visitor.post(f"{here}/reissue")).status_code == 303
    assert await waiting(house) == 0
    second = await new_link(house)
    assert second != link
    async with at_the_door(create_app(house.services)) as phone:
        page = (await phone.get(second)).headers["location"]
        assert (await phone.post(page, data=RIGHT)).status_code == 303
    assert len(await queue(house, room)) == 1
    assert (await the_invitation(house)).state is State.IN_PROGRESS


async def test_an_invitation_that_is_not_delivered_needs_somebody(
    quick_house: House, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = quick_house
    room = await opened(house, PLAIN)

    class Refusing:
        name = "refusing"

        async def deliver(self, message: object) -> None:
            raise PermanentFailure("This phone number does not exist.")

    gateways = {**house.notifications.dispatcher._gateways, Channel.SMS: Refusing()}
    gateways |= {Channel.EMAIL: Refusing()}  # else the plan goes on by it
    monkeypatch.setattr(house.notifications.dispatcher, "_gateways", gateways)
    visitor.cookies.update(await house.cookie(house.here.receptionist))
    form = {"room": room.id, "channels": "sms"}
    await visitor.post(f"/patients/{house.patients[0].id}/invite/send", data=form)
    await do_jobs(house)
    asked = await the_invitation(house)
    assert asked.state is State.FAILED
    assert await waiting(house) == 1
    page = await visitor.get(f"/patients/{house.patients[0].id}/requests/{asked.id}")
    assert "This phone number does not exist." in page.text
    assert "Send again" in page.text


async def test_a_form_sent_twice_invites_once(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, PLAIN)
    visitor.cookies.update(await house.cookie(house.here.receptionist))
    here = f"/patients/{house.patients[0].id}/invite"
    shown = await visitor.post(here, data={"room": room.id, "channels": "sms", "edit": "yes"})
    assert shown.status_code == 200
    found = re.search(r'name="id" value="(inv_\w+)"', (await visitor.get(here)).text)
    assert found
    form = {"id": found[1], "room": room.id, "channels": "sms"}
    for _ in range(2):
        assert (await visitor.post(f"{here}/send", data=form)).status_code == 303
    assert (await the_invitation(house)).id == found[1]


async def test_a_number_that_reached_somebody_else_gets_no_message_until_it_is_confirmed(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, PLAIN)
    link = await invited(house, visitor, room)
    async with at_the_door(create_app(house.services)) as stranger:
        page = (await stranger.get(link)).headers["location"]
        assert (await stranger.post(f"{page}/not-me", data={"sure": "yes"})).status_code == 303
    asked = await the_invitation(house)
    assert asked.reported is Reported.WRONG_PERSON
    patient = f"/patients/{house.patients[0].id}"
    assert "Correct the number" in (await visitor.get("/requests?view=waiting")).text
    assert "Reached somebody else" in (await visitor.get(f"{patient}/card")).text
    form = (await visitor.get(f"{patient}/requests/new")).text
    assert "messages there reached somebody else" in form
    refused = await visitor.post(f"{patient}/requests/{asked.id}/reissue", follow_redirects=True)
    assert "No message can go to" in refused.text
    assert (await the_invitation(house)).round == 1
    confirmed = await visitor.post(f"{patient}/addresses", data={"which": "phone"})
    assert confirmed.status_code == 303
    await visitor.post(f"{patient}/requests/{asked.id}/reissue")
    assert (await the_invitation(house)).round == 2


async def test_the_right_date_of_birth_takes_the_mark_back(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, PLAIN)
    link = await invited(house, visitor, room)
    async with at_the_door(create_app(house.services)) as phone:
        page = (await phone.get(link)).headers["location"]
        await phone.post(f"{page}/not-me", data={"sure": "yes"})
        assert (await phone.post(page, data=RIGHT)).status_code == 303
    assert (await the_invitation(house)).reported is Reported.NOTHING
    card = await visitor.get(f"/patients/{house.patients[0].id}/card")
    assert "Reached somebody else" not in card.text


async def test_a_patient_who_waits_stays_in_when_the_invitation_ends(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, PLAIN)
    link = await invited(house, visitor, room)
    async with at_the_door(create_app(house.services)) as phone:
        page = (await phone.get(link)).headers["location"]
        visit = (await phone.post(page, data=RIGHT)).headers["location"]
        ends = (await the_invitation(house)).expires_at
        with clock.shifted(ends - clock.now() + clock.MINUTE):
            assert (await phone.get(page)).headers["location"] == visit
            async with at_the_door(create_app(house.services)) as other:
                await other.get(link)
                assert (await other.get(page)).status_code == 410


async def test_a_closed_room_is_said_before_the_date_of_birth(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    room = await opened(house, PLAIN)
    link = await invited(house, visitor, room)
    await _close(house, room)
    async with at_the_door(create_app(house.services)) as phone:
        shown = await phone.get(link, follow_redirects=True)
        assert shown.status_code == 200
        assert "The waiting room is closed right now." in shown.text


async def _close(house: House, room: Room) -> None:
    charge = await house.people.permissions.room(house.here.clinician, room.id)
    await house.visits.rooms.close(charge)


async def test_the_last_day_of_a_link_lasts_until_its_evening(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    await invited(house, visitor, await opened(house, PLAIN))
    ends = clock.in_zone("Europe/Stockholm", (await the_invitation(house)).expires_at)
    assert (ends.hour, ends.minute) == (23, 59)
    today = clock.in_zone("Europe/Stockholm").date()
    assert (ends.date() - today).days == 7


async def test_an_invitation_of_an_earlier_version_still_lets_in(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    """Those were no requests: there is nothing that somebody could report to."""
    house = quick_house
    room = await opened(house, PLAIN)
    link = await invited(house, visitor, room)
    async with house.database.unit_of_work() as work:
        await work.execute(delete(requests))
    async with at_the_door(create_app(house.services)) as phone:
        page = (await phone.get(link)).headers["location"]
        assert "This isn’t me" not in (await phone.get(page)).text
        assert (await phone.post(page, data=RIGHT)).status_code == 303
    [row] = await queue(house, room)
    assert row.name == "Maya Lindqvist"
