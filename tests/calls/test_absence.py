"""Pages that are gone: staff and guests are given up after a minute, patients keep their place."""

import pytest

from bedside.calls.absence import GRACE
from bedside.calls.rows import call_row, participant_row
from bedside.kernel import clock
from bedside.visits.rows import by_id
from bedside.visits.state_machine import State
from tests.calls.calling import Ward
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V15")]


@pytest.fixture
async def ward(quick_house: House) -> Ward:
    """The waiting room of a server that lives."""
    await quick_house.visit_presence.begin()
    return Ward(quick_house)


async def sweep(ward: Ward, later: int = 0) -> None:
    """What the worker does every few seconds, some time later."""
    with clock.shifted(later):
        await ward.visit_presence.beat()  # the server itself lives on
        await ward.sweeps["calls.absences"][1]()


async def standing(ward: Ward, participant_id: str) -> str:
    """The state of a participant."""
    async with ward.database.read() as db:
        row = await participant_row(db, participant_id)
    assert row is not None
    return row.state


async def going_on(ward: Ward, call_id: str) -> bool:
    """Whether a call is active."""
    async with ward.database.read() as db:
        row = await call_row(db, call_id)
    assert row is not None
    return row.state == "active"


async def visit_state(ward: Ward, visit_id: str) -> str:
    """The state of a visit."""
    async with ward.database.read() as db:
        row = await db.one(by_id, of=visit_id)
    assert row is not None
    return row.state


async def test_a_clinician_who_does_not_come_back(ward: Ward) -> None:
    pair = await ward.both()
    await sweep(ward)
    await sweep(ward, GRACE - 5_000)
    assert await going_on(ward, pair.call_id)
    await sweep(ward, GRACE + 5_000)
    assert not await going_on(ward, pair.call_id)
    assert await visit_state(ward, pair.visitor.visit_id) == State.WAITING


async def test_a_clinician_who_comes_back_in_time(ward: Ward) -> None:
    pair = await ward.both()
    await sweep(ward)
    await ward.presence.here(pair.here.connection_id, "sck_page")
    await sweep(ward, GRACE - 5_000)
    await ward.presence.gone("sck_page")
    await sweep(ward, GRACE + 5_000)  # gone again: a new minute begins
    assert await going_on(ward, pair.call_id)


async def test_a_page_that_was_closed_before_it_joined(ward: Ward) -> None:
    visitor = await ward.wait()
    host = await ward.start(visitor)
    await sweep(ward, GRACE - 5_000)
    assert await going_on(ward, host.call_id)
    await sweep(ward, GRACE + 5_000)
    assert not await going_on(ward, host.call_id)


async def test_a_patient_stays_and_a_guest_does_not(ward: Ward) -> None:
    pair = await ward.both()
    guest = await ward.guest(pair.host)
    await ward.guests.admit(pair.host, guest.guest_id)
    joined = await ward.join(await ward.seats.guest(guest))
    await ward.presence.here(pair.here.connection_id, "sck_page")
    await ward.visit_presence.left(pair.visitor, f"sck_{pair.visitor.visit_id}")
    await sweep(ward)
    await sweep(ward, GRACE + 5_000)
    assert await standing(ward, pair.there.participant_id) == "joined"
    assert await standing(ward, joined.participant_id) == "left"
    assert await visit_state(ward, pair.visitor.visit_id) == State.IN_CALL


async def test_a_patient_whose_visit_expires_leaves_the_call(ward: Ward) -> None:
    pair = await ward.both()
    await ward.visit_presence.left(pair.visitor, f"sck_{pair.visitor.visit_id}")
    with clock.shifted(10 * clock.MINUTE):
        await ward.visit_presence.expire()
    assert not await going_on(ward, pair.call_id)
    assert await visit_state(ward, pair.visitor.visit_id) == State.ENDED
