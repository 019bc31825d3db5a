"""Transfer: who sees what, what is refused, warm hand-over, and taking back."""

from typing import Any

import pytest

from bedside.errors import Conflict, NotAllowed, NotFound, WrongInput
from bedside.kernel import clock
from bedside.visits import texts
from bedside.visits.options import VisitOptions
from bedside.visits.rows import How
from bedside.visits.states import State, Step
from tests.visits.ward import Ward

pytestmark = pytest.mark.anyio


async def two_rooms(ward: Ward) -> tuple[Any, Any]:
    """Return the clinician's own room, and a shared one of the receptionist."""
    here = ward.house.here
    mine = await ward.room("Dr Okafor’s room", owner=here.clinician)
    return mine, await ward.room("Minor injuries", here.receptionist)


async def allow(ward: Ward, options: VisitOptions) -> None:
    """Change options of the clinic."""
    house = ward.house
    async with house.services.database.unit_of_work() as work:
        await house.services.people.clinics.change(
            work, house.here.administrator.actor, house.clinic.id, options
        )


@pytest.mark.feature("V9", "V10", "V12")
@pytest.mark.parametrize("in_call", [False, True])
async def test_a_patient_goes_on_in_another_room(ward: Ward, in_call: bool) -> None:
    services = ward.house.services
    mine, theirs = await two_rooms(ward)
    waiter = await ward.identify(mine, await ward.check_in(mine, reason="Cut finger"))
    if in_call:
        await ward.admit(mine, waiter.visit_id)
    transfer_id = await services.visits.transfers.transfer(
        mine, waiter.visit_id, theirs.room_id, "Needs stitches", expected_leg=1
    )
    assert await ward.order(mine) == []
    card = await services.visits.waiting_room.visit(theirs, waiter.visit_id)
    assert card.waiting.note == "Needs stitches"
    assert card.waiting.transferred_by == "Dr Amara Okafor"
    assert (card.waiting.state, card.waiting.call_id) == (State.WAITING, "")
    assert card.waiting.reason == "Cut finger"
    seen = await services.visits.live.visit(waiter.visitor, waiter.visit_id)
    assert (seen["room_id"], seen["leg"], seen["transferring"]) == (theirs.room_id, 2, True)
    assert await services.people.permissions.sees(theirs.staff, waiter.visitor.patient_id)
    await ward.admit(theirs, waiter.visit_id)
    seen = await services.visits.live.visit(waiter.visitor, waiter.visit_id)
    assert (seen["state"], seen["transferring"]) == (State.IN_CALL, False)
    sent = await services.visits.live.person(mine.staff, mine.staff.staff_id)
    assert sent == {"transfers": {}}
    row = await services.visits.sent_transfers.get(mine.staff, transfer_id)
    assert (row.state, row.admitted_by) == ("admitted", "Rita Sandberg")


@pytest.mark.feature("V12")
async def test_the_words_of_personal_and_shared_rooms(quick_ward: Ward) -> None:
    rooms = quick_ward.house.services.visits.rooms
    mine, theirs = await two_rooms(quick_ward)
    personal = await rooms.place(await quick_ward.of(mine))
    assert personal.taking_you == "Taking you to Dr Amara Okafor’s room now"
    assert personal.transferred == "You have been transferred to Dr Amara Okafor’s room"
    shared = await rooms.place(await quick_ward.of(theirs))
    assert shared.taking_you == "Taking you to Minor injuries now"
    assert shared.transferred == "You have been transferred to Minor injuries"
    assert texts.place(await quick_ward.of(mine), "") == texts.Place("Dr Okafor’s room", False)


@pytest.mark.feature("V12")
async def test_a_page_that_is_away_comes_back_into_the_new_room(ward: Ward) -> None:
    services = ward.house.services
    mine, theirs = await two_rooms(ward)
    waiter = await ward.check_in(mine)
    await ward.lose(waiter)
    await services.visits.transfers.transfer(mine, waiter.visit_id, theirs.room_id)
    [row] = await services.visits.waiting_room.queue(theirs)
    assert row.presence == "reconnecting"
    again = await ward.enter((waiter.visit_id, waiter.token))  # nothing new but the page
    await ward.connect(again)
    [row] = await services.visits.waiting_room.queue(theirs)
    assert row.presence == "here"


@pytest.mark.feature("V10")
async def test_the_place_counts_from_the_check_in_also_after_a_transfer_and_a_return(
    ward: Ward,
) -> None:
    services = ward.house.services
    mine, theirs = await two_rooms(ward)
    comes, returns = await ward.check_in(mine), await ward.check_in(theirs)
    waits = await ward.check_in(theirs)
    await ward.admit(theirs, returns.visit_id)
    await services.visits.transfers.transfer(mine, comes.visit_id, theirs.room_id)
    await services.calls.control.return_to_waiting_room(theirs, returns.visit_id)
    order = [comes.visit_id, returns.visit_id, waits.visit_id]
    assert await ward.order(theirs) == order
    found = await services.visits.waiting_room.queue(theirs)
    assert [row.place for row in found] == [1, 2, 3]
    assert found[0].queued_at == found[0].checked_in_at


