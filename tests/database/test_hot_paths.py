"""Hot paths scan no table from one end to the other, however many old rows it has."""

import json
from collections.abc import Iterator
from typing import Any

import apsw
import asyncpg
import pytest

from bedside.calls import guests
from bedside.database import postgresql, sqlite
from bedside.database.statements import Compiled, Prepared
from bedside.people.permissions import VisitorAccess
from bedside.visits import devices, waiting_room
from bedside.visits.rooms import RoomChange
from tests.calls.calling import Ward
from tests.house import House

pytestmark = pytest.mark.anyio

OLD_VISITS = 4_000
OLD_MESSAGES = 10 * OLD_VISITS
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
_OVERRIDES = {
    "visits": (
        OLD_VISITS,
        {"id": "'vis_old' || i", "state": "'ended'", "queued_at": "i", "ended_at": "i"},
    ),
    "visit_legs": (OLD_VISITS, {"visit_id": "'vis_old' || i", "left_at": "i"}),
    "visit_messages": (
        OLD_MESSAGES,
        {
            "id": "'msg_old' || i",
            "visit_id": f"'vis_old' || (i % {OLD_VISITS})",
            "draft_id": "'old' || i",
            "at": "i",
        },
    ),
    "patient_transfers": (OLD_VISITS, {"id": "'pst_old' || i", "state": "'ended'"}),
    "live_transfers": (
        OLD_VISITS,
        {"id": "'trf_old' || i", "visit_id": "'vis_old' || i", "ended": "'done'"},
    ),
    "calls": (OLD_VISITS, {"id": "'cal_old' || i", "state": "'ended'", "ended_at": "i"}),
    "call_participants": (
        OLD_VISITS,
        {"id": "'prt_old' || i", "call_id": "'cal_old' || i", "state": "'left'"},
    ),
    "visit_devices": (
        OLD_VISITS,
        {"token_hash": "CAST('dev_old' || i AS {bytes})", "visit_id": "'vis_old' || i"},
    ),
    "guests": (
        OLD_VISITS,
        {
            "id": "'gst_old' || i",
            "call_id": "'cal_old' || i",
            "secret_hash": "CAST('gst_old' || i AS {bytes})",
            "device_hash": "CAST('dev_old' || i AS {bytes})",
        },
    ),
}
"""Tables that only grow: old rows are copies of an existing one, with these columns overridden."""


