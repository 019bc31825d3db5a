"""A visit that goes on by telephone, texts that staff send, and texts to those who are away."""

from datetime import date

import pytest

from bedside.calls.states import Mode
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.notifications.sms_parts import sms_parts
from bedside.notifications.text_limits import TEXTS, ManyTexts
from bedside.people.clinics import Clinic
from bedside.visits.events import RoomsChanged
from bedside.visits.sms_texts import Why, door_wording, wording
from bedside.visits.states import State, Step
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V24")]

NUMBER = "070 174 06 05"
STORED = "+46701740605"
DRAFT = "draft-of-a-dialog"


@pytest.mark.parametrize("in_call", [True, False])
async def test_a_visit_goes_on_by_telephone(ward: Ward, in_call: bool) -> None:
    services = ward.house.services
    room = await ward.room("Shared")
    waiter, after = await ward.check_in(room, phone=NUMBER), await ward.check_in(room)
    call_id = ""
    if in_call:
        call_id = await services.calls.control.start(room, waiter.visit_id, Mode.VIDEO)
    await services.visits.telephones.go_on(room, waiter.visit_id, leg=1)
    await services.visits.telephones.go_on(room, waiter.visit_id, leg=1)  # pressed twice
    row = await ward.row(waiter.visit_id)
    assert (row.state, row.call_id, bool(row.on_telephone)) == (State.WAITING, "", True)
    assert row.telephone_by == row.admitted_by == room.staff.staff_id
    if in_call:
        call = await services.calls.summaries.of(room.staff, call_id)
        assert call.ended_at
    first, second = await services.visits.waiting_room.queue(room)
    assert (first.place, second.place) == (0, 1)  # spoken with: nobody waits behind
    assert await ward.next_patient(room) == after.visit_id
    await services.calls.control.end_visit(room, waiter.visit_id)
    row = await ward.row(waiter.visit_id)
    assert (row.state, row.ended_reason) == (State.ENDED, Step.COMPLETED)
    assert row.telephone_at  # for the record
    with pytest.raises(Conflict):
        await services.visits.telephones.go_on(room, waiter.visit_id)


async def test_nobody_on_the_telephone_is_counted_among_those_who_wait(ward: Ward) -> None:
    visits = ward.house.services.visits
    room = await ward.room("Shared")
    spoken_with, waits = await ward.check_in(room), await ward.check_in(room)
    for kind, waiting, seen in (("waiting", 2, 0), ("on the telephone", 1, 1)):
        if kind == "on the telephone":
            await visits.telephones.go_on(room, spoken_with.visit_id)
        [tile] = [
            one for one in await visits.rooms.of_clinic(room.staff) if one.room.id == room.room_id
        ]
        assert (tile.waiting, tile.count.seen) == (waiting, seen)
        assert await visits.whereabouts.waiting(room.staff) == waiting
        assert await visits.whereabouts.waiting_anywhere() == waiting
        live = (await visits.live.rooms(room.staff, room.clinic_id))["rooms"][room.room_id]
        assert (live["waiting"], live["in_call"]) == (waiting, seen)
        assert len(await visits.waiting_room.unlooked(room.staff)) == waiting
    assert tile.count.waiting_since == (await ward.row(waits.visit_id)).queued_at
    with pytest.raises(Conflict):  # there is no place in the queue to change
        await visits.order.see_first(room, spoken_with.visit_id, "Fever")
    with pytest.raises(Conflict):
        await visits.order.move(room, waits.visit_id, after=spoken_with.visit_id)
    assert await visits.order.next_in(room) == waits.visit_id


