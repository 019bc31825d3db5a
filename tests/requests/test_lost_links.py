"""“Send me my link again”: the door reveals nothing, staff send it to the address in the chart."""

import asyncio
from datetime import date

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.people.permissions import RoomAccess
from bedside.requests.lost_links import MOST_IN_A_ROOM, Asker, IsAnswered
from tests.house import House
from tests.requests.sending import ADDRESS, BORN, do_jobs, send
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V20")]


async def asked(house: House, name: str, born: date = BORN, contact: str = "") -> RoomAccess:
    """Ask at the door of a new room of the clinician's."""
    room = await Ward(house).room(f"Walk-in {name[:8]}", house.here.clinician)
    await house.requests.lost.ask(room.clinic_id, room.room_id, Asker(name, born, contact), ADDRESS)
    return room


@pytest.mark.parametrize(
    "name", ["Maya Lindqvist", "LINDQVIST, Maya", "Maya Lindquist", "M. Lindqvist"]
)
async def test_one_press_sends_it_to_the_chart_s_number(quick_house: House, name: str) -> None:
    house, staff = quick_house, quick_house.here.clinician
    sent = await send(house)
    await asked(house, name, contact="+46709999999")
    [lost] = await house.requests.lost.of_desk(staff)
    [person] = lost.may_be
    assert person.likely.patient.id == sent.chart.patient_id
    assert [one.id for one in person.requests] == [sent.id]
    assert await house.requests.lost.waiting(staff) == 1
    await house.requests.lost.send_again(staff, lost.id, sent.chart.patient_id, sent.id)
    await do_jobs(house)
    now = await sent.now()
    assert now.round == 2
    assert "+46709999999" not in now.content.to.values()
    assert len(await sent.secrets()) == 2
    assert await house.requests.lost.of_desk(staff) == []


async def test_nobody_in_the_clinic_is_asked_for_the_same(house: House) -> None:
    await asked(house, "Nora Newcome", date(1970, 1, 1))
    [lost] = await house.requests.lost.of_desk(house.here.clinician)
    assert lost.may_be == []
    await house.requests.lost.dismiss(house.here.clinician, lost.id)
    assert await house.requests.lost.waiting(house.here.clinician) == 0


async def test_asking_twice_is_one_wish_and_the_newest_counts(house: House) -> None:
    room = await asked(house, "Maya Lindqvist")
    again = Asker("Lindqvist Maya", BORN)
    await house.requests.lost.ask(room.clinic_id, room.room_id, again, ADDRESS)
    assert await house.requests.lost.waiting(house.here.clinician) == 1
    lines = await house.audit.log.lines(room.clinic_id, Filter(action=Action.LINK_MISSED))
    assert len(lines) == 2
    assert not any(line.patient_id for line in lines), "nobody knows who asked"


async def test_only_those_in_charge_of_the_room_see_it(house: House) -> None:
    sent = await send(house)
    await asked(house, "Maya Lindqvist")
    [lost] = await house.requests.lost.of_desk(house.here.clinician)
    for other in (house.here.receptionist, house.next_door.administrator):
        assert await house.requests.lost.of_desk(other) == []
        assert await house.requests.lost.waiting(other) == 0
        with pytest.raises(NotFound):
            await house.requests.lost.dismiss(other, lost.id)
    with pytest.raises(NotFound):
        await house.requests.lost.send_again(
            house.here.receptionist, lost.id, sent.chart.patient_id, sent.id
        )
    assert (await sent.now()).round == 1


async def test_two_presses_at_once_send_one_link(house: House) -> None:
    sent, staff = await send(house), house.here.clinician
    await asked(house, "Maya Lindqvist")
    [lost] = await house.requests.lost.of_desk(staff)
    press = [
        house.requests.lost.send_again(staff, lost.id, sent.chart.patient_id, sent.id)
        for _press in range(3)
    ]
    done = await asyncio.gather(*press, return_exceptions=True)
    assert sorted(map(str, map(type, done))).count(str(type(None))) == 1
    assert sum(isinstance(one, IsAnswered) for one in done) == 2
    assert (await sent.now()).round == 2


async def test_a_room_is_not_filled_without_end(quick_house: House) -> None:
    house = quick_house
    room = await asked(house, "Maya Lindqvist")
    for number in range(MOST_IN_A_ROOM + 5):
        made_up = Asker(f"Nobody {number}", date(1980, 1, 1))
        await house.requests.lost.ask(room.clinic_id, room.room_id, made_up, ADDRESS)
    assert await house.requests.lost.waiting(house.here.clinician) == MOST_IN_A_ROOM


async def test_what_nobody_answers_is_forgotten(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked(house, "Maya Lindqvist")
    await house.requests.lost.forget()
    assert await house.requests.lost.waiting(house.here.clinician) == 1
    monkeypatch.setattr(clock, "_shift", clock._shift + 15 * clock.DAY)
    await house.requests.lost.forget()
    assert await house.requests.lost.waiting(house.here.clinician) == 0
