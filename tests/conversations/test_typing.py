"""“… is writing” (C2): passed on to the open pages of the others, of this process and the next, and
stored nowhere."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import func, select
from websockets.asyncio.client import ClientConnection, connect

from bedside import bootstrap
from bedside.conversations.states import Reply
from bedside.database.statements import prepared
from bedside.database.tables import events
from bedside.edge.accounts import app_cookie_name
from bedside.kernel.events import Passing
from bedside.realtime.bus import Listener
from bedside.settings import load
from tests.accounts.people import account_of, signed_in
from tests.conversations.talking import Talk, talk_of
from tests.house import House, Served
from tests.peers.ports import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C2")]


class Page:
    """An open page of a conversation."""

    def __init__(self, connection: ClientConnection, topic: str) -> None:
        self._connection = connection
        self._topic = topic

    async def types(self, on: bool = True) -> None:
        """Say that somebody writes here, or has stopped."""
        await self.say({"action": "typing", "topic": self._topic, "on": on})

    async def subscribe(self) -> None:
        """Follow the conversation, and wait for its snapshot."""
        await self.say({"action": "subscribe", "topic": self._topic, "since": 0})
        await self.next(lambda one: one["type"] == "snapshot")

    async def next(self, which: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Receive until a message fits."""
        while True:
            said = json.loads(await asyncio.wait_for(self._connection.recv(), PATIENCE))
            if which(said):
                return said

    async def typing(self) -> dict[str, Any]:
        """Return what is said next of somebody who writes."""
        return dict((await self.next(lambda one: one["type"] == "typing"))["data"])

    async def hears_nothing(self) -> bool:
        """Whether nobody writes, up to the answer to a ping."""
        await self.say({"action": "ping"})
        said = await self.next(lambda one: one["type"] in ("typing", "pong"))
        return said["type"] == "pong"

    async def say(self, what: dict[str, Any]) -> None:
        """Send a message."""
        await self._connection.send(json.dumps(what))


@asynccontextmanager
async def opened(
    served: Served, talk: Talk, path: str, cookies: dict[str, str]
) -> AsyncGenerator[Page]:
    """Open a page that follows the conversation."""
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = {"Cookie": cookie, "Origin": served.url}
    address = served.url.replace("http", "ws") + path
    async with connect(address, additional_headers=headers) as connection:
        page = Page(connection, f"conversation:{talk.id}")
        await page.subscribe()
        yield page


@asynccontextmanager
async def both(served: Served, talk: Talk) -> AsyncGenerator[tuple[Page, Page, Page]]:
    """Open a page of the receptionist, one of the clinician, and one of the patient."""
    house = served.house
    there = await signed_in(house)
    phone = {app_cookie_name(house.services.settings): there.token}
    here = f"/app/{house.patients[0].id}/live"
    one = await house.cookie(house.here.receptionist)
    other = await house.cookie(house.here.clinician)
    async with (
        opened(served, talk, "/live", one) as desk,
        opened(served, talk, "/live", other) as colleague,
        opened(served, talk, here, phone) as patient,
    ):
        yield desk, colleague, patient


async def test_the_others_see_that_somebody_writes(served: Served) -> None:
    talk = await talk_of(served.house)
    patient_id = talk.patient.patient_id
    async with both(served, talk) as (desk, colleague, patient):
        await desk.types()
        told = {"patient_id": patient_id, "who": "staff", "on": True}
        assert await patient.typing() == told  # and nothing of which colleague
        assert await colleague.typing() == told
        assert await desk.hears_nothing()  # nobody hears of themself
        await desk.types()  # a page that says it all the time
        await desk.types(on=False)
        assert (await patient.typing())["on"] is False
        assert (await colleague.typing())["on"] is False
        await patient.types()
        assert await desk.typing() == {"patient_id": patient_id, "who": "patient", "on": True}


async def test_it_ends_with_the_page(served: Served) -> None:
    talk = await talk_of(served.house)
    cookies = await served.house.cookie(served.house.here.clinician)
    async with both(served, talk) as (_desk, _colleague, patient):
        async with opened(served, talk, "/live", cookies) as page:
            await page.types()
            assert (await patient.typing())["on"] is True
        assert (await patient.typing())["on"] is False


async def test_nothing_of_it_is_stored(served: Served) -> None:
    talk = await talk_of(served.house)
    count = select(func.count().label("events")).select_from(events)

    async def stored() -> int:
        async with served.house.database.read() as db:
            row = await db.one(prepared(count))
            return int(row.events) if row else 0

    async with both(served, talk) as (desk, _colleague, patient):
        before = await stored()
        await desk.types()
        await patient.typing()
        assert await stored() == before


@pytest.mark.feature("C7", "S2")
async def test_who_may_not_write_is_not_passed_on(served: Served) -> None:
    talk = await talk_of(served.house)
    await talk.say(talk.chart, "Only confirm.", reply=Reply.CONFIRM)
    async with both(served, talk) as (desk, _colleague, patient):
        await patient.types()
        assert await patient.hears_nothing()
        assert await desk.hears_nothing()
        await desk.say({"action": "typing", "topic": "conversation:cnv_other", "on": True})
        await desk.say({"action": "typing", "topic": "nothing", "on": True})
        assert await desk.hears_nothing()


async def test_pages_of_another_process_see_it(house: House) -> None:
    """On PostgreSQL several processes serve pages; with SQLite there is one."""
    talk = await talk_of(house)
    topic = f"conversation:{talk.id}"
    settings = house.services.settings
    other = bootstrap.build(load(data=settings.data, database_url=settings.url))
    await other.database.open()
    heard: list[str] = []
    came = asyncio.Event()
    account = await account_of(house)

    async def anybody(_person: str, _published: object) -> bool:
        return True

    def push(text: str) -> bool:
        heard.append(text)
        came.set()
        return True

    listener = Listener(anybody, push)
    listener.person = f"{house.clinic.id}/{account.account_id}"
    there = house.services if settings.url.startswith("sqlite") else other
    there.realtime.bus.subscribe(listener, topic)
    waiting = asyncio.create_task(listener.next())
    listening = asyncio.Event()

    async def watch() -> None:
        async for _ in other.database.watch():
            listening.set()

    watcher = asyncio.create_task(watch())
    try:
        if there is other:
            await asyncio.wait_for(listening.wait(), PATIENCE)
        await asyncio.sleep(0)
        told = {"patient_id": talk.patient.patient_id, "who": "staff", "on": True}
        by = f"{house.clinic.id}/{house.here.receptionist.staff_id}"
        await house.services.database.pass_on(Passing(topic, "typing", by, told))
        await asyncio.wait_for(came.wait(), PATIENCE)
        assert [json.loads(text)["data"] for text in heard] == [told]
    finally:
        for task in (watcher, waiting):
            task.cancel()
        await asyncio.gather(watcher, waiting, return_exceptions=True)
        await other.database.close()