async def test_the_event_counts_like_the_list(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open pages are told the numbers that a new page reads."""
    visits = ward.house.services.visits
    room = await ward.room("Shared")
    waiters = [await ward.check_in(room) for _each in range(3)]
    await visits.telephones.go_on(room, waiters[0].visit_id)
    await ward.house.services.calls.control.start(room, waiters[1].visit_id, Mode.VIDEO)
    told: list[RoomsChanged] = []
    async with ward.house.services.database.unit_of_work() as work:
        monkeypatch.setattr(work, "emit", told.append)
        await visits.transitions.publish_counts(work, room.clinic_id, room.room_id)
    [event] = told
    assert (event.waiting, event.in_call) == (1, 2)


async def test_it_can_go_back_to_video(ward: Ward) -> None:
    services = ward.house.services
    room = await ward.room("Shared")
    waiter = await ward.check_in(room, phone=NUMBER)
    await services.visits.telephones.go_on(room, waiter.visit_id)
    await services.calls.control.start(room, waiter.visit_id, Mode.VIDEO)
    row = await ward.row(waiter.visit_id)
    assert row.state == State.IN_CALL
    assert not row.on_telephone
    assert row.telephone_at


async def test_a_closed_page_ends_nothing_on_the_telephone(ward: Ward) -> None:
    services = ward.house.services
    room = await ward.room("Shared")
    waiter = await ward.check_in(room, phone=NUMBER)
    await services.visits.telephones.go_on(room, waiter.visit_id)
    await ward.lose(waiter)
    for minutes, state in ((45, State.WAITING), (61, State.ENDED)):
        with clock.shifted(minutes * clock.MINUTE):
            await services.visits.presence.heartbeat()
            await services.visits.presence.expire()
        assert (await ward.row(waiter.visit_id)).state == state
    assert (await ward.row(waiter.visit_id)).ended_reason == Step.COMPLETED


async def test_staff_text_what_they_have_read(ward: Ward) -> None:
    services = ward.house.services
    telephones = services.visits.telephones
    room = await ward.room("Shared")
    waiter = await ward.check_in(room, "Grace Lee", phone=NUMBER, reason="Chest pain")
    shown = await telephones.texts(room, waiter.visit_id)
    assert shown.to == STORED
    for _ in range(2):  # pressed twice
        await telephones.send(room, waiter.visit_id, Why.OPEN_PAGE, DRAFT)
    assert await ward.texts() == [(STORED, shown.wordings[Why.OPEN_PAGE].text)]
    said = shown.wordings[Why.OPEN_PAGE].text
    assert f"/visit/{waiter.visit_id}?door=shared" in said
    assert "Grace" not in said
    assert "Chest" not in said
    with pytest.raises(WrongInput):
        await telephones.send(room, waiter.visit_id, Why.TURN, DRAFT)
    elsewhere = await ward.room("Other")
    with pytest.raises(NotFound):
        await telephones.texts(elsewhere, waiter.visit_id)


@pytest.mark.parametrize("typed", ["", "031 77 00 00 ext. 12"])
async def test_no_text_without_a_mobile_number(ward: Ward, typed: str) -> None:
    room = await ward.room("Shared")
    waiter = await ward.check_in(room, phone=typed)
    with pytest.raises(WrongInput):
        await ward.house.services.visits.telephones.texts(room, waiter.visit_id)


async def test_the_number_of_the_chart_comes_first(ward: Ward) -> None:
    services = ward.house.services
    room = await ward.room("Shared")
    waiter = await ward.check_in(room, "Grace Lee", date(1960, 1, 2), phone=NUMBER)
    await ward.identify(room, waiter)
    patient_id = (await ward.row(waiter.visit_id)).patient_id
    chart = await services.people.permissions.chart(room.staff, patient_id)
    known = (await services.people.patients.get(chart)).demographics
    now = known.model_copy(update={"phone": "+46701740699"})
    async with services.database.unit_of_work() as work:
        await services.people.patients.change(work, chart, now)
    assert (await services.visits.telephones.texts(room, waiter.visit_id)).to == "+46701740699"
    [shown] = await services.visits.waiting_room.queue(room)
    assert shown.phone == "+46701740699"


async def test_a_bare_number_is_invited(ward: Ward) -> None:
    telephones = ward.house.services.visits.telephones
    room = await ward.room("Shared")
    for _ in range(2):
        assert await telephones.invite_number(room, NUMBER, DRAFT) == "+46 70 174 06 05"
    [(to, text)] = await ward.texts()
    assert to == STORED
    assert text == (await telephones.door_text(room)).text
    for wrong in ("", "12", "grace@lee.example"):
        with pytest.raises(WrongInput):
            await telephones.invite_number(room, wrong, "another-draft")


async def test_one_number_gets_only_so_many_texts(ward: Ward) -> None:
    telephones = ward.house.services.visits.telephones
    room, other = await ward.room("Shared"), await ward.room("Other")
    waiter, elsewhere = await ward.check_in(room, phone=NUMBER), await ward.check_in(room)
    for number in range(TEXTS.holds):
        await telephones.send(room, waiter.visit_id, Why.OPEN_PAGE, f"{DRAFT}-{number}")
    for try_again in (
        telephones.send(room, waiter.visit_id, Why.NO_SOUND, f"{DRAFT}-more"),
        telephones.invite_number(other, NUMBER, f"{DRAFT}-bare"),
    ):
        with pytest.raises(ManyTexts) as error:
            await try_again
        assert "this one was not sent" in error.value.sentence
        assert "minute" in error.value.sentence
    assert len(await ward.texts()) == TEXTS.holds
    assert elsewhere
    await telephones.invite_number(other, "+46 70 174 06 99", f"{DRAFT}-another")
    with clock.shifted(6 * clock.MINUTE):
        await telephones.send(room, waiter.visit_id, Why.NO_SOUND, f"{DRAFT}-more")
        with pytest.raises(ManyTexts):
            await telephones.send(room, waiter.visit_id, Why.NO_SOUND, f"{DRAFT}-most")
    assert len(await ward.texts()) == TEXTS.holds + 2


@pytest.mark.feature("V25")
@pytest.mark.parametrize("away", ["hidden", "lost"])
async def test_one_text_when_the_turn_comes_near(ward: Ward, away: str) -> None:
    services = ward.house.services
    room = await ward.room("Shared")
    waiter = await ward.check_in(room, phone=NUMBER)
    if away == "hidden":
        await services.visits.presence.hidden(waiter.visitor, waiter.connection, True)
    else:
        await ward.lose(waiter)
    assert await services.visits.telephones.texts_near(waiter.visitor)
    await services.visits.turn_texts.sweep()  # has only just come
    assert await ward.texts() == []
    with clock.shifted(4 * clock.MINUTE):
        for _ in range(2):
            await services.visits.turn_texts.sweep()
    [(to, text)] = await ward.texts()
    assert to == STORED
    assert "it is your turn soon" in text
    assert f"/visit/{waiter.visit_id}?door=shared" in text
    assert not await services.visits.telephones.texts_near(waiter.visitor)


@pytest.mark.feature("V25")
@pytest.mark.parametrize("how", ["looks", "no number", "switched off", "on the telephone"])
async def test_no_text_when_there_is_no_need(ward: Ward, how: str) -> None:
    services = ward.house.services
    room = await ward.room("Shared", text_when_away=how != "switched off")
    waiter = await ward.check_in(room, phone="" if how == "no number" else NUMBER)
    if how == "on the telephone":
        await services.visits.telephones.go_on(room, waiter.visit_id)
    if how != "looks":
        await ward.lose(waiter)
    with clock.shifted(4 * clock.MINUTE):
        await services.visits.turn_texts.sweep()
    assert await ward.texts() == []


@pytest.mark.feature("V25")
@pytest.mark.parametrize("answers", [True, False])
async def test_a_call_that_is_not_answered(ward: Ward, answers: bool) -> None:
    services = ward.house.services
    room = await ward.room("Shared")
    waiter = await ward.check_in(room, phone=NUMBER)
    await services.calls.control.start(room, waiter.visit_id, Mode.VIDEO)
    if answers:
        seat = await services.calls.seats.visitor(waiter.visitor)
        await services.calls.participants.join(seat, connection_id=waiter.connection)
    with clock.shifted(11 * clock.SECOND):
        await ward.do_jobs()
    found = [text for _to, text in await ward.texts() if "we are calling you now" in text]
    assert len(found) == (not answers)


def test_texts_fit_into_two_parts_and_the_gsm_alphabet() -> None:
    clinic = Clinic("cli_1", "St. Catherine's Community Hospital", {})
    link = f"https://visits.example.org/visit/vis_{'0' * 26}?door=dr-amara-okafor"
    for why in Why:
        parts = sms_parts(wording(clinic, why, link, "en").text)
        assert (parts.count <= 2, parts.because_of) == (True, ""), why
    door = sms_parts(door_wording(clinic, "https://visits.example.org/r/dr-okafor").text)
    assert (door.count <= 2, door.because_of) == (True, "")
