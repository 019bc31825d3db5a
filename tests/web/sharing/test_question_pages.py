"""Questions and reports of patients, from the inbox to the answer."""

import re

import httpx
import pytest

from bedside.audit import Action
from bedside.charts.reports import ReportState, What
from bedside.kernel import clock
from tests.house import House
from tests.sharing.people import given, in_view, signed_in
from tests.web.pages import enter, lines

pytestmark = [pytest.mark.anyio]


async def asked(house: House, words: str = "I have never met her.") -> str:
    """Have the patient ask about a look of the clinician."""
    await house.audit.log.note(
        house.clinic.id,
        house.here.clinician.actor,
        Action.CHART_OPENED,
        patient_id=house.patients[0].id,
    )
    patient = signed_in(house)
    seq = (await house.sharing.accesses.page(patient)).accesses[0].seq
    return await house.sharing.questions.ask(patient, seq, words)


def page_of(house: House, kind: str, its_id: str) -> str:
    """Return the address of a question or a report of the first patient."""
    return f"/patients/{house.patients[0].id}/{kind}/{its_id}"


@pytest.mark.feature("P6")
async def test_from_the_inbox_to_the_answer(quick_house: House, visitor: httpx.AsyncClient) -> None:
    question_id = await asked(quick_house)
    await enter(visitor, quick_house)
    inbox = (await visitor.get("/inbox")).text
    assert "1 question or report of a patient waits for an answer" in inbox
    listed = (await visitor.get("/questions")).text
    page = page_of(quick_house, "questions", question_id)
    assert page in listed
    assert "I have never met her." in listed
    shown = (await visitor.get(page)).text
    assert "Dr Amara Okafor" in shown
    assert "opened your record" in shown
    empty = await visitor.post(page, data={"text": " "})
    assert empty.status_code == 422
    assert "Please write an answer." in empty.text
    done = await visitor.post(page, data={"text": "She stood in that day."})
    assert (done.status_code, done.headers["location"]) == (303, "/questions")
    assert "Answered. The patient reads it in the app." in (await visitor.get("/questions")).text
    assert "waits for an answer" not in (await visitor.get("/inbox")).text
    late = await visitor.post(page, data={"text": "A second answer"})
    assert late.status_code == 409
    assert "She stood in that day." in late.text
    (line,) = await lines(quick_house, Action.ACCESS_EXPLAINED)
    assert "stood in" not in str(line.details)


@pytest.mark.feature("P6")
async def test_whoever_it_is_about_and_who_is_late_are_told(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    question_id = await asked(quick_house, "")
    await enter(visitor, quick_house, quick_house.here.clinician)
    page = (await visitor.get(page_of(quick_house, "questions", question_id))).text
    assert "This is about you." in page
    assert "Asked without further words." in page
    with clock.shifted(8 * clock.DAY):
        await enter(visitor, quick_house)
        assert "overdue since" in (await visitor.get("/questions")).text


@pytest.mark.feature("F17")
async def test_a_report_is_answered(quick_house: House, visitor: httpx.AsyncClient) -> None:
    entry_id = await given(quick_house)
    reports = quick_house.charts.reports
    report_id = await reports.by_patient(
        signed_in(quick_house), entry_id, What.NOT_MINE, "I have no knee."
    )
    await enter(visitor, quick_house)
    listed = (await visitor.get("/questions")).text
    assert "“This is not mine” · letter.pdf" in listed
    page = page_of(quick_house, "reports", report_id)
    shown = (await visitor.get(page)).text
    assert f"/entries/{entry_id}/move" in shown
    for wrong, says in (
        ({"words": "Because."}, "Please choose what becomes of the file."),
        ({"state": "kept", "words": ""}, "Please write a sentence about it."),
        ({"state": "moved", "words": "Because."}, "Please choose what becomes of the file."),
    ):
        refused = await visitor.post(page, data=wrong)
        assert refused.status_code == 422
        assert says in refused.text
        assert wrong["words"] in refused.text
    done = await visitor.post(page, data={"state": "kept", "words": "It is your left one."})
    assert done.status_code == 303
    assert [entry.id for entry in await in_view(quick_house)] == [entry_id]
    late = await visitor.post(page, data={"state": "withheld", "words": "No."})
    assert late.status_code == 409
    assert "It is your left one." in late.text


@pytest.mark.feature("F17")
async def test_a_colleague_reports_from_the_viewer(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    entry_id = await given(quick_house)
    await enter(visitor, quick_house)
    entry = f"/patients/{quick_house.patients[0].id}/entries/{entry_id}"
    assert f"{entry}/report" in (await visitor.get(entry)).text
    form = (await visitor.get(f"{entry}/report")).text
    draft = re.findall(r'name="draft" value="(\w+)"', form)[0]
    empty = await visitor.post(f"{entry}/report", data={"words": "", "draft": draft})
    assert empty.status_code == 422
    said = {"what": "wrong", "words": "The side is swapped.", "draft": draft}
    for _ in range(2):
        done = await visitor.post(f"{entry}/report", data=said)
        assert (done.status_code, done.headers["location"]) == (303, entry)
    (report,) = await quick_house.charts.reports.queue(quick_house.here.clinician)
    assert (report.state, report.by_kind) == (ReportState.OPEN, "staff")
    assert await in_view(quick_house) == []
    assert "The side is swapped." in (await visitor.get("/questions")).text


async def test_an_empty_list_says_what_would_be_there(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    assert "Nothing waits for an answer" in (await visitor.get("/questions")).text
    assert "patients-ask" not in (await visitor.get("/inbox")).text
