"""The order of a queue: seen first, urgent, up and down, sent back, left."""

import asyncio
from datetime import date

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.calls.states import Mode
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.people.permissions import RoomAccess
from bedside.visits.queue_order import LONGEST
from tests.visits.ward import Waiter, Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V27")]


async def _three(ward: Ward, apart: int = clock.MINUTE) -> tuple[RoomAccess, list[Waiter]]:
    room = await ward.room("Shared", show_position=True)
    came: list[Waiter] = []
    for number in range(3):
        with clock.shifted((number - 3) * apart):
            came.append(await ward.check_in(room, f"Number {'ABC'[number]}"))
    return room, came


async def _lines(ward: Ward, action: Action) -> int:
    return len(
        await ward.house.services.audit.log.lines(ward.house.clinic.id, Filter(action=action))
    )


async def test_who_is_seen_first_is_first_everywhere(ward: Ward) -> None:
    waiting_room, order = ward.house.visits.waiting_room, ward.house.visits.order
    room, (ann, ben, cem) = await _three(ward)
    await order.see_first(room, cem.visit_id, "  Short of breath ", urgent=True)
    assert await ward.order(room) == [cem.visit_id, ann.visit_id, ben.visit_id]
    ahead = [await waiting_room.ahead(who.visitor) for who in (cem, ann, ben)]
    assert [one and one.place for one in ahead] == [1, 2, 3]
    first = (await waiting_room.queue(room))[0]
    assert (first.first, first.urgent, first.order_reason) == (True, True, "Short of breath")
    row = await ward.row(cem.visit_id)
    assert row.queued_at > (await ward.row(ann.visit_id)).queued_at, "the wait stays as it was"
    assert b"breath" not in row.order_reason
    assert await _lines(ward, Action.VISIT_PUT_FIRST) == 1
    assert await ward.next_patient(room) == cem.visit_id


async def test_the_last_to_be_seen_first_comes_before_others_and_goes_back_to_the_old_place(
    ward: Ward,
) -> None:
    order = ward.house.visits.order
    room, (ann, ben, cem) = await _three(ward)
    await order.see_first(room, ben.visit_id, "Small child")
    await order.see_first(room, cem.visit_id, "In pain")
    assert await ward.order(room) == [cem.visit_id, ben.visit_id, ann.visit_id]
    await order.put_back(room, cem.visit_id)
    await order.put_back(room, ben.visit_id)
    await order.put_back(room, ben.visit_id)
    assert await ward.order(room) == [ann.visit_id, ben.visit_id, cem.visit_id]
    assert not any(one.first for one in await ward.house.visits.waiting_room.queue(room))
    assert await _lines(ward, Action.VISIT_PUT_BACK) == 2, "nothing happened the third time"


@pytest.mark.parametrize("apart", [clock.MINUTE, 1, 0], ids=["minutes", "close", "same-moment"])
async def test_up_and_down_move_one_patient_and_new_ones_stay_behind(
    ward: Ward, apart: int
) -> None:
    order = ward.house.visits.order
    room, came = await _three(ward, apart)
    first, second, third = await ward.order(room)
    await order.move(room, third, before=second)
    await order.move(room, third, before=second)
    assert await ward.order(room) == [first, third, second], "pressed twice, moved once"
    await order.move(room, third, before=first)
    assert await ward.order(room) == [third, first, second]
    await order.move(room, first, after=second)
    assert await ward.order(room) == [third, second, first]
    late = await ward.check_in(room)
    assert (await ward.order(room))[-1] == late.visit_id
    assert await _lines(ward, Action.VISIT_MOVED) == 3
    assert {one.visit_id for one in came} == {first, second, third}


