"""Checking in with a name as people write it: the patient is offered, and nobody gets a second
chart unasked."""

from datetime import date, timedelta

import pytest

from bedside.errors import WrongInput
from bedside.people.patients import Demographics
from bedside.visits.check_in import CheckInForm
from bedside.visits.identification import HasChart
from tests.people.awkward_names import NEARLY, NO_NAMES, OTHERS, SAME
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2")]
FIRST_DAY = date(1950, 1, 1)


async def _add(ward: Ward, room_id: str, name: str, born: date) -> str:
    services = ward.house.services
    async with services.database.unit_of_work() as work:
        who = Demographics(name=name, birth_date=born)
        patient = await services.people.patients.add(
            work, ward.house.here.administrator, who, [room_id]
        )
    return patient.id


async def test_every_spelling_of_a_name_is_offered_the_one_chart(quick_ward: Ward) -> None:
    ward, identification = quick_ward, quick_ward.house.services.visits.identification
    mine = await ward.room("Shared")
    for at, (name, spellings) in enumerate(SAME.items()):
        born = FIRST_DAY + timedelta(days=400 * at)
        patient_id = await _add(ward, mine.room_id, name, born)
        for typed_name in (name, *spellings):
            waiter = await ward.check_in(mine, typed_name, born)
            typed, _ = await identification.asked(mine, waiter.visit_id)
            found = await identification.suggested(mine, typed)
            assert [(one.patient.id, one.equal) for one in found] == [(patient_id, True)], (
                typed_name
            )
            with pytest.raises(HasChart):
                await identification.add(mine, waiter.visit_id)
            await ward.house.services.visits.waiting_room.remove(mine, waiter.visit_id)


async def test_nearly_the_same_is_offered_and_somebody_else_is_not(quick_ward: Ward) -> None:
    ward, likely = quick_ward, quick_ward.house.services.people.likely
    mine = await ward.room("Shared")
    pairs = [(*pair, True) for pair in [(n, t) for n, t, _why in NEARLY]]
    pairs += [(*pair, False) for pair in OTHERS]
    for at, (name, typed, is_offered) in enumerate(pairs):
        born = FIRST_DAY + timedelta(days=400 * at)
        patient_id = await _add(ward, mine.room_id, name, born)
        found = [one.patient.id for one in await likely.seen_by(mine.staff, typed, born)]
        assert (patient_id in found) == is_offered, (name, typed)


@pytest.mark.parametrize("name", NO_NAMES)
async def test_nothing_but_marks_is_refused_at_the_door(quick_ward: Ward, name: str) -> None:
    room = await quick_ward.of(await quick_ward.room("Shared"))
    with pytest.raises(WrongInput) as refused:
        await quick_ward.house.services.visits.check_in.check_in(
            room, CheckInForm("draft", name, FIRST_DAY), "192.0.2.7"
        )
    assert refused.value.field == "name"


async def test_many_with_one_birthday_are_still_told_apart(quick_ward: Ward) -> None:
    """As the first of January, which is put where nobody knows the day."""
    ward, likely = quick_ward, quick_ward.house.services.people.likely
    mine = await ward.room("Shared")
    for number in range(230):
        await _add(ward, mine.room_id, f"Person{number} Extra", FIRST_DAY)
    wanted = await _add(ward, mine.room_id, "Łukasz Żak", FIRST_DAY)
    for typed in ("Lukasz Zak", "Lukas Zak"):
        assert [one.patient.id for one in await likely.of(mine.clinic_id, typed, FIRST_DAY)] == [
            wanted
        ]
