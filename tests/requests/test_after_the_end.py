"""A photo that arrives after its request has ended is destroyed with its key (security, S17)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from copy import copy

import pytest
from sqlalchemy import select

from bedside.errors import BedsideError
from bedside.files.announcing import Announced, Upload
from bedside.files.models import files, uploads
from bedside.files.upload_leases import UploadLeases
from bedside.files.uploads import Uploads
from bedside.kernel import clock
from bedside.people.permissions import LinkAccess
from bedside.requests.endings import EXPIRE
from bedside.requests.states import State
from tests.house import House
from tests.requests.sending import Sent, do_jobs, jpeg, send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R7", "S4")]

CONTENT = jpeg()


class SlowPhone:
    """Sends the first half of a photo, and the rest when told to."""

    def __init__(self, house: House, uploads: Uploads) -> None:
        self._house, self._uploads = house, uploads
        self._has_sent, self._may_go_on = asyncio.Event(), asyncio.Event()

    async def begin(self, link: LinkAccess) -> None:
        """Return once half of the photo has been sent."""
        allowance = await self._house.requests.answers.allowance(link)
        announced = Announced("hand.jpg", len(CONTENT), given_id="one")
        begun = await self._uploads.begin_held(link, announced, allowance)
        self._sending = asyncio.create_task(self._send(link, begun))
        await self._has_sent.wait()

    async def _send(self, link: LinkAccess, begun: Upload) -> Upload:
        return await self._uploads.append(link, begun.id, 0, self._pieces())

    async def _pieces(self) -> AsyncIterator[bytes]:
        half = len(CONTENT) // 2
        yield CONTENT[:half]
        self._has_sent.set()
        await self._may_go_on.wait()
        yield CONTENT[half:]

    async def finish(self) -> None:
        """Send the rest; the server may have hung up."""
        self._may_go_on.set()
        with suppress(BedsideError, asyncio.CancelledError):
            await self._sending


@pytest.fixture(params=["this process", "another process"])
def taking(request: pytest.FixtureRequest, house: House) -> Uploads:
    """The service that receives the bytes. The worker of this process cannot stop another
    process."""
    if request.param == "this process":
        return house.files.uploads
    elsewhere = copy(house.files.uploads)
    elsewhere._leases = UploadLeases()
    return elsewhere


async def _revoked(house: House, sent: Sent) -> None:
    await house.requests.all.revoke(sent.chart, sent.id)


async def _expired(house: House, sent: Sent) -> None:
    with clock.shifted(8 * clock.DAY + clock.MINUTE):
        await house.registered.handlers[EXPIRE]({"request_id": sent.id, "round": 1})


async def _done_and_over(house: House, sent: Sent) -> None:
    link = await sent.enter()
    await house.requests.answers.agree(link, [await sent.upload(link, colour=(9, 9, 9))])
    await do_jobs(house)
    assert (await sent.now()).state is State.IN_PROGRESS or (await sent.now()).filed == 1
    await _expired(house, sent)


ENDS: dict[str, Callable[[House, Sent], Awaitable[None]]] = {
    "revoked": _revoked,
    "expired": _expired,
    "done": _done_and_over,
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("cleared", ["before", "after"])
async def test_a_slow_upload_that_ends_after_the_end(
    house: House, taking: Uploads, end: str, cleared: str
) -> None:
    """`cleared` says whether the worker has cleaned up when the last byte arrives."""
    sent = await send(house)
    link = await sent.enter()
    phone = SlowPhone(house, taking)
    await phone.begin(link)
    await ENDS[end](house, sent)
    with clock.shifted(9 * clock.DAY if end != "revoked" else 0):
        if cleared == "before":
            await do_jobs(house)
        await phone.finish()
        await do_jobs(house)
    await nothing_is_held(house, link, filed=int(end == "done"))


async def test_a_new_link_keeps_what_comes_by_the_old_one(house: House) -> None:
    """“Send a new link” is no end: photos chosen before stay."""
    sent = await send(house)
    link = await sent.enter()
    phone = SlowPhone(house, house.files.uploads)
    await phone.begin(link)
    await house.requests.all.revoke(sent.chart, sent.id)
    await house.requests.all.reissue(sent.chart, sent.id)
    await phone.finish()
    await do_jobs(house)
    assert [photo.given_id for photo in await house.files.retrieval.held(link)] in ([], ["one"])
    assert (await sent.now()).state is State.DELIVERED


async def nothing_is_held(house: House, link: LinkAccess, filed: int) -> None:
    """Check that no row, key or byte is left except those of what is in the chart."""
    assert await house.files.retrieval.held(link) == []
    async with house.database.read() as db:
        there = await db.all(select(files.c.id))
        coming = await db.all(select(uploads.c.id).where(~uploads.c.finished))
    assert (len(there), coming) == (filed, [])
    blobs = {
        key.rpartition("/")[2].partition(".")[0] async for key, _ in house.files.custody.blobs()
    }
    assert blobs == {row.id for row in there}
