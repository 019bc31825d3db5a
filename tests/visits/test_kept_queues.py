"""A queue that was read before: whatever changes is in the next one, and every process sees it."""

from collections.abc import Awaitable, Callable

import pytest

from bedside import bootstrap
from bedside.people.permissions import RoomAccess
from bedside.visits.waiting_room import DeviceTest, Waiting
from tests.visits.ward import Waiter, Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V3")]

Change = Callable[[Ward, RoomAccess, Waiter], Awaitable[object]]


async def is_tested(ward: Ward, _room: RoomAccess, waiter: Waiter) -> None:
    found = DeviceTest(camera="missing")
    await ward.house.services.visits.waiting_room.record_device_test(waiter.visitor, found)


async def is_urgent(ward: Ward, room: RoomAccess, waiter: Waiter) -> None:
    await ward.house.services.visits.order.mark_urgent(room, waiter.visit_id, True)


async def is_looked_at(ward: Ward, room: RoomAccess, _waiter: Waiter) -> None:
    await ward.house.services.visits.waiting_room.looked(room)


async def is_away(ward: Ward, _room: RoomAccess, waiter: Waiter) -> None:
    await ward.house.services.visits.presence.left(waiter.visitor, waiter.connection)


async def is_identified(ward: Ward, room: RoomAccess, waiter: Waiter) -> None:
    await ward.identify(room, waiter, ward.house.patients[1].id)


async def is_renamed(ward: Ward, _room: RoomAccess, _waiter: Waiter) -> None:
    services, chart = ward.house.services, await ward.house.chart(0)
    now = (await services.people.patients.get(chart)).demographics
    async with services.database.unit_of_work() as work:
        other = now.model_copy(update={"name": "Maya Lindqvist-Berg"})
        await services.people.patients.change(work, chart, other)


async def is_joined(ward: Ward, _room: RoomAccess, _waiter: Waiter) -> None:
    """The chart of the one identified goes into another one, by a generic change of its rows."""
    services = ward.house.services
    kept = await ward.house.chart(1, ward.house.here.clinician)
    joined = await ward.house.chart(0, ward.house.here.clinician)
    details = (await services.people.patients.get(kept)).demographics
    await services.people.joining.join(kept, joined, details)


async def comes_after(ward: Ward, room: RoomAccess, _waiter: Waiter) -> None:
    await ward.check_in(room)


async def is_removed(ward: Ward, room: RoomAccess, waiter: Waiter) -> None:
    await ward.house.services.visits.waiting_room.remove(room, waiter.visit_id)


@pytest.mark.parametrize(
    "change",
    [
        is_tested,
        is_urgent,
        is_looked_at,
        is_away,
        is_identified,
        is_renamed,
        is_joined,
        comes_after,
        is_removed,
    ],
)
async def test_what_changes_is_in_the_next_queue(ward: Ward, change: Change) -> None:
    waiting_room = ward.house.services.visits.waiting_room
    room = await ward.room("Injuries")
    first, second = await ward.check_in(room), await ward.check_in(room)
    await ward.identify(room, first, ward.house.patients[0].id)
    before = await waiting_room.everybody(room)
    assert same(before, await waiting_room.everybody(room))
    await change(ward, room, second)
    after = await waiting_room.everybody(room)
    assert [facts(one) for one in after] != [facts(one) for one in before]
    assert same(after, await waiting_room.everybody(room))


async def test_what_another_process_changes_is_in_the_next_queue(ward: Ward) -> None:
    other = bootstrap.build(ward.house.services.settings)
    await other.database.open()
    try:
        room = await ward.room("Injuries")
        waiter = await ward.check_in(room)
        [before] = await other.visits.waiting_room.everybody(room)
        await is_urgent(ward, room, waiter)
        [after] = await other.visits.waiting_room.everybody(room)
        assert (before.urgent, after.urgent) == (False, True)
    finally:
        await other.database.close()


async def test_who_gets_a_queue_cannot_change_it_for_others(ward: Ward) -> None:
    room = await ward.room("Injuries")
    await ward.check_in(room)
    (await ward.house.services.visits.waiting_room.everybody(room)).clear()
    assert len(await ward.house.services.visits.waiting_room.everybody(room)) == 1


def same(one: list[Waiting], other: list[Waiting]) -> bool:
    """Whether two queues have the same rows, and not only equal ones."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def facts(one: Waiting) -> tuple[object, ...]:
    """Returns everything that a row says."""
    return tuple(getattr(one, name) for name in Waiting.__dataclass_fields__)
