"""Results of the palette."""

import httpx
import pytest

from bedside.audit import Action
from bedside.web.console import find
from tests.house import House
from tests.web.charts.chart_files import NOTES, filed
from tests.web.pages import FRAGMENT, enter, lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F10")]


async def ask(visitor: httpx.AsyncClient, words: str) -> str:
    answer = await visitor.post("/find", data={"words": words}, headers=FRAGMENT)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    return answer.text


async def test_a_patient_by_the_beginning_of_a_name_with_what_one_can_do(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    found = await ask(visitor, "may")
    card = f"/patients/{quick_house.patients[0].id}/card"
    assert f'href="{card}"' in found
    assert "14 March 1991" in found
    for action in ("Request photos from", "Upload a file to", "Open the chart of"):
        assert f"{action} Maya Lindqvist" in found
    assert "Harald" not in await ask(visitor, "harald")


@pytest.mark.parametrize("words", ["1991-03-14", "0701740605", "174 0605"])
async def test_a_patient_by_birth_or_phone(
    quick_house: House, visitor: httpx.AsyncClient, words: str
) -> None:
    await enter(visitor, quick_house)
    assert "Maya Lindqvist" in await ask(visitor, words)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("photos maya", "Request photos from Maya"),
        ("send photo request to maya", "Request photos from Maya"),
        ("upload tom", "Upload a file to Tom"),
        ("chart of ingrid", "Open the chart of Ingrid"),
    ],
)
async def test_an_action_for_a_patient_by_saying_it(
    quick_house: House, visitor: httpx.AsyncClient, words: str, wanted: str
) -> None:
    await enter(visitor, quick_house)
    found = await ask(visitor, words)
    assert wanted in found
    assert found.count('palette-option"') == 1


@pytest.mark.parametrize("words", ["hochladen maya", "Datei maya", "upload maya"])
async def test_an_action_is_asked_for_in_the_language_of_the_page_or_in_english(
    quick_house: House, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    await enter(visitor, quick_house)
    german = {"upload file add": "hochladen Datei hinzufügen"}
    monkeypatch.setattr(find, "gettext", lambda text: german.get(text, text))
    assert "Upload a file to Maya" in await ask(visitor, words)
    assert 'data-fills="hochladen "' in await ask(visitor, words.split(maxsplit=1)[0])


async def test_a_document_by_its_words_with_the_words_around_them(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    entry = await filed(quick_house, await quick_house.chart(), "notes.txt", NOTES)
    await enter(visitor, quick_house)
    found = await ask(visitor, "potassium")
    assert f"/entries/{entry.id}" in found
    assert "<mark>Potassium</mark> 4.1 mmol/l" in found
    looked = await lines(quick_house, Action.CHART_SEARCHED)
    assert [line.patient_id for line in looked] == [entry.patient_id]
    await ask(visitor, "potassium rash")
    assert len(await lines(quick_house, Action.CHART_SEARCHED)) == 1
    await enter(visitor, quick_house, quick_house.next_door.receptionist)
    assert "notes.txt" not in await ask(visitor, "potassium")


async def test_nothing_is_looked_for_without_words(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    assert (await ask(visitor, "  ")).strip() == ""
    assert await lines(quick_house, Action.PATIENTS_SEARCHED) == []


async def test_words_in_an_address_are_not_read(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    assert (await visitor.get("/find?q=maya")).status_code == 405


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("request photos", "Request photos from …"),
        ("photo", "Request photos from …"),
        ("upl", "Upload a file to …"),
        ("open chart", "Open the chart of …"),
    ],
)
async def test_actions_are_known_before_a_patient_is_named(
    quick_house: House, visitor: httpx.AsyncClient, words: str, wanted: str
) -> None:
    await enter(visitor, quick_house)
    assert wanted in await ask(visitor, words)


async def test_the_palette_says_how_many_documents_there_are_and_all_are_on_a_page(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    chart = await quick_house.chart()
    for number in range(8):
        await filed(quick_house, chart, f"{number}.txt", b"Clobetasol, tube %d" % number)
    await enter(visitor, quick_house)
    found = await ask(visitor, "clobetasol")
    assert "5 of 8" in found
    assert 'form="palette-documents"' in found
    page = await visitor.post("/find/all", data={"words": "clobetasol"})
    assert page.text.count("<mark>Clobetasol</mark>") == 8
    assert "8 documents" in page.text
    assert "Nothing found" in (await visitor.post("/find/all", data={"words": "zzzz"})).text
