"""Concurrency: several people act on one patient, or one room, at the same moment."""

import asyncio
from typing import Any

import pytest

from bedside.calls.states import Mode
from bedside.database import outbox
from bedside.errors import BedsideError, Conflict
from bedside.people.roles import Role
from bedside.people.staff import Person
from bedside.visits.states import State, Step
from tests.house import PASSWORD
from tests.visits.ward import Ward

pytestmark = pytest.mark.anyio


async def outcomes(*acts: Any) -> tuple[list[Any], list[str]]:
    """Run acts together. Returns their results, and the sentences of those refused."""
    done = await asyncio.gather(*acts, return_exceptions=True)
    for one in done:
        assert not isinstance(one, Exception) or isinstance(one, Conflict), one
    results = [one for one in done if not isinstance(one, BedsideError)]
    return results, [one.sentence for one in done if isinstance(one, BedsideError)]


async def both_in_charge(ward: Ward, name: str = "Shared") -> tuple[Any, Any]:
    """Create one room with the clinician and the receptionist in charge."""
    room = await ward.room(name)
    return room, await ward.beside(room, ward.house.here.receptionist)


@pytest.mark.feature("V5")
async def test_ten_press_next_patient_and_nobody_gets_the_same_one(ward: Ward) -> None:
    house, room = ward.house, await ward.room("Shared")
    doors = [
        await ward.beside(
            room,
            await house.enter(
                await house.services.people.staff.add(
                    house.administer(),
                    Person(name=f"Nurse {n}", email=f"nurse{n}@ward.example", role=Role.CLINICIAN),
                    PASSWORD,
                )
            ),
        )
        for n in range(10)
    ]
    waiting = [(await ward.check_in(room)).visit_id for _ in range(7)]
    got = await asyncio.gather(*(ward.next_patient(door) for door in doors))
    assert sorted(one for one in got if one) == sorted(waiting)
    assert got.count(None) == 3


@pytest.mark.feature("V5")
async def test_next_patient_takes_them_in_order_and_those_who_are_there_first(ward: Ward) -> None:
    room = await ward.room("Shared")
    end_visit = ward.house.services.calls.control.end_visit
    first, second, third = [await ward.check_in(room) for _ in range(3)]
    await ward.lose(first)
    assert await ward.next_patient(room) == second.visit_id
    await end_visit(room, second.visit_id)
    await ward.connect(first)
    assert await ward.next_patient(room) == first.visit_id
    await end_visit(room, first.visit_id)
    await ward.lose(third)
    assert await ward.next_patient(room) == third.visit_id
    await end_visit(room, third.visit_id)
    assert await ward.next_patient(room) is None


@pytest.mark.feature("V5")
async def test_two_admit_one_patient_and_the_second_hears_who_was_faster(ward: Ward) -> None:
    one, other = await both_in_charge(ward)
    waiter = await ward.check_in(one)
    done, refused = await outcomes(
        ward.house.services.calls.control.start(one, waiter.visit_id, Mode.VIDEO),
        ward.house.services.calls.control.start(other, waiter.visit_id, Mode.VIDEO),
    )
    assert len(done) == 1
    assert refused[0] in (
        "Dr Amara Okafor is seeing this patient already.",
        "Rita Sandberg is seeing this patient already.",
    )
    row = await ward.row(waiter.visit_id)
    assert (row.state, row.call_id) == (State.IN_CALL, done[0])


@pytest.mark.feature("V9")
async def test_two_transfer_one_patient_and_the_second_hears_where_to(ward: Ward) -> None:
    one, other = await both_in_charge(ward)
    injuries, eyes = await ward.room("Minor injuries"), await ward.room("Eye clinic")
    waiter = await ward.check_in(one)
    transfer = ward.house.services.visits.transfers.transfer
    done, refused = await outcomes(
        transfer(one, waiter.visit_id, injuries.room_id, expected_leg=1),
        transfer(other, waiter.visit_id, eyes.room_id, expected_leg=1),
    )
    assert len(done) == 1
    assert refused[0] in (
        "Dr Amara Okafor has transferred this patient to Minor injuries.",
        "Rita Sandberg has transferred this patient to Eye clinic.",
    )
    assert (await ward.row(waiter.visit_id)).leg == 2
    queues = await ward.order(injuries), await ward.order(eyes)
    assert sorted(map(len, queues)) == [0, 1]


