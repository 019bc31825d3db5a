"""Adding a patient who may be here already, and the card of a visit that may be theirs."""

import re
from datetime import date

import httpx
import pytest

from bedside.audit import Action
from bedside.people.patients import Demographics
from tests.house import House
from tests.people.awkward_names import NO_NAMES, SAME
from tests.web.pages import born, enter, lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2")]
MAYA = born("14", "3", "1991")


async def how_many(house: House) -> int:
    return len(await lines(house, Action.PATIENT_ADDED))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"name": "maya lindqvist", **MAYA}, "same name and date of birth"),
        ({"name": "Lindqvist, Maya", **MAYA}, "same name and date of birth"),
        ({"name": "Maya Lindkvist", **MAYA}, "family name differs in one letter"),
        ({"name": "Maja Lindqvist", **MAYA}, "first name differs in one letter"),
        ({"name": "Maya Elsa Lindqvist", **MAYA}, "one of the names is left out"),
        ({"name": "M. Lindqvist", **MAYA}, "one of the names is an initial"),
        ({"name": "Maya Lindqvist", **born("15", "3", "1991")}, "differs in one digit"),
        ({"name": "Maya Lindqvist", **born("14", "3", "1919")}, "differs in one digit"),
    ],
)
async def test_adding_somebody_who_is_here_asks_first(
    quick_house: House, visitor: httpx.AsyncClient, typed: dict[str, str], why: str
) -> None:
    await enter(visitor, quick_house)
    before = await how_many(quick_house)
    page = await visitor.post("/patients/new", data=typed)
    assert page.status_code == 409
    assert "There is Maya Lindqvist, born 14 March 1991" in page.text
    assert why in page.text
    assert f'href="/patients/{quick_house.patients[0].id}"' in page.text
    assert await how_many(quick_house) == before
    [another] = re.findall(r'name="another" value="([^"]+)"', page.text)
    changed = {**typed, "name": "maya lindqvist", "another": another + "x"}
    assert (await visitor.post("/patients/new", data=changed)).status_code == 409
    added = await visitor.post("/patients/new", data={**typed, "another": another})
    assert added.status_code == 303
    assert await how_many(quick_house) == before + 1


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "Elsa Lindqvist", **MAYA},
        {"name": "Maya Lindqvist", **born("2", "11", "1964")},
        {"name": "Suharto", **MAYA},
        {"name": "X", **MAYA},
    ],
)
async def test_somebody_else_is_added_at_once(
    quick_house: House, visitor: httpx.AsyncClient, typed: dict[str, str]
) -> None:
    await enter(visitor, quick_house)
    assert (await visitor.post("/patients/new", data=typed)).status_code == 303


async def test_a_chart_that_one_may_not_see_is_hinted_at_without_its_data(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    async with house.services.database.unit_of_work() as work:
        hidden = await house.services.people.patients.add(
            work,
            house.here.administrator,
            Demographics(name="Søren Kjær", birth_date=date(1960, 1, 2), phone="+46 70 1112233"),
            [],
        )
    await enter(visitor, house)
    page = await visitor.post(
        "/patients/new", data={"name": "Soeren Kjaer", **born("2", "1", "1960")}
    )
    assert page.status_code == 409
    assert "has a chart that you do not see" in page.text
    assert hidden.id not in page.text
    assert "1112233" not in page.text
    assert [line.patient_id for line in await lines(house, Action.ACCESS_REFUSED)] == [hidden.id]
    nearly = {"name": "Søren Kjærr", **born("2", "1", "1960")}
    assert (await visitor.post("/patients/new", data=nearly)).status_code == 303


@pytest.mark.parametrize("name", NO_NAMES)
async def test_a_name_of_which_nothing_can_be_read_is_refused_in_words(
    quick_house: House, visitor: httpx.AsyncClient, name: str
) -> None:
    await enter(visitor, quick_house)
    page = await visitor.post("/patients/new", data={"name": name, **MAYA})
    assert page.status_code == 422
    assert "Enter a name" in page.text or "Enter the patient&#39;s name" in page.text


async def test_every_awkward_name_can_be_added(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    for at, name in enumerate(SAME):
        typed = {"name": name, **born(str(at % 28 + 1), "6", str(1930 + at))}
        assert (await visitor.post("/patients/new", data=typed)).status_code == 303, name
        again = {**typed, "name": SAME[name][-1]}
        assert (await visitor.post("/patients/new", data=again)).status_code == 409, name
