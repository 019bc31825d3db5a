"""Tables, documents and texts in the viewer: in their form, escaped, and with what is missing."""

import zipfile
from io import BytesIO

import httpx
import pytest

from bedside.charts.records import Entry
from tests.hostile import builders, office, tables
from tests.hostile.tables import number, words
from tests.house import House
from tests.web.charts.chart_files import filed
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F10")]


async def seen(
    visitor: httpx.AsyncClient, house: House, name: str, data: bytes
) -> tuple[str, Entry]:
    """Upload a file. Returns its page in the viewer, and its entry."""
    entry = await filed(house, await house.chart(), name, data)
    await enter(visitor, house)
    page = await visitor.get(f"/patients/{entry.patient_id}/entries/{entry.id}")
    assert page.status_code == 200
    return page.text, entry


async def test_a_value_stays_under_its_heading(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    rows = [
        words("A1", "Tag") + words("B1", "Kalium") + words("C1", "INR"),
        words("A2", "<b>Montag</b>") + number("C2", 0.4567, 1),
    ]
    table = tables.xlsx({"Werte": rows, "Alt": []}, formats=["0.0%"], hidden=["Alt"])
    page, entry = await seen(visitor, quick_house, "werte.xlsx", table)
    assert '<th scope="row">2</th><td>&lt;b&gt;Montag&lt;/b&gt;</td><td></td><td>45.7%</td>' in page
    assert "Hidden in the file" in page
    assert '<table class="reading-table" aria-labelledby="sheet-1">' in page
    words_only = await visitor.get(f"/patients/{entry.patient_id}/entries/{entry.id}?show=text")
    assert "Tag\tKalium\tINR" in words_only.text


async def test_old_excel_is_a_table_too(visitor: httpx.AsyncClient, quick_house: House) -> None:
    data = tables.xls({(0, 0): "Größe", (1, 2): 1.83}, hidden=1)
    page, _ = await seen(visitor, quick_house, "werte.xls", data)
    assert '<th scope="row">2</th><td></td><td></td><td>1.83</td>' in page
    assert "Hidden in the file" in page


async def test_a_document_says_what_is_not_shown(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    page, _ = await seen(visitor, quick_house, "brief.docx", builders.docx("A &amp; &lt;b&gt; B"))
    assert "<p>A &amp; &lt;b&gt; B</p>" in page
    assert "not the pages" in page


async def test_letters_are_read_and_the_page_says_how(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    polish = "Pacjent zgłasza ból głowy od środy".encode("cp1250")
    page, _ = await seen(visitor, quick_house, "list.txt", polish)
    assert "Pacjent zgłasza ból głowy od środy" in page
    assert "They are read as Windows-1250" in page


async def test_values_separated_by_semicolons_are_a_table(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    data = "Tag;Größe\r\nMontag;1,80\r\n;1,81\r\n".encode("utf-16-le")
    page, _ = await seen(visitor, quick_house, "werte.csv", data)
    assert '<th scope="row">3</th><td></td><td>1,81</td>' in page


async def test_others_get_a_document_without_its_link(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    data = office.linked("attachedTemplate", "https://192.0.2.7/letter.dotm")
    page, entry = await seen(visitor, quick_house, "brief.docx", data)
    assert "load something from another computer" in page
    address = f"/patients/{entry.patient_id}/entries/{entry.id}/content"
    copy = await visitor.get(address)
    assert copy.status_code == 200
    with zipfile.ZipFile(BytesIO(copy.content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert b"Normal.dotm" in members["word/_rels/settings.xml.rels"]
    assert not any(b"192.0.2.7" in content for content in members.values())
    assert (await visitor.get(f"{address}?form=original")).content == data
