"""Query plans: the statements of every page view use indexes, on both databases."""

import re
from typing import Any

import apsw
import asyncpg
import pytest

from bedside.charts import rows as queries
from bedside.charts.records import ChartFilter
from bedside.charts.search import SearchIndex
from bedside.database.statements import compiled
from bedside.people.reach import Reach
from tests.charts.filing import filed
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F9")]


async def plan(house: House, statement: Any, **values: Any) -> str:
    """Return the database's plan, in its own words."""
    database: Any = house.services.database
    form = compiled(statement, database.dialect, tuple(values))
    given = {**form.defaults, **values}
    if database.dialect == "sqlite":
        connection = apsw.Connection(database.path)
        steps = list(connection.execute("EXPLAIN QUERY PLAN " + form.sql, given))
        connection.close()
        return "\n".join(str(step[-1]) for step in steps)
    connection = await asyncpg.connect(house.services.settings.url)
    try:
        # With few rows a scan is cheaper; what matters is whether an index can be used.
        await connection.execute("SET enable_seqscan = off")
        rows = await connection.fetch("EXPLAIN " + form.sql, *(given[n] for n in form.order))
    finally:
        await connection.close()
    return "\n".join(row[0] for row in rows)


async def test_lists_and_counts_use_their_index(house: House) -> None:
    chart = await house.chart()
    await filed(house, chart)
    which = {"clinic": chart.clinic_id, "patient": chart.patient_id}
    staff = {"clinic": chart.clinic_id, "staff": chart.staff.staff_id}

    async def plan_of(wanted: ChartFilter) -> str:
        statement, values = queries.filtered(chart, wanted)
        return await plan(house, statement, **values)

    whole = await plan_of(ChartFilter())
    assert "ix_chart_entries_chart" in whole
    assert "TEMP B-TREE" not in whole
    assert "Sort" not in whole
    older = await plan_of(ChartFilter(older_than=(5, "ent_x")))
    assert "ix_chart_entries_chart" in older
    assert "TEMP B-TREE" not in older
    tallied = await plan(house, queries.TALLIES, **which)
    assert "ix_chart_entries_tally" in tallied
    assert "TEMP B-TREE" not in tallied
    for steps in (
        await plan(house, queries.CHART_UNREVIEWED, **which),
        await plan_of(ChartFilter(unreviewed=True)),
    ):
        assert re.search("ix_chart_entries_(chart|unreviewed)", steps)
        assert "SCAN chart_entries" not in steps
    for statement, values in (
        (queries.INBOX_COUNT.many, {**staff, "most": 9}),
        (queries.INBOX_COUNT.few, {**staff, "most": 9}),
    ):
        assert "ix_chart_entries_unreviewed" in await plan(house, statement, **values)
    for (_oldest, beyond), listed in queries.INBOX.items():
        place = {"at": 5, "than": "ent_x"} if beyond else {}
        few = await plan(house, listed.few, **staff, limit=9, **place)
        assert "ix_chart_entries_unreviewed" in few
        steps = await plan(house, listed.many, **staff, limit=9, **place)
        assert "ix_chart_entries_unreviewed" in steps
        assert "TEMP B-TREE" not in steps  # walked in its order until the page is full


@pytest.mark.feature("F10")
async def test_words_are_looked_up_by_key(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = await house.chart()
    await filed(house, chart, "blood results.pdf")
    asked: list[str] = []
    database: Any = house.services.database
    read, aside = database.read, database.aside

    class Reader:
        """Explains each statement before running it."""

        def opens(self) -> Any:
            return read()

        async def __aenter__(self) -> "Reader":
            self._whole = self.opens()
            self._db = await self._whole.__aenter__()
            return self

        async def __aexit__(self, *how: Any) -> None:
            await self._whole.__aexit__(*how)

        async def all(self, statement: Any, /, **values: Any) -> Any:
            asked.append(await plan(house, statement, **values))
            return await self._db.all(statement, **values)

        async def one(self, statement: Any, /, **values: Any) -> Any:
            return await self._db.one(statement, **values)

    class Aside(Reader):
        def opens(self) -> Any:
            return aside()

    index = SearchIndex(database, house.services.vault, Reach(database))
    await house.services.vault.clinic(chart.clinic_id)
    monkeypatch.setattr(database, "read", Reader)
    monkeypatch.setattr(database, "aside", Aside)
    assert len(await index.in_chart(chart, "blood results")) == 1
    assert len(await index.everywhere(chart.staff, "blood results")) == 1
    for steps in asked:
        assert "SCAN entry_words" not in steps
        assert "Seq Scan" not in steps
        assert "entry_words" in steps
