"""A visit with a marker wherever somebody can write something: at the door, in the queue, in the
call and its apps, at the transfer."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx

from bedside.kernel.ids import new_id
from bedside.people.permissions import RoomAccess
from bedside.visits.room_rows import RoomOptions
from bedside.visits.rooms import RoomChange
from tests.canary.filling import SITE, Markers
from tests.edge.tus import BODY, VERSION, metadata
from tests.house import House

PHONE = "+46 70 913 57 27"
TYPED = ("46709135727", "0709135727", PHONE)


class Visiting:
    """A patient who arrives, is called, and is transferred to another room. `http` is a member of
    staff's browser; patients and guests have their own."""

    def __init__(self, house: House, mark: Markers, http: httpx.AsyncClient) -> None:
        self._house = house
        self._mark = mark
        self._http = http

    async def visit(self, settled: Callable[[], None]) -> None:
        """Act out the visit from the door to the end. `settled` waits for the worker."""
        house, mark = self._house, self._mark
        room = await house.people.permissions.room(house.here.receptionist, house.here.room.id)
        asks = RoomOptions(
            welcome_text="Welcome.", ask_phone="optional", consent_text="Video is used."
        )
        await house.visits.rooms.change(
            house.administer(), room.room_id, RoomChange("Front desk", options=asks)
        )
        await self._post(f"/rooms/{room.room_id}/open", open="yes")
        async with self._browser() as phone, self._browser() as stranger:
            visit = await self._come(phone, room)
            await self._post(f"/rooms/{room.room_id}/messages", text=mark("message to everyone"))
            await self._talk(phone, visit)
            await self._post(f"/visits/{visit}/first", reason=mark("why seen first"), urgent="yes")
            await self._post(f"/visits/{visit}/call", mode="video", leg="1")
            await self._ask()
            await self._draw(phone, stranger, visit)
            await self._send(phone, visit)
            await asyncio.to_thread(settled)
            await self._hand_over(visit)
            await self._note_later(visit)
            gone = await phone.post(f"/visit/{visit}/leave")
            assert gone.status_code in (200, 204, 303), gone.text[:300]

    def _browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self._http.base_url, headers=SITE, timeout=60)

    async def _post(self, address: str, **data: str) -> Any:
        return await _posted(self._http, address, **data)

    async def _come(self, phone: httpx.AsyncClient, room: RoomAccess) -> str:
        """Check in: with mistakes at first, so that the form comes back with what was typed."""
        mark = self._mark
        door = f"/r/{(await self._house.visits.rooms.get(room.clinic_id, room.room_id)).slug}"
        lost = {"name": mark("lost link"), "contact": PHONE}
        born = {"birth_day": "1", "birth_month": "2", "birth_year": "1960"}
        await _posted(phone, f"{door}/lost-link", address=PHONE)
        assert (await phone.post(f"{door}/lost-link/staff", data=lost)).status_code == 422
        await _posted(phone, f"{door}/lost-link/staff", **lost, **born)
        assert mark("lost link") in (await self._http.get("/requests?view=waiting")).text
        typed = {
            "name": f"{mark('typed first name')} {mark('typed last name')}",
            "phone": PHONE,
            "reason": mark("reason"),
        }
        wrong = await phone.post(door, data=typed)
        assert wrong.status_code == 422, wrong.text[:300]
        assert mark("reason") in wrong.text
        come = await phone.post(door, data={**typed, "consented": "yes"})
        assert come.status_code == 303, come.text[:300]
        visit = come.headers["location"].rpartition("/")[2]
        for page in (f"/visit/{visit}", f"/visit/{visit}/now"):
            assert (await phone.get(page)).status_code == 200
        for page in (f"/rooms/{room.room_id}", "/rooms/all", f"/visits/{visit}/card"):
            assert mark("typed last name") in (await self._http.get(page)).text, page
        return visit

    async def _talk(self, phone: httpx.AsyncClient, visit: str) -> None:
        mark = self._mark
        waiting = await phone.get(f"/visit/{visit}?view=waiting")
        assert mark("message to everyone") in waiting.text
        said = {"draft_id": new_id("drf"), "leg": "1"}
        await _posted(phone, f"/visit/{visit}/chat", body=mark("chat of patient"), **said)
        said["draft_id"] = new_id("drf")
        await self._post(f"/visits/{visit}/chat", body=mark("chat of staff"), **said)
        shown = (await self._http.get(f"/visits/{visit}/chat")).text
        assert mark("chat of patient") in shown
        await self._post(f"/visits/{visit}/note", text=mark("note of visit"))

    async def _draw(
        self, phone: httpx.AsyncClient, stranger: httpx.AsyncClient, visit: str
    ) -> None:
        """Draw on the whiteboard, and have a knocking guest look at it."""
        mark = self._mark
        call = (await _posted(phone, f"/visit/{visit}/call/join", camera="true")).json()["call_id"]
        await self._post(f"/calls/{call}/join", camera="true")
        expected = {"name": mark("expected guest"), "role": mark("role of guest")}
        invited = (await self._post(f"/calls/{call}/guests", **expected)).json()
        link = "/g/" + invited["link"].rpartition("/")[2]
        door = (await stranger.get(link)).headers["location"]
        await _posted(stranger, door, name=mark("name of guest"))
        assert mark("name of guest") in (await self._http.get(f"/calls/{call}/people")).text
        await self._post(f"/calls/{call}/guests/{invited['guest_id']}/admit")
        people = (await self._http.get(f"/calls/{call}/people")).json()["people"]
        [newcomer] = [one for one, person in people.items() if person["kind"] == "guest"]
        await _posted(phone, f"/visit/{visit}/call/newcomers/{newcomer}/agree")
        await _posted(stranger, f"/guest/{invited['guest_id']}/call/join", muted="true")
        await self._post(f"/calls/{call}/whiteboard/open")
        words = {"kind": "words", "line": "a", "ink": "red", "at": [9, 9]}
        drawn = json.dumps([{**words, "words": mark("whiteboard")}])
        await self._post(f"/calls/{call}/whiteboard/marks", marks=drawn)
        board = f"/guest/{invited['guest_id']}/call/whiteboard/marks"
        assert mark("whiteboard") in (await stranger.get(board)).text

    async def _send(self, phone: httpx.AsyncClient, visit: str) -> None:
        """Send files: one arrives, one is declined, one is cancelled half way."""
        mark = self._mark
        content = (mark("text of file in visit") + "\n").encode() * 40
        own = f"/visit/{visit}/transfers"
        for kind, sent in (("sent file", content), ("file given up", content[:99])):
            name = f"{mark(kind)}.txt"
            about = {"name": name, "media_type": "text/plain", "size": str(len(content))}
            begun = (await _posted(phone, own, **about)).json()["transfer_id"]
            said = {"Upload-Length": str(len(content)), "Upload-Metadata": metadata(filename=name)}
            headers = {**VERSION, **said, "Content-Type": BODY}
            there = await phone.post(f"{own}/{begun}/uploads", content=sent, headers=headers)
            assert there.status_code == 201, there.text[:300]
        await _posted(phone, f"{own}/{begun}/cancel")
        await self._post(f"/visits/{visit}/transfers/ask", wanted=mark("what a request is for"))
        assert mark("what a request is for") in (await phone.get(own)).text
        about = {"name": f"{mark('offered file')}.txt", "media_type": "text/plain", "size": "9"}
        offered = (await self._post(f"/visits/{visit}/transfers", **about)).json()["transfer_id"]
        assert mark("offered file") in (await phone.get(own)).text
        await _posted(phone, f"{own}/{offered}/decline")

    async def _note_later(self, visit: str) -> None:
        """Say whose visit it is, and add to its notes from the chart."""
        patient, words = self._house.patients[0].id, self._mark("addition to notes")
        await self._post(f"/visits/{visit}/identify", patient=patient)
        record = f"/patients/{patient}/visits/{visit}"
        await self._post(f"{record}/notes", text=words)
        shown = (await self._http.get(record)).text
        assert words in shown
        assert any(self._mark(name) in shown for name in ("name of guest", "expected guest"))

    async def _ask(self) -> None:
        """Ask a colleague, who answers."""
        colleague, mark = self._house.here.clinician, self._mark
        asked = {"to": colleague.staff_id, "text": mark("question to a colleague")}
        await self._post("/colleagues/ask", **asked)
        questions = self._house.colleagues.questions
        (question,) = await questions.open(colleague)
        await questions.answer(colleague, question.id, mark("answer of a colleague"))
        shown = await self._http.get("/colleagues/questions")
        assert mark("answer of a colleague") in shown.text

    async def _hand_over(self, visit: str) -> None:
        """Transfer to a second room, then read what the receiver sees and what is recorded."""
        house, mark = self._house, self._mark
        administrator = house.administer()
        second = await house.visits.rooms.create(administrator, RoomChange("Upstairs"))
        receptionist = house.here.receptionist
        await house.people.staff.assign(administrator, receptionist.staff_id, second.id)
        await house.visits.rooms.open(await house.people.permissions.room(receptionist, second.id))
        sent = {"room": second.id, "note": mark("hand-over note"), "leg": "1"}
        await self._post(f"/visits/{visit}/transfer", **sent)
        assert mark("hand-over note") in (await self._http.get(f"/visits/{visit}/card")).text


async def _posted(browser: httpx.AsyncClient, address: str, /, **data: str) -> httpx.Response:
    answer = await browser.post(address, data=data or {"press": "1"})
    assert answer.status_code in (200, 201, 204, 303), (address, answer.text[:300])
    return answer
