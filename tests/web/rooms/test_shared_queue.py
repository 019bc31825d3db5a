"""The queue of a room is read once for many pages, and everybody sees their own."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest
from starlette.applications import Starlette

from bedside.audit import Action
from bedside.calls.states import Mode
from bedside.people.permissions import StaffAccess
from bedside.visits.waiting_room import WaitingRoom
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.web.pages import FRAGMENT, enter, lines
from tests.web.visiting import arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V3")]
NAMES = ("Ada Byström", "Bo <b>Nguyen</b>", "Çiğdem Ökten", "李 明", "Zoë O'Neill")


@pytest.fixture
def app(quick_house: House) -> Starlette:
    return create_app(quick_house.services)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rooms whose queue was read."""
    read: list[str] = []
    everybody = WaitingRoom.everybody

    async def counted(self: WaitingRoom, room):
        read.append(room.room_id)
        await asyncio.sleep(0.02)
        return await everybody(self, room)

    monkeypatch.setattr(WaitingRoom, "everybody", counted)
    return read


class Pages:
    """Pages of several people, each with a client of their own."""

    def __init__(self, house: House, app: Starlette, stack: AsyncExitStack) -> None:
        self.house, self.app, self.stack = house, app, stack

    async def of(self, who: StaffAccess) -> httpx.AsyncClient:
        client = await self.stack.enter_async_context(at_the_door(self.app))
        await enter(client, self.house, who)
        return client


@pytest.fixture
async def pages(quick_house: House, app: Starlette) -> AsyncIterator[Pages]:
    async with AsyncExitStack() as stack:
        yield Pages(quick_house, app, stack)


async def queue(client: httpx.AsyncClient, room_id: str, coding: str = "gzip") -> httpx.Response:
    return await client.get(
        f"/rooms/{room_id}/queue", headers={**FRAGMENT, "accept-encoding": coding}
    )


async def test_many_pages_share_two_readings(
    quick_house: House, pages: Pages, reads: list[str]
) -> None:
    room = (await rooms_of(quick_house)).reception
    for name in NAMES:
        await arrive(quick_house, room, name)
    here = quick_house.here
    clients = [await pages.of(who) for who in (here.receptionist, here.clinician)]
    asked = asyncio.gather(*(queue(clients[n % 2], room.id) for n in range(40)))
    await asyncio.sleep(0.01)
    late = asyncio.gather(*(queue(clients[n % 2], room.id) for n in range(10)))
    answers = [*await asked, *await late]
    assert {answer.status_code for answer in answers} == {200}
    assert 1 <= len(reads) <= 4
    assert len({answer.text for answer in answers}) == 1
    opened = await lines(quick_house, Action.QUEUE_OPENED)
    assert {line.actor_id for line in opened} == {
        who.staff_id for who in (here.receptionist, here.clinician)
    }, "everybody's look is written down"


async def test_whoever_admits_sees_you_and_others_the_name(
    quick_house: House, pages: Pages
) -> None:
    room = (await rooms_of(quick_house)).reception
    here = quick_house.here
    visitor = await arrive(quick_house, room, NAMES[0])
    await arrive(quick_house, room, NAMES[1])
    charge = await in_charge(quick_house, room.id, here.clinician)
    await quick_house.services.calls.control.start(charge, visitor.visit_id, Mode.VIDEO)
    own, other = await pages.of(here.clinician), await pages.of(here.receptionist)
    for _ in range(2):
        mine, theirs, again = await asyncio.gather(
            queue(own, room.id), queue(other, room.id), queue(own, room.id)
        )
        assert "With you" in mine.text
        assert mine.text == again.text
        assert "With you" not in theirs.text
        assert re.search(r"With [^<]*Okafor", theirs.text)


async def test_compressed_and_plain_are_the_same(quick_house: House, pages: Pages) -> None:
    room = (await rooms_of(quick_house)).reception
    client = await pages.of(quick_house.here.receptionist)
    for name in ("", *NAMES):
        if name:
            await arrive(quick_house, room, name, reason=f"<!--waiting--> {name}")
        plain, packed = await queue(client, room.id, "identity"), await queue(client, room.id)
        assert "content-encoding" not in plain.headers
        assert (packed.headers["content-encoding"], packed.headers["vary"]) == (
            "gzip",
            "accept-encoding",
        )
        assert packed.text == plain.text
        assert int(packed.headers["content-length"]) < len(plain.content)


async def test_what_happened_before_is_in_the_answer(
    quick_house: House, pages: Pages, reads: list[str]
) -> None:
    """A page asks while another one's answer is being read, and somebody came in between."""
    room = (await rooms_of(quick_house)).reception
    client = await pages.of(quick_house.here.receptionist)
    early = asyncio.create_task(queue(client, room.id))
    while not reads:  # noqa: ASYNC110 - the reading of the application's own task
        await asyncio.sleep(0)
    await arrive(quick_house, room, "Maya Lindqvist")
    assert "Maya Lindqvist" in (await queue(client, room.id)).text
    await early


async def test_somebody_who_is_not_in_charge_gets_nothing_of_it(
    quick_house: House, pages: Pages
) -> None:
    room = (await rooms_of(quick_house)).own
    await arrive(quick_house, room, "Maya Lindqvist")
    own = await pages.of(quick_house.here.clinician)
    other = await pages.of(quick_house.next_door.administrator)
    mine, theirs = await asyncio.gather(queue(own, room.id), queue(other, room.id))
    assert "Maya Lindqvist" in mine.text
    assert theirs.status_code == 404
    assert "Lindqvist" not in theirs.text


def test_blocks_refer_to_nothing_before_them() -> None:
    """Equal rows compress to equal blocks, wherever they are."""
    from bedside.edge.rows import Row, gzipped

    row = "<li>Maya Lindqvist, 14 March 1991</li>" * 9
    one = asyncio.run(gzipped([Row(row)]))
    two = asyncio.run(gzipped(["<ul>", Row(row), Row(row), "</ul>"]))
    assert gzip.decompress(two).decode() == f"<ul>{row * 2}</ul>"
    assert two.count(one[10:-10]) == 2
