"""Sockets of the three kinds of pages in a call, over a real server."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import httpx
import pytest
from sqlalchemy import insert
from websockets.asyncio.client import ClientConnection, connect

from bedside.database.quiet_topics import QuietTopics
from bedside.database.tables import topics
from bedside.edge.guests import page_of_guest
from tests.calls.agreeing import add_patient, admit_guest
from tests.calls.calling import SDP, Pair, Ward
from tests.house import Served
from tests.peers.ports import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V5")]

_marks = count(1)


class Page:
    """An open page with its socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, **message: Any) -> None:
        """Send a message; a field “sender” is sent as “from”."""
        if "sender" in message:
            message["from"] = message.pop("sender")
        await self.connection.send(json.dumps(message))

    async def hear(self, topic: str, kind: str) -> dict[str, Any]:
        """Return the next message of a topic and type."""
        while True:
            message = await self._receive()
            if (message["topic"], message["type"]) == (topic, kind):
                return message

    async def all(self) -> list[dict[str, Any]]:
        """Return the messages up to now: a topic that does not exist is refused after them."""
        mark = f"mark:{next(_marks)}"
        await self.say(action="subscribe", topic=mark)
        heard: list[dict[str, Any]] = []
        while (message := await self._receive())["topic"] != mark:
            heard.append(message)
        return heard

    async def _receive(self) -> dict[str, Any]:
        return json.loads(await asyncio.wait_for(self.connection.recv(), PATIENCE))


@asynccontextmanager
async def opened(served: Served, path: str, cookies: dict[str, str]) -> AsyncGenerator[Page]:
    """Open a page at a path of the server, with somebody's cookies."""
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = {"Cookie": cookie, "Origin": served.url}
    address = served.url.replace("http", "ws") + path
    async with connect(address, additional_headers=headers) as connection:
        yield Page(connection)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition that will soon hold."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.02)


@pytest.fixture
def ward(served: Served) -> Ward:
    """The waiting room behind a server."""
    return Ward(served.house)


async def staff_cookies(ward: Ward) -> dict[str, str]:
    """Return the clinician's cookies."""
    return await ward.house.cookie(ward.house.here.clinician)


def visitor_cookies(ward: Ward, pair: Pair) -> dict[str, str]:
    """Return the cookies of the patient's device."""
    return {"bedside-visitor": ward.tokens[pair.visitor.visit_id]}


async def test_a_whole_conversation(served: Served, ward: Ward) -> None:
    """Both follow the call, an offer goes over, an answer comes back, somebody mutes."""
    pair = await ward.both()
    here, there, call = pair.here.connection_id, pair.there.connection_id, pair.call_id
    visit = f"/visit/{pair.visitor.visit_id}/live"
    async with (
        opened(served, "/live", await staff_cookies(ward)) as staff,
        opened(served, visit, visitor_cookies(ward, pair)) as patient,
    ):
        for page, own in ((staff, here), (patient, there)):
            await page.say(action="subscribe", topic=f"call:{call}")
            await page.hear(f"call:{call}", "snapshot")
            await page.say(action="subscribe", topic=f"signals:{own}")
            await page.all()
        about = {"action": "signal", "call": call}
        description = {"type": "offer", "sdp": SDP}
        await staff.say(**about, sender=here, to=there, description=description)
        offer = await patient.hear(f"signals:{there}", "call.signal")
        assert offer["data"]["description"] == description
        assert offer["version"] == 1
        answer = {"type": "answer", "sdp": SDP}
        await patient.say(**about, sender=there, to=here, description=answer, candidate=None)
        assert (await staff.hear(f"signals:{here}", "call.signal"))["data"]["from_connection"]
        await patient.say(
            action="media", call=call, sender=there, muted=True, camera=True, sharing=False
        )
        changed = await staff.hear(f"call:{call}", "call.participant_changed")
        assert (changed["data"]["participant_id"], changed["data"]["muted"]) == (
            pair.there.participant_id,
            True,
        )


@pytest.mark.feature("V15")
async def test_a_page_that_was_away_catches_up_with_its_signals(served: Served, ward: Ward) -> None:
    pair = await ward.both()
    here, there, call = pair.here.connection_id, pair.there.connection_id, pair.call_id
    async with opened(served, "/live", await staff_cookies(ward)) as staff:
        for number in range(30):
            candidate = {"candidate": f"candidate:{number}", "sdpMid": "0"}
            await staff.say(action="signal", call=call, sender=here, to=there, candidate=candidate)
        await staff.all()
    visit = f"/visit/{pair.visitor.visit_id}/live"
    for since, expected in ((0, 30), (28, 2)):
        async with opened(served, visit, visitor_cookies(ward, pair)) as patient:
            await patient.say(action="subscribe", topic=f"signals:{there}", since=since)
            heard = await patient.all()
        assert [m["type"] for m in heard] == ["call.signal"] * expected
        assert heard[-1]["data"]["candidate"]["candidate"] == "candidate:29"


