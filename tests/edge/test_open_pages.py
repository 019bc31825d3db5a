"""Sockets of one person, over a real server: how many, how much they send, and how."""

import asyncio
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from bedside.edge.open_pages import OF_A_DEVICE
from tests.calls.calling import Ward
from tests.house import Served
from tests.peers.ports import PATIENCE
from tests.web.calls.test_call_sockets import Page, opened, staff_cookies, visitor_cookies

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S4")]


@pytest.fixture
def ward(served: Served) -> Ward:
    """The waiting room behind a server."""
    return Ward(served.house)


async def closed(page: Page) -> int | None:
    """Return the code that a page was closed with."""
    await asyncio.wait_for(page.connection.wait_closed(), PATIENCE)
    return page.connection.close_code


async def test_the_newest_pages_of_a_visit_are_served(served: Served, ward: Ward) -> None:
    """400 sockets of one visitor were once open in 0.7 s. A phone that keeps reconnecting must get
    in, so the oldest one is closed."""
    pair = await ward.both()
    cookies = visitor_cookies(ward, pair)
    visit = f"/visit/{pair.visitor.visit_id}/live"
    async with AsyncExitStack() as open_pages:
        pages = [
            await open_pages.enter_async_context(opened(served, visit, cookies))
            for _ in range(OF_A_DEVICE + 3)
        ]
        for page in pages[:3]:
            assert await closed(page) == 4429
        for page in pages[3:]:
            await page.all()
        async with opened(served, "/live", await staff_cookies(ward)) as staff:
            await staff.all()
            assert pages[3].connection.close_code is None


def signal(ward: Ward, pair: Any, **given: Any) -> dict[str, Any]:
    """Return a signal from the clinician's page to the patient's."""
    return {
        "action": "signal",
        "call": pair.call_id,
        "sender": pair.here.connection_id,
        "to": pair.there.connection_id,
        **given,
    }


async def test_signals_are_counted_for_a_person_and_not_for_a_socket(
    served: Served, ward: Ward
) -> None:
    pair = await ward.both()
    cookies = await staff_cookies(ward)
    async with opened(served, "/live", cookies) as one, opened(served, "/live", cookies) as other:
        for _ in range(300):
            await one.say(**signal(ward, pair, candidate={"candidate": ""}))
        await one.all()
        for _ in range(300):
            await other.say(**signal(ward, pair, candidate={"candidate": ""}))
        assert await closed(other) == 4429
        await one.all()


async def test_signals_are_counted_in_bytes(served: Served, ward: Ward) -> None:
    """They are kept for ten minutes: 30 per second of 64 kB were a gigabyte."""
    pair = await ward.both()
    long = {"type": "offer", "sdp": "v=0\r\n" + "a" * 60_000}
    async with opened(served, "/live", await staff_cookies(ward)) as staff:
        for _ in range(15):
            await staff.say(**signal(ward, pair, description=long))
        await staff.all()
        for _ in range(10):
            await staff.say(**signal(ward, pair, description=long))
        assert await closed(staff) == 4429


async def test_pings_without_an_end_are_cut_off(served: Served, ward: Ward) -> None:
    """A client that does not read the answers would fill the server's memory with them."""
    async with opened(served, "/live", await staff_cookies(ward)) as page:
        with suppress(ConnectionClosed):
            for number in range(10_000):
                await page.connection.ping(number.to_bytes(2))
        assert await closed(page) == 1008


async def test_a_message_of_countless_pieces_is_cut_off(served: Served, ward: Ward) -> None:
    async with opened(served, "/live", await staff_cookies(ward)) as page:
        frames = [Frame(Opcode.TEXT, b"{", fin=False)]
        frames += [Frame(Opcode.CONT, b"", fin=False)] * 1_000
        for frame in frames:
            page.connection.transport.write(frame.serialize(mask=True))
        assert await closed(page) == 1009