@pytest.mark.feature("V9")
async def test_one_removes_while_the_other_transfers(ward: Ward) -> None:
    one, other = await both_in_charge(ward)
    injuries = await ward.room("Minor injuries")
    waiter = await ward.check_in(one)
    services = ward.house.services
    done, refused = await outcomes(
        services.visits.waiting_room.remove(one, waiter.visit_id, 1),
        services.visits.transfers.transfer(
            other, waiter.visit_id, injuries.room_id, expected_leg=1
        ),
    )
    row = await ward.row(waiter.visit_id)
    assert (len(done), len(refused)) == (1, 1)
    if row.state == State.ENDED:
        assert refused == ["Dr Amara Okafor has removed this patient."]
        assert await ward.order(injuries) == []
    else:
        assert refused == ["Rita Sandberg has transferred this patient to Minor injuries."]
        assert await ward.order(injuries) == [waiter.visit_id]


@pytest.mark.feature("V13")
async def test_the_receiver_admits_while_the_sender_takes_back(ward: Ward) -> None:
    house = ward.house
    mine = await ward.room("Mine")
    theirs = await ward.room("Theirs", house.here.receptionist)
    waiter = await ward.check_in(mine)
    transfers = house.services.visits.transfers
    transfer_id = await transfers.transfer(mine, waiter.visit_id, theirs.room_id)
    done, refused = await outcomes(
        ward.admit(theirs, waiter.visit_id), transfers.take_back(mine.staff, transfer_id)
    )
    assert (len(done), len(refused)) == (1, 1)
    row = await ward.row(waiter.visit_id)
    if row.state == State.IN_CALL:
        assert refused == ["Rita Sandberg has admitted this patient already."]
        assert row.room_id == theirs.room_id
    else:
        assert refused == ["Dr Amara Okafor has taken this patient back to Mine."]
        assert row.room_id == mine.room_id


@pytest.mark.feature("V15")
async def test_the_patient_leaves_while_somebody_admits(ward: Ward) -> None:
    room = await ward.room("Shared")
    waiter = await ward.check_in(room)
    _, refused = await outcomes(
        ward.house.services.visits.waiting_room.leave(waiter.visitor),
        ward.admit(room, waiter.visit_id),
    )
    row = await ward.row(waiter.visit_id)
    assert (row.state, row.ended_reason, row.call_id) == (State.ENDED, Step.LEFT, "")
    assert refused in ([], ["The patient has left."])


@pytest.mark.feature("V3")
async def test_counts_are_right_whatever_happens_at_once(ward: Ward) -> None:
    house = ward.house
    mine, theirs = await ward.room("Mine"), await ward.room("Theirs")
    waiters = [await ward.check_in(mine) for _ in range(8)]
    transfer = house.services.visits.transfers.transfer
    await asyncio.gather(
        *(transfer(mine, waiter.visit_id, theirs.room_id) for waiter in waiters[:3]),
        *(ward.admit(mine, waiter.visit_id, f"cal_{n}") for n, waiter in enumerate(waiters[3:6])),
        *(
            house.services.visits.waiting_room.remove(mine, waiter.visit_id)
            for waiter in waiters[6:]
        ),
    )
    heard = await last_counts(ward)
    snapshot = await house.services.visits.live.rooms(mine.staff, house.clinic.id)
    for room in (mine, theirs):
        assert heard[room.room_id] == snapshot["rooms"][room.room_id]
    assert heard[mine.room_id] == {"open": True, "waiting": 0, "in_call": 3}
    assert heard[theirs.room_id] == {"open": True, "waiting": 3, "in_call": 0}


async def last_counts(ward: Ward) -> dict[str, Any]:
    """Return the last event's counts for each room."""
    async with ward.house.services.database.read() as db:
        events = await outbox.events_since(db, f"rooms:{ward.house.clinic.id}", 0)
    told: dict[str, Any] = {}
    for event in events or []:
        told[event.payload["room_id"]] = {
            key: event.payload[key] for key in ("open", "waiting", "in_call")
        }
    return told
