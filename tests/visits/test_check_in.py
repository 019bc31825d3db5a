"""Checking in: who the patient is, sent twice, closed rooms, invitations, and again."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.errors import Conflict, NotFound, NotSignedIn, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.requests.photos.sending import Draft
from bedside.visits.check_in import CheckInForm, RoomClosed, RoomFull
from bedside.visits.rows import Identified
from bedside.visits.states import State
from bedside.visits.typed import Typed
from tests.visits.ward import ADDRESS, Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2")]

BORN = date(1991, 3, 14)
"""Of the first patient of the house, Maya Lindqvist."""


def form(ward: Ward, name: str = "Maya Lindqvist", born: date | None = BORN, **typed: Any) -> Any:
    return CheckInForm(ward.house.services.visits.check_in.new_draft(), name, born, **typed)


@pytest.mark.feature("S2")
@pytest.mark.parametrize("born", [BORN, None])
async def test_what_is_typed_at_the_door_ties_to_no_chart(ward: Ward, born: date | None) -> None:
    """Anybody can type a patient's name and date of birth; nobody learns or reaches anything."""
    services, house = ward.house.services, ward.house
    room = await ward.room("Shared")
    patients = await _patients(ward)
    waiter = await ward.check_in(room, "maya LINDQVIST", born)
    assert waiter.visitor.patient_id == ""
    assert await _patients(ward) == patients, "nor is there a new patient"
    [row] = await services.visits.waiting_room.queue(room)
    assert (row.identified, row.name) == (Identified.TYPED, "maya LINDQVIST")
    assert not await services.people.permissions.sees(house.here.clinician, "")
    lines = await services.audit.log.lines(
        house.clinic.id,
        Filter(patient_id=house.patients[0].id),
    )
    assert Action.VISIT_CHECKED_IN not in {line.action for line in lines}


async def _patients(ward: Ward) -> int:
    count = await ward.house.services.people.patients.count(ward.house.here.administrator)
    return count


