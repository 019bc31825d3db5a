"""Everything that can happen in two rooms, in any order, and what must hold after each of it.

After every action: a visit is in exactly one queue or one call or has ended, it has one open leg,
nobody is admitted twice, and following events gives what a fresh snapshot shows.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bedside.calls import rows as call_rows
from bedside.calls.states import Kind, Mode
from bedside.database import outbox
from bedside.errors import BedsideError, Conflict, NotFound
from bedside.kernel import clock
from bedside.people.permissions import RoomAccess
from bedside.visits import live
from bedside.visits.states import State, Step
from tests.house import living_in
from tests.visits.ward import Waiter, Ward

pytestmark = pytest.mark.feature("V3")

_LEGS = "SELECT number, room_id, left_at FROM visit_legs WHERE visit_id = ? ORDER BY number"
_TRANSFERS = "SELECT id, state FROM patient_transfers WHERE visit_id = ?"


class Follower:
    """A page that follows one topic, from a snapshot on by events alone."""

    def __init__(self, ward: Ward, access: Any, topic: str) -> None:
        self._services = ward.house.services
        self._access = access
        self._topic = topic
        kind = self._services.realtime.topics.kind(topic)
        assert kind is not None
        self._fresh = kind.snapshot
        self._id = topic.partition(":")[2]

    async def begin(self) -> "Follower":
        """Take the first snapshot."""
        async with self._services.database.read() as db:
            self._version = await outbox.topic_version(db, self._topic)
        self._seen = await self._fresh(self._access, self._id)
        return self

    async def check(self) -> None:
        """Compare with a fresh snapshot."""
        async with self._services.database.read() as db:
            events = await outbox.events_since(db, self._topic, self._version)
        assert events is not None
        for event in events:
            self._seen = live.apply(self._seen, event.type, event.payload)
            self._version = event.version
        assert self._seen == await self._fresh(self._access, self._id), self._topic


class World:
    """One house for all runs, on a loop of its own."""

    def __init__(self, empty_sqlite: Path) -> None:
        self._runner = asyncio.Runner()
        self._data = Path(tempfile.mkdtemp(prefix="visits-"))
        shutil.copy(empty_sqlite, self._data / "bedside.db")
        self._living = living_in(self._data, f"sqlite:///{self._data / 'bedside.db'}")
        self.house = self.run(self._living.__aenter__())

    def run(self, what: Awaitable[Any]) -> Any:
        """Run an awaitable on the loop."""

        async def wait() -> Any:
            return await what

        return self._runner.run(wait())

    def close(self) -> None:
        """The end."""
        self.run(self._living.__aexit__(None, None, None))
        self._runner.close()
        shutil.rmtree(self._data)


_world: list[World] = []


@pytest.fixture(autouse=True, scope="module")
def world(empty_sqlite: Path) -> Iterator[None]:
    """The house that every run of the machine uses, each with rooms of its own."""
    _world.append(World(empty_sqlite))
    yield
    _world.pop().close()


chosen = st.integers(min_value=0, max_value=10_000)
"""Index into the existing ones, modulo their number."""


class VisitsMachine(RuleBasedStateMachine):
    """Two rooms (a third one is closed), two members of staff, and up to five patients."""

    def __init__(self) -> None:
        super().__init__()
        self.world = _world[0]
        self.house = self.world.house
        self.ward = Ward(self.house)
        self.time = ExitStack()
        self.waiters: list[Waiter] = []
        self.followers: list[Follower] = []
        self.staff = [self.house.here.clinician, self.house.here.receptionist]
        self.run(self._build())

    def run(self, what: Awaitable[Any]) -> Any:
        """Wait for something."""
        return self.world.run(what)

    async def _build(self) -> None:
        self.rooms: list[RoomAccess] = []
        self.beside: list[RoomAccess] = []
        for number, staff in enumerate(self.staff):
            room = await self.ward.room(f"Room {number}", staff)
            self.rooms.append(room)
            self.beside.append(await self.ward.beside(room, self.staff[1 - number]))
        for room in self.rooms:
            await self._follow(room.staff, f"room:{room.room_id}")
        for staff in self.staff:
            await self._follow(staff, f"person:{staff.staff_id}")
        await self._follow(self.staff[0], f"rooms:{self.house.clinic.id}")

    async def _follow(self, access: Any, topic: str) -> None:
        self.followers.append(await Follower(self.ward, access, topic).begin())

    def teardown(self) -> None:
        """End what is in progress, and reset the clock."""

        async def end() -> None:
            for waiter in self.waiters:
                await self.house.services.visits.waiting_room.leave(waiter.visitor)

        self.run(end())
        self.time.close()

    # --- actions -------------------------------------------------------------------------------

    def _one(self, which: int) -> Waiter:
        return self.waiters[which % len(self.waiters)]

    def _other(self, room: RoomAccess) -> RoomAccess:
        return self.rooms[1] if room is self.rooms[0] else self.rooms[0]

    async def _tried(self, what: Awaitable[Any]) -> Any:
        """Return the result, or the refusal, which has a sentence for a person."""
        try:
            return await what
        except (Conflict, NotFound) as refusal:
            return refusal

    async def _room_of(self, waiter: Waiter) -> RoomAccess:
        row = await self.ward.row(waiter.visit_id)
        return next(room for room in self.rooms if room.room_id == row.room_id)

    async def _in_call(self, door: RoomAccess) -> bool:
        async with self.house.services.database.read() as db:
            return await call_rows.current_of(db, Kind.STAFF, door.staff.staff_id) is not None

    async def _do(self, step: str, waiter: Waiter, room: RoomAccess, leg: int | None) -> Any:
        services, visit_id = self.house.services, waiter.visit_id
        if step == "admit":
            return await self._tried(
                services.calls.control.start(room, visit_id, Mode.VIDEO, leg=leg)
            )
        if step == "transfer":
            to = self._other(room).room_id
            return await self._tried(
                services.visits.transfers.transfer(room, visit_id, to, "note", expected_leg=leg)
            )
        if step == "leave":
            return await self._tried(services.visits.waiting_room.leave(waiter.visitor))
        act = {
            "return": services.calls.control.return_to_waiting_room,
            "end_visit": services.calls.control.end_visit,
            "remove": services.visits.waiting_room.remove,
        }[step]
        return await self._tried(act(room, visit_id, leg=leg))

    steps = st.sampled_from(["admit", "transfer", "return", "end_visit", "remove", "leave"])

    @precondition(lambda self: len(self.waiters) < 5)
    @rule(where=chosen)
    def checks_in(self, where: int) -> None:
        """A patient checks in."""
        waiter = self.run(self.ward.check_in(self.rooms[where % 2]))
        self.waiters.append(waiter)
        self.run(self._follow(waiter.visitor, f"visit:{waiter.visit_id}"))

    @precondition(lambda self: self.waiters)
    @rule(which=chosen, step=steps, by=st.booleans())
    def somebody_does(self, which: int, step: str, by: bool) -> None:
        """Somebody in charge acts, or the other one who no longer is."""

        async def act() -> None:
            waiter = self._one(which)
            room = await self._room_of(waiter)
            await self._do(step, waiter, room if by else self._other(room), None)

        self.run(act())

    @precondition(lambda self: self.waiters)
    @rule(which=chosen, one=steps, other=steps)
    def two_do_at_once(self, which: int, one: str, other: str) -> None:
        """Two pages that saw the same state act at the same moment: the first takes effect, and
        the second is applied to its result, or refused with a sentence."""

        async def act() -> None:
            waiter = self._one(which)
            before = await self.ward.row(waiter.visit_id)
            room = await self._room_of(waiter)
            done = await asyncio.gather(
                self._do(one, waiter, room, before.leg), self._do(other, waiter, room, before.leg)
            )
            first, second = (not isinstance(outcome, BedsideError) for outcome in done)
            refusals = [outcome for outcome in done if isinstance(outcome, BedsideError)]
            assert all(refusal.sentence.endswith(".") for refusal in refusals)
            if before.state != State.ENDED and one == other and one != "leave":
                assert not (first and second), (one, done)

        self.run(act())

    @precondition(lambda self: self.waiters)
    @rule(which=chosen)
    def takes_the_next(self, which: int) -> None:
        """Both press “Next patient” in one room, and are in no call yet."""

        async def act() -> None:
            room = self.rooms[which % 2]
            doors = [room, self.beside[which % 2]]
            free = [door for door in doors if not await self._in_call(door)]
            waited = {
                w.visit_id
                for w in await self.house.services.visits.waiting_room.queue(room)
                if w.state is State.WAITING
            }
            got = await asyncio.gather(*(self.ward.next_patient(door) for door in free))
            found = [visit_id for visit_id in got if visit_id]
            assert len(set(found)) == len(found) == min(len(free), len(waited))
            assert set(found) <= waited

        self.run(act())

    @precondition(lambda self: self.waiters)
    @rule(which=chosen, beside=chosen, how=st.sampled_from(["first", "before", "after", "back"]))
    def changes_the_order(self, which: int, beside: int, how: str) -> None:
        """Somebody in charge changes the order of a queue, and gets what they wanted, or a refusal
        that changes nothing."""

        async def act() -> None:
            waiter, other = self._one(which), self._one(beside)
            room, order = await self._room_of(waiter), self.house.services.visits.order
            before = await self.ward.order(room)
            visit_id, neighbour = waiter.visit_id, other.visit_id
            change = {
                "first": lambda: order.see_first(room, visit_id, "In pain"),
                "before": lambda: order.move(room, visit_id, before=neighbour),
                "after": lambda: order.move(room, visit_id, after=neighbour),
                "back": lambda: order.put_back(room, visit_id),
            }[how]
            outcome = await self._tried(change())
            found = await self.ward.order(room)
            if isinstance(outcome, BedsideError):
                assert found == before
            elif how in ("before", "after"):
                step = found.index(neighbour) - found.index(visit_id)
                assert (step > 0) is (how == "before")
            assert sorted(found) == sorted(before)

        self.run(act())

    @rule(which=chosen)
    def takes_back(self, which: int) -> None:
        """A sender takes a patient back."""

        async def act() -> None:
            staff = self.staff[which % 2]
            sent = await self.house.services.visits.transfers.open_of(staff)
            for transfer in sent[:1]:
                took = await self.house.services.visits.transfers.take_back(staff, transfer.id)
                row = await self.ward.row(transfer.visit_id)
                assert (row.room_id, row.state) == (took.room_id, State.WAITING)

        self.run(act())

    @precondition(lambda self: self.waiters)
    @rule(which=chosen, hidden=st.booleans())
    def comes_or_goes(self, which: int, hidden: bool) -> None:
        """A disconnected page connects, or a connected one disconnects."""

        async def act() -> None:
            waiter = self._one(which)
            row = await self.ward.row(waiter.visit_id)
            if row.away_since:
                await self.ward.connect(waiter, hidden=hidden)
            else:
                await self.ward.lose(waiter)

        self.run(act())

    @rule(minutes=st.integers(min_value=1, max_value=4))
    def time_passes(self, minutes: int) -> None:
        """Whoever is disconnected for more than three minutes has lost the place, and nobody else
        has."""
        self.time.enter_context(clock.shifted(minutes * clock.MINUTE))

        async def act() -> None:
            before = [await self.ward.row(w.visit_id) for w in self.waiters]
            await self.house.services.visits.presence.heartbeat()
            await self.house.services.visits.presence.expire()
            for was in before:
                row = await self.ward.row(was.id)
                late = was.away_since and was.away_since <= clock.now() - 3 * clock.MINUTE
                if was.state != State.ENDED and late:
                    assert (row.state, row.ended_reason) == (State.ENDED, Step.EXPIRED)
                else:
                    assert row.state == was.state

        self.run(act())

    @rule(which=chosen)
    def nobody_admits(self, which: int) -> None:
        """The sender of a waiting patient is notified."""

        async def act() -> None:
            staff = self.staff[which % 2]
            for transfer in await self.house.services.visits.transfers.open_of(staff):
                await self.house.services.visits.transfers.unanswered({"transfer_id": transfer.id})

        self.run(act())

    @rule(which=chosen, shut=st.booleans())
    def opens_or_closes(self, which: int, shut: bool) -> None:
        """A room is closed for a moment, or viewed."""

        async def act() -> None:
            room = self.rooms[which % 2]
            if shut:
                await self.house.services.visits.rooms.close(room)
                for follower in self.followers:
                    await follower.check()
                await self.house.services.visits.rooms.open(room)
            else:
                await self.house.services.visits.waiting_room.looked(room)

        self.run(act())

    # --- invariants ----------------------------------------------------------------------------

    @invariant()
    def followers_see_what_is_there(self) -> None:
        """snapshot + events = fresh snapshot."""

        async def look() -> None:
            for follower in self.followers:
                await follower.check()

        self.run(look())

    @invariant()
    def everybody_is_in_one_place(self) -> None:
        """One queue or one call, one open leg, at most one open transfer."""

        async def look() -> None:
            queues = {room.room_id: await self.ward.order(room) for room in self.rooms}
            for waiter in self.waiters:
                row = await self.ward.row(waiter.visit_id)
                self._check_visit(row, queues)

        self.run(look())

    def _check_visit(self, row: Any, queues: dict[str, list[str]]) -> None:
        reader = self.house.services.database._watcher
        inside = [room_id for room_id, order in queues.items() if row.id in order]
        legs = reader.execute(_LEGS, (row.id,)).fetchall()
        open_legs = [(number, room_id) for number, room_id, left_at in legs if not left_at]
        assert [number for number, _, _ in legs] == list(range(1, row.leg + 1))
        if row.state == State.ENDED:
            assert not inside
            assert not open_legs
            assert row.ended_reason
        else:
            assert inside == [row.room_id]
            assert open_legs == [(row.leg, row.room_id)]
        assert (row.state == State.IN_CALL) == bool(row.call_id)
        transfers = dict(reader.execute(_TRANSFERS, (row.id,)).fetchall())
        still_open = [one for one, state in transfers.items() if state == "open"]
        assert still_open in ([], [row.transfer_id])
        if still_open:
            assert row.state == State.WAITING


TestVisits = VisitsMachine.TestCase
TestVisits.settings = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
