"""Names written in many ways: offered with the reason, found, and never taken for twins."""

from datetime import date

import pytest

from bedside.people.likeness import Reason, compare, likeness
from bedside.people.names import name_of
from bedside.people.patients import Demographics
from tests.house import House

pytestmark = pytest.mark.anyio
BORN = date(1984, 6, 2)
EQUAL = [
    ("Mary St. John", "Mary Saint John"),
    ("Mª Carmen Ruiz", "María Carmen Ruiz"),
    ("Fco. Javier Gil", "Francisco Javier Gil"),
    ("Mohd Farid", "Mohammed Farid"),
    ("김민준", "Kim Min-jun"),
    ("김 민준", "Min Jun Kim"),
    ("박서연", "Seo-yeon Park"),
    ("Ґалаґан Ігор", "Galagan Igor"),
    ("Їжак Ольга", "Olha Yizhak"),
]
OFFERED = [
    ("Muhammad Iqbal", "Mohammed Iqbal", Reason.SPELLING),
    ("Kristofer Ekdahl", "Christopher Ekdahl", Reason.SPELLING),
    ("Hussein Nazari", "Hosein Nazari", None),
    ("Katharina Vogel", "Catarina Vogel", Reason.SPELLING),
    ("Abd al-Rahman Said", "Abdulrahman Said", Reason.LETTER),
    ("عبد الله", "Abdullah", Reason.SOUND),
    ("דוד כהן", "David Cohen", Reason.SOUND),
    ("שרה לוי", "Sarah Levi", Reason.SOUND),
    ("प्रिया शर्मा", "Priya Sharma", Reason.SOUND),
]
TWINS = [
    ("Peter Müller", "Petra Müller"),
    ("Simon Ek", "Simone Ekberg"),
    ("Carlo Rossi", "Carla Bianchi"),
    ("Lena Vogel", "Lina Krause"),
    ("Mohammed Khan", "Ahmed Khan"),
    ("Jo Smith", "Cho Smith"),
    ("Amir Nazari", "Omar Nazari"),
    ("Sara Lindqvist", "Stina Lindqvist"),
    ("Ma Li", "Maria Li"),
]


@pytest.mark.parametrize(("typed", "known"), EQUAL)
def test_short_forms_and_scripts_are_the_same_name(typed: str, known: str) -> None:
    for one, other in ((typed, known), (known, typed)):
        alike = likeness(one, BORN, other, BORN)
        assert alike is not None
        assert alike.equal, alike


@pytest.mark.parametrize(("typed", "known", "reason"), OFFERED)
def test_other_spellings_are_offered_with_the_reason(
    typed: str, known: str, reason: Reason | None
) -> None:
    for one, other in ((typed, known), (known, typed)):
        alike = likeness(one, BORN, other, BORN)
        assert alike is not None
        assert alike.reasons
        assert reason is None or alike.reasons == (reason,)
        assert likeness(one, BORN, other, date(1990, 1, 1)) is None, "another birthday"


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_two_people_of_one_day_stay_two(one: str, other: str) -> None:
    assert compare(name_of(one), name_of(other)) is None


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ("Muhammad Iqbal", "mohammed"),
        ("Muhammad Iqbal", "Mohamed Iqbal"),
        ("Christopher Ekdahl", "kristofer ekdahl"),
        ("Catarina Vogel", "Katharina"),
        ("Thomas Saint-Clair", "st clair"),
        ("David Cohen", "Dawid Kohen"),
    ],
)
async def test_the_search_finds_other_spellings(quick_house: House, known: str, words: str) -> None:
    house = quick_house
    async with house.database.unit_of_work() as work:
        who = Demographics(name=known, birth_date=BORN)
        patient = await house.people.patients.add(
            work, house.here.clinician, who, [house.here.room.id]
        )
    found = await house.people.patients.find(house.here.clinician, words)
    assert [one.id for one in found] == [patient.id]
