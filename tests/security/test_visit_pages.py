"""Hostile names and words, on every page of a visit that shows them."""

import json
from typing import Any

import httpx
import pytest

from bedside.calls.apps.marks import marks_of
from bedside.calls.states import Mode
from bedside.transfers.service import Chosen
from bedside.visits.check_in import CheckIn, CheckInForm
from bedside.visits.room_rows import RoomOptions
from bedside.visits.rooms import RoomChange
from bedside.web.app import create_app
from tests.calls.calling import ADDRESS
from tests.house import House, at_the_door

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S2")]

_TAG = "<img src=x onerror=alert(1)>"
ODD = f"\"'>{_TAG}</script>\u202e"
"""Ends an attribute of either kind, a tag, a script, and changes the text direction."""


class Scene:
    """A room and a patient full of such words, with everybody's browsers."""

    def __init__(self, house: House) -> None:
        app = create_app(house.services)
        self.house, self.services = house, house.services
        self.phone, self.desk, self.guest = (at_the_door(app) for _ in range(3))

    async def door(self) -> None:
        """Open the door, closed and open, and send a form with everything wrong."""
        house, rooms = self.house, self.services.visits.rooms
        self.desk.cookies.update(await house.cookie(house.here.receptionist))
        self.room = await self.services.people.permissions.room(
            house.here.receptionist, house.here.room.id
        )
        asks = RoomOptions(welcome_text=ODD, closed_text=ODD, consent_text=ODD, emergency_text=ODD)
        change = RoomChange(f"Room {ODD}", options=asks)
        await rooms.change(house.administer(), self.room.room_id, change)
        slug = (await rooms.get(self.room.clinic_id, self.room.room_id)).slug
        await _quotes(self.phone, f"/r/{slug}")
        await rooms.open(self.room)
        await _quotes(self.phone, f"/r/{slug}")
        typed = {"name": ODD, "reason": ODD, "birth_day": ODD, "draft": ODD}
        form = await self.phone.post(f"/r/{slug}", data=typed)
        assert form.status_code == 422
        _no_tag(form)

    async def come(self) -> None:
        """Check in, and write into every field there is."""
        services, room = self.services, self.room
        shown = await services.visits.rooms.get(room.clinic_id, room.room_id)
        odd = CheckInForm(CheckIn.new_draft(), name=ODD, reason=ODD, consented=True)
        self.visit, token = await services.visits.check_in.check_in(shown, odd, ADDRESS)
        self.phone.cookies.set("bedside-visitor", token)
        self.visitor = await services.visits.devices.resume(token, self.visit, ADDRESS)
        await services.visits.room_messages.say(room, ODD)
        await services.conversations.visit_chat.say(self.visitor, self.visit, ODD, "")
        await services.conversations.visit_chat.say(room, self.visit, ODD, "")
        await services.visit_records.notes.keep(room, self.visit, ODD)
        file = Chosen(f"\"'>{_TAG}.txt", ODD, 9)
        await services.transfers.exchange.offer(room, self.visit, file)
        await services.transfers.exchange.send_own(self.visitor, file)

    async def call(self) -> str:
        """Start a call with a guest of such a name, and such words on the whiteboard."""
        services, room = self.services, self.room
        call = await services.calls.control.start(room, self.visit, Mode.VIDEO)
        host = await services.calls.seats.host(room.staff, call)
        door = "/g/" + (await services.calls.guests.invite(host)).link.rpartition("/")[2]
        door = (await self.guest.get(door)).headers["location"]
        entered = await self.guest.post(door, data={"name": ODD[:80]})
        assert entered.status_code == 303
        await services.calls.whiteboard.open(host)
        words: dict[str, Any] = {"kind": "words", "line": "a", "ink": "red", "at": [1, 1]}
        await services.calls.whiteboard.draw(host, marks_of(json.dumps([{**words, "words": ODD}])))
        return call


async def test_what_people_write_in_a_visit_stays_words(quick_house: House) -> None:
    scene = Scene(quick_house)
    await scene.door()
    await scene.come()
    visit, room_id = scene.visit, scene.room.room_id
    for page in (f"/rooms/{room_id}", "/rooms/all", f"/visits/{visit}/card"):
        await _quotes(scene.desk, page)
    for end in ("?view=waiting", "/now?view=waiting", "/chat", "/transfers"):
        await _quotes(scene.phone, f"/visit/{visit}{end}")
    for end in ("chat", "transfers", "note", "remove", "transfer"):
        await _quotes(scene.desk, f"/visits/{visit}/{end}")
    call = await scene.call()
    await _quotes(scene.desk, f"/calls/{call}")
    for page in (f"/calls/{call}/people", f"/calls/{call}/whiteboard/marks"):
        assert (await scene.desk.get(page)).headers["content-type"] == "application/json", page
    for end in ("card", "identify"):
        await _quotes(scene.desk, f"/visits/{visit}/{end}")
    await scene.services.calls.control.end_visit(scene.room, visit)
    for page in (f"/rooms/{room_id}", f"/visits/{visit}/identify"):
        await _quotes(scene.desk, page)
    await scene.services.visits.identification.add(scene.room, visit)
    [patient] = await scene.services.people.patients.find(scene.room.staff, "alert")
    chart = f"/patients/{patient.id}"
    for page in (f"/calls/{call}/after", f"{chart}/visits", f"{chart}/visits/{visit}"):
        await _quotes(scene.desk, page)


async def _quotes(browser: httpx.AsyncClient, page: str) -> None:
    answer = await browser.get(page)
    assert answer.status_code == 200, (page, answer.text[:300])
    assert "alert(1)" in answer.text, f"{page} does not show it at all"
    _no_tag(answer)


def _no_tag(answer: httpx.Response) -> None:
    assert _TAG not in answer.text, answer.request.url
    assert "<img src=x" not in answer.text.lower()
    assert "onerror" not in str(answer.headers)
