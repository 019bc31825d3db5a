"""An upload that is cancelled while its last byte is being acknowledged."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bedside.charts.records import ChartFilter
from bedside.files import upload_rows
from bedside.files.announcing import Allowance, Announced
from bedside.kernel.unit_of_work import UnitOfWork
from tests.house import House
from tests.requests.sending import do_jobs, jpeg, pieces

pytestmark = pytest.mark.anyio


class CancelledInBetween:
    """A unit of work in which the upload disappears once it has been read: what a `DELETE` of
    another process does, whose commit comes between the two statements on PostgreSQL."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)

    async def one(self, statement: Any, **values: Any) -> Any:
        row = await self._work.one(statement, **values)
        if statement is upload_rows.BY_ID:
            await self._work.execute(upload_rows.DROP, of=values["of"])
        return row


async def test_nothing_of_it_is_filed_and_nobody_fails(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart, uploads = await house.chart(), house.files.uploads
    allowance = Allowance(1_000_000)
    begun = await uploads.begin_for_chart(chart, Announced("hand.jpg", len(jpeg())), allowance)
    unit_of_work = house.database.unit_of_work

    @asynccontextmanager
    async def cancelled() -> AsyncIterator[Any]:
        async with unit_of_work() as work:
            yield CancelledInBetween(work)

    monkeypatch.setattr(house.database, "unit_of_work", cancelled)
    await uploads.append(chart, begun.id, 0, pieces(jpeg()))
    monkeypatch.undo()
    await do_jobs(house)
    assert await house.charts.contents.entries(chart, ChartFilter()) == []
