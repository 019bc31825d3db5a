"""Files and queries of a stranger's choosing: whatever is read of them, nobody else waits."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from bedside import bootstrap
from bedside.files.states import FileState
from tests.house import House
from tests.web.charts.chart_files import filed, upload
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F10")]

LIGATURES = ("ﷺ" * 60_000 + "\n") * 10
"""Each is folded into 18 characters: 1.8 MB here, and 11 million characters."""


class Waits:
    """The longest time the loop made somebody wait, in seconds."""

    longest = 0.0


@asynccontextmanager
async def watched() -> AsyncIterator[Waits]:
    """Somebody who yields to the loop as often as possible."""
    waits = Waits()
    loop = asyncio.get_running_loop()

    async def ask() -> None:
        while True:
            began = loop.time()
            await asyncio.sleep(0.001)
            waits.longest = max(waits.longest, loop.time() - began)

    asking = asyncio.create_task(ask())
    try:
        yield waits
    finally:
        asking.cancel()


def most_memory() -> int:
    """Return the peak memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


async def test_a_text_that_grows_when_it_is_read_stops_nobody(quick_house: House) -> None:
    """All of it was once folded on the loop, within a unit of work: seconds and 1 GB."""
    chart = await quick_house.chart()
    entry = await upload(quick_house, chart, "letter.txt", LIGATURES.encode())
    before = most_memory()
    async with watched() as waits:
        await bootstrap.worker(quick_house.services).run_until_idle()
    entry = await quick_house.services.charts.contents.entry(chart, entry.id)
    assert entry.state == FileState.FILED
    assert await quick_house.services.charts.search.in_chart(chart, "صلى") == (entry.id,)
    assert waits.longest < 0.5
    assert most_memory() - before < 100


async def test_others_write_while_many_words_are_indexed(quick_house: House) -> None:
    """One unit of work once held the only writer of SQLite for all 20,000 of them."""
    chart = await quick_house.chart()
    text = " ".join(f"finding{number}" for number in range(30_000))
    entry = await upload(quick_house, chart, "letter.txt", text.encode())
    between = 0

    async def write() -> None:
        nonlocal between
        while True:
            async with quick_house.services.database.unit_of_work():
                found = await quick_house.services.charts.search.in_chart(chart, "finding7")
            between += bool(found) and not await quick_house.services.charts.search.in_chart(
                chart, "finding19999"
            )

    writing = asyncio.create_task(write())
    await bootstrap.worker(quick_house.services).run_until_idle()
    writing.cancel()
    assert between > 20
    assert await quick_house.services.charts.search.in_chart(chart, "finding19999") == (entry.id,)
    assert await quick_house.services.charts.search.in_chart(chart, "finding20000") == ()


async def test_a_search_shows_where_its_words_stand_and_stops_nobody(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    """Eight words, of which seven are at the very end of a text of two million characters."""
    chart = await quick_house.chart()
    text = "Ångström und Mühe, déjà vu. " * 70_000 + "one two three four five six seven Ramírez"
    await filed(quick_house, chart, "letter.txt", text.encode())
    await enter(visitor, quick_house)
    async with watched() as waits:
        found = await visitor.post(
            f"/patients/{chart.patient_id}/search",
            data={"words": "ramirez one two three four five six angstrom"},
        )
    assert "<mark>Ramírez</mark>" in found.text
    assert waits.longest < 0.3


async def test_what_one_search_reads_has_an_end(quick_house: House) -> None:
    chart = await quick_house.chart()
    text = b"rash " + b"and so on " * 170_000
    entries = [await filed(quick_house, chart, f"{number}.txt", text) for number in range(4)]
    pieces = await quick_house.services.files.retrieval.hits(entries, ["rash"])
    assert [bool(pieces[entry.id]) for entry in entries] == [True, True, True, False]
