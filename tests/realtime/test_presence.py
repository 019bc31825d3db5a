"""Presence over several processes."""

import pytest

from bedside.kernel import clock
from bedside.realtime.presence import GONE_AFTER, Presence, Seen
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V15")]


async def started(house: House) -> tuple[Presence, bool]:
    """Start a process. Returns it, and whether it was alone."""
    presence = Presence(house.services.database)
    async with house.services.database.unit_of_work() as work:
        return presence, await presence.start(work)


async def seen(house: House, presence: Presence, subject: str) -> Seen:
    async with house.services.database.read() as db:
        return await presence.seen(db, subject)


async def test_somebody_is_there_as_long_as_one_page_of_any_process_is(house: House) -> None:
    one, alone = await started(house)
    other, also_alone = await started(house)
    assert (alone, also_alone) == (True, False)
    await one.here("vis_1", "soc_1")
    await other.here("vis_1", "soc_2", hidden=True)
    assert await seen(house, one, "vis_1") == Seen(connected=True, hidden=False)
    await one.gone("soc_1")
    assert await seen(house, one, "vis_1") == Seen(connected=True, hidden=True)
    await other.here("vis_1", "soc_2", hidden=False)
    assert await seen(house, one, "vis_1") == Seen(connected=True, hidden=False)
    await other.gone("soc_2")
    assert await seen(house, one, "vis_1") == Seen(connected=False, hidden=False)


async def test_who_of_several_is_online(house: House) -> None:
    presence, _ = await started(house)
    await presence.here("stf_1", "soc_1")
    await presence.here("stf_2", "soc_2")
    assert await presence.online(["stf_1", "stf_3"]) == {"stf_1"}
    assert await presence.online([]) == set()


async def test_the_sockets_of_a_process_that_is_gone_are_none(house: House) -> None:
    killed, _ = await started(house)
    await killed.here("vis_1", "soc_1")
    lives, _ = await started(house)
    await lives.here("vis_2", "soc_2")
    async with house.services.database.unit_of_work() as work:
        assert await lives.sweep(work) == []
    with clock.shifted(GONE_AFTER + clock.SECOND):
        async with house.services.database.unit_of_work() as work:
            await lives.heartbeat(work)
            assert await lives.sweep(work) == ["vis_1"]
    assert await lives.online(["vis_1", "vis_2"]) == {"vis_2"}


async def test_a_process_that_stops_takes_its_sockets_along(house: House) -> None:
    one, _ = await started(house)
    other, _ = await started(house)
    await one.here("vis_1", "soc_1")
    await other.here("vis_2", "soc_2")
    async with house.services.database.unit_of_work() as work:
        assert await one.stop(work) == ["vis_1"]
    assert await other.online(["vis_1", "vis_2"]) == {"vis_2"}


async def test_a_process_that_was_thought_to_be_gone_says_again_who_is_there(house: House) -> None:
    stalled, _ = await started(house)
    await stalled.here("vis_1", "soc_1", hidden=True)
    await stalled.here("vis_2", "soc_2")
    await stalled.gone("soc_2")
    with clock.shifted(GONE_AFTER + clock.SECOND):
        other, _ = await started(house)
        async with house.services.database.unit_of_work() as work:
            assert await other.sweep(work) == ["vis_1"]
        async with house.services.database.unit_of_work() as work:
            assert await stalled.heartbeat(work) == ["vis_1"]
        async with house.services.database.unit_of_work() as work:
            assert await stalled.heartbeat(work) == []
        assert await seen(house, other, "vis_1") == Seen(connected=True, hidden=True)
        assert await other.online(["vis_2"]) == set()
