"""Disconnected pages: staff and guests are dropped after a minute, patients keep their place."""

import html

import pytest

from bedside.calls.absence import GRACE, IN_ORDER
from bedside.calls.rows import call_row, participant_row
from bedside.calls.states import Mode
from bedside.kernel import clock
from bedside.visits.rows import by_id
from bedside.visits.states import State
from bedside.web.app import create_app
from tests.calls.agreeing import add_patient, admit_guest
from tests.calls.calling import Ward
from tests.house import House, at_the_door

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V15")]


@pytest.fixture
async def ward(quick_house: House) -> Ward:
    """The waiting room, with a live server process."""
    await quick_house.visits.presence.begin()
    return Ward(quick_house)


async def sweep(ward: Ward, later: int = 0) -> None:
    """Run the sweep that the worker runs every few seconds, some time later."""
    with clock.shifted(later):
        await ward.visits.presence.heartbeat()  # the server itself is alive
        await ward.registered.sweeps["calls.absences"][1]()


async def standing(ward: Ward, participant_id: str) -> str:
    """Return the state of a participant."""
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
    """Return the state of a visit."""
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


async def page_of_visit(ward: Ward, visit_id: str) -> str:
    """Return what the patient's device shows."""
    cookies = {"bedside-visitor": ward.tokens[visit_id]}
    async with at_the_door(create_app(ward.house.services), cookies=cookies) as phone:
        return html.unescape((await phone.get(f"/visit/{visit_id}/now?view=waiting")).text)


async def test_a_patient_is_told_why_they_wait_again(ward: Ward) -> None:
    """If the clinic's page was disconnected; not if somebody sent them back from the next call."""
    why = "The clinic lost its connection, so your call has ended."
    pair, room = await ward.both(), await ward.room()
    visit_id = pair.visitor.visit_id
    assert why not in await page_of_visit(ward, visit_id)
    await sweep(ward)
    await sweep(ward, GRACE + 5_000)
    page = await page_of_visit(ward, visit_id)
    assert page.count(why) == 2, "shown, and read aloud"
    with clock.shifted(GRACE + 10_000):
        await ward.calls.control.start(room, visit_id, Mode.VIDEO)
        assert why not in await page_of_visit(ward, visit_id)
        await ward.calls.control.return_to_waiting_room(room, visit_id)
        assert why not in await page_of_visit(ward, visit_id)


async def test_who_was_sent_back_before_is_told_by_whom(ward: Ward) -> None:
    """The call that they were in went on without them, and ended by itself long after."""
    pair, second, room = await ward.both(), await ward.wait("Second"), await ward.room()
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    with clock.shifted(-clock.MINUTE):
        await ward.calls.control.return_to_waiting_room(room, second.visit_id)
    await sweep(ward)
    await sweep(ward, GRACE + 5_000)
    assert await visit_state(ward, pair.visitor.visit_id) == State.WAITING
    assert (await ward.calls.absences.why_back(pair.visitor)).cut_off
    back = await ward.calls.absences.why_back(second)
    assert (back.cut_off, back.sent_by) == (False, "Dr Amara Okafor")
    said = "Dr Amara Okafor has sent you back to the waiting room. You are called again."
    assert said in await page_of_visit(ward, second.visit_id)


async def test_whoever_leaves_a_call_themselves_was_sent_by_nobody(ward: Ward) -> None:
    pair = await ward.both()
    await ward.calls.control.leave(await ward.calls.seats.visitor(pair.visitor))
    assert await ward.calls.absences.why_back(pair.visitor) == IN_ORDER


async def test_a_clinician_who_comes_back_in_time(ward: Ward) -> None:
    pair = await ward.both()
    await sweep(ward)
    await ward.realtime.presence.here(pair.here.connection_id, "sck_page")
    await sweep(ward, GRACE - 5_000)
    await ward.realtime.presence.gone("sck_page")
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
    await admit_guest(ward.house.services, pair.host, guest.guest_id)
    joined = await ward.join(await ward.calls.seats.guest(guest))
    await ward.realtime.presence.here(pair.here.connection_id, "sck_page")
    await ward.visits.presence.left(pair.visitor, f"sck_{pair.visitor.visit_id}")
    await sweep(ward)
    await sweep(ward, GRACE + 5_000)
    assert await standing(ward, pair.there.participant_id) == "joined"
    assert await standing(ward, joined.participant_id) == "left"
    assert await visit_state(ward, pair.visitor.visit_id) == State.IN_CALL


async def test_a_patient_whose_visit_expires_leaves_the_call(ward: Ward) -> None:
    pair = await ward.both()
    await ward.visits.presence.left(pair.visitor, f"sck_{pair.visitor.visit_id}")
    with clock.shifted(10 * clock.MINUTE):
        await ward.visits.presence.expire()
    assert not await going_on(ward, pair.call_id)
    assert await visit_state(ward, pair.visitor.visit_id) == State.ENDED