class Database:
    """The database of a house, without the product."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.is_sqlite = url.startswith("sqlite:")

    async def run(self, statement: str, *values: Any, named: Any = None) -> list[Any]:
        """Return its rows as tuples."""
        if not self.is_sqlite:
            connection: Any = await asyncpg.connect(self._url)
            try:
                return [tuple(row) for row in await connection.fetch(statement, *values)]
            finally:
                await connection.close()
        # the product's own library: two in one process would not see each other's locks
        database = apsw.Connection(self._url.removeprefix("sqlite:///"))
        database.set_busy_timeout(60_000)
        try:
            return list(database.execute(statement, named or values))
        finally:
            database.close()

    async def columns(self, table: str) -> list[str]:
        """Return the column names in order."""
        if self.is_sqlite:
            return [row[1] for row in await self.run(f"PRAGMA table_info({table})")]
        asked = "SELECT column_name FROM information_schema.columns WHERE table_name = $1"
        return [row[0] for row in await self.run(asked + " ORDER BY ordinal_position", table)]

    async def scanned(self, sql: str, values: dict[str, Any], order: tuple[str, ...]) -> list[str]:
        """Return the tables that a statement scans from one end to the other."""
        if self.is_sqlite:
            plan = await self.run(f"EXPLAIN QUERY PLAN {sql}", named=values)
            steps = [row[3].split() for row in plan]
            return [step[1] for step in steps if step[0] == "SCAN"]
        arguments = [values[name] for name in order]
        [(plan,)] = await self.run(f"EXPLAIN (FORMAT JSON) {sql}", *arguments)
        return list(_sequential(json.loads(plan)[0]["Plan"]))


def _sequential(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for child in node.get("Plans", []):
        yield from _sequential(child)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Compiled, dict[str, Any]]]:
    """Record every statement that is run, with its values."""
    found: list[tuple[Compiled, dict[str, Any]]] = []
    # values are recorded where a session binds them
    bound, cursor = postgresql._Session._bound, sqlite._Session._cursor

    def noted(module: Any, statement: Any, dialect: str, values: dict[str, Any]) -> None:
        form = module.compiled(statement, dialect, tuple(values))
        found.append((form, {**form.defaults, **values}))

    def on_postgres(self: Any, statement: Any, values: dict[str, Any]) -> Any:
        noted(postgresql, statement, "postgresql", values)
        return bound(self, statement, values)

    def on_sqlite(self: Any, statement: Any, values: dict[str, Any]) -> Any:
        noted(sqlite, statement, "sqlite", values)
        return cursor(self, statement, values)

    monkeypatch.setattr(postgresql._Session, "_bound", on_postgres)
    monkeypatch.setattr(sqlite._Session, "_cursor", on_sqlite)
    return found


async def grow_old(database: Database) -> None:
    """Add years of visits, in the same room."""
    for table, (count, own) in _OVERRIDES.items():
        names = await database.columns(table)
        values = ", ".join(own.get(name, f"one.{name}") for name in names)
        values = values.format(bytes="BLOB" if database.is_sqlite else "bytea")
        copied = f"SELECT {values} FROM n, (SELECT * FROM {table} LIMIT 1) AS one"  # noqa: S608 - our own names
        into = f"INSERT INTO {table} ({', '.join(names)}) "
        await database.run(_NUMBERS.format(count=count) + into + copied)
    if not database.is_sqlite:  # as autovacuum does there; on SQLite nobody does
        await database.run("ANALYZE")


async def one_of_each(ward: Ward) -> VisitorAccess:
    """Make a visit with everything that a visit can have."""
    pair = await ward.both("In A Call")
    await ward.guest(pair.host)
    visitor, room = await ward.wait("Wilma Waiting"), await ward.room()
    await ward.conversations.visit_chat.say(visitor, visitor.visit_id, "Where do I sit?", "drf_1")
    await ward.transfers.exchange.ask(room, visitor.visit_id)
    second = await ward.visits.rooms.create(ward.house.administer(), RoomChange("Treatment"))
    await ward.people.staff.assign(ward.house.administer(), room.staff.staff_id, second.id)
    await ward.visits.rooms.open(await ward.people.permissions.room(room.staff, second.id))
    moved = await ward.wait("Is Moved")
    await ward.visits.transfers.transfer(room, moved.visit_id, second.id)
    return visitor


async def what_happens_all_the_time(ward: Ward, visitor: VisitorAccess) -> None:
    """Run what open pages request after events, and what sweeps look for."""
    room = await ward.room()
    staff = room.staff
    await ward.visits.waiting_room.queue(room)
    await ward.visits.waiting_room.looked(room)
    await ward.visits.waiting_room.unlooked(staff)
    await ward.visits.waiting_room.ahead(visitor)
    await ward.conversations.visit_chat.unread_in(room)
    await ward.conversations.visit_chat.unread_for(visitor)
    await ward.transfers.lists.running_in(room)
    await ward.transfers.lists.of_visit(visitor, visitor.visit_id)
    await ward.visits.rooms.of_clinic(staff)
    await ward.visits.whereabouts.waiting(staff)
    await ward.visits.whereabouts.room_of(staff, visitor.visit_id)
    await ward.visits.transfers.open_of(staff)
    await ward.visits.own.get(visitor)
    await ward.visits.devices.resume(ward.tokens[visitor.visit_id], visitor.visit_id, "192.0.2.1")
    await ward.visits.live.room(staff, room.room_id)
    await ward.visits.live.rooms(staff, staff.clinic_id)
    await ward.visits.live.person(staff, staff.staff_id)
    await ward.visits.presence.left(visitor, f"sck_{visitor.visit_id}")
    await ward.visits.presence.expire()
    await ward.registered.sweeps["calls.absences"][1]()
    await ward.registered.sweeps["visits.forget_devices"][1]()
    await ward.registered.sweeps["calls.forget_guests"][1]()


@pytest.mark.feature("V2")
async def test_nothing_hot_reads_a_whole_table(
    house: House, asked: list[tuple[Compiled, dict[str, Any]]]
) -> None:
    ward = Ward(house)
    visitor = await one_of_each(ward)
    database = Database(house.services.settings.url)
    await grow_old(database)
    asked.clear()
    await what_happens_all_the_time(ward, visitor)
    reads = {form.sql: (form, values) for form, values in asked if form.sql.startswith("SELECT")}
    assert len(reads) > 25
    assert await whole_tables(database, reads) == {}
    if database.is_sqlite:  # ANALYZE at night, when nobody is waiting
        await database.run("UPDATE visits SET state = 'ended', ended_at = 1")
        await database.run("UPDATE calls SET state = 'ended', ended_at = 1")
        await database.run("ANALYZE")
        assert await whole_tables(database, reads) == {}
        await database.run("DELETE FROM sqlite_stat4")  # which not every build of it keeps
        assert await whole_tables(database, reads) == {}


async def whole_tables(
    database: Database, reads: dict[str, tuple[Compiled, dict[str, Any]]]
) -> dict[str, set[str]]:
    """Return statements that scan growing tables from one end to the other."""
    found = {
        sql: _OVERRIDES.keys() & set(await database.scanned(sql, values, form.order))
        for sql, (form, values) in reads.items()
    }
    return {sql: tables for sql, tables in found.items() if tables}


@pytest.mark.feature("V2")
async def test_the_queue_does_not_look_at_old_visits(quick_house: House) -> None:
    """Not even in an index: the states it asks for are part of the index it searches."""
    ward = Ward(quick_house)
    await one_of_each(ward)
    database = Database(quick_house.services.settings.url)
    await grow_old(database)
    form = waiting_room._queue.compiled("sqlite", ("room",))
    values = {**form.defaults, "room": quick_house.here.room.id}
    plan = await database.run(f"EXPLAIN QUERY PLAN {form.sql}", named=values)
    steps = [row[3] for row in plan if "ix_visits_room" in row[3]]
    assert len(steps) == 1
    assert "room_id=? AND state=?" in steps[0]


@pytest.mark.feature("V2")
@pytest.mark.parametrize(
    ("over", "given", "table"),
    [(devices._over, "moment", "visit_devices"), (guests._over, "before", "guests")],
)
async def test_what_is_forgotten_is_found_by_its_time(
    quick_house: House, over: Prepared, given: str, table: str
) -> None:
    """And not by going through everything that has ended."""
    ward = Ward(quick_house)
    await one_of_each(ward)
    database = Database(quick_house.services.settings.url)
    await grow_old(database)
    form = over.compiled("sqlite", (given,))
    for _before_and_after in range(2):
        plan = await database.run(
            f"EXPLAIN QUERY PLAN {form.sql}", named={**form.defaults, given: 5}
        )
        assert plan[0][3].startswith(f"SEARCH {table} USING")
        assert f"INDEX ix_{table}_expires (expires_at<?)" in plan[0][3]
        await database.run("ANALYZE")
