"""The audit log's page, its export and its verification."""

import csv
from io import StringIO

import httpx
import pytest
from sqlalchemy import bindparam, update

from bedside.audit import Action
from bedside.audit.models import audit_lines
from bedside.database.statements import prepared
from bedside.web.audit.export import safe_cell
from tests.house import House
from tests.web.charts.chart_files import NOTES, filed
from tests.web.pages import FRAGMENT, born, enter, lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S3")]

_tamper = prepared(
    update(audit_lines)
    .where(audit_lines.c.clinic_id == bindparam("clinic"), audit_lines.c.seq == bindparam("line"))
    .values(actor_id=bindparam("new_actor"))
)


async def as_administrator(visitor: httpx.AsyncClient, house: House) -> None:
    await enter(visitor, house, house.here.administrator)


async def rows(visitor: httpx.AsyncClient, address: str) -> list[dict[str, str]]:
    answer = await visitor.get(address)
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    return list(csv.DictReader(StringIO(answer.text)))


async def test_only_those_who_may(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house)
    assert (await visitor.get("/audit")).status_code == 403
    assert (await visitor.get("/audit/export")).status_code == 403
    assert (await visitor.post("/audit/verify")).status_code == 403
    assert (await visitor.post("/audit/patient", data={"words": "maya"})).status_code == 403
    assert "/audit" not in (await visitor.get("/inbox")).text


async def test_lines_are_sentences_with_who_when_and_from_where(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    await visitor.get(f"/patients/{quick_house.patients[0].id}/card")
    await as_administrator(visitor, quick_house)
    page = await visitor.get("/audit")
    assert "<b>Rita Sandberg</b> opened the card of <b>Maya Lindqvist</b>" in page.text
    assert "from 127.0.0.1" in page.text
    assert len(await lines(quick_house, Action.AUDIT_OPENED)) == 1
    again = await visitor.get("/audit")
    assert "<b>Ada Norberg</b> opened the audit log" in again.text


async def test_a_name_cannot_become_markup(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house)
    await visitor.post("/patients/new", data={"name": "<i>{who}</i> =1+1", **born()})
    await as_administrator(visitor, quick_house)
    page = await visitor.get("/audit")
    assert "&lt;i&gt;{who}&lt;/i&gt; =1+1" in page.text
    assert "<i>" not in page.text


async def test_filters(quick_house: House, visitor: httpx.AsyncClient) -> None:
    house = quick_house
    maya, tomas = house.patients[0].id, house.patients[1].id
    await enter(visitor, house)
    for patient in (maya, tomas):
        await visitor.get(f"/patients/{patient}/card")
    await as_administrator(visitor, house)
    who = house.here.receptionist.staff_id
    for query, there, missing in (
        (f"patient={maya}", "Maya Lindqvist", "opened the card of <b>Tomás"),
        (f"person={who}", "opened the card of <b>Tomás", "added <b>Maya"),
        ("action=patient.added", "added <b>Maya", "opened the card of <b>"),
        ("until=2020-01-01", "No line fits", "opened the card of <b>"),
        ("since=2020-01-01", "opened the card of <b>Maya", "No line fits"),
        ("action=drop+table&since=yesterday&patient=x", "opened the card of <b>Maya", "No line"),
    ):
        page = await visitor.get(f"/audit?{query}")
        assert there in page.text, query
        assert missing not in page.text, query


async def test_a_patient_is_chosen_without_a_name_in_the_address(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await as_administrator(visitor, quick_house)
    page = await visitor.post("/audit/patient", data={"words": "lindq"})
    assert f'href="/audit?patient={quick_house.patients[0].id}"' in page.text
    page = await visitor.post("/audit/patient", data={"words": "harald"})
    assert "No patient of the clinic fits." in page.text


async def test_older_lines_are_a_page_away(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house)
    for _ in range(60):
        await visitor.get("/patients")
    await as_administrator(visitor, quick_house)
    first = await visitor.get("/audit?action=patients.listed")
    assert first.text.count('class="log-line"') == 50
    start = first.text.index("/audit?action=patients.listed&amp;before=")
    older = first.text[start : first.text.index('"', start)].replace("&amp;", "&")
    assert (await visitor.get(older)).text.count('class="log-line"') == 10


async def test_verifying_says_that_the_chain_is_whole_or_where_it_breaks(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await as_administrator(visitor, quick_house)
    assert "The chain is whole" in (await visitor.post("/audit/verify")).text
    part = await visitor.post("/audit/verify", headers=FRAGMENT)
    assert "The chain is whole" in part.text
    assert "<html" not in part.text
    async with quick_house.services.database.unit_of_work() as work:
        await work.execute(_tamper, clinic=quick_house.clinic.id, line=3, new_actor="stf_nobody")
    assert "The chain is broken at line 3" in (await visitor.post("/audit/verify")).text


async def test_the_export_is_itself_audited_and_holds_every_line(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await filed(quick_house, await quick_house.chart(), "notes.txt", NOTES)
    await as_administrator(visitor, quick_house)
    found = await rows(visitor, "/audit/export")
    assert [int(row["line"]) for row in found] == list(range(len(found), 0, -1))
    assert found[0]["action"] == "audit.exported"
    received = next(row for row in found if row["action"] == "file.received")
    assert (received["person"], received["patient"]) == ("Rita Sandberg", "Maya Lindqvist")
    only = await rows(visitor, "/audit/export?action=file.received")
    assert [row["action"] for row in only] == ["file.received"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_export_is_a_formula(name: str) -> None:
    assert safe_cell(name) == f"'{name}"


async def test_a_patient_named_as_a_formula_stays_a_name(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    await visitor.post("/patients/new", data={"name": '=HYPERLINK("x")', **born()})
    await as_administrator(visitor, quick_house)
    found = await rows(visitor, "/audit/export?action=patient.added")
    assert found[0]["patient"] == '\'=HYPERLINK("x")'
