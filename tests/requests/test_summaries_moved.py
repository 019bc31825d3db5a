"""The visit of a summary is moved to another patient while a job files the copy: wherever it is
just then, no copy stays in the chart of the first."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.charts.records import ChartFilter
from bedside.files import copies as copying
from bedside.files.announcing import Allowance
from bedside.kernel import clock
from tests.house import House
from tests.people.test_joining import both
from tests.requests.sending import Sent, do_jobs
from tests.requests.summaries import copies, draft, summed_up, treated
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V28")]

MOMENTS = ("before the upload", "upload begun", "on its way", "arrived", "copied")
Happens = Callable[[], Awaitable[Any]]


def at(moment: str, house: House, monkeypatch: pytest.MonkeyPatch, happens: Happens) -> None:
    """Have something happen once at a moment of the job that files a copy."""
    uploads, left = house.files.uploads, [happens]
    pieces = copying.one_piece

    async def now(wanted: str) -> None:
        if moment == wanted and left:
            await left.pop()()

    begin, append = uploads.begin_for_chart, uploads.append

    async def begins(*given: Any, **named: Any) -> Any:
        await now("before the upload")
        begun = await begin(*given, **named)
        await now("upload begun")
        return begun

    async def appends(*given: Any) -> Any:
        await now("noted")
        received = await append(*given)
        await now("copied")
        return received

    async def piece(content: bytes) -> AsyncIterator[bytes]:
        await now("on its way")
        async for one in pieces(content):
            yield one
        await now("arrived")

    monkeypatch.setattr(uploads, "begin_for_chart", begins)
    monkeypatch.setattr(uploads, "append", appends)
    monkeypatch.setattr(copying, "one_piece", piece)


async def all_jobs(house: House) -> None:
    """Do all jobs, also those that are tried again a little later."""
    for minutes in range(3):
        with clock.shifted(minutes * clock.MINUTE):
            await do_jobs(house)


async def visit_of(sent: Sent) -> str:
    """Return the visit of a summary."""
    return (await sent.now()).content.details["visit_id"]


@pytest.mark.parametrize("moment", [*MOMENTS, "noted"])
async def test_a_copy_does_not_stay_in_the_first_chart(
    house: House, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    sent, to = await summed_up(house, jobs=False), await house.chart(1)
    visit_id, moved = await visit_of(sent), []

    async def move() -> None:
        await house.visits.correction.reassign(sent.chart, visit_id, to, "Wrong press")
        moved.append(visit_id)

    at(moment, house, monkeypatch, move)
    await all_jobs(house)
    assert moved
    assert await copies(house, sent.chart) == []
    assert len(await copies(house, to)) <= 1
    shown = await house.requests.summaries.of_visit(to, visit_id)
    assert [one.elsewhere for one in shown] == [True]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_visit_that_comes_back_has_its_copy(
    house: House, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Moved by mistake, and moved back."""
    sent, to = await summed_up(house, jobs=False), await house.chart(1)
    visit_id = await visit_of(sent)

    async def move_twice() -> None:
        correction = house.visits.correction
        await correction.reassign(sent.chart, visit_id, to, "Wrong press")
        await correction.reassign(to, visit_id, sent.chart, "It was right")

    at(moment, house, monkeypatch, move_twice)
    await all_jobs(house)
    assert len(await copies(house, sent.chart)) == 1
    assert await copies(house, to) == []


@pytest.mark.parametrize("moment", MOMENTS)
async def test_charts_that_are_joined_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    kept, joined = await both(house)
    ward = Ward(house)
    room = await ward.room("Annex")
    waiter = await ward.identify(room, await ward.check_in(room), joined.patient_id)
    await ward.admit(room, waiter.visit_id)
    await house.requests.summaries.send(joined, draft(waiter.visit_id))
    details = (await house.people.patients.get(kept)).demographics

    async def happens() -> None:
        await house.people.joining.join(kept, joined, details)

    at(moment, house, monkeypatch, happens)
    await all_jobs(house)
    await house.people.joining.settle()
    await all_jobs(house)
    assert len(await copies(house, kept)) == 1


async def test_every_file_from_a_visit_follows_it_while_it_arrives(house: House) -> None:
    """A picture of the whiteboard, whose last bytes come after the visit was moved."""
    visit_id = await treated(house)
    chart, to = await house.chart(), await house.chart(1)

    async def picture() -> AsyncIterator[bytes]:
        yield b"The name of the person "
        await house.visits.correction.reassign(chart, visit_id, to, "Wrong press")
        yield b"in the room.\n"

    taken = await house.files.uploads.take_for_chart(
        chart,
        "Whiteboard.txt",
        picture(),
        Allowance(largest=1_000),
        Category.OTHER,
        channel=Channel.VISIT_CAPTURE,
        source_id=visit_id,
    )
    assert taken.finished
    await do_jobs(house)
    assert await house.charts.contents.entries(chart, ChartFilter()) == []
    [entry] = await house.charts.contents.entries(to, ChartFilter())
    assert (entry.file_id, entry.state) == (taken.file_id, "filed")
