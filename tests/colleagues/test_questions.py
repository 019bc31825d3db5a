"""Questions between colleagues, on both databases."""

import pytest
from sqlalchemy import select

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.colleagues.events import QuestionChanged
from bedside.colleagues.live import apply
from bedside.colleagues.models import colleague_questions
from bedside.colleagues.questions import KEPT_FOR, LONGEST, Questions
from bedside.errors import Conflict, NotFound, TooMany, WrongInput
from bedside.kernel import clock
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V26")]
WORDS = "Could you look at the phlebectomy in room two?"


def of(house: House) -> Questions:
    return house.services.colleagues.questions


async def test_a_question_and_its_answer(house: House) -> None:
    asker, other = house.here.clinician, house.here.receptionist
    question_id = await of(house).ask(asker, other.staff_id, f"  {WORDS} ")
    assert await of(house).open(asker) == []
    (asked,) = await of(house).open(other)
    assert (asked.side, asked.name, asked.text) == ("asked", "Dr Amara Okafor", WORDS)
    assert WORDS not in repr(asked)
    await of(house).answer(other, question_id, "In five minutes.")
    assert await of(house).open(other) == []
    (answered,) = await of(house).open(asker)
    assert (answered.side, answered.text, answered.answer) == (
        "answered",
        WORDS,
        "In five minutes.",
    )
    with pytest.raises(Conflict):
        await of(house).answer(other, question_id, "Twice.")
    await of(house).close(asker, question_id)
    await of(house).close(asker, question_id)
    assert await of(house).open(asker) == []


async def test_nobody_else_sees_answers_or_closes_it(house: House) -> None:
    asker, other = house.here.clinician, house.here.receptionist
    question_id = await of(house).ask(asker, other.staff_id, WORDS)
    for stranger in (house.here.administrator, house.next_door.administrator, asker):
        assert await of(house).open(stranger) == []
        with pytest.raises(NotFound):
            await of(house).answer(stranger, question_id, "Me too.")
    for stranger in (house.here.administrator, house.next_door.administrator, other):
        with pytest.raises(NotFound):
            await of(house).close(stranger, question_id)
    for nobody in (house.next_door.receptionist.staff_id, asker.staff_id, "stf_x", "", "pat_1"):
        with pytest.raises(NotFound):
            await of(house).ask(asker, nobody, WORDS)


async def test_who_does_not_want_to_be_disturbed_is_not(house: House) -> None:
    asker, other = house.here.clinician, house.here.receptionist
    await of(house).ask(asker, other.staff_id, "Before.")
    await house.services.colleagues.presence.choose(other, "do_not_disturb")
    with pytest.raises(Conflict):
        await of(house).ask(asker, other.staff_id, WORDS)
    assert await of(house).open(other) == []
    await house.services.colleagues.presence.choose(other, "")
    assert [one.text for one in await of(house).open(other)] == ["Before."]


async def test_it_is_gone_after_a_day_and_sealed_until_then(house: House) -> None:
    asker, other = house.here.clinician, house.here.receptionist
    await of(house).ask(asker, other.staff_id, WORDS)
    async with house.services.database.read() as db:
        (row,) = await db.all(select(colleague_questions))
    assert b"phlebectomy" not in row.body
    with clock.shifted(KEPT_FOR + clock.SECOND):
        assert await of(house).open(other) == []
        await of(house).forget()
    async with house.services.database.read() as db:
        assert await db.all(select(colleague_questions)) == []
    found = await house.services.audit.log.lines(
        house.clinic.id, Filter(action=Action.COLLEAGUE_ASKED)
    )
    assert len(found) == 1
    assert "phlebectomy" not in repr(found)


@pytest.mark.parametrize("wrong", ["", "  \n ", "\u200b", "a" * (LONGEST + 1)])
async def test_a_question_says_something_short(quick_house: House, wrong: str) -> None:
    asker, other = quick_house.here.clinician, quick_house.here.receptionist
    with pytest.raises(WrongInput):
        await of(quick_house).ask(asker, other.staff_id, wrong)


async def test_nobody_is_flooded(quick_house: House) -> None:
    asker, other = quick_house.here.clinician, quick_house.here.receptionist
    for number in range(10):
        await of(quick_house).ask(asker, other.staff_id, f"Question {number}")
    with pytest.raises(TooMany):
        await of(quick_house).ask(asker, other.staff_id, "One more")


async def test_events_and_snapshots_agree(quick_house: House) -> None:
    asker, other = quick_house.here.clinician, quick_house.here.receptionist
    kind = quick_house.services.realtime.topics.kind("questions:")
    assert kind is not None
    theirs = await kind.snapshot(other, other.staff_id)
    question_id = await of(quick_house).ask(asker, other.staff_id, WORDS)
    for state in ("asked", "over"):
        told = {"staff_id": other.staff_id, "question_id": question_id, "state": state}
        theirs = apply(theirs, QuestionChanged.type, told)
        assert theirs == await kind.snapshot(other, other.staff_id)
        if state == "asked":
            await of(quick_house).answer(other, question_id, "Yes.")
    assert await kind.snapshot(asker, asker.staff_id) == {"questions": {question_id: "answered"}}
    for stranger in (asker, quick_house.next_door.administrator, None):
        with pytest.raises(NotFound):
            await kind.snapshot(stranger, other.staff_id)