@pytest.mark.feature("V13")
async def test_whoever_transfers_to_a_room_of_their_own_is_not_alerted(ward: Ward) -> None:
    services = ward.house.services
    mine, _theirs = await two_rooms(ward)
    colleague = ward.house.here.receptionist
    shared = await ward.room("Both", colleague)
    await ward.beside(shared, ward.house.here.clinician)
    waiter = await ward.check_in(mine)
    await services.visits.waiting_room.looked(mine)
    await services.visits.transfers.transfer(mine, waiter.visit_id, shared.room_id)
    unlooked = services.visits.waiting_room.unlooked
    assert await unlooked(mine.staff) == []
    assert [one.visit_id for one in await unlooked(colleague)] == [waiter.visit_id]


@pytest.mark.feature("V13")
async def test_the_note_is_for_the_receiving_room_also_after_the_visit(ward: Ward) -> None:
    services = ward.house.services
    mine, theirs = await two_rooms(ward)
    waiter = await ward.check_in(mine)
    assert await services.visits.handovers.to(mine, waiter.visit_id) is None
    await services.visits.transfers.transfer(mine, waiter.visit_id, theirs.room_id, "Left knee")
    await ward.admit(theirs, waiter.visit_id)
    await services.calls.control.end_visit(theirs, waiter.visit_id)
    handover = await services.visits.handovers.to(theirs, waiter.visit_id)
    assert handover is not None
    assert (handover.by, handover.note) == ("Dr Amara Okafor", "Left knee")
    assert await services.visits.handovers.to(mine, waiter.visit_id) is None


@pytest.mark.feature("V9")
async def test_what_is_refused_says_why(quick_ward: Ward) -> None:
    ward = quick_ward
    services = ward.house.services
    mine, theirs = await two_rooms(ward)
    shut = await ward.room("Eye clinic", opened=False)
    waiter = await ward.check_in(mine)
    transfer = services.visits.transfers.transfer
    with pytest.raises(Conflict, match=r"Eye clinic is closed right now\."):
        await transfer(mine, waiter.visit_id, shut.room_id)
    with pytest.raises(Conflict, match="in this room already"):
        await transfer(mine, waiter.visit_id, mine.room_id)
    with pytest.raises(WrongInput):
        await transfer(mine, waiter.visit_id, theirs.room_id, "n" * 1_001)
    with pytest.raises(NotFound):
        await transfer(mine, waiter.visit_id, ward.house.next_door.room.id)
    with pytest.raises(NotFound):  # not their patient
        await transfer(theirs, waiter.visit_id, mine.room_id)
    with pytest.raises(Conflict, match="another room in the meantime"):
        await transfer(mine, waiter.visit_id, theirs.room_id, expected_leg=2)
    assert (await ward.row(waiter.visit_id)).leg == 1
    await services.visits.waiting_room.leave(waiter.visitor)
    with pytest.raises(Conflict, match=r"The patient has left\."):
        await transfer(mine, waiter.visit_id, theirs.room_id)


@pytest.mark.feature("V14")
async def test_an_administrator_can_switch_transfer_and_shared_rooms_off(quick_ward: Ward) -> None:
    ward = quick_ward
    services = ward.house.services
    mine, theirs = await two_rooms(ward)
    first, second = await ward.check_in(mine), await ward.check_in(mine)
    transfers = services.visits.transfers
    transfer_id = await transfers.transfer(mine, first.visit_id, theirs.room_id)
    await allow(ward, VisitOptions(transfer_allowed=False))
    with pytest.raises(NotAllowed, match="switched off"):
        await transfers.transfer(mine, second.visit_id, theirs.room_id)
    await transfers.take_back(mine.staff, transfer_id)  # nobody is left over there
    await allow(ward, VisitOptions(transfer_allowed=True, shared_rooms_allowed=False))
    with pytest.raises(Conflict, match="Minor injuries is closed"):
        await transfers.transfer(mine, second.visit_id, theirs.room_id)
    with pytest.raises(Conflict, match="switched off"):
        await services.visits.rooms.open(theirs)
    found = await services.visits.rooms.by_slug("minor-injuries")
    assert found is not None
    assert not found.open
    assert (await ward.of(mine)).open


@pytest.mark.feature("V13")
async def test_the_sender_is_told_after_five_minutes_and_takes_back_with_one_click(
    ward: Ward,
) -> None:
    services = ward.house.services
    mine, theirs = await two_rooms(ward)
    waiter = await ward.identify(mine, await ward.check_in(mine))
    transfers = services.visits.transfers
    transfer_id = await transfers.transfer(mine, waiter.visit_id, theirs.room_id)
    with clock.shifted(4 * clock.MINUTE):
        await ward.do_jobs()
    [sent] = await transfers.open_of(mine.staff)
    assert (sent.to_room_name, sent.alerted) == ("Minor injuries", False)
    with clock.shifted(5 * clock.MINUTE + clock.SECOND):
        await ward.do_jobs()
    [sent] = await transfers.open_of(mine.staff)
    assert sent.alerted
    await services.visits.rooms.close(mine)  # one's own patient comes back even then
    await transfers.take_back(mine.staff, transfer_id)
    assert await transfers.open_of(mine.staff) == []
    assert await ward.order(mine) == [waiter.visit_id]
    record = await services.visit_records.records.get(
        await services.people.permissions.chart(mine.staff, waiter.visitor.patient_id),
        waiter.visit_id,
    )
    assert [leg.how for leg in record.legs] == [How.CHECKED_IN, How.TRANSFERRED, How.TAKEN_BACK]
    with pytest.raises(Conflict, match="taken this patient back to Dr Okafor’s room"):
        await services.visits.waiting_room.visit(theirs, waiter.visit_id)
    with pytest.raises(Conflict, match="taken this patient back already"):
        await transfers.take_back(mine.staff, transfer_id)