@pytest.mark.feature("V15")
async def test_signals_count_from_where_forgotten_topics_ended(served: Served, ward: Ward) -> None:
    """A new page learns first from which version it counts, and then gets every signal once."""
    database = ward.house.database
    async with database.unit_of_work() as work:
        await work.execute(insert(topics), topic="old:topic", version=7)
    sweep = QuietTopics(database)
    for _ in range(2):
        await sweep.forget()
    pair = await ward.both()
    here, there, call = pair.here.connection_id, pair.there.connection_id, pair.call_id
    visit = f"/visit/{pair.visitor.visit_id}/live"
    async with (
        opened(served, "/live", await staff_cookies(ward)) as staff,
        opened(served, visit, visitor_cookies(ward, pair)) as early,
        opened(served, visit, visitor_cookies(ward, pair)) as late,
    ):
        await early.say(action="subscribe", topic=f"signals:{there}")
        (snapshot,) = await early.all()
        assert (snapshot["type"], snapshot["version"]) == ("snapshot", 1_000)
        for number in range(3):
            candidate = {"candidate": f"candidate:{number}", "sdpMid": "0"}
            await staff.say(action="signal", call=call, sender=here, to=there, candidate=candidate)
        await staff.all()
        await late.say(action="subscribe", topic=f"signals:{there}")
        for page, first in ((early, []), (late, [1_000])):
            heard = await page.all()
            assert [m["version"] for m in heard] == [*first, 1_001, 1_002, 1_003]
        await late.say(action="subscribe", topic=f"signals:{there}", since=1_002)
        assert [m["version"] for m in await late.all()] == [1_003]


@pytest.mark.feature("V15")
async def test_the_socket_says_whether_a_page_is_there(served: Served, ward: Ward) -> None:
    """The patient's page for the visit, everybody's page for their connection in the call."""
    pair = await ward.both()
    await ward.visits.presence.left(pair.visitor, f"sck_{pair.visitor.visit_id}")
    visit, there = pair.visitor.visit_id, pair.there.connection_id
    async with opened(served, f"/visit/{visit}/live", visitor_cookies(ward, pair)) as patient:
        await patient.say(action="subscribe", topic=f"signals:{there}")
        await patient.say(action="here", hidden=True)
        await patient.all()
        assert await ward.realtime.presence.online({visit, there}) == {visit, there}
        async with ward.database.read() as db:
            assert (await ward.realtime.presence.seen(db, visit)).hidden
        await patient.say(action="here", hidden=False)
        await patient.say(action="unsubscribe", topic=f"signals:{there}")
        await patient.all()
        assert await ward.realtime.presence.online({visit, there}) == {visit}
        async with ward.database.read() as db:
            assert not (await ward.realtime.presence.seen(db, visit)).hidden
    await until(lambda: _is_away(ward, visit))


async def test_a_page_asks_whether_its_connection_passes_anything_on(
    served: Served, ward: Ward
) -> None:
    """The pings of the protocol are invisible to scripts."""
    async with opened(served, "/live", await staff_cookies(ward)) as page:
        await page.say(action="ping")
        async with asyncio.timeout(PATIENCE):
            assert json.loads(await page.connection.recv()) == {"type": "pong"}


async def _is_away(ward: Ward, visit: str) -> bool:
    return not await ward.realtime.presence.online({visit})


@pytest.mark.feature("V6")
async def test_a_guest_is_let_in_and_sent_away_while_the_page_is_open(
    served: Served, ward: Ward
) -> None:
    pair = await ward.both()
    guest = await ward.guest(pair.host)
    path, topic = page_of_guest(guest.guest_id), f"guest:{guest.guest_id}"
    call = f"call:{pair.call_id}"
    cookies = {"bedside-guest": ward.tokens[guest.guest_id]}
    async with opened(served, f"{path}/live", cookies) as page:
        await page.say(action="subscribe", topic=topic)
        assert (await page.hear(topic, "snapshot"))["data"]["state"] == "knocking"
        await page.say(action="subscribe", topic=call)
        await page.hear(call, "refused")
        await admit_guest(ward.house.services, pair.host, guest.guest_id)
        assert (await page.hear(topic, "guest.changed"))["data"]["state"] == "agreeing"
        assert (await page.hear(topic, "guest.changed"))["data"]["state"] == "asked"
        async with httpx.AsyncClient(base_url=served.url, cookies=cookies) as client:
            own = {"accept": "application/json", "origin": served.url}
            joined = await client.post(f"{path}/call/join", data={"camera": "true"}, headers=own)
            assert joined.json()["state"] == "joined"
        await page.say(action="subscribe", topic=call)
        await page.hear(call, "snapshot")
        await ward.calls.guests.revoke(pair.host, guest.guest_id)
        await asyncio.wait_for(page.connection.wait_closed(), PATIENCE)
        assert page.connection.close_code == 4401


async def test_who_leaves_the_call_hears_no_more_of_it(served: Served, ward: Ward) -> None:
    """The page keeps its subscription; events arrive as placeholders that only keep the count."""
    pair, second, room = await ward.both(), await ward.wait("Second"), await ward.room()
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    topic = f"call:{pair.call_id}"
    visit = f"/visit/{pair.visitor.visit_id}/live"
    async with opened(served, visit, visitor_cookies(ward, pair)) as patient:
        await patient.say(action="subscribe", topic=topic)
        await patient.hear(topic, "snapshot")
        await ward.calls.control.return_to_waiting_room(room, pair.visitor.visit_id)
        await ward.join(await ward.seat(second))
        for _ in range(2):
            told = await patient.hear(topic, "elsewhere")
            assert set(told) == {"topic", "version", "type"}


async def test_signals_come_in_bursts_and_not_without_end(served: Served, ward: Ward) -> None:
    pair = await ward.both()
    about = {
        "action": "signal",
        "call": pair.call_id,
        "sender": pair.here.connection_id,
        "to": "con_nobody",
        "candidate": {"candidate": ""},
    }
    async with opened(served, "/live", await staff_cookies(ward)) as staff:
        for _ in range(300):
            await staff.say(**about)
        await staff.all()
        for _ in range(600):
            await staff.say(**about)
        await asyncio.wait_for(staff.connection.wait_closed(), PATIENCE)
        assert staff.connection.close_code == 4429
