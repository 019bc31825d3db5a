"""Earlier names and likely charts on the pages of staff: kept, shown with the reason, confirmed."""

import html
import re
from typing import Any

import httpx
import pytest

from tests.house import House
from tests.web.pages import born, enter

pytestmark = pytest.mark.anyio


def details(**changed: str) -> dict[str, Any]:
    """Return the form of the second patient, Tomás Ramírez."""
    form = {"name": "Tomás Ramírez", **born("2", "11", "1958"), "phone": "+46 70 174 06 11"}
    return {**form, "email": "tomas@patients.example", "language": "en", **changed}


async def test_a_changed_name_is_kept_found_and_said(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, patient_id = quick_house, quick_house.patients[1].id
    await enter(visitor, house, house.here.clinician)
    teams = {"teams": [house.here.room.id]}
    address = f"/patients/{patient_id}/details"
    done = await visitor.post(address, data={**details(name="Tomás Oliveira"), **teams})
    assert done.status_code == 303, done.text[:500]
    form = html.unescape((await visitor.get(address)).text)
    assert re.search(r'name="earlier_names"[^>]*>\s*Tomás Ramírez\s*</textarea>', form)
    for search in ("/patients/search", "/find"):
        found = html.unescape((await visitor.post(search, data={"words": "ramirez"})).text)
        assert "Tomás Oliveira" in found, search
        assert "Tomás Ramírez" in found, f"the reason in {search}"
        found = html.unescape((await visitor.post(search, data={"words": "oliveira"})).text)
        assert "Ramírez" not in found, search
    card = html.unescape((await visitor.get(f"/patients/{patient_id}/card")).text)
    assert "earlier name: Tomás Ramírez" in card


async def test_a_change_that_makes_two_charts_alike_asks_first(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, patient_id = quick_house, quick_house.patients[1].id
    await enter(visitor, house, house.here.clinician)
    address = f"/patients/{patient_id}/details"
    like_maya = details(name="Maya Lindquist", **born(), teams=house.here.room.id)
    asked = await visitor.post(address, data=like_maya)
    assert asked.status_code == 409
    page = html.unescape(asked.text)
    assert "There is Maya Lindqvist, " in page
    assert "family name differs in one letter" in page
    assert f"/patients/{patient_id}/join?other={house.patients[0].id}" in page
    assert 'value="Maya Lindquist"' in page, "what was typed is kept"
    chart = await house.chart(1, house.here.clinician)
    assert (await house.people.patients.get(chart)).name == "Tomás Ramírez"
    confirmed = re.search(r'name="another" value="([^"]+)"', page)
    assert confirmed
    other = {**like_maya, "another": confirmed[1], "name": "Maya Lindqvist"}
    assert (await visitor.post(address, data=other)).status_code == 409, "not confirmed for this"
    done = await visitor.post(address, data={**like_maya, "another": confirmed[1]})
    assert done.status_code == 303
    assert (await house.people.patients.get(chart)).earlier_names == ("Tomás Ramírez",)
    again = {**like_maya, "pronouns": "she/her", "earlier_names": "Tomás Ramírez"}
    assert (await visitor.post(address, data=again)).status_code == 303, "nobody is asked twice"


async def test_a_new_patient_under_an_earlier_name_is_noticed(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    await enter(visitor, house, house.here.clinician)
    address = f"/patients/{house.patients[1].id}/details"
    renamed = details(name="Tomás Oliveira", teams=house.here.room.id)
    assert (await visitor.post(address, data=renamed)).status_code == 303
    new = details(email="", phone="", teams=house.here.room.id)
    asked = await visitor.post("/patients/new", data=new)
    assert asked.status_code == 409
    assert "same date of birth, earlier name, Tomás Ramírez" in html.unescape(asked.text)


@pytest.mark.parametrize("earlier", ["…", "A" * 201, "\n".join("ABCDEFGHI")])
async def test_what_is_no_name_is_refused_in_words(
    quick_house: House, visitor: httpx.AsyncClient, earlier: str
) -> None:
    await enter(visitor, quick_house, quick_house.here.clinician)
    address = f"/patients/{quick_house.patients[1].id}/details"
    answer = await visitor.post(address, data=details(earlier_names=earlier))
    assert answer.status_code == 422
    assert 'href="#earlier_names"' in answer.text
