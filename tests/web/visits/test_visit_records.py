"""The record of a visit in the chart: who was with the patient and how long, and later notes."""

from dataclasses import dataclass

import httpx
import pytest

from bedside.calls.states import Mode
from bedside.kernel import clock
from bedside.people.permissions import StaffAccess, VisitorAccess
from tests.calls.agreeing import admit_guest
from tests.house import House
from tests.web.pages import enter
from tests.web.visiting import Rooms, arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V28")]


@dataclass
class Course:
    """A visit whose calls are held one after the other, at minutes after the check-in."""

    house: House
    rooms: Rooms
    seen: VisitorAccess
    began: int

    async def call(
        self, staff: StaffAccess, room_id: str, begin: int, end: int, *, comes: bool = True
    ) -> None:
        """Hold a call from one minute to another, and return the patient to the queue."""
        calls = self.house.services.calls
        room = await in_charge(self.house, room_id, staff)
        with clock.shifted(begin * clock.MINUTE):
            call_id = await calls.control.start(room, self.seen.visit_id, Mode.VIDEO)
            host = await calls.seats.host(staff, call_id)
            await calls.participants.join(host, muted=False, camera=True)
            if comes:
                seat = await calls.seats.visitor(self.seen)
                await calls.participants.join(seat, muted=False, camera=True)
        with clock.shifted(end * clock.MINUTE):
            await calls.control.return_to_waiting_room(room, self.seen.visit_id)

    async def chart(self) -> str:
        """Identify the patient, and return the address of the visit in the chart."""
        room = await in_charge(self.house, self.rooms.reception.id)
        await self.house.visits.identification.add(room, self.seen.visit_id)
        visit = await self.house.visits.waiting_room.visit(room, self.seen.visit_id)
        return f"/patients/{visit.waiting.patient_id}/visits/{self.seen.visit_id}"


@pytest.fixture
async def course(quick_house: House) -> Course:
    """A visit at reception."""
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    return Course(quick_house, rooms, seen, clock.now())


async def test_everybody_s_minutes_and_the_waiting_apart(
    course: Course, visitor: httpx.AsyncClient
) -> None:
    house, rooms = course.house, course.rooms
    chart = await course.chart()
    clinician, receptionist = house.here.clinician, house.here.receptionist
    await course.call(receptionist, rooms.reception.id, 6, 13)
    reception = await in_charge(house, rooms.reception.id)
    with clock.shifted(15 * clock.MINUTE):
        await house.visits.transfers.transfer(reception, course.seen.visit_id, rooms.own.id)
    await course.call(clinician, rooms.own.id, 20, 22)
    own = await in_charge(house, rooms.own.id, clinician)
    with clock.shifted(30 * clock.MINUTE):
        await house.services.calls.control.end_visit(own, course.seen.visit_id)
    await enter(visitor, house, clinician)
    page = (await visitor.get(chart)).text
    rows = [part.split("</tr>")[0] for part in page.split("<tr>")[1:]]
    said = {row.split("</td>")[0].split("<td>")[-1]: row for row in rows if "<td>" in row}
    assert "21 minutes" in said["Waiting"]
    assert "7 minutes" in said["Rita Sandberg"]
    assert "2 minutes" in said["Dr Amara Okafor"]
    assert "Dr Okafor&#39;s room" in said["Dr Amara Okafor"]
    assert "How it ended: Completed" in page
    assert "with Rita Sandberg, Dr Amara Okafor · 30 minutes in all" in page
    assert 'aria-current="page">Visits' in page


async def test_a_call_to_somebody_who_did_not_come_is_none(
    course: Course, visitor: httpx.AsyncClient
) -> None:
    chart = await course.chart()
    here = course.house.here
    await course.call(here.receptionist, course.rooms.reception.id, 1, 4, comes=False)
    await enter(visitor, course.house)
    page = (await visitor.get(chart)).text
    assert "The patient did not come into the call" in page


async def test_a_guest_stays_in_the_record_when_the_guest_is_forgotten(
    course: Course, visitor: httpx.AsyncClient
) -> None:
    house, chart = course.house, await course.chart()
    calls, here = house.services.calls, house.here
    room = await in_charge(house, course.rooms.reception.id)
    call_id = await calls.control.start(room, course.seen.visit_id, Mode.VIDEO)
    host = await calls.seats.host(here.receptionist, call_id)
    await calls.participants.join(host, muted=False, camera=True)
    seat = await calls.seats.visitor(course.seen)
    await calls.participants.join(seat, muted=False, camera=True)
    invitation = await calls.guests.invite(host)
    secret, address = invitation.link.rpartition("/")[2], "198.51.100.3"
    guest_id, token = await calls.guests.enter(secret, "Ingrid Larsen", address)
    access = await calls.guests.resume(token, guest_id, address)
    await admit_guest(house.services, host, access.guest_id)
    with clock.shifted(clock.MINUTE):
        await calls.participants.join(await calls.seats.guest(access), muted=False, camera=True)
    with clock.shifted(5 * clock.MINUTE):
        await calls.control.end_visit(room, course.seen.visit_id)
    with clock.shifted(40 * clock.DAY):
        await calls.guests.forget()
    await enter(visitor, house)
    page = (await visitor.get(chart)).text
    assert "Ingrid Larsen" in page
    assert "4 minutes" in page


async def test_notes_are_continued_later_each_with_author_and_time(
    course: Course, visitor: httpx.AsyncClient
) -> None:
    house, chart = course.house, await course.chart()
    room = await in_charge(house, course.rooms.reception.id)
    await house.visit_records.notes.keep(room, course.seen.visit_id, "Deep cut.")
    await house.visits.waiting_room.leave(course.seen)
    await enter(visitor, house, house.here.clinician)
    page = (await visitor.get(chart)).text
    draft = page.split('name="draft" value="')[1].split('"')[0]
    given = {"text": "Culture: <no> growth.", "draft": draft}
    for _again in range(2):  # pressed twice
        assert (await visitor.post(f"{chart}/notes", data=given)).status_code == 303
    page = (await visitor.get(chart)).text
    assert page.count("Culture: &lt;no&gt; growth.") == 1
    assert page.index("Deep cut.") < page.index("Culture:")
    added = page.split("Culture:")[0].rsplit('<p class="muted small">', 1)[1]
    assert "Dr Amara Okafor" in added
    assert "added later" in added
    empty = await visitor.post(f"{chart}/notes", data={"text": "  ", "draft": ""})
    assert empty.status_code == 422
    assert "Please write something first." in empty.text
    too_long = await visitor.post(f"{chart}/notes", data={"text": "x" * 20_001, "draft": "?"})
    assert too_long.status_code == 422


@pytest.mark.feature("V24")
async def test_a_visit_that_went_on_by_telephone(
    course: Course, visitor: httpx.AsyncClient
) -> None:
    staff = course.house.here.clinician
    room = await in_charge(course.house, course.rooms.reception.id, staff)
    await course.house.visits.telephones.go_on(room, course.seen.visit_id)
    await enter(visitor, course.house, staff)
    text = (await visitor.get(await course.chart())).text
    assert "Went on by telephone" in text
    assert "Dr Amara Okafor" in text[text.index("Went on by telephone") :][:300]
