"""Pages over the real socket: they show what a fresh page shows, whatever happened in between.
Access is covered by tests/matrix/test_sockets.py."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

import pytest
from sqlalchemy import delete
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bedside import bootstrap
from bedside.charts.live import apply
from bedside.database.quiet_topics import QuietTopics
from bedside.database.tables import events
from bedside.kernel.events import Published
from bedside.people.permissions import StaffAccess
from bedside.settings import load
from tests.edge.tus import Sender, sending, words
from tests.house import Served
from tests.peers.ports import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F9")]


_marks = count(1)


class Page:
    """An open page of one topic; it handles messages like the page's script."""

    def __init__(self, connection: ClientConnection, topic: str) -> None:
        self._connection = connection
        self.topic = topic
        self.version = 0
        self.state: dict[str, Any] = {}
        self.heard: list[str] = []
        self._asked = 0

    async def ask(self, since: int | None = None) -> None:
        """Subscribe, from the version that the page has."""
        version = self.version if since is None else since
        self._asked += 1
        await self._say({"action": "subscribe", "topic": self.topic, "since": version})

    async def take_one(self) -> dict[str, Any]:
        """Receive the next message about the topic."""
        while True:
            message = await self._receive()
            if message["topic"] == self.topic:
                await self._take(message)
                return message

    async def settle(self) -> "Page":
        """Receive all messages up to now: a topic that does not exist is refused after them."""
        asked = -1
        while asked != self._asked:  # what was received may have made the page ask again
            asked = self._asked
            mark = f"mark:{next(_marks)}"
            await self._say({"action": "unsubscribe", "topic": mark})
            while (message := await self._receive())["topic"] != mark:
                if message["topic"] == self.topic:
                    await self._take(message)
        return self

    async def _take(self, message: dict[str, Any]) -> None:
        self.heard.append(message["type"])
        if message["type"] == "snapshot":
            self.version, self.state = message["version"], message["data"]
        elif message["version"] == self.version + 1:
            self.version = message["version"]
            if message["type"].startswith("chart."):
                self.state = apply(self.state, message["type"], message["data"])
        elif message["version"] > self.version:
            await self.ask()

    async def _say(self, what: dict[str, Any]) -> None:
        await self._connection.send(json.dumps(what))

    async def _receive(self) -> dict[str, Any]:
        return json.loads(await asyncio.wait_for(self._connection.recv(), PATIENCE))


@asynccontextmanager
async def looking(
    served: Served, topic: str, staff: StaffAccess | None = None, **how: Any
) -> AsyncGenerator[Page]:
    """Open somebody's page, by default the clinician's, which has subscribed to its topic."""
    cookies = await served.house.cookie(staff or served.house.here.clinician)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    async with connect(
        served.url.replace("http", "ws") + "/live",
        additional_headers={"Cookie": cookie, "Origin": served.url},
        **how,
    ) as connection:
        page = Page(connection, topic)
        await page.ask()
        yield page


@pytest.fixture
async def sender(served: Served) -> AsyncIterator[Sender]:
    """The receptionist at work."""
    async with sending(served) as made:
        yield made


def chart_of(sender: Sender) -> str:
    """Return the topic of the chart being worked on."""
    return f"chart:{sender.patient_id}"


async def work_on(sender: Sender) -> None:
    """Do something of everything that can happen to a chart."""
    charts = sender.house.services.charts.contents
    chart = await sender.house.chart()
    first = await sender.send(words(900), "first.txt")
    second = await sender.send(b"%PDF-1.7 torn" * 90, "torn.pdf")
    assert second.name == "torn.pdf"
    await charts.change(
        chart, first.id, label="Blood", note="", category="lab_results", seen_version=first.version
    )
    await charts.review(chart, first.id)
    third = await sender.send(words(900, 3), "misfiled.txt")
    await charts.move(chart, third.id, await sender.house.chart(1), "another patient's")


async def test_a_page_that_heard_everything_shows_what_a_fresh_one_shows(
    served: Served, sender: Sender
) -> None:
    async with looking(served, chart_of(sender)) as page:
        await page.settle()
        await work_on(sender)
        await page.settle()
        async with looking(served, chart_of(sender)) as fresh:
            await fresh.settle()
    assert page.heard[0] == "snapshot"
    assert "snapshot" not in page.heard[1:]
    assert {"chart.entry_added", "chart.entry_changed", "chart.entry_removed"} < set(page.heard)
    assert fresh.heard == ["snapshot"]
    assert (page.state, page.version) == (fresh.state, fresh.version)
    assert len(page.state["entries"]) == 2


async def test_a_page_that_was_away_gets_what_it_missed(served: Served, sender: Sender) -> None:
    """A laptop was closed: the page comes back with the version it had."""
    await sender.send(words(100), "before.txt")
    async with looking(served, chart_of(sender)) as page:
        await page.settle()
        state, version = page.state, page.version
    await work_on(sender)
    async with looking(served, chart_of(sender)) as fresh:
        await fresh.settle()
        back = Page(fresh._connection, fresh.topic)
        back.state, back.version = state, version
        await back.ask()
        await back.settle()
    assert "snapshot" not in back.heard
    assert (back.state, back.version) == (fresh.state, fresh.version)


async def test_what_is_no_longer_kept_comes_as_a_snapshot(served: Served, sender: Sender) -> None:
    await work_on(sender)
    async with served.house.database.unit_of_work() as work:
        await work.execute(delete(events).where(events.c.version < 4))
    async with looking(served, chart_of(sender)) as page:
        await page.settle()
        for since, first in ((1, "snapshot"), (page.version + 50, "snapshot"), (4, "chart.")):
            page.heard.clear()
            await page.ask(since)
            await page.settle()
            assert page.heard[0].startswith(first), since


