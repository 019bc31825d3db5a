"""The waiting room, as staff and patients see it."""

from typing import Any

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.visits.rows import How
from bedside.visits.states import State, Step
from bedside.visits.texts import usual_wait
from bedside.visits.waiting_room import DeviceTest
from tests.visits.ward import Ward

pytestmark = pytest.mark.anyio


@pytest.mark.feature("V3")
async def test_the_queue_shows_what_staff_need(ward: Ward) -> None:
    services = ward.house.services
    room = await ward.room("Shared")
    first = await ward.check_in(room, "Ann Early", reason="Earache")
    second = await ward.check_in(room, "Ben Later")
    found = DeviceTest(camera="ok", microphone="ok", speaker="ok", connection="ok")
    await services.visits.waiting_room.record_device_test(first.visitor, found)
    await ward.admit(room, second.visit_id, "cal_1")
    ann, ben = await services.visits.waiting_room.queue(room)
    assert (ann.name, ann.reason, ann.place, ann.device_test) == ("Ann Early", "Earache", 1, found)
    assert (ben.state, ben.place, ben.call_id) == (State.IN_CALL, 0, "cal_1")
    assert ben.admitted_by_name == "Dr Amara Okafor"
    log = await services.audit.log.lines(ward.house.clinic.id, Filter(action=Action.QUEUE_OPENED))
    assert len(log) == 1


@pytest.mark.feature("V16")
async def test_an_arrival_rings_until_somebody_looks(ward: Ward) -> None:
    waiting_room = ward.house.services.visits.waiting_room
    room = await ward.room("Shared")
    theirs = await ward.room("Theirs", ward.house.here.receptionist)
    first, second = await ward.check_in(room), await ward.check_in(room)
    await ward.check_in(theirs)
    rings = [one.visit_id for one in await waiting_room.unlooked(room.staff)]
    assert rings == [first.visit_id, second.visit_id]
    await waiting_room.visit(room, first.visit_id)
    assert [one.visit_id for one in await waiting_room.unlooked(room.staff)] == [second.visit_id]
    await waiting_room.looked(room)
    assert await waiting_room.unlooked(room.staff) == []
    transfers = ward.house.services.visits.transfers
    await transfers.transfer(room, first.visit_id, theirs.room_id)
    assert len(await waiting_room.unlooked(theirs.staff)) == 2


@pytest.mark.feature("V16")
async def test_nobody_online_means_an_email_to_the_owner_without_health_information(
    ward: Ward,
) -> None:
    services, here = ward.house.services, ward.house.here
    room = await ward.room("Dr Okafor’s room", owner=here.clinician)
    await services.people.staff.assign(
        ward.house.administer(), here.receptionist.staff_id, room.room_id
    )
    await ward.check_in(room, "Ann Early", reason="Earache")
    await ward.check_in(room, "Ben Later")
    with clock.shifted(29 * clock.SECOND):
        await ward.do_jobs()
    assert await emails(ward) == []
    with clock.shifted(31 * clock.SECOND):
        await ward.do_jobs()
    [sent] = await emails(ward)
    assert sent.to == await ward.house.email(here.clinician)
    assert sent.subject == "Somebody is waiting in Dr Okafor’s room"
    assert f"/rooms/{room.room_id}" in sent.text
    assert not any(word in sent.text + sent.subject for word in ("Ann", "Ben", "Earache"))


@pytest.mark.feature("V16")
@pytest.mark.parametrize("what", ["online", "looked", "admitted", "left"])
async def test_no_email_when_somebody_of_the_room_is_there(quick_ward: Ward, what: str) -> None:
    services, here = quick_ward.house.services, quick_ward.house.here
    room = await quick_ward.room("Dr Okafor’s room", owner=here.clinician)
    waiter = await quick_ward.check_in(room)
    if what == "online":
        await services.realtime.presence.here(here.clinician.staff_id, "soc_staff")
    elif what == "looked":
        await services.visits.waiting_room.looked(room)
    elif what == "admitted":
        await quick_ward.admit(room, waiter.visit_id)
    else:
        await services.visits.waiting_room.leave(waiter.visitor)
    with clock.shifted(31 * clock.SECOND):
        await quick_ward.do_jobs()
    assert await emails(quick_ward) == []


@pytest.mark.feature("V16")
async def test_everybody_in_charge_of_a_shared_room_hears_of_it(quick_ward: Ward) -> None:
    services, here = quick_ward.house.services, quick_ward.house.here
    room = await quick_ward.room("Shared")
    await services.people.staff.assign(
        quick_ward.house.administer(), here.receptionist.staff_id, room.room_id
    )
    await quick_ward.check_in(room)
    with clock.shifted(31 * clock.SECOND):
        await quick_ward.do_jobs()
    told = {message.to for message in await emails(quick_ward)}
    people = (here.clinician, here.receptionist)
    assert told == {await quick_ward.house.email(one) for one in people}


