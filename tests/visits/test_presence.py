"""Losing the network, a locked phone, a restarted server: the place is kept for the grace time."""

import pytest

from bedside import bootstrap
from bedside.calls.states import Mode
from bedside.kernel import clock
from bedside.realtime.presence import GONE_AFTER, Presence
from bedside.visits.kept_places import promised
from bedside.visits.presence import VisitPresence
from bedside.visits.states import State, Step
from tests.visits.ward import Waiter, Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V15")]


async def shown(ward: Ward, waiter: Waiter) -> tuple[str, bool]:
    """Return presence and background, as the queue shows them."""
    for room in ward.rooms.values():
        for row in await ward.house.services.visits.waiting_room.queue(room):
            if row.visit_id == waiter.visit_id:
                return str(row.presence), row.hidden
    return "gone", False


async def expire(ward: Ward, after: int) -> None:
    """Run the sweep so long from now, with this process alive."""
    with clock.shifted(after):
        await ward.house.services.visits.presence.heartbeat()
        await ward.house.services.visits.presence.expire()


def another_process(ward: Ward) -> VisitPresence:
    """Return presence as another process, or the same one after a restart, sees it."""
    services = ward.house.services
    return VisitPresence(
        services.database,
        Presence(services.database),
        services.people.clinics,
        services.visits.transitions,
    )


async def test_here_reconnecting_here_again(ward: Ward) -> None:
    room = await ward.room("Shared")
    waiter = await ward.check_in(room)
    assert await shown(ward, waiter) == ("here", False)
    await ward.lose(waiter)
    assert await shown(ward, waiter) == ("reconnecting", False)
    await expire(ward, 2 * clock.MINUTE)
    await ward.connect(waiter)
    assert await shown(ward, waiter) == ("here", False)
    await expire(ward, clock.HOUR)
    assert (await ward.row(waiter.visit_id)).state == State.WAITING


async def test_a_page_in_the_background_keeps_its_place(ward: Ward) -> None:
    waiter = await ward.check_in(await ward.room("Shared"))
    presence = ward.house.services.visits.presence
    await presence.hidden(waiter.visitor, waiter.connection, True)
    assert await shown(ward, waiter) == ("here", True)
    await expire(ward, clock.HOUR)
    assert await shown(ward, waiter) == ("here", True)
    await presence.hidden(waiter.visitor, waiter.connection, False)
    assert await shown(ward, waiter) == ("here", False)


async def test_one_of_two_pages_is_enough(ward: Ward) -> None:
    waiter = await ward.check_in(await ward.room("Shared"))
    second = Waiter(waiter.visitor, waiter.token)
    await ward.connect(second, hidden=True)
    await ward.lose(waiter)
    assert await shown(ward, waiter) == ("here", True)
    await ward.lose(second)
    assert (await shown(ward, waiter))[0] == "reconnecting"


@pytest.mark.parametrize("in_call", [False, True])
async def test_after_the_grace_time_the_visit_has_expired(ward: Ward, in_call: bool) -> None:
    room = await ward.room("Shared")
    waiter = await ward.check_in(room)
    if in_call:
        await ward.admit(room, waiter.visit_id)
    await ward.lose(waiter)
    await expire(ward, 3 * clock.MINUTE - clock.SECOND)
    assert (await ward.row(waiter.visit_id)).state != State.ENDED
    await expire(ward, 3 * clock.MINUTE + clock.SECOND)
    row = await ward.row(waiter.visit_id)
    assert (row.state, row.ended_reason, row.call_id) == (State.ENDED, Step.EXPIRED, "")
    await ward.connect(waiter)  # a page that comes too late changes nothing
    assert (await ward.row(waiter.visit_id)).state == State.ENDED
    await ward.lose(waiter)


async def test_a_page_that_never_connects_expires_and_one_without_script_asks_again(
    ward: Ward,
) -> None:
    room = await ward.room("Shared")
    silent, asks = await ward.check_in(room), await ward.check_in(room)
    await ward.lose(silent)
    await ward.lose(asks)
    with clock.shifted(2 * clock.MINUTE):
        await ward.house.services.visits.presence.asked(asks.visitor)
    await expire(ward, 4 * clock.MINUTE)
    assert await ward.order(room) == [asks.visit_id]


