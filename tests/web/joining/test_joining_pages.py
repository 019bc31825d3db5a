"""Joining two charts on the screen: found, compared, joined, and undone."""

import re

import httpx
import pytest

from bedside.audit import Action
from tests.house import House
from tests.web.pages import born, enter, lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V4")]
PERSON = {"name": "Maya Lindkvist", "language": "sv", "phone": "+46 70 174 06 99", **born()}


async def again(house: House, visitor: httpx.AsyncClient, **other: str) -> str:
    """Add the first patient a second time. Returns the address of the new chart."""
    await enter(visitor, house)
    form = {**PERSON, "teams": house.here.room.id, **other}
    added = await visitor.post("/patients/new", data=form)
    if added.status_code == 409:  # “This patient may be here already”
        confirmed = re.findall(r'name="another" value="([^"]+)"', added.text)[0]
        added = await visitor.post("/patients/new", data={**form, "another": confirmed})
    assert added.status_code == 303, added.text
    return added.headers["location"].removesuffix("/card")


async def test_the_same_birthday_is_offered_and_a_name_is_found(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    second = await again(quick_house, visitor)
    page = await visitor.get(f"{second}/join")
    assert "Perhaps the same person" in page.text
    assert "differs in one letter" in page.text
    assert f"{second}/join?other={quick_house.patients[0].id}" in page.text
    assert "Others born on the same day" not in page.text
    page = await visitor.post(f"{second}/join", data={"do": "find", "words": "Tom"})
    assert "Tomás Ramírez" in page.text
    page = await visitor.post(f"{second}/join", data={"do": "find", "words": "Nobody Atall"})
    assert "Nobody else found" in page.text
    assert await lines(quick_house, Action.PATIENTS_SEARCHED)


@pytest.mark.parametrize("stranger", ["Ottilie Brandvold", "فاطمة الزهراء القرشي", "X Æ"])
async def test_who_only_shares_the_birthday_is_not_called_the_same(
    quick_house: House, visitor: httpx.AsyncClient, stranger: str
) -> None:
    second = await again(quick_house, visitor)
    await again(quick_house, visitor, name=stranger, phone="")
    page = (await visitor.get(f"{second}/join")).text
    likely, born_then = page.split("Others born on the same day")
    assert stranger in born_then
    assert stranger not in likely
    assert "Maya Lindqvist" in likely


async def test_two_charts_are_compared_joined_and_parted(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    second = await again(quick_house, visitor)
    first = f"/patients/{quick_house.patients[0].id}"
    page = await visitor.get(f"{first}/join?other={second.rpartition('/')[2]}")
    assert page.status_code == 200
    assert [text in page.text for text in ("Maya Lindkvist", "Maya Lindqvist")] == [True, True]
    assert "The dates of birth differ" not in page.text
    form = {"do": "join", "other": second.rpartition("/")[2], "choice_phone": "joined"}
    page = await visitor.post(f"{first}/join", data=form)
    assert page.status_code == 422
    assert "Say that this is one person" in page.text
    assert re.search(r'value="joined" checked', page.text)  # what was chosen is kept
    page = await visitor.post(f"{first}/join", data={**form, "same": "yes"})
    assert page.headers["location"] == f"{first}/card"
    card = await visitor.get(f"{first}/card")
    assert "The two charts are one now" in card.text
    assert "174 06 99" in card.text
    old = await visitor.get(f"{second}/card")
    assert (old.status_code, old.headers["location"]) == (307, f"{first}/card")
    changed = await visitor.post(f"{second}/details", data=PERSON)
    assert changed.status_code == 409
    assert "joined with another chart" in changed.text
    found = await visitor.post("/patients/search", data={"words": "1991-03-14"})
    assert found.text.count('id="row-pat_') == 1
    page = await visitor.get(f"{first}/join")
    assert "Joined with this chart" in page.text
    [join] = set(re.findall(r'name="join" value="(\w+)"', page.text))
    parted = await visitor.post(f"{first}/join", data={"do": "undo", "join": join})
    assert parted.headers["location"] == f"{second}/card"
    assert "Maya Lindkvist" in (await visitor.get(f"{second}/card")).text
    late = await visitor.post(f"{first}/join", data={"do": "undo", "join": join})
    assert late.status_code == 409


async def test_other_dates_of_birth_and_a_fuller_second_chart_are_pointed_out(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    second = await again(quick_house, visitor, **born("15"))
    other = second.rpartition("/")[2]
    page = await visitor.get(f"/patients/{quick_house.patients[0].id}/join?other={other}")
    assert "The dates of birth differ" in page.text


async def test_a_chart_that_one_may_not_see_is_not_joined(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    first = f"/patients/{quick_house.patients[0].id}"
    foreign = quick_house.next_door.patients[0].id
    assert (await visitor.get(f"{first}/join?other={foreign}")).status_code == 404
    form = {"do": "join", "other": foreign, "same": "yes"}
    assert (await visitor.post(f"{first}/join", data=form)).status_code == 404
    itself = {"do": "join", "other": quick_house.patients[0].id, "same": "yes"}
    assert (await visitor.post(f"{first}/join", data=itself)).status_code == 422
    assert (await visitor.get(f"{first}/join?other={first.rpartition('/')[2]}")).status_code == 303