async def emails(ward: Ward) -> list[Any]:
    """Return what is in the local outbox about rooms, for anybody who may see the patients."""
    shown: dict[str, Any] = {}
    here = ward.house.here
    for staff in (here.clinician, here.receptionist):
        for message in await ward.house.services.notifications.messages.outbox(staff):
            shown[message.id] = message
    return list(shown.values())


@pytest.mark.feature("V17")
async def test_everyone_waiting_reads_a_message_until_it_is_withdrawn(ward: Ward) -> None:
    messages = ward.house.services.visits.room_messages
    room = await ward.room("Shared")
    other = await ward.room("Other")
    waiter, elsewhere = await ward.check_in(room), await ward.check_in(other)
    message_id = await messages.say(room, " Running 10 minutes late ")
    later = await ward.check_in(room)
    for one in (waiter, later):
        [said] = await messages.shown_to(one.visitor)
        assert (said.text, said.by) == ("Running 10 minutes late", "Dr Amara Okafor")
    assert await messages.shown_to(elsewhere.visitor) == []
    [shown] = await messages.shown(room)
    assert shown.id == message_id
    with pytest.raises(NotFound):
        await messages.withdraw(other, message_id)
    await messages.withdraw(room, message_id)
    assert await messages.shown_to(waiter.visitor) == []
    with pytest.raises(NotFound):
        await messages.withdraw(room, message_id)


@pytest.mark.feature("V17")
async def test_what_is_said_again_stands_there_once(quick_ward: Ward) -> None:
    messages, room = quick_ward.house.services.visits.room_messages, await quick_ward.room("Shared")
    await messages.say(room, "Running late")
    await messages.say(room, "Back soon")
    with clock.shifted(1):  # within one millisecond the order is nobody's
        again = await messages.say(room, "Running late")
    shown = await messages.shown(room)
    assert [one.text for one in shown] == ["Running late", "Back soon"]
    assert shown[0].id == again


@pytest.mark.feature("V17")
@pytest.mark.parametrize("text", ["", "  \n", "\u200b\u202e\x01", "x" * 301])
async def test_a_message_has_words_and_not_too_many(quick_ward: Ward, text: str) -> None:
    room = await quick_ward.room("Shared")
    with pytest.raises(WrongInput) as said:
        await quick_ward.house.services.visits.room_messages.say(room, text)
    assert said.value.field == "text"


@pytest.mark.feature("V17")
async def test_the_estimate_is_the_median_of_the_last_visits_or_nothing(ward: Ward) -> None:
    waiting_room = ward.house.services.visits.waiting_room
    room = await ward.room("Shared")
    new = await ward.check_in(room)
    ahead = await waiting_room.ahead(new.visitor)
    assert ahead is not None
    assert (ahead.place, ahead.minutes) == (1, None)
    for minutes in (4, 9, 60):
        await ward.check_in(room)
        with clock.shifted(minutes * clock.MINUTE):
            await ward.admit(room, (await waiting_room.queue(room))[-1].visit_id)
    ahead = await waiting_room.ahead(new.visitor)
    assert ahead is not None
    assert (ahead.place, ahead.minutes) == (1, 10)
    second = await ward.check_in(room)
    ahead = await waiting_room.ahead(second.visitor)
    assert ahead is not None
    assert (ahead.place, ahead.minutes) == (2, 20)
    await ward.admit(room, second.visit_id)
    assert await waiting_room.ahead(second.visitor) is None
    assert usual_wait(10) == "Usually about 10 minutes"
    assert usual_wait(0) == "Usually less than 5 minutes"


@pytest.mark.feature("V17")
async def test_what_to_do_in_an_emergency(quick_ward: Ward) -> None:
    rooms = quick_ward.house.services.visits.rooms
    plain = await quick_ward.of(await quick_ward.room("Shared"))
    assert "local emergency number" in await rooms.emergency_text(plain)
    own = await quick_ward.of(await quick_ward.room("Own", emergency_text="Call 112."))
    assert await rooms.emergency_text(own) == "Call 112."


@pytest.mark.feature("V18")
async def test_the_record_tells_who_when_where_and_why(ward: Ward) -> None:
    services, here = ward.house.services, ward.house.here
    mine = await ward.room("Dr Okafor’s room", owner=here.clinician)
    theirs = await ward.room("Minor injuries", here.receptionist)
    waiter = await ward.identify(mine, await ward.check_in(mine, reason="Cut finger"))
    await ward.admit(mine, waiter.visit_id)
    await services.visit_records.notes.keep(mine, waiter.visit_id, "Deep cut.")
    await services.visit_records.notes.keep(mine, waiter.visit_id, "Deep cut, left index finger.")
    await services.visits.transfers.transfer(mine, waiter.visit_id, theirs.room_id, "Stitches")
    await ward.admit(theirs, waiter.visit_id)
    await services.visit_records.notes.keep(theirs, waiter.visit_id, "Three stitches.")
    await services.calls.control.end_visit(theirs, waiter.visit_id)
    chart = await services.people.permissions.chart(mine.staff, waiter.visitor.patient_id)
    [past] = await services.visit_records.records.of_chart(chart)
    assert (past.room_name, past.reason, past.legs) == ("Minor injuries", "Cut finger", 2)
    assert (past.ended_reason, past.seen_by) == (
        Step.COMPLETED,
        "Dr Amara Okafor, Rita Sandberg",
    )
    record = await services.visit_records.records.get(chart, waiter.visit_id)
    assert record.ended_by == "Rita Sandberg"
    assert record.typed["reason"] == "Cut finger"
    first, second = record.legs
    assert (first.how, first.seen_by, first.note) == (How.CHECKED_IN, "Dr Amara Okafor", "")
    assert (second.how, second.sent_by, second.note) == (
        How.TRANSFERRED,
        "Dr Amara Okafor",
        "Stitches",
    )
    assert first.left_at == second.arrived_at
    assert [(note.leg, note.by, note.text) for note in record.notes] == [
        (1, "Dr Amara Okafor", "Deep cut, left index finger."),
        (2, "Rita Sandberg", "Three stitches."),
    ]
    assert await services.visit_records.records.count(chart) == 1