async def test_a_killed_server_counts_from_when_it_was_missed(ward: Ward) -> None:
    room = await ward.room("Shared")
    killed = another_process(ward)
    await killed.begin()
    waiter = await ward.check_in(room)
    await ward.lose(waiter)
    await killed.arrived(waiter.visitor, "soc_killed")
    assert await shown(ward, waiter) == ("here", False)
    later = GONE_AFTER + clock.SECOND
    with clock.shifted(later):
        await another_process(ward).begin()
        assert await shown(ward, waiter) == ("reconnecting", False)
    await expire(ward, later + 3 * clock.MINUTE - clock.SECOND)
    assert await ward.order(room) == [waiter.visit_id]
    await expire(ward, later + 3 * clock.MINUTE + clock.SECOND)
    assert await ward.order(room) == []


@pytest.mark.feature("V25")
@pytest.mark.parametrize(("told", "kept"), [(None, 3), (5, 10), (30, 35), (60, 65)])
async def test_the_place_is_kept_as_long_as_the_page_says(
    ward: Ward, told: int | None, kept: int
) -> None:
    room = await ward.room("Shared", show_estimate=told is not None)
    before = await ward.check_in(room)
    with clock.shifted((told or 20) * clock.MINUTE):
        await ward.admit(room, before.visit_id)
    waiter = await ward.check_in(room)
    ahead = await ward.house.services.visits.waiting_room.ahead(waiter.visitor)
    assert ahead is not None
    assert ahead.minutes == (told or 20)
    assert promised(3, ahead.minutes if told else None) == kept
    await ward.lose(waiter)
    assert (await ward.row(waiter.visit_id)).grace_minutes == kept
    await expire(ward, kept * clock.MINUTE - clock.SECOND)
    assert waiter.visit_id in await ward.order(room)
    await expire(ward, kept * clock.MINUTE + clock.SECOND)
    assert waiter.visit_id not in await ward.order(room)


@pytest.mark.feature("V25")
async def test_who_is_called_while_away_has_time_to_come(ward: Ward) -> None:
    room = await ward.room("Shared")
    before = await ward.check_in(room)
    with clock.shifted(30 * clock.MINUTE):
        await ward.admit(room, before.visit_id)
    waiter = await ward.check_in(room)
    await ward.lose(waiter)
    with clock.shifted(20 * clock.MINUTE):
        call = await ward.house.services.calls.control.start(room, waiter.visit_id, Mode.VIDEO)
    await expire(ward, 22 * clock.MINUTE)
    assert (await ward.row(waiter.visit_id)).call_id == call
    with clock.shifted(22 * clock.MINUTE):  # and again, when they are sent back to wait
        await ward.house.services.calls.control.return_to_waiting_room(room, waiter.visit_id)
    await expire(ward, 24 * clock.MINUTE)
    assert (await ward.row(waiter.visit_id)).state == State.WAITING


async def test_while_no_server_lives_nobody_can_come_back_and_nobody_expires(ward: Ward) -> None:
    room = await ward.room("Shared")
    waiter = await ward.check_in(room)
    await ward.lose(waiter)
    long_after = 30 * clock.MINUTE
    with clock.shifted(long_after):
        await another_process(ward).begin()
        await ward.house.services.visits.presence.expire()
    assert await ward.order(room) == [waiter.visit_id]
    await expire(ward, long_after + 3 * clock.MINUTE + clock.SECOND)
    assert await ward.order(room) == []


async def test_a_server_that_stops_lets_its_patients_reconnect(ward: Ward) -> None:
    stops = another_process(ward)
    await stops.begin()
    waiter = await ward.check_in(await ward.room("Shared"))
    await ward.lose(waiter)
    await stops.arrived(waiter.visitor, "soc_stops")
    await stops.end()
    assert await shown(ward, waiter) == ("reconnecting", False)


async def test_a_server_that_stood_still_for_a_while_finds_its_patients_again(ward: Ward) -> None:
    stalls = another_process(ward)
    await stalls.begin()
    waiter = await ward.check_in(await ward.room("Shared"))
    await ward.lose(waiter)
    await stalls.arrived(waiter.visitor, "soc_stalls")
    with clock.shifted(GONE_AFTER + clock.SECOND):
        await ward.house.services.visits.presence.expire()
        assert await shown(ward, waiter) == ("reconnecting", False)
        await stalls.heartbeat()
        assert await shown(ward, waiter) == ("here", False)


async def test_the_life_of_the_web_process_is_told(quick_ward: Ward) -> None:
    waiter = await quick_ward.check_in(await quick_ward.room("Shared"))
    await quick_ward.lose(waiter)
    app = bootstrap.application(quick_ward.house.services.settings)
    async with app.router.lifespan_context(app):
        await app.state.services.visits.presence.arrived(waiter.visitor, "soc_served")
        assert await shown(quick_ward, waiter) == ("here", False)
    assert await shown(quick_ward, waiter) == ("reconnecting", False)
