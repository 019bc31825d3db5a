"""The list of patients, the card, adding and changing."""

import re
from html import unescape

import httpx
import pytest

from bedside.audit import Action
from bedside.edge.dates import age
from bedside.people.patients import Demographics
from bedside.people.teams import TeamKind
from bedside.web.patients.demographics import Entered
from tests.house import House
from tests.web.charts.chart_files import filed, photo
from tests.web.pages import FRAGMENT, born, enter, lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V4")]


async def test_the_list_shows_whom_one_may_see_and_is_audited_once(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    page = await visitor.get("/patients")
    assert [name in page.text for name in ("Maya Lindqvist", "Tomás Ramírez")] == [True, True]
    assert "Harald Quist" not in page.text
    assert len(await lines(quick_house, Action.PATIENTS_LISTED)) == 1


async def test_somebody_without_assignments_is_told_how_patients_come(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, here = quick_house, quick_house.here
    await house.services.people.staff.unassign(
        house.administer(), here.receptionist.staff_id, here.room.id
    )
    await enter(visitor, house)
    page = await visitor.get("/patients")
    assert "No patients yet" in page.text
    assert "Maya" not in page.text


@pytest.mark.parametrize(
    "words", ["ma lin", "LINDQ", "1991-03-14", "14.3.1991", "174 06 05", "0605"]
)
async def test_a_patient_is_found_without_a_word_in_the_address(
    quick_house: House, visitor: httpx.AsyncClient, words: str
) -> None:
    await enter(visitor, quick_house)
    page = await visitor.post("/patients/search", data={"words": words})
    assert page.status_code == 200
    assert "Maya Lindqvist" in page.text
    assert "Ingrid Oyelaran" not in page.text
    assert words not in str(page.url)


async def test_typing_on_is_one_search_in_the_audit_log_and_keeps_no_words(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    for words in ("ma", "may", "maya"):
        part = await visitor.post("/patients/search", data={"words": words}, headers=FRAGMENT)
        assert "Maya Lindqvist" in part.text
        assert "<html" not in part.text
    found = await lines(quick_house, Action.PATIENTS_SEARCHED)
    assert [line.details["shown"] for line in found] == [1]
    assert "may" not in str(found)


async def test_nobody_found_says_what_works(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house)
    page = await visitor.post("/patients/search", data={"words": "<b>nobody"})
    assert "No patient fits “&lt;b&gt;nobody”" in page.text


async def test_pages_of_a_long_list(quick_house: House, visitor: httpx.AsyncClient) -> None:
    house = quick_house
    for number in range(50):
        entered = Entered(name=f"Extra {number}", day="1", month="1", year="1980")
        demographics, errors = entered.checked(house.clinic)
        assert demographics is not None, errors
        async with house.services.database.unit_of_work() as work:
            await house.services.people.patients.add(
                work, house.here.administrator, demographics, [house.here.room.id]
            )
    await enter(visitor, house)
    first = await visitor.get("/patients")
    assert "1–50 of 53" in first.text
    assert "Maya Lindqvist" not in first.text
    second = await visitor.get("/patients?page=2")
    assert "51–53 of 53" in second.text
    assert "Maya Lindqvist" in second.text
    for wrong in (
        "page=-9",
        "page=2&older=pat_",
        "page=2&newer=<b>",
        "page=99999",
        "page=x&older=x",
    ):
        assert (await visitor.get(f"/patients?{wrong}")).status_code == 200


def _extras(page: httpx.Response) -> list[int]:
    """Return the numbers of the patients in the list, from above to below."""
    return list(dict.fromkeys(map(int, re.findall(r"Extra (\d{3})", page.text))))


def _beside(page: httpx.Response, rel: str) -> str:
    """Return where “Newer” (prev) or “Older” (next) leads, "" if there is none."""
    link = re.search(rf'href="([^"]*)" rel="{rel}"', page.text)
    return unescape(link[1]) if link else ""


async def test_pages_lead_on_by_the_patients_at_their_ends(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    """So nobody is passed over or shown twice when patients are added meanwhile."""
    house = quick_house

    async def add(*numbers: int) -> list[int]:
        """Return the numbers in the order of the list: newest first, by chance in a moment."""
        order: dict[str, int] = {}
        async with house.services.database.unit_of_work() as work:
            for number in numbers:
                who = Demographics(name=f"Extra {number:03}", birth_date=None)
                added = await house.services.people.patients.add(
                    work, house.here.administrator, who, [house.here.room.id]
                )
                order[added.id] = number
        return [number for _id, number in sorted(order.items(), reverse=True)]

    known = await add(*range(110))
    await enter(visitor, house)
    first = await visitor.get("/patients")
    assert _extras(first) == known[:50]
    await add(110, 111)
    second = await visitor.get(_beside(first, "next"))
    assert _extras(second) == known[50:100]
    assert "51–100 of 115" in second.text
    third = await visitor.get(_beside(second, "next"))
    assert _extras(third) == known[100:]
    assert _beside(third, "next") == ""
    back = await visitor.get(_beside(third, "prev"))
    assert _extras(back) == known[50:100]
    assert _extras(await visitor.get(_beside(back, "next"))) == _extras(third)
    assert _beside(back, "prev") == "/patients"


async def test_adding_keeps_what_was_typed_until_it_is_right(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    typed = {"name": "  Kofi   Asante ", "phone": "+46 70 123", "email": "kofi@", "language": "sv"}
    page = await visitor.post("/patients/new", data={**typed, **born("31", "2")})
    assert page.status_code == 422
    for kept in ('value="Kofi Asante"', 'value="+46 70 123"', 'value="kofi@"', 'value="31"'):
        assert kept in page.text
    assert page.text.count("This day does not exist") == 2
    assert page.text.count("Enter an e-mail address like") == 2
    right = {**typed, "phone": "+46 70 174 06 99", "email": "", **born("1", "5", "2001")}
    added = await visitor.post("/patients/new", data=right)
    assert added.status_code == 303
    card = await visitor.get(added.headers["location"])
    assert "Kofi Asante" in card.text
    assert "The patient is added." in card.text


async def test_who_adds_a_patient_sees_the_patient_also_without_a_team(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    added = await visitor.post("/patients/new", data={"name": "Lone Wolf", **born()})
    await enter(visitor, quick_house, quick_house.here.clinician)
    assert (await visitor.get(added.headers["location"])).status_code == 404
    await enter(visitor, quick_house)
    assert (await visitor.get(added.headers["location"])).status_code == 200


async def test_a_team_of_another_clinic_cannot_be_chosen(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    foreign = quick_house.next_door.room.id
    form = {"name": "Kofi Asante", **born(), "teams": foreign}
    page = await visitor.post("/patients/new", data=form)
    assert page.status_code == 422
    assert "Please choose teams and rooms from the list." in page.text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Enter the patient&#39;s name."),
        ("name", "x" * 201, "at most 200 characters"),
        ("birth_year", "2999", "This day is in the future"),
        ("birth_year", "91", "Write the year with four digits"),
        ("birth_day", "", "Enter day, month and year of birth"),
        ("birth_day", "²", "as three numbers"),
        ("phone", "12", "This number is too short"),
        ("language", "xx", "choose a language from the list"),
        ("pronouns", "y" * 41, "at most 40 characters"),
        ("identifier_value", "42", "Enter both what the number is and the number"),
    ],
)
async def test_what_does_not_fit_is_said(
    quick_house: House, visitor: httpx.AsyncClient, field: str, value: str, sentence: str
) -> None:
    await enter(visitor, quick_house)
    right = {"name": "Kofi Asante", **born(), "identifier_system": "", "identifier_value": ""}
    page = await visitor.post("/patients/new", data={**right, field: value})
    assert page.status_code == 422
    assert sentence in page.text


async def test_the_card_tells_who_it_is_and_what_happened_today(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    chart = await house.chart()
    entry = await filed(house, chart, "arm.jpg", photo(), category="patient_photo")
    await enter(visitor, house)
    address = f"/patients/{house.patients[0].id}/card"
    page = await visitor.get(address)
    for said in ("Maya Lindqvist", "14 March 1991", 'href="tel:+46701740605"', "Reception"):
        assert said in page.text
    assert "arm.jpg" in page.text
    assert "Scanned" in page.text
    assert f"{entry.id}/content?form=thumbnail" in page.text
    assert "You uploaded a file" in page.text
    panel = await visitor.get(address, headers=FRAGMENT)
    assert "<html" not in panel.text
    assert "data-panel-title" in panel.text
    assert len(await lines(house, Action.PATIENT_OPENED)) == 1


async def test_actions_stand_in_the_same_order_on_card_and_panel(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    address = f"/patients/{quick_house.patients[0].id}/card"
    for headers in ({}, FRAGMENT):
        text = (await visitor.get(address, headers=headers)).text
        start = text.index("panel-actions")
        labels = re.findall(r"<span>([^<]+)</span>", text[start : start + 6_000])
        assert labels[:5] == ["Request photos", "Write a message", "Upload", "Open chart", "More"]


async def test_a_card_next_door_is_not_there(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    foreign = quick_house.next_door.patients[0].id
    for address in ("card", "card/now", "details"):
        assert (await visitor.get(f"/patients/{foreign}/{address}")).status_code == 404
    posted = await visitor.post(f"/patients/{foreign}/details", data={"name": "Mine", **born()})
    assert posted.status_code == 404


async def test_changing_details_finds_the_patient_by_the_new_name_and_the_earlier_one(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    await enter(visitor, house)
    address = f"/patients/{house.patients[0].id}/details"
    form = await visitor.get(address)
    assert 'value="Maya Lindqvist"' in form.text
    changed = {
        "name": "Maya Berg",
        **born(),
        "language": "sv",
        "pronouns": "she/her",
        "identifier_system": "Chart number",
        "identifier_value": "10482",
        "teams": house.here.room.id,
    }
    assert (await visitor.post(address, data=changed)).status_code == 303
    found = await house.services.people.patients.find(house.here.receptionist, "lindqvist")
    assert [patient.name for patient in found] == ["Maya Berg"]
    without = {**changed, "earlier_names": ""}  # staff took it off the list
    assert (await visitor.post(address, data=without)).status_code == 303
    assert await house.services.people.patients.find(house.here.receptionist, "lindqvist") == []
    found = await house.services.people.patients.find(house.here.receptionist, "10482")
    assert [patient.name for patient in found] == ["Maya Berg"]
    card = await visitor.get(f"/patients/{house.patients[0].id}/card")
    assert "speaks Swedish" in card.text
    assert "10482" in card.text


async def test_another_team_takes_over(house: House) -> None:
    services, here = house.services, house.here
    team = await services.people.teams.create(house.administer(), TeamKind.TEAM, "Wound team")
    chart = await house.chart(staff=here.administrator)
    async with services.database.unit_of_work() as work:
        await services.people.assignments.change(work, chart, [team.id])
    assert [one.name for one in await services.people.assignments.of_patient(chart)] == [
        "Wound team"
    ]
    assert not await services.people.permissions.sees(here.receptionist, house.patients[0].id)
    assert await services.people.permissions.sees(here.administrator, house.patients[0].id)
    recorded = await lines(house, Action.PATIENT_ASSIGNED)
    assert [line.details["assigned"] for line in recorded] == [False, True]
    async with services.database.unit_of_work() as work:
        await services.people.assignments.change(work, chart, [team.id])
    assert len(await lines(house, Action.PATIENT_ASSIGNED)) == 2


def test_ages_are_completed_years() -> None:
    from datetime import date

    assert age(date(2000, 2, 29), date(2025, 2, 28)) == 24
    assert age(date(2000, 2, 29), date(2025, 3, 1)) == 25
