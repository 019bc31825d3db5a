"""Patients' devices are forgotten once they can get in nowhere, and not before."""

import pytest
from sqlalchemy import func, select

from bedside.database.statements import prepared
from bedside.errors import NotSignedIn
from bedside.kernel import clock
from bedside.visits.devices import KEPT_FOR, add_device
from bedside.visits.models import visit_devices
from tests.visits.ward import ADDRESS, Waiter, Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2")]

_count = prepared(select(func.count().label("devices")).select_from(visit_devices))
LATER = KEPT_FOR + clock.MINUTE


async def devices(ward: Ward) -> int:
    """Count the rows."""
    async with ward.house.services.database.read() as db:
        row = await db.one(_count)
    assert row is not None
    return row.devices


async def forget(ward: Ward) -> int:
    """Run what the worker runs every few minutes."""
    return await ward.house.services.registered.sweeps["visits.forget_devices"][1]()


async def resumes(ward: Ward, waiter: Waiter) -> bool:
    """Whether a device has access."""
    try:
        await ward.house.services.visits.devices.resume(waiter.token, waiter.visit_id, ADDRESS)
    except NotSignedIn:
        return False
    return True


async def test_a_device_is_forgotten_with_the_end_page(ward: Ward) -> None:
    room = await ward.room("Shared")
    gone, waits = await ward.check_in(room), await ward.check_in(room)
    await ward.house.services.visits.waiting_room.leave(gone.visitor)
    assert await forget(ward) == 0
    with clock.shifted(KEPT_FOR - clock.MINUTE):
        assert await forget(ward) == 0
        assert await resumes(ward, gone)  # to read how it ended
    with clock.shifted(LATER):
        assert not await resumes(ward, gone)
        assert await forget(ward) == 2  # with the draft of the form
        assert await devices(ward) == 2
        assert not await resumes(ward, gone)
        assert await resumes(ward, waits), "a visit that goes on keeps its device"
        assert await forget(ward) == 0
        await ward.house.services.visits.waiting_room.leave(waits.visitor)
        assert await forget(ward) == 2
    assert await devices(ward) == 0


async def test_many_devices_are_forgotten_a_batch_at_a_time(quick_ward: Ward) -> None:
    ward = quick_ward
    ended = await ward.check_in(await ward.room("Shared"))
    database = ward.house.services.database
    keys = await ward.house.services.vault.clinic(ward.house.clinic.id)
    async with database.unit_of_work() as work:
        for number in range(1_200):
            await add_device(work, keys, ended.visit_id, f"tablet {number}")
    await ward.house.services.visits.waiting_room.leave(ended.visitor)
    with clock.shifted(LATER):
        assert await forget(ward) == 1_202
    assert await devices(ward) == 0
