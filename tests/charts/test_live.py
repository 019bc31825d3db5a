"""snapshot + events = fresh snapshot, for charts."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bedside.charts.live import LiveCharts, apply
from bedside.database import outbox
from bedside.files.ports import Chunk, ScanResult, Verdict
from bedside.files.uploads import Allowance, Announced
from bedside.people.audiences import Audiences
from bedside.people.permissions import ChartAccess
from bedside.worker.run import Worker
from tests.charts.filing import filed
from tests.house import House

pytestmark = pytest.mark.anyio

TEXT = b"Potassium 4.1 mmol/l, to be repeated in May."


class Follower:
    """An open page of one chart."""

    def __init__(self, house: House, chart: ChartAccess) -> None:
        self._house = house
        self._chart = chart
        self._live = LiveCharts(
            house.services.database,
            house.services.people.permissions,
            Audiences(house.services.database),
        )
        self.heard: list[str] = []

    async def look(self) -> "Follower":
        """Take a snapshot and its version."""
        self.state = await self._live.chart(self._chart.staff, self._chart.patient_id)
        async with self._house.services.database.read() as db:
            self.version = await outbox.topic_version(db, self._topic)
        return self

    @property
    def _topic(self) -> str:
        return f"chart:{self._chart.patient_id}"

    async def catch_up(self) -> dict[str, Any]:
        """Apply the events since, compare with a fresh page, and return it."""
        async with self._house.services.database.read() as db:
            missed = await outbox.events_since(db, self._topic, self.version)
        assert missed
        for event in missed:
            assert event.version == self.version + 1
            self.version = event.version
            self.heard.append(event.type)
            self.state = apply(self.state, event.type, event.payload)
        assert self.state == await self._live.chart(self._chart.staff, self._chart.patient_id)
        return self.state["entries"]


class ClosedScanner:
    """A scanner whose engine is down."""

    name = "ClamAV"

    async def scan(self, chunks: AsyncIterator[bytes], size: int) -> ScanResult:
        """Never scan."""
        return ScanResult(Verdict.UNSCANNED, self.name, reason="no answer")


async def _pieces(content: bytes) -> AsyncIterator[Chunk]:
    yield content


async def upload(house: House, chart: ChartAccess, name: str, content: bytes) -> None:
    """Upload a file as staff."""
    uploads = house.services.files.uploads
    begun = await uploads.begin_for_chart(
        chart, Announced(name, len(content)), Allowance(len(content)), "other"
    )
    await uploads.append(chart, begun.id, 0, _pieces(content))


async def work(house: House) -> None:
    """Run the due jobs."""
    await Worker(house.services.database, house.services.registered.handlers, {}).run_until_idle()


async def test_receive_scan_and_preview(house: House) -> None:
    chart = await house.chart()
    page = await Follower(house, chart).look()
    await upload(house, chart, "results.txt", TEXT)
    assert [e["state"] for e in (await page.catch_up()).values()] == ["scanning"]
    await work(house)
    (entry,) = (await page.catch_up()).values()
    assert (entry["state"], entry["media_type"]) == ("filed", "text/plain")
    assert page.heard == ["chart.entry_added", "chart.entry_changed", "chart.entry_changed"]


@pytest.mark.feature("F5")
async def test_a_scanner_that_is_down_and_comes_back(house: House) -> None:
    chart = await house.chart()
    page = await Follower(house, chart).look()
    intake: Any = house.services.files.intake
    working, intake._scanner = intake._scanner, ClosedScanner()
    await upload(house, chart, "results.txt", TEXT)
    await work(house)
    assert [e["state"] for e in (await page.catch_up()).values()] == ["unscanned"]
    intake._scanner = working
    from bedside.kernel import clock

    with clock.shifted(5 * clock.MINUTE):
        await work(house)
    assert [e["state"] for e in (await page.catch_up()).values()] == ["filed"]


async def test_a_refused_file(house: House) -> None:
    chart = await house.chart()
    page = await Follower(house, chart).look()
    await upload(house, chart, "torn.pdf", b"%PDF-1.7\n" + b"torn " * 200)
    await work(house)
    assert [e["state"] for e in (await page.catch_up()).values()] == ["refused"]


async def test_change_review_and_move(house: House) -> None:
    chart, other = await house.chart(0), await house.chart(1)
    charts = house.services.charts.contents
    page, other_page = await Follower(house, chart).look(), await Follower(house, other).look()
    entry = await filed(house, chart)
    assert list(await page.catch_up()) == [entry.id]
    await charts.change(
        chart, entry.id, label="Blood", note="", category="lab_results", seen_version=1
    )
    assert (await page.catch_up())[entry.id]["category"] == "lab_results"
    await charts.review(chart, entry.id)
    assert (await page.catch_up())[entry.id]["reviewed"]
    await charts.review(chart, entry.id, reviewed=False)
    assert not (await page.catch_up())[entry.id]["reviewed"]
    moved_id = await charts.move(chart, entry.id, other, "misfiled")
    assert await page.catch_up() == {}
    assert list(await other_page.catch_up()) == [moved_id]
    assert page.heard[-1] == "chart.entry_removed"