@pytest.mark.feature("V13")
async def test_nobody_takes_back_what_others_have_sent(quick_ward: Ward) -> None:
    services = quick_ward.house.services
    mine, theirs = await two_rooms(quick_ward)
    waiter = await quick_ward.check_in(mine)
    transfers = services.visits.transfers
    transfer_id = await transfers.transfer(mine, waiter.visit_id, theirs.room_id)
    for staff in (theirs.staff, quick_ward.house.here.administrator):
        with pytest.raises(NotFound):
            await transfers.take_back(staff, transfer_id)
        assert await transfers.open_of(staff) == []


@pytest.mark.feature("V13")
async def test_the_sender_is_told_when_the_room_closes(ward: Ward) -> None:
    services = ward.house.services
    mine, theirs = await two_rooms(ward)
    waiter = await ward.check_in(mine)
    await services.visits.transfers.transfer(mine, waiter.visit_id, theirs.room_id)
    await services.visits.rooms.close(theirs)
    [sent] = await services.visits.transfers.open_of(mine.staff)
    assert not sent.to_room_open
    snapshot = await services.visits.live.person(mine.staff, mine.staff.staff_id)
    [told] = snapshot["transfers"].values()
    assert told["to_room_open"] is False
    assert await ward.order(theirs) == [waiter.visit_id]


@pytest.mark.feature("V9")
async def test_passing_on_ends_the_first_transfer(ward: Ward) -> None:
    services = ward.house.services
    mine, theirs = await two_rooms(ward)
    eyes = await ward.room("Eye clinic", ward.house.here.administrator)
    waiter = await ward.check_in(mine)
    transfers = services.visits.transfers
    first = await transfers.transfer(mine, waiter.visit_id, theirs.room_id, "for Rita")
    await transfers.transfer(theirs, waiter.visit_id, eyes.room_id, "for Ada")
    assert await transfers.open_of(mine.staff) == []
    assert (await services.visits.sent_transfers.get(mine.staff, first)).state == "passed_on"
    with pytest.raises(Conflict, match="yet another room"):
        await transfers.take_back(mine.staff, first)
    card = await services.visits.waiting_room.visit(eyes, waiter.visit_id)
    assert (card.waiting.note, card.waiting.transferred_by) == ("for Ada", "Rita Sandberg")


@pytest.mark.feature("V11")
async def test_the_sender_hears_no_more_of_the_visit(quick_ward: Ward) -> None:
    services = quick_ward.house.services
    mine, theirs = await two_rooms(quick_ward)
    waiter = await quick_ward.check_in(mine)
    live = services.visits.live
    clinic = quick_ward.house.clinic.id
    patient = f"{clinic}/{waiter.visit_id}"
    before = await live.audience_of_visit(waiter.visit_id, {"leg": 1})
    assert before == {patient, f"{clinic}/{mine.staff.staff_id}"}
    await services.visits.transfers.transfer(mine, waiter.visit_id, theirs.room_id)
    for told in ({"leg": 2}, {}):
        after = await live.audience_of_visit(waiter.visit_id, told)
        assert after == {patient, f"{clinic}/{theirs.staff.staff_id}"}
    assert await live.audience_of_visit(waiter.visit_id, {"leg": 1}) == {patient}
    with pytest.raises(NotFound):
        await live.visit(mine.staff, waiter.visit_id)


@pytest.mark.feature("V11")
async def test_whoever_holds_the_call_is_told_that_the_patient_leaves(quick_ward: Ward) -> None:
    told: list[tuple[str, Step]] = []

    class Calls:
        async def visit_left_call(self, work: Any, row: Any, why: Step, by: Any) -> None:
            told.append((row.call_id, why))

    services = quick_ward.house.services
    services.visits.transitions.on_left_call(Calls())
    mine, theirs = await two_rooms(quick_ward)
    waiter = await quick_ward.check_in(mine)
    await quick_ward.admit(mine, waiter.visit_id, "cal_first")
    await services.visits.transfers.transfer(mine, waiter.visit_id, theirs.room_id)
    await quick_ward.admit(theirs, waiter.visit_id, "cal_second")
    await services.calls.control.return_to_waiting_room(theirs, waiter.visit_id)
    await services.calls.control.end_visit(theirs, waiter.visit_id)
    assert told == [("cal_first", Step.TRANSFERRED), ("cal_second", Step.RETURNED)]