async def test_two_receptionists_at_once_leave_one_order(ward: Ward) -> None:
    order = ward.house.visits.order
    room, (ann, ben, cem) = await _three(ward)
    other = await ward.beside(room, ward.house.here.receptionist)
    await asyncio.gather(
        order.move(room, cem.visit_id, before=ben.visit_id),
        order.move(other, cem.visit_id, before=ben.visit_id),
        order.see_first(other, ben.visit_id, "In pain"),
        order.mark_urgent(room, ann.visit_id, True),
    )
    found = await ward.order(room)
    seen_first_last = [ben.visit_id, ann.visit_id, cem.visit_id]
    moved_last = [cem.visit_id, ben.visit_id, ann.visit_id]
    assert found in (seen_first_last, moved_last), "as if one had followed the other"
    assert [await ward.next_patient(room), await ward.next_patient(other)] == found[:2]


async def test_a_neighbour_who_went_into_a_call_is_no_place_to_move_to(ward: Ward) -> None:
    order = ward.house.visits.order
    room, (ann, ben, cem) = await _three(ward)
    await ward.admit(room, ann.visit_id)
    with pytest.raises(Conflict, match="nobody was moved"):
        await order.move(room, cem.visit_id, before=ann.visit_id)
    with pytest.raises(Conflict, match="already"):
        await order.see_first(room, ann.visit_id, "In pain")
    await ward.house.visits.waiting_room.leave(ben.visitor)
    with pytest.raises(Conflict, match="has left"):
        await order.mark_urgent(room, ben.visit_id, True)
    theirs = await ward.room("Theirs")
    with pytest.raises(NotFound):
        await order.see_first(theirs, cem.visit_id, "In pain")
    assert await ward.order(room) == [ann.visit_id, cem.visit_id]


@pytest.mark.parametrize("reason", ["", "   ", "\u200b", "x" * (LONGEST + 1)])
async def test_seen_first_needs_a_reason_that_can_be_read(ward: Ward, reason: str) -> None:
    room, (_, ben, _) = await _three(ward)
    with pytest.raises(WrongInput):
        await ward.house.visits.order.see_first(room, ben.visit_id, reason)
    assert (await ward.order(room))[1] == ben.visit_id


async def test_urgent_goes_along_to_another_room_and_the_reason_does_not(ward: Ward) -> None:
    order, waiting_room = ward.house.visits.order, ward.house.visits.waiting_room
    room, (_, _, cem) = await _three(ward)
    theirs = await ward.room("Theirs")
    later = await ward.check_in(theirs)
    await order.see_first(room, cem.visit_id, "Short of breath", urgent=True)
    await ward.house.visits.transfers.transfer(room, cem.visit_id, theirs.room_id)
    assert await ward.order(theirs) == [cem.visit_id, later.visit_id]
    came = (await waiting_room.queue(theirs))[0]
    assert (came.first, came.urgent, came.order_reason) == (False, True, "")
    await order.mark_urgent(theirs, cem.visit_id, False)
    assert not (await waiting_room.queue(theirs))[0].urgent


async def test_who_was_sent_back_is_passed_over_until_somebody_else_was_seen(ward: Ward) -> None:
    room, (ann, ben, cem) = await _three(ward)
    await _see_and_return(ward, room, ann)
    assert (await ward.order(room))[0] == ann.visit_id, "the place stays"
    assert (await ward.house.visits.waiting_room.queue(room))[0].returned_at
    with clock.shifted(clock.SECOND):
        assert await ward.next_patient(room) == ben.visit_id
        other = await ward.beside(room, ward.house.here.receptionist)
        assert await ward.next_patient(other) == ann.visit_id
    assert (await ward.order(room))[2] == cem.visit_id


async def test_who_was_sent_back_is_passed_over_for_five_minutes_at_most(ward: Ward) -> None:
    room, (ann, ben, cem) = await _three(ward)
    await _see_and_return(ward, room, ann)
    for one in (ben, cem):
        await ward.connect(one)
    with clock.shifted(5 * clock.MINUTE + clock.SECOND):
        assert await ward.next_patient(room) == ann.visit_id


async def test_who_was_sent_back_is_called_if_nobody_else_is_here(ward: Ward) -> None:
    room, (ann, ben, cem) = await _three(ward)
    await ward.lose(ben)
    await ward.house.visits.waiting_room.leave(cem.visitor)
    await _see_and_return(ward, room, ann)
    assert await ward.next_patient(room) == ann.visit_id