@pytest.mark.feature("S4")
async def test_made_up_names_do_not_fill_a_room_without_end(
    quick_ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bedside.visits.check_in.MOST_UNKNOWN", 3)
    room = await quick_ward.room("Shared")
    waiters = [await quick_ward.check_in(room) for _ in range(3)]
    with pytest.raises(RoomFull):
        await quick_ward.check_in(room)
    await quick_ward.identify(room, waiters[0])
    await quick_ward.check_in(room)  # a known patient takes no place among the unknown


async def test_a_form_sent_twice_makes_one_visit_and_another_persons_makes_another(
    ward: Ward,
) -> None:
    check_in = ward.house.services.visits.check_in
    room = await ward.of(await ward.room("Shared"))
    first = form(ward)
    came = await check_in.check_in(room, first, ADDRESS)
    repeated = await check_in.check_in(room, first, ADDRESS)
    assert repeated.visit_id == came.visit_id
    assert repeated.token != came.token, "who has seen the form may not share the device's token"
    other = await check_in.check_in(room, CheckInForm(first.draft, "Somebody Else"), ADDRESS)
    assert other.visit_id != came.visit_id
    assert other.token != came.token
    with clock.shifted(clock.HOUR):
        later = await check_in.check_in(room, first, ADDRESS)
    assert later.visit_id != came.visit_id
    assert later.token != came.token


async def test_a_draft_that_nobody_made_is_no_token(quick_ward: Ward) -> None:
    room = await quick_ward.of(await quick_ward.room("Shared"))
    check_in = quick_ward.house.services.visits.check_in
    for draft in ("", "1234"):
        came = await check_in.check_in(room, CheckInForm(draft, "Somebody"), ADDRESS)
        assert len(came.token) > 40


async def test_only_the_device_that_checked_in_comes_back(ward: Ward) -> None:
    devices = ward.house.services.visits.devices
    room = await ward.room("Shared")
    mine, other = await ward.check_in(room), await ward.check_in(room)
    for token in ("", "x" * 43, other.token):
        with pytest.raises(NotSignedIn):
            await devices.resume(token, mine.visit_id, ADDRESS)
    again = await devices.resume(mine.token, mine.visit_id, ADDRESS)
    assert again.patient_id == mine.visitor.patient_id
    await ward.house.services.visits.waiting_room.leave(mine.visitor)
    await devices.resume(mine.token, mine.visit_id, ADDRESS)  # to read how it ended
    with clock.shifted(clock.DAY + clock.MINUTE), pytest.raises(NotSignedIn):
        await devices.resume(mine.token, mine.visit_id, ADDRESS)


@pytest.mark.feature("V1")
@pytest.mark.parametrize(
    ("options", "typed", "field"),
    [
        ({}, {"name": "  "}, "name"),
        ({}, {"name": "…"}, "name"),
        ({}, {"name": "n" * 201}, "name"),
        ({}, {"name": "\u200b\u2060\u202e\u200d"}, "name"),
        ({"ask_birth_date": "required"}, {"born": None}, "birth"),
        ({}, {"born": date(1620, 1, 1)}, "birth"),
        ({}, {"born": date(2999, 1, 1)}, "birth"),
        ({}, {"born": date.today() + timedelta(days=3)}, "birth"),
        ({"ask_phone": "required"}, {}, "phone"),
        ({}, {"phone": "12"}, "phone"),
        ({"ask_reason": "required"}, {"reason": " \n"}, "reason"),
        ({}, {"reason": "r" * 501}, "reason"),
        ({"consent_text": "I agree to a video visit."}, {}, "consented"),
    ],
)
async def test_what_has_to_be_corrected_names_its_field(
    quick_ward: Ward, options: dict[str, Any], typed: dict[str, Any], field: str
) -> None:
    room = await quick_ward.room("Asking", **options)
    wrong = form(quick_ward, **typed)
    with pytest.raises(WrongInput) as said:
        await quick_ward.house.services.visits.check_in.check_in(
            await quick_ward.of(room), wrong, ADDRESS
        )
    assert said.value.field == field
    assert await quick_ward.order(room) == []


async def test_what_cannot_be_seen_is_no_part_of_a_name(quick_ward: Ward) -> None:
    """Staff read the name in a line with other words, which it must not reverse."""
    room = await quick_ward.room("Shared")
    await quick_ward.check_in(room, "\u202eMaya\u200b Lindqvist\u2066\x07\x85", BORN)
    [row] = await quick_ward.house.services.visits.waiting_room.queue(room)
    assert row.name == "Maya Lindqvist"


async def test_what_was_typed_is_sealed_and_on_the_card(ward: Ward) -> None:
    room = await ward.room("Asking", consent_text="I agree to a video visit.", ask_phone="required")
    waiter = await ward.check_in(
        room,
        "Jo Typed",
        date(1970, 1, 2),
        phone="+46 70 000 00 01",
        reason="Earache",
        consented=True,
    )
    card = await ward.house.services.visits.waiting_room.visit(room, waiter.visit_id)
    assert card.typed == Typed("Jo Typed", date(1970, 1, 2), "+46700000001", "en")
    assert card.waiting.reason == "Earache"
    row = await ward.row(waiter.visit_id)
    assert b"Earache" not in bytes(row.record)


@pytest.mark.feature("V1")
async def test_a_closed_room_takes_nobody(ward: Ward) -> None:
    services = ward.house.services
    room = await ward.room("Shared")
    waiter = await ward.check_in(room)
    seen = await ward.of(room)  # as the page showed it
    await services.visits.rooms.close(room)
    with pytest.raises(RoomClosed):
        await services.visits.check_in.check_in(seen, form(ward), ADDRESS)
    assert await ward.order(room) == [waiter.visit_id]  # waiting patients stay
    await services.visits.waiting_room.leave(waiter.visitor)
    with pytest.raises(RoomClosed):
        await services.visits.check_in.again(waiter.visitor, waiter.token)


async def test_again_after_the_end_types_nothing(ward: Ward) -> None:
    services = ward.house.services
    room = await ward.room("Shared")
    waiter = await ward.identify(room, await ward.check_in(room, reason="Earache"))
    with pytest.raises(Conflict):
        await services.visits.check_in.again(waiter.visitor, waiter.token)
    await services.visits.waiting_room.remove(room, waiter.visit_id)
    asked = [services.visits.check_in.again(waiter.visitor, waiter.token) for _ in range(3)]
    first, *others = await asyncio.gather(*asked)
    assert others == [first, first]  # pressed three times
    anew = await ward.enter(first)
    assert anew.visitor.patient_id == "", "who holds the device now is asked again"
    [row] = await services.visits.waiting_room.queue(room)
    assert (row.visit_id, row.reason, row.state) == (anew.visit_id, "Earache", State.WAITING)
    with pytest.raises(NotSignedIn):
        await services.visits.devices.resume(waiter.token, anew.visit_id, ADDRESS)


async def invited(ward: Ward, room: Any) -> tuple[str, Any]:
    """Send an invitation to Maya, and open its link with the date of birth."""
    services = ward.house.services
    chart = await ward.house.chart(0)
    of = await ward.of(room)
    place = await services.visits.rooms.place(of)
    invitation_id = await services.requests.invitations.send(chart, of, place, ("sms", "email"))
    messages = await services.notifications.messages.outbox(ward.house.here.receptionist)
    secret = messages[0].text.split("/l/")[1].split()[0]
    answer = await services.links.answer(secret, BORN, ADDRESS)
    return invitation_id, await services.links.resume(answer.token, invitation_id, ADDRESS)


async def test_an_invited_patient_types_nothing_and_has_one_visit_on_every_device(
    ward: Ward,
) -> None:
    services = ward.house.services
    room = await ward.room("Dr Okafor’s room", owner=ward.house.here.clinician)
    invitation_id, link = await invited(ward, room)
    phone = await ward.enter(await services.visits.check_in.with_invitation(link))
    laptop = await ward.enter(await services.visits.check_in.with_invitation(link))
    assert phone.visit_id == laptop.visit_id
    assert phone.token != laptop.token
    [row] = await services.visits.waiting_room.queue(room)
    assert (row.name, row.identified) == ("Maya Lindqvist", Identified.INVITED)
    await services.visits.waiting_room.leave(phone.visitor)
    anew = await services.visits.check_in.with_invitation(link)
    assert anew.visit_id != phone.visit_id
    assert await services.visits.check_in.going_on(invitation_id) == anew.visit_id


async def test_an_invitation_names_clinic_and_room_and_nothing_else(quick_ward: Ward) -> None:
    services = quick_ward.house.services
    room = await quick_ward.room("Dr Okafor’s room", owner=quick_ward.house.here.clinician)
    await invited(quick_ward, room)
    sms, email = sorted(
        await services.notifications.messages.outbox(quick_ward.house.here.receptionist),
        key=lambda message: message.channel != "sms",
    )
    assert "we meet in Dr Amara Okafor's room" in sms.text
    assert email.subject == "Riverside Clinic invites you to a video visit"
    assert "Maya" not in sms.text + email.text + email.subject


async def test_nobody_is_invited_without_a_date_of_birth(quick_ward: Ward) -> None:
    services = quick_ward.house.services
    room = await quick_ward.room("Shared")
    waiter = await quick_ward.check_in(room, phone="+46 70 000 00 01")
    waiter = await quick_ward.identify(room, waiter)
    chart = await services.people.permissions.chart(room.staff, waiter.visitor.patient_id)
    of = await quick_ward.of(room)
    place = await services.visits.rooms.place(of)
    with pytest.raises(WrongInput, match="date of birth, which is not known"):
        await services.requests.invitations.send(chart, of, place, ("sms",))
    draft = Draft(new_id("req"), ("sms",), "skin")
    with pytest.raises(WrongInput, match="date of birth, which is not known"):
        await services.requests.photos.preview(chart, draft)


async def test_a_link_to_something_else_is_no_invitation(quick_ward: Ward) -> None:
    room = await quick_ward.room("Shared")
    _, link = await invited(quick_ward, room)
    with pytest.raises(NotFound):
        await quick_ward.house.services.visits.check_in.with_invitation(
            replace(link, subject_id="req_01hzzzzzzzzzzzzzzzzzzzzzzz")
        )