async def test_a_page_that_was_open_all_day_goes_on(served: Served, sender: Sender) -> None:
    """Its topic went in the meantime, because nothing happened; two others were away."""
    await work_on(sender)
    topic = chart_of(sender)
    async with looking(served, topic) as page, looking(served, topic) as away:
        before = (await page.settle()).version
        await away.ask(before - 1)
        await away.settle()
        asleep = Page(away._connection, topic)
        asleep.state, asleep.version = dict(page.state), before
        await away._say({"action": "unsubscribe", "topic": topic})
        await _let_topics_go(served)
        page.heard.clear()
        for number in range(before + 2):
            await sender.send(words(100, number), f"{number}.txt")
        await page.settle()
        await asleep.ask()
        await asleep.settle()
        async with looking(served, topic) as fresh:
            await fresh.settle()
    assert asleep.heard[0] == "snapshot"
    assert page.version > 1_000
    for one in (page, asleep):
        assert (one.state, one.version) == (fresh.state, fresh.version)
    assert len(fresh.state["entries"]) == before + 4


async def _let_topics_go(served: Served) -> None:
    """Forget all events, as after a day, and then their topics."""
    database = served.house.database
    async with database.unit_of_work() as work:
        await work.execute(delete(events))
    sweep = QuietTopics(database)
    await sweep.forget()
    assert await sweep.forget()


async def test_what_another_process_does_is_seen_here(served: Served, sender: Sender) -> None:
    """A file is examined by a worker in a process of its own."""
    watching = asyncio.create_task(_watch(served))
    other = bootstrap.build(load(data=served.house.settings.data, worker_in_process=False))
    await other.database.open()
    try:
        async with looking(served, chart_of(sender)) as page:
            await page.settle()
            address = await sender.begin(900)
            await sender.patch(address, 0, words(900))
            assert (await page.take_one())["data"]["state"] == "scanning"
            await bootstrap.worker(other).run_until_idle()
            async with asyncio.timeout(PATIENCE):
                while next(iter(page.state["entries"].values()))["state"] != "filed":
                    await page.take_one()
    finally:
        await other.database.close()
        watching.cancel()


async def _watch(served: Served) -> None:
    async for _ in served.house.database.watch():
        pass


async def test_a_slow_page_is_told_anew_and_holds_nobody_up(served: Served, sender: Sender) -> None:
    """It receives nothing for a while: what piles up is dropped, and it finally gets a snapshot."""
    topic = f"desk:{served.house.clinic.id}"
    narrow = socket.create_connection(("127.0.0.1", int(served.url.rpartition(":")[2])))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    narrow.setblocking(False)
    async with (
        looking(served, topic) as quick,
        looking(served, topic, sock=narrow, max_queue=1, compression=None) as slow,
    ):
        await quick.settle()
        assert (await slow.take_one())["type"] == "snapshot"
        bulk = {"clinic_id": served.house.clinic.id, "reason": "x" * 8_000, "entry_id": ""}
        payload = {**bulk, "patient_id": sender.patient_id}
        for _ in range(1_500):
            served.house.services.realtime.bus.publish(
                [Published(topic, quick.version + 1, "desk.inbox_changed", payload)]
            )
            await quick.take_one()
        assert quick.heard == ["snapshot", *["desk.inbox_changed"] * 1_500]
        async with asyncio.timeout(PATIENCE):
            while (await slow.take_one())["type"] != "snapshot":
                pass
        missed = len(slow.heard)
        assert missed < 1_500
        await sender.send(words(900), "afterwards.txt")
        await slow.settle()
        assert "desk.inbox_changed" in slow.heard[missed:]


async def test_a_page_of_a_session_that_ends_is_closed(served: Served) -> None:
    house = served.house
    async with looking(served, f"desk:{house.clinic.id}", house.here.clinician) as page:
        await page.settle()
        async with house.database.unit_of_work() as work:
            await house.services.people.sessions.end_all(work, house.here.clinician.staff_id)
        await asyncio.wait_for(page._connection.wait_closed(), PATIENCE)
        assert page._connection.close_code == 4401


@pytest.mark.parametrize("said", [b"\0\xff", b"{}", "", "{", "[]", "[" * 60_000, "x" * 70_000])
async def test_a_page_that_says_nonsense_is_closed_without_a_defect(
    said: bytes | str, served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    async with looking(served, f"desk:{served.house.clinic.id}") as page:
        await page.settle()
        await page._connection.send(said)
        await asyncio.wait_for(page._connection.wait_closed(), PATIENCE)
        assert page._connection.close_code in (1008, 1009)
    await looked_after(served)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_page_that_asks_without_an_end_is_closed_without_a_defect(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    """While it is being closed there are answers still to be written to it."""
    async with looking(served, f"desk:{served.house.clinic.id}") as page:
        with suppress(ConnectionClosed):
            for number in range(1_000):
                await page._connection.send(
                    json.dumps({"action": "unsubscribe", "topic": f"none:{number}"})
                )
        with suppress(ConnectionClosed):
            async with asyncio.timeout(PATIENCE):
                async for _ in page._connection:  # until it is closed
                    pass
        assert page._connection.close_code in (1006, 4429)
    await looked_after(served)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def looked_after(served: Served) -> None:
    """Open and close another page: whatever earlier ones left behind has ended then."""
    async with looking(served, f"desk:{served.house.clinic.id}") as page:
        await page.settle()
