"""Attempts at visits, calls, guests and files in transfer, on both databases."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from bedside.audit import Action
from bedside.calls.rows import current_of
from bedside.calls.states import Kind, Mode
from bedside.errors import BedsideError, Conflict, Unavailable
from bedside.files.announcing import Announced
from bedside.people.permissions import StaffAccess
from bedside.realtime.envelopes import from_page
from bedside.transfers.service import Chosen
from bedside.transfers.states import Phase
from bedside.visits.rooms import RoomChange
from bedside.visits.states import State, Step
from bedside.visits.steps import End
from tests.calls.agreeing import add_patient
from tests.calls.calling import ADDRESS, SDP, Ward, offer
from tests.house import House
from tests.requests.sending import do_jobs, jpeg, pieces

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S2")]


@pytest.fixture
def ward(house: House) -> Ward:
    """On both databases."""
    return Ward(house)


# --- files, at the moment the patient leaves ------------------------------------------------------


async def _asked(ward: Ward, visit_id: str, room: Any) -> tuple[Any, Any, bytes]:
    """Prepare a file requested from the patient. Returns its sender, the transfer, its bytes."""
    content = jpeg()
    visitor = await ward.visits.devices.resume(ward.tokens[visit_id], visit_id, ADDRESS)
    asked = await ward.transfers.exchange.ask(room, visit_id)
    chosen = Chosen("arm.jpg", "image/jpeg", len(content))
    await ward.transfers.exchange.answer(visitor, asked.id, chosen)
    holder, transfer = await ward.transfers.exchange.sender(visitor, asked.id)
    return holder, transfer, content


async def _nothing_stays(ward: Ward) -> bool:
    await do_jobs(ward.house)
    return not [key async for key, _ in ward.files.custody.blobs()]


@pytest.mark.feature("X5")
async def test_an_upload_that_begins_after_the_end_is_refused_and_leaves_nothing(
    ward: Ward,
) -> None:
    """The patient left between the check of the transfer and the first byte."""
    visitor, room = await ward.wait(), await ward.room()
    holder, transfer, content = await _asked(ward, visitor.visit_id, room)
    await ward.visits.waiting_room.leave(visitor)
    await do_jobs(ward.house)  # cleaned up before there was anything to clean
    with pytest.raises(Conflict):
        await ward.transfers.exchange.begin_upload(holder, transfer, Announced("arm", len(content)))
    assert await _nothing_stays(ward)


@pytest.mark.feature("X5")
async def test_a_last_byte_after_the_end_leaves_nothing(ward: Ward) -> None:
    """The upload was complete before anybody had cleaned up, or after that."""
    visitor, room = await ward.wait(), await ward.room()
    holder, transfer, content = await _asked(ward, visitor.visit_id, room)
    begun = await ward.transfers.exchange.begin_upload(
        holder, transfer, Announced("arm", len(content))
    )
    half = len(content) // 2
    await ward.files.uploads.append(holder, begun.id, 0, pieces(content[:half]))
    await ward.transfers.exchange.cancel(visitor, transfer.id)
    await ward.files.uploads.append(holder, begun.id, half, pieces(content[half:]))
    assert await _nothing_stays(ward)
    with pytest.raises(BedsideError):
        await ward.transfers.exchange.receiver(room, transfer.id)


@pytest.mark.feature("X5")
@pytest.mark.parametrize("step", ["end_visit", "end_for_all"])
async def test_a_verdict_and_the_end_of_the_visit_do_not_wait_for_each_other(
    ward: Ward, step: str
) -> None:
    """The intake holds the file and wants the audit log, while the end holds the visit and wants
    the file: the second waits, and both are done."""
    pair, room = await ward.both(), await ward.room()
    visit_id = pair.visitor.visit_id
    other = await ward.wait("Olga Other")
    await add_patient(ward.house.services, pair.host, room, other.visit_id)
    _, transfer, _ = await _asked(ward, visit_id, room)
    _, second, _ = await _asked(ward, other.visit_id, room)
    async with ward.database.unit_of_work() as work:
        for one in (transfer, second):
            await work.lock(one.id)
        ending = asyncio.create_task(
            ward.calls.control.end_visit(room, visit_id)
            if step == "end_visit"
            else ward.calls.control.end_for_all(pair.host, End(Step.COMPLETED))
        )
        await asyncio.sleep(0.3)  # it is waiting for the file, or has not got that far
        await ward.audit.log.record(work, room.clinic_id, room.actor, Action.FILE_SCANNED)
    await ending
    shown = await ward.transfers.lists.one(pair.visitor, transfer.id)
    assert shown.phase is Phase.LEFT


async def test_many_do_everything_at_once_and_nobody_is_left_waiting(ward: Ward) -> None:
    """Admitting, transferring, ending, leaving, files and messages, all for the same patients:
    each is done, or refused with a sentence."""
    house, room = ward.house, await ward.room()
    second = await ward.visits.rooms.create(house.administer(), RoomChange("Upstairs"))
    colleague = house.here.receptionist
    await house.people.staff.assign(house.administer(), colleague.staff_id, second.id)
    upstairs = await ward.people.permissions.room(colleague, second.id)
    await ward.visits.rooms.open(upstairs)
    beside = await ward.room(colleague)
    for turn in range(3):
        visitor = await ward.wait(f"Patient {turn}")
        visit_id = visitor.visit_id
        asked = await ward.transfers.exchange.ask(room, visit_id)
        done = await asyncio.gather(
            ward.calls.control.start(room, visit_id, Mode.VIDEO),
            ward.calls.control.next_patient(beside, Mode.VIDEO),
            ward.visits.transfers.transfer(room, visit_id, second.id),
            ward.visits.transfers.transfer(beside, visit_id, second.id),
            ward.transfers.exchange.cancel(room, asked.id),
            ward.transfers.exchange.decline(visitor, asked.id),
            ward.conversations.visit_chat.say(visitor, visit_id, "Hello", ""),
            ward.conversations.visit_chat.say(room, visit_id, "Hello", ""),
            ward.visits.waiting_room.leave(visitor),
            ward.visits.waiting_room.remove(room, visit_id),
            ward.calls.control.end_visit(beside, visit_id),
            ward.visits.presence.left(visitor, f"sck_{visit_id}"),
            return_exceptions=True,
        )
        for one in done:
            refused = isinstance(one, BedsideError) and not isinstance(one, Unavailable)
            assert refused or not isinstance(one, BaseException), repr(one)
        assert (await ward.visits.own.get(visitor)).state is State.ENDED
        for staff in (room.staff, colleague):  # nobody is left in a call without a patient
            await _is_free(ward, staff)


async def _is_free(ward: Ward, staff: StaffAccess) -> None:
    async with ward.database.read() as db:
        place = await current_of(db, Kind.STAFF, staff.staff_id)
    assert place is None


# --- what no page sends --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["call", "from", "to"])
def test_no_id_with_nul_gets_as_far_as_the_database(name: str) -> None:
    said = {"action": "signal", "call": "cal_x", "from": "con_x", "to": "con_y", name: "con_\0"}
    with pytest.raises(ValidationError):
        from_page.validate_python(said)
    with pytest.raises(ValidationError):
        from_page.validate_python({"action": "subscribe", "topic": "visit:\0"})


async def test_signals_keep_whatever_a_description_holds(ward: Ward) -> None:
    """An event is text in the database, on both of them."""
    pair = await ward.both()
    odd = {"type": "offer", "sdp": SDP + "a=\0 \u202e \U0001f642" + "x" * 60_000}
    said = offer(pair.call_id, pair.here.connection_id, pair.there.connection_id, description=odd)
    assert await ward.calls.signalling.relay(pair.host.access, said)
    for lone in (r'"sdp":"\ud800"', r'"sdp":"\udfff x"'):
        text = (
            '{"action":"signal","call":"c","from":"a","to":"b","description":{"type":"offer",'
            f"{lone}}}}}"
        )
        with pytest.raises(ValidationError):
            from_page.validate_json(text)


async def test_the_whole_board_can_be_asked_for(ward: Ward) -> None:
    pair = await ward.both()
    await ward.calls.whiteboard.open(pair.host)
    [opened] = (await ward.calls.whiteboard.marks(pair.host, 0)).drawn
    assert opened.number == 1
    assert (await ward.calls.whiteboard.marks(pair.host, 2**31 - 1)).drawn == []
