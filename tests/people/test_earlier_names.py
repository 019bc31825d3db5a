"""Earlier names: kept when staff change a name, and known to the search, the door and the forms."""

from datetime import date

import pytest

from bedside.people.earlier_names import MOST, is_another, kept
from bedside.people.joining import chosen_from
from bedside.people.likeness import Reason
from bedside.people.patients import Demographics, Patient
from bedside.people.permissions import ChartAccess
from tests.house import House

pytestmark = pytest.mark.anyio
BORN = date(1984, 6, 2)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Anna Schmidt", "Anna Müller"),
        ("Hanna Virtanen", "Hanna Virtanen-Korhonen"),
        ("Rosa Delgado Pérez", "Rosa Delgado"),
        ("王芳", "李芳"),
        ("Óscar Núñez", "Olivia Núñez"),
        ("Fatou Diop", "Fatou N’Diaye"),
        ("Suharto", "Bambang"),
    ],
)
def test_another_name_is_kept(before: str, now: str) -> None:
    assert is_another(before, now)
    assert kept(now, before) == (before,)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Jurgen Muller", "Jürgen Müller"),
        ("Mya Lindqvist", "Maya Lindqvist"),
        ("lindqvist, maya", "Maya Lindqvist"),
        ("M. Lindqvist", "Maya Lindqvist"),
        ("Wang Fang", "王芳"),
    ],
)
def test_a_corrected_spelling_is_no_earlier_name(before: str, now: str) -> None:
    assert kept(now, before) == ()


def test_none_twice_none_without_letters_and_not_without_end() -> None:
    assert kept("Anna Müller", earlier=["Anna Schmidt", "SCHMIDT Anna", "…", ""]) == (
        "Anna Schmidt",
    )
    many = [f"Anna {chr(65 + number) * 6}" for number in range(20)]
    assert len(kept("Anna Müller", earlier=many)) == MOST
    assert kept("Anna Berg", "Anna Müller", earlier=["Anna Schmidt"])[0] == "Anna Müller"


async def renamed(house: House, to: str, *, name: str = "Anna Schmidt") -> ChartAccess:
    """Add a patient, and change the name."""
    staff, patients = house.here.clinician, house.people.patients
    async with house.database.unit_of_work() as work:
        who = Demographics(name=name, birth_date=BORN, phone="+46701112233")
        patient = await patients.add(work, staff, who, [house.here.room.id])
    chart = await house.people.permissions.chart(staff, patient.id)
    await change(house, chart, name=to)
    return chart


async def change(house: House, chart: ChartAccess, **changed: object) -> Patient:
    """Change details as the form does."""
    patients = house.people.patients
    now = (await patients.get(chart)).demographics.model_copy(update=changed)
    async with house.database.unit_of_work() as work:
        await patients.change(work, chart, now)
    return await patients.get(chart)


async def test_the_search_and_the_door_know_it_and_say_so(house: House) -> None:
    chart = await renamed(house, "Anna Müller")
    patient = await house.people.patients.get(chart)
    assert patient.earlier_names == ("Anna Schmidt",)
    for words in ("Anna Schmidt", "schmid", "Schmitd", "anna schmidt 1984", "Anna Müller", "muell"):
        found = await house.people.patients.find(house.here.clinician, words)
        assert [one.id for one in found][:1] == [patient.id], words
    [likely] = await house.people.likely.of(chart.clinic_id, "Anna Schmidt", BORN)
    assert likely.likeness.reasons == (Reason.EARLIER_NAME,)
    assert likely.likeness.earlier == "Anna Schmidt"
    assert not likely.equal, "offered, and decided by staff"
    assert await house.people.likely.of(chart.clinic_id, "Anna Schmidt", date(1990, 1, 1)) == []


async def test_a_name_of_today_comes_before_an_earlier_one(house: House) -> None:
    await renamed(house, "Anna Müller")
    async with house.database.unit_of_work() as work:
        who = Demographics(name="Anna Schmidt", birth_date=date(1950, 1, 1))
        other = await house.people.patients.add(
            work, house.here.clinician, who, [house.here.room.id]
        )
    found = await house.people.patients.find(house.here.clinician, "Anna Schmidt")
    assert found[0].id == other.id
    assert len(found) == 2


async def test_staff_take_a_wrong_one_away(house: House) -> None:
    chart = await renamed(house, "Anna Müller", name="Wrong Person")
    assert (await change(house, chart, earlier_names=())).earlier_names == ()
    found = await house.people.patients.find(house.here.clinician, "Wrong")
    assert chart.patient_id not in {one.id for one in found}


async def test_back_to_the_old_name_keeps_the_one_between(house: House) -> None:
    chart = await renamed(house, "Anna Müller")
    assert (await change(house, chart, name="Anna Schmidt")).earlier_names == ("Anna Müller",)


def test_joined_charts_keep_the_name_that_goes() -> None:
    one = Demographics(name="Anna Müller", birth_date=BORN, earlier_names=("Anna Wolf",))
    other = Demographics(name="Anna Schmidt", birth_date=BORN)
    assert chosen_from(one, other, ()).earlier_names == ("Anna Schmidt", "Anna Wolf")
    assert chosen_from(one, other, ("name",)).earlier_names == ("Anna Müller", "Anna Wolf")


async def test_an_undone_join_gives_the_names_back(house: House) -> None:
    kept_chart = await renamed(house, "Anna Müller")
    before = (await house.people.patients.get(kept_chart)).demographics
    other = await renamed(house, "Anna Krause", name="Anna Wolf")
    theirs = (await house.people.patients.get(other)).demographics
    joined = chosen_from(before, theirs, ("name",))
    join_id = await house.people.joining.join(kept_chart, other, joined)
    now = (await house.people.patients.get(kept_chart)).demographics
    assert now == joined
    assert set(now.earlier_names) == {"Anna Schmidt", "Anna Wolf", "Anna Müller"}
    await house.people.joining.undo(kept_chart, join_id)
    assert (await house.people.patients.get(kept_chart)).demographics == before


async def test_a_changed_chart_that_is_like_another_one_is_noticed(house: House) -> None:
    chart, likely = await renamed(house, "Anna Müller"), house.people.likely
    before = (await house.people.patients.get(chart)).demographics
    maya = house.patients[0].demographics
    number = {"insurance": "4711"}
    other = await house.chart(1, house.here.clinician)
    await change(house, other, identifiers=number)
    for changed, reasons in (
        ({"name": maya.name, "birth_date": maya.birth_date}, ()),
        ({"name": "Maya Lindquist", "birth_date": maya.birth_date}, (Reason.LETTER_FAMILY,)),
        ({"name": maya.name, "phone": maya.phone}, (Reason.OTHER_DATE,)),
        ({"identifiers": {"Insurance": "4711"}}, (Reason.SAME_NUMBER,)),
        ({"earlier_names": (maya.name,), "birth_date": maya.birth_date}, (Reason.EARLIER_NAME,)),
    ):
        now = before.model_copy(update=changed)
        here = await likely.before_changing(house.here.clinician, chart.patient_id, before, now)
        assert [one.likeness.reasons for one in here.seen] == [reasons], changed
    for changed in (
        {"name": "Anna Wolf"},
        {"phone": maya.phone},
        {"identifiers": {"ward": "4711"}},
    ):
        now = before.model_copy(update=changed)
        assert not await likely.before_changing(
            house.here.clinician, chart.patient_id, before, now
        ), changed
