"""Two web processes on the same data get the same upload: a stale one never spoils what the other
has received."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bedside import bootstrap
from bedside.charts.entries import ChartFilter
from bedside.errors import Conflict
from bedside.files.announcing import Allowance, Announced
from bedside.files.ports import Chunk
from bedside.files.sealing import SEGMENT
from bedside.settings import load
from tests.edge.tus import pieces, words
from tests.house import House
from tests.peers.ports import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F1")]


@pytest.mark.parametrize("taken", [0, 1_000, 2 * SEGMENT + 77])
@pytest.mark.parametrize("sends", [500, SEGMENT + 9])
async def test_a_stale_process_spoils_nothing(house: House, taken: int, sends: int) -> None:
    """It looked up the upload's offset, and then its network was slow while the file arrived
    completely through the other process."""
    services = house.services
    given = {"data": services.settings.data, "database_url": services.settings.url}
    other = bootstrap.build(load(**given))
    await other.database.open()
    content = words(3 * SEGMENT + 5)
    chart = await house.chart()
    begun = await services.files.uploads.begin_for_chart(
        chart, Announced("report.txt", len(content)), Allowance(len(content))
    )
    if taken:
        await services.files.uploads.append(chart, begun.id, 0, pieces(content[:taken]))
    waiting, arrived = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[Chunk]:
        waiting.set()
        await arrived.wait()
        yield content[taken : taken + sends]

    stale = asyncio.create_task(other.files.uploads.append(chart, begun.id, taken, slow()))
    await asyncio.wait_for(waiting.wait(), PATIENCE)
    first, _ = await asyncio.gather(
        services.files.uploads.append(chart, begun.id, taken, pieces(content[taken:])),
        asyncio.sleep(0),
        return_exceptions=True,
    )
    arrived.set()
    (second,) = await asyncio.gather(stale, return_exceptions=True)
    # If the slow one has the blob open already, it is the quick one that has to retry.
    assert isinstance(first if taken > SEGMENT else second, Conflict), (first, second)
    found = await services.files.uploads.find(chart, begun.id)
    if not found.finished:
        rest = pieces(content[found.position :])
        await services.files.uploads.append(chart, begun.id, found.position, rest)
    await other.database.close()
    (entry,) = await services.charts.contents.entries(chart, ChartFilter())
    assert [broken async for broken in services.files.custody.damaged(house.clinic.id)] == []
    assert entry.size == len(content)