async def test_whose_call_broke_off_is_next_as_before(ward: Ward) -> None:
    room, (ann, _, _) = await _three(ward)
    control, house = ward.house.services.calls.control, ward.house
    await control.start(room, ann.visit_id, Mode.VIDEO)
    seat = await house.services.calls.seats.visitor(ann.visitor)
    await control.leave(seat)
    assert (await ward.row(ann.visit_id)).returned_at == 0
    other = await ward.beside(room, house.here.receptionist)
    assert await ward.next_patient(other) == ann.visit_id


async def _see_and_return(ward: Ward, room: RoomAccess, who: Waiter) -> None:
    control = ward.house.services.calls.control
    await control.start(room, who.visit_id, Mode.VIDEO)
    await control.return_to_waiting_room(room, who.visit_id)


async def test_one_place_for_two_visits_keeps_the_better_one(ward: Ward) -> None:
    room = await ward.room("Shared")
    await ward.check_in(room)
    born = date(1991, 3, 14)
    earlier = await ward.check_in(room, "Ann Early", born)
    await ward.house.visits.order.see_first(room, earlier.visit_id, "In pain", urgent=True)
    later = await ward.check_in(room, "Ann Early", born)
    await ward.house.visits.repeats.one_place(room, later.visit_id)
    first = (await ward.house.visits.waiting_room.queue(room))[0]
    assert (first.visit_id, first.order_reason) == (later.visit_id, "In pain")
    assert (first.first, first.urgent) == (True, True)


async def test_who_left_in_the_last_hour_can_be_called_back(ward: Ward) -> None:
    left, house = ward.house.visits.left, ward.house
    room = await ward.room("Shared", ask_phone="optional")
    ann = await ward.check_in(room, "Ann Early", date(1991, 3, 14), phone="+46701234567")
    ben = await ward.check_in(room, "Ben Later", reason="Earache")
    gone, seen = await ward.check_in(room), await ward.check_in(room)
    known = await ward.identify(room, ben)
    await house.visits.waiting_room.leave(ann.visitor)
    await ward.lose(known)
    with clock.shifted(4 * clock.MINUTE):
        for one in (gone, seen):
            await ward.connect(one)
        await house.visits.presence.expire()
    await house.visits.waiting_room.remove(room, gone.visit_id)
    await ward.admit(room, seen.visit_id)
    await house.services.calls.control.end_visit(room, seen.visit_id)
    found = {one.name: one for one in await left.of_room(room)}
    assert set(found) == {"Ann Early", "Ben Later"}
    assert found["Ann Early"].phone == "+46701234567"
    assert (found["Ann Early"].expired, found["Ben Later"].expired) == (False, True)
    assert (found["Ben Later"].reason, found["Ben Later"].patient_id) == (
        "Earache",
        (await ward.row(ben.visit_id)).patient_id,
    )
    assert await left.of_room(await ward.room("Theirs")) == []
    await ward.check_in(room, "Ann  EARLY", date(1991, 3, 14))
    assert [one.name for one in await left.of_room(room)] == ["Ben Later"], "Ann came back"
    with clock.shifted(66 * clock.MINUTE):
        assert await left.of_room(room) == []


@pytest.mark.feature("V17")
async def test_a_message_to_everyone_ends_by_itself(ward: Ward) -> None:
    messages = ward.house.visits.room_messages
    room = await ward.room("Shared")
    ann = await ward.check_in(room)
    await messages.say(room, "Running 10 minutes late.")
    await messages.say(room, "The lab is closed today.", rest_of_day=True)
    [day, short] = sorted(await messages.shown(room), key=lambda one: -one.ends_at)
    assert short.ends_at - short.at == 30 * clock.MINUTE
    assert 30 * clock.MINUTE <= day.ends_at - day.at <= 25 * clock.HOUR
    with clock.shifted(30 * clock.MINUTE + 1):
        shown = {one.text for one in await messages.shown_to(ann.visitor)}
        assert "Running 10 minutes late." not in shown
        await messages.end()
        await messages.end()
    with clock.shifted(26 * clock.HOUR):
        assert await messages.shown(room) == []
