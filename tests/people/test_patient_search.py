"""The search for patients: by any spelling, with one wrong letter, and by date of birth."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, insert, select, update

from bedside.database.statements import prepared
from bedside.errors import WrongInput
from bedside.kernel.words import fold
from bedside.people.models import patient_tokens, patients
from bedside.people.patients import Demographics, Patient
from tests.house import House
from tests.people.awkward_names import NEARLY, NO_NAMES, SAME

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2")]
BORN = date(1985, 7, 2)


async def add(house: House, name: str, born: date | None = BORN, **known: Any) -> Patient:
    async with house.services.database.unit_of_work() as work:
        return await house.services.people.patients.add(
            work,
            house.here.administrator,
            Demographics(name=name, birth_date=born, **known),
            [house.here.room.id],
        )


async def find(house: House, text: str, limit: int = 12) -> list[str]:
    found = await house.services.people.patients.find(house.here.administrator, text, limit=limit)
    return [one.name for one in found]


async def test_a_patient_is_found_by_every_spelling_of_the_name(quick_house: House) -> None:
    for name in SAME:
        await add(quick_house, name)
    for name, spellings in SAME.items():
        for typed in (name, *spellings):
            assert name in await find(quick_house, typed), (name, typed)


async def test_a_patient_is_found_with_one_wrong_letter(quick_house: House) -> None:
    letters = [
        (name, typed)
        for name, typed, why in NEARLY
        if why.startswith("letter") and typed != "Jon Ek"  # three letters are too few
    ]
    more = [
        ("Fatoumata Diallo", "fatoumata dialo"),
        ("Fatoumata Diallo", "fatuomata"),
        ("Siobhan Keogh", "siobahn"),
        ("Siobhan Keogh", "xiobhan"),
        ("Kim Sørensen", "sornsen"),
        ("Kim Sørensen", "sorensne"),
        ("Kim Sørensen", "sorense"),
        ("Bartholomew Featherstonehaugh", "featherstonehaygh"),
        ("Bartholomew Featherstonehaugh", "bartholomow"),
    ]
    for name in dict.fromkeys(name for name, _ in [*letters, *more]):
        await add(quick_house, name)
    for name, typed in [*letters, *more]:
        assert name in await find(quick_house, typed), (name, typed)


async def test_an_arabic_name_is_found_as_it_sounds(quick_house: House) -> None:
    await add(quick_house, "محمد حسن")
    for typed in ("Mohammed", "muhammad hassan", "Hasan"):
        assert await find(quick_house, typed) == ["محمد حسن"], typed


async def test_the_list_never_goes_blank_while_a_name_is_typed(quick_house: House) -> None:
    await add(quick_house, "Anna Maria Berg")
    for whole in ("Maya Lindqvist", "Lindqvist, Maya", "anna m. berg", "Dr. Anna Berg"):
        for length in range(5 if whole.startswith("Dr") else 1, len(whole) + 1):
            assert await find(quick_house, whole[:length]), whole[:length]


async def test_whole_words_come_before_beginnings_and_slips(quick_house: House) -> None:
    for name in ("Ekaterina Smith", "Olle Eklund", "Olle Ek", "Olle Ekk"):
        await add(quick_house, name)
    assert (await find(quick_house, "ek"))[0] == "Olle Ek"
    assert await find(quick_house, "olle ek", limit=2) == ["Olle Ek", "Olle Ekk"]
    for number in range(70):
        await add(quick_house, f"Berglund Extra{number}")
    await add(quick_house, "Zara Berg")
    assert (await find(quick_house, "berg", limit=5))[0] == "Zara Berg"


@pytest.mark.parametrize(
    "typed",
    [
        "2.7.1985", "1985-07-02", "2 July 1985", "2 jul 85", "July 2, 1985", "7/2/1985", "2/7/1985",
        "02.07.85", "19850702", "02071985", "2. Juli 1985", "2 juillet 1985", "2 de julio de 1985",
        "٢ ٧ ١٩٨٥", "２.７.１９８５", "kim 2.7.1985", "1985-07-02 Sørensen", "Kim 1985", "1985",
        "2nd of July 1985", "2/7-85", "kim 2 july 1985",
    ],
)  # fmt: skip
async def test_a_patient_is_found_by_the_date_of_birth(quick_house: House, typed: str) -> None:
    await add(quick_house, "Kim Sørensen")
    assert await find(quick_house, typed) == ["Kim Sørensen"]


@pytest.mark.parametrize("typed", ["3.7.1985", "maya 2.7.1985", "kim 1986", "31.2.1985", "kim 3 7"])
async def test_another_date_finds_nobody(quick_house: House, typed: str) -> None:
    await add(quick_house, "Kim Sørensen")
    assert await find(quick_house, typed) == []


async def test_numbers_and_addresses_still_find(quick_house: House) -> None:
    await add(quick_house, "Kim Sørensen", phone="+46 70 111 99 88", email="Kim@Example.org")
    for typed in ("0701119988", "9988", "070-111 99 88", "kim@example.org", "kim 9988"):
        assert await find(quick_house, typed) == ["Kim Sørensen"], typed


@pytest.mark.parametrize("name", [n for n in NO_NAMES if n.strip()])
async def test_a_name_of_which_nothing_can_be_read_is_not_stored(
    quick_house: House, name: str
) -> None:
    with pytest.raises(WrongInput) as refused:
        await add(quick_house, name)
    assert refused.value.field == "name"


async def test_a_name_is_stored_without_what_cannot_be_seen(quick_house: House) -> None:
    assert (await add(quick_house, "Ma\u200bya \u202eOlsson")).name == "Maya Olsson"


# --- an index from before ------------------------------------------------------------------------

_drop = prepared(delete(patient_tokens).where(patient_tokens.c.patient_id == bindparam("of")))
_token = prepared(insert(patient_tokens))
_older = prepared(update(patients).where(patients.c.id == bindparam("of")).values(indexed=0))
_waiting = prepared(select(patients.c.id).where(patients.c.indexed == 0))


async def as_before(house: House, patient: Patient) -> None:
    """Give a patient the tokens that were made before."""
    keys = await house.services.vault.clinic(house.clinic.id)
    born = patient.demographics.birth_date
    tokens = {keys.token("patient.birth_date", born.isoformat())} if born else set[int]()
    for word in re.findall(r"\w+", fold(patient.name)):
        lengths = range(min(2, len(word)), min(len(word), 12) + 1)
        tokens |= {keys.token("patient.name", word[:length]) for length in lengths}
    async with house.services.database.unit_of_work() as work:
        await work.execute(_drop, of=patient.id)
        for token in tokens:
            await work.execute(_token, token=token, patient_id=patient.id)
        await work.execute(_older, of=patient.id)


async def test_patients_are_found_before_and_after_they_are_indexed_again(
    quick_house: House,
) -> None:
    house = quick_house
    added = [await add(house, name) for name in ("Łukasz Żak", "O'Brien Conor", "Kim Sørensen")]
    added += [await add(house, f"Extra Person{n}") for n in range(45)]
    for one in added:
        await as_before(house, one)
    for typed in ("Łukasz Żak", "O'Brien Conor", "o’brien", "Kim Sørensen", "2.7.1985 Kim"):
        assert await find(house, typed), typed
    assert await find(house, "Lukasz") == []
    assert await house.services.registered.sweeps["patients.index"][1]() == len(added)
    assert await find(house, "Lukasz") == ["Łukasz Żak"]
    assert await find(house, "OBrien") == ["O'Brien Conor"]
    async with house.services.database.read() as db:
        assert await db.all(_waiting) == []
    assert await house.services.registered.sweeps["patients.index"][1]() == 0


async def test_a_changed_name_is_found_and_so_is_the_old_one_unless_staff_take_it_away(
    quick_house: House,
) -> None:
    house = quick_house
    kim = await add(house, "Kim Sørensen")
    chart = await house.services.people.permissions.chart(house.here.administrator, kim.id)
    async with house.services.database.unit_of_work() as work:
        who = kim.demographics.model_copy(update={"name": "Kim Ångström"})
        await house.services.people.patients.change(work, chart, who)
    assert await find(house, "aangstrom") == ["Kim Ångström"]
    assert await find(house, "sorensen") == ["Kim Ångström"]
    async with house.services.database.unit_of_work() as work:
        await house.services.people.patients.change(work, chart, who)
    assert await find(house, "sorensen") == []
