"""The team's side of conversations (C4, C6): what waits, longest first; assigned, closed and
snoozed."""

import pytest

from bedside.conversations.states import Receipt
from bedside.errors import Conflict, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from tests.conversations.talking import Talk, talk_of
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C4", "C6")]


@pytest.fixture
async def talk(house: House) -> Talk:
    """On both databases."""
    return await talk_of(house)


async def test_what_waits_longest_comes_first(house: House) -> None:
    first = await talk_of(house, 0)
    with clock.shifted(clock.MINUTE):
        second = await talk_of(house, 1)
    with clock.shifted(2 * clock.MINUTE):
        await first.say(first.patient, "Is anybody there?")  # it goes on waiting since the first
        assert await first.listed() == [first.id, second.id]
        await first.say(first.chart, "Yes.")
        assert await first.listed() == [second.id]
        assert await first.listed(view="open") == [first.id, second.id]
    lists = house.services.conversations.lists
    assert await lists.waiting(house.here.clinician) == 1
    line = (await lists.desk(house.here.clinician, "waiting"))[0]
    assert line.last is not None
    assert (line.patient_name, line.last.text, line.unread) == (
        "Tomás Ramírez",
        "Is this normal?",
        1,
    )


async def test_somebody_answers_for_all(talk: Talk) -> None:
    desk, here = talk.house.services.conversations.desk, talk.house.here
    await desk.assign(talk.chart, talk.id, here.clinician.staff_id)
    lists = talk.house.services.conversations.lists
    assert await lists.waiting(here.clinician) == 1
    assert await lists.waiting(here.receptionist) == 0
    assert await talk.listed(here.clinician, "mine") == [talk.id]
    assert await talk.listed(view="mine") == []
    assert await talk.listed() == [talk.id]  # everybody still sees it
    for nobody in (talk.house.next_door.administrator.staff_id, new_id("stf")):
        with pytest.raises(WrongInput):
            await desk.assign(talk.chart, talk.id, nobody)
    await desk.assign(talk.chart, talk.id, "")
    assert await lists.waiting(here.receptionist) == 1


async def test_a_snoozed_one_comes_back(talk: Talk) -> None:
    desk = talk.house.services.conversations.desk
    await desk.snooze(talk.chart, talk.id, clock.now() + clock.HOUR)
    assert await talk.listed() == []
    assert await talk.listed(view="snoozed") == [talk.id]
    with clock.shifted(clock.HOUR + 1):
        assert await talk.listed() == [talk.id]
        assert await talk.listed(view="snoozed") == []
    await talk.say(talk.patient, "It got worse.")  # wakes it at once
    assert await talk.listed() == [talk.id]
    for wrong in (clock.now() - 1, clock.now() + 400 * clock.DAY):
        with pytest.raises(WrongInput):
            await desk.snooze(talk.chart, talk.id, wrong)


async def test_a_closed_one_takes_no_reply_until_staff_write(talk: Talk) -> None:
    desk = talk.house.services.conversations.desk
    await desk.close(talk.chart, talk.id)
    assert await talk.listed() == []
    assert await talk.listed(view="closed") == [talk.id]
    with pytest.raises(Conflict):
        await talk.say(talk.patient, "One more thing.")
    await talk.say(talk.chart, "Please come in.")
    await talk.say(talk.patient, "I will.")
    await desk.close(talk.chart, talk.id)
    await desk.reopen(talk.chart, talk.id)
    await talk.say(talk.patient, "And thanks.")
    await desk.answered(talk.chart, talk.id)  # needs no answer
    assert await talk.listed() == []
    assert await talk.listed(view="open") == [talk.id]


async def test_unread_numbers_are_each_persons_own(talk: Talk) -> None:
    lists = talk.house.services.conversations.lists
    await talk.say(talk.chart, "One.")
    wrong = await talk.say(talk.chart, "Two.")
    assert await lists.unread(talk.patient) == 2
    await talk.all.receipt(talk.patient, talk.id, 2, Receipt.READ)
    assert (await lists.unread(talk.patient), await lists.unread(talk.mother)) == (1, 2)
    await talk.all.retract(talk.chart, talk.id, wrong)
    assert await lists.unread(talk.patient) == 0