@pytest.mark.feature("V18")
async def test_a_note_is_finished_after_the_patient_has_left(ward: Ward) -> None:
    services = ward.house.services
    room = await ward.room("Shared")
    waiter = await ward.check_in(room)
    assert (await services.visit_records.notes.own(room, waiter.visit_id)).text == ""
    await services.visits.waiting_room.leave(waiter.visitor)
    at = await services.visit_records.notes.keep(room, waiter.visit_id, "Left\r\nearly.")
    note = await services.visit_records.notes.own(room, waiter.visit_id)
    assert (note.text, note.changed_at) == ("Left\nearly.", at)
    other = await ward.room("Other", ward.house.here.receptionist)
    with pytest.raises(NotFound):
        await services.visit_records.notes.own(other, waiter.visit_id)
    with pytest.raises(NotFound):
        await services.visit_records.notes.keep(other, waiter.visit_id, "Not mine")
    with pytest.raises(WrongInput):
        await services.visit_records.notes.keep(room, waiter.visit_id, "x" * 20_001)


@pytest.mark.feature("V18")
async def test_how_a_visit_ended_is_said_to_whoever_comes_too_late(quick_ward: Ward) -> None:
    services = quick_ward.house.services
    room = await quick_ward.room("Shared")
    for end, said in (
        (services.visits.waiting_room.remove, r"Dr Amara Okafor has removed this patient\."),
        (services.calls.control.end_visit, r"Dr Amara Okafor has ended this visit\."),
    ):
        waiter = await quick_ward.check_in(room)
        await end(room, waiter.visit_id)
        with pytest.raises(Conflict, match=said):
            await quick_ward.admit(room, waiter.visit_id)
    waiter = await quick_ward.check_in(room)
    await quick_ward.lose(waiter)
    with clock.shifted(3 * clock.MINUTE + clock.SECOND):
        await services.visits.presence.expire()
    with pytest.raises(Conflict, match="away for too long"):
        await quick_ward.admit(room, waiter.visit_id)


async def test_the_clinic_next_door_sees_nothing(quick_ward: Ward) -> None:
    services, stranger = quick_ward.house.services, quick_ward.house.next_door.clinician
    room = await quick_ward.room("Shared")
    waiter = await quick_ward.check_in(room)
    live = services.visits.live
    with pytest.raises(NotFound):
        await services.people.permissions.room(stranger, room.room_id)
    for snapshot, subject in (
        (live.room, room.room_id),
        (live.rooms, room.clinic_id),
        (live.visit, waiter.visit_id),
        (live.person, room.staff.staff_id),
    ):
        with pytest.raises(NotFound):
            await snapshot(stranger, subject)
    with pytest.raises(NotFound):
        await services.visits.whereabouts.room_of(stranger, waiter.visit_id)
    own = await services.people.permissions.room(stranger, quick_ward.house.next_door.room.id)
    with pytest.raises(NotFound):
        await services.visits.waiting_room.visit(own, waiter.visit_id)
    with pytest.raises(NotFound):
        await services.visits.waiting_room.remove(own, waiter.visit_id)
    assert room.room_id not in {
        one.room.id for one in await services.visits.rooms.of_clinic(stranger)
    }
    assert await services.visits.waiting_room.unlooked(stranger) == []
    with pytest.raises(NotFound):
        await services.visits.rooms.get(stranger.clinic_id, room.room_id)


async def test_one_patient_follows_no_other(quick_ward: Ward) -> None:
    live = quick_ward.house.services.visits.live
    room = await quick_ward.room("Shared")
    mine, other = await quick_ward.check_in(room), await quick_ward.check_in(room)
    assert (await live.visit(mine.visitor, mine.visit_id))["visit_id"] == mine.visit_id
    for snapshot, subject in (
        (live.visit, other.visit_id),
        (live.room, room.room_id),
        (live.rooms, room.clinic_id),
        (live.person, room.staff.staff_id),
    ):
        with pytest.raises(NotFound):
            await snapshot(mine.visitor, subject)
