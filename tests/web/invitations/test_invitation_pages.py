"""A personal invitation: from the card of the patient to the waiting room."""

import html
import re

import httpx
import pytest

from bedside.visits.rooms import Room, RoomOptions
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.requests.sending import do_jobs
from tests.web.visits.test_room_pages import opened, queue

pytestmark = pytest.mark.anyio

RIGHT = {"birth_day": "14", "birth_month": "3", "birth_year": "1991"}
WRONG = {**RIGHT, "birth_year": "1992"}
PLAIN = RoomOptions(ask_phone="required", ask_reason="required")


async def invited(house: House, visitor: httpx.AsyncClient, room: Room) -> str:
    """Invite Maya Lindqvist from her card, by SMS. Returns the path of the link."""
    visitor.cookies.update(await house.cookie(house.here.receptionist))
    here = f"/patients/{house.patients[0].id}/invite"
    form = {"room": room.id, "channels": "sms"}
    previewed = await visitor.post(here, data=form)
    assert "/l/…" in previewed.text
    assert "2 parts" in previewed.text
    sent = await visitor.post(f"{here}/send", data=form)
    assert sent.status_code == 303
    await do_jobs(house)
    message = (await house.notifications.messages.outbox(house.here.receptionist))[0]
    assert message.state == "delivered"
    found = re.search(r"/l/[\w-]+", message.text)
    assert found
    return found[0]


@pytest.mark.feature("V2")
async def test_an_invited_patient_types_only_the_date_of_birth(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, PLAIN)
    link = await invited(quick_house, visitor, room)
    async with at_the_door(create_app(quick_house.services)) as phone:
        for method in ("HEAD", "GET"):
            opened_by = await phone.request(method, link)
            assert opened_by.status_code == 303
            page = opened_by.headers["location"]
            looked = await phone.request(method, page)
            assert looked.status_code == 200
            assert "set-cookie" not in looked.headers
        assert "Dr Amara Okafor" in looked.text
        assert "Lindqvist" not in looked.text
        assert await queue(quick_house, room) == []
        went = await phone.post(page, data=RIGHT)
        assert went.status_code == 303
        visit = went.headers["location"]
        assert (await phone.get(visit)).status_code == 200
        [waiting] = await queue(quick_house, room)
        assert (waiting.name, waiting.identified) == ("Maya Lindqvist", "invited")

        # the same message once more: nothing is asked, and it is the same visit
        again = await phone.get(link, follow_redirects=True)
        assert "Your visit goes on." in again.text
        assert (await phone.post(page, data={"go": "on"})).headers["location"] == visit
        assert len(await queue(quick_house, room)) == 1


@pytest.mark.feature("V2", "R2")
async def test_a_wrong_date_of_birth_lets_nobody_in_and_locks_in_the_end(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, PLAIN)
    link = await invited(quick_house, visitor, room)
    async with at_the_door(create_app(quick_house.services)) as stranger:
        link = (await stranger.get(link)).headers["location"]
        for typed, sentence in (("x", "as three numbers"), ("32", "This day does not exist.")):
            refused = await stranger.post(link, data={**RIGHT, "birth_day": typed})
            assert refused.status_code == 422
            assert sentence in refused.text
        for left in (4, 3, 2, 1):
            wrong = await stranger.post(link, data=WRONG)
            assert wrong.status_code == 422
            assert f"You can try {left} more" in wrong.text
        locked = await stranger.post(link, data=WRONG)
        assert locked.status_code == 403
        assert "This link is locked" in locked.text
        assert (await stranger.post(link, data=RIGHT)).status_code == 403
        assert (await stranger.get(link)).status_code == 403
    assert await queue(quick_house, room) == []


@pytest.mark.feature("V1", "V2")
async def test_an_invitation_to_a_closed_room_waits_for_it_to_open(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, PLAIN.model_copy(update={"consent_text": "By video."}))
    link = await invited(quick_house, visitor, room)
    charge = await quick_house.people.permissions.room(quick_house.here.clinician, room.id)
    await quick_house.visits.rooms.close(charge)
    async with at_the_door(create_app(quick_house.services)) as phone:
        link = (await phone.get(link)).headers["location"]
        unsigned = await phone.post(link, data=RIGHT)
        assert unsigned.status_code == 422
        assert "Please agree to go on." in html.unescape(unsigned.text)
        assert 'value="1991"' in unsigned.text
        closed = await phone.post(link, data={**RIGHT, "consented": "yes"})
        assert closed.status_code == 409
        assert "The waiting room is closed right now." in closed.text
        await quick_house.visits.rooms.open(charge)
        went = await phone.post(link, data={"consented": "yes"})
        assert went.status_code == 303
    assert len(await queue(quick_house, room)) == 1


async def test_an_invitation_says_what_is_missing(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, PLAIN)
    visitor.cookies.update(await quick_house.cookie(quick_house.here.receptionist))
    here = f"/patients/{quick_house.patients[0].id}/invite"
    card = await visitor.get(f"/patients/{quick_house.patients[0].id}/card")
    assert here in card.text
    assert "Dr Amara Okafor" not in card.text
    assert room.name in (await visitor.get(here)).text
    for form in ({"room": room.id}, {"room": "rom_other", "channels": "sms"}):
        for address in (here, f"{here}/send"):
            assert (await visitor.post(address, data=form)).status_code == 422
    edited = await visitor.post(here, data={"room": room.id, "channels": "email", "edit": "yes"})
    assert edited.status_code == 200
    assert await do_jobs(quick_house) == 0
