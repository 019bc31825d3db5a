"""The pages of letters: written in any language and length, and read as they were written."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from bedside.audit import Action
from bedside.kernel.ids import new_id
from bedside.letters.drafts import Words
from bedside.letters.templates import PREFIX as TEMPLATE
from bedside.printing.body import LONGEST, of_plain
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.letters.writing import TITLE, copies, drafted, sent_letter
from tests.requests.sending import Sent, jpeg
from tests.web.pages import born, enter, lines
from tests.web.summaries.test_summary_pages import over

pytestmark = [pytest.mark.anyio, pytest.mark.feature("L2"), pytest.mark.feature("L4")]


@pytest.fixture
async def phone(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A patient's browser."""
    async with at_the_door(create_app(quick_house.services)) as client:
        yield client


async def let_in(phone: httpx.AsyncClient, sent: Sent) -> str:
    """Open the link and answer. Returns the address of the letter."""
    page = (await phone.get(f"/l/{await sent.secret()}")).headers["location"]
    return str((await phone.post(page, data=born())).headers["location"])


async def test_a_letter_has_the_direction_of_its_own_language(
    quick_house: House, visitor: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    sent = await sent_letter(quick_house)
    await enter(visitor, quick_house)
    at_desk = await visitor.get(f"/patients/{sent.chart.patient_id}/letters/{sent.id}")
    read = await phone.get(await let_in(phone, sent))
    for page, parts in ((at_desk.text, 1), (read.text, 2)):
        assert re.findall(r'<(?:article|div|p) [^>]*lang="en" dir="(\w+)"', page) == ["ltr"] * parts


@pytest.mark.parametrize("sign", ["é", "你", "🫀"])
async def test_a_text_of_any_script_is_saved_up_to_its_whole_length(
    quick_house: House, visitor: httpx.AsyncClient, sign: str
) -> None:
    chart = await quick_house.chart()
    letter = await drafted(quick_house, chart)
    await enter(visitor, quick_house)
    body = of_plain(sign * (LONGEST - 200))
    form = {"title": TITLE, "version": str(letter.version), "body": body.model_dump_json()}
    saved = await visitor.post(f"/patients/{chart.patient_id}/letters/{letter.id}", data=form)
    assert saved.status_code == 303
    assert (await quick_house.services.letters.drafts.get(chart, letter.id)).record.body == body
    await enter(visitor, quick_house, quick_house.here.administrator)
    template = {"name": "Long", "title": TITLE, "category": "other", "body": form["body"]}
    kept = await visitor.post(f"/settings/letters/{new_id(TEMPLATE)}/en", data=template)
    assert kept.status_code == 303


async def test_a_title_with_a_slash_is_the_whole_name_of_its_files(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    sent = await sent_letter(quick_house, title="Blood test of 3/12")
    [copy] = await copies(quick_house, sent.chart)
    assert copy.title == "Blood test of 3-12.pdf"
    saved = await phone.get(f"{await let_in(phone, sent)}/letter.pdf")
    assert 'filename="Blood test of 3-12.pdf"' in saved.headers["content-disposition"]


@pytest.mark.parametrize("page", ["", "/letter.pdf", "/check"])
async def test_who_opens_a_letter_at_the_desk_is_in_the_audit_log(
    quick_house: House, visitor: httpx.AsyncClient, page: str
) -> None:
    chart = await quick_house.chart()
    letter = await drafted(quick_house, chart)
    await enter(visitor, quick_house)
    for _look in range(2):
        await visitor.get(f"/patients/{chart.patient_id}/letters/{letter.id}{page}")
    [line] = await lines(quick_house, Action.LETTER_OPENED)
    assert (line.patient_id, line.details["letter"]) == (chart.patient_id, letter.id)


async def test_the_page_of_its_messages_leads_to_the_letter(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    sent = await sent_letter(quick_house)
    await enter(visitor, quick_house)
    page = (await visitor.get(f"/patients/{sent.chart.patient_id}/requests/{sent.id}")).text
    assert "Open the letter" in page
    assert "Open the form" not in page


async def test_what_was_saved_after_the_check_is_shown_before_it_is_sent(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house, quick_house.here.receptionist)
    chart = await quick_house.chart()
    letter = await drafted(quick_house, chart)
    drafts = quick_house.services.letters.drafts
    await drafts.save(chart, letter.id, letter.version, Words("Other", of_plain("Not fine.")))
    here = f"/patients/{chart.patient_id}/letters/{letter.id}"
    press = {"version": str(letter.version), "channels": "sms"}
    refused = await visitor.post(f"{here}/send", data=press)
    assert refused.status_code == 409
    assert "Not fine." in refused.text
    assert "has changed in the meantime" in refused.text
    press["version"] = str(letter.version + 1)
    assert (await visitor.post(f"{here}/send", data=press)).status_code == 303


async def test_of_files_one_of_which_is_too_large_the_others_are_enclosed(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house, quick_house.here.receptionist)
    chart = await quick_house.chart()
    letter = await drafted(quick_house, chart)
    here = f"/patients/{chart.patient_id}/letters/{letter.id}"
    small = ("Röntgen 3·12 “links” 🩻.jpg", jpeg(), "image/jpeg")
    large = ("huge.bin", bytes(25_000_001), "application/octet-stream")
    files = [("file", small), ("file", large), ("file", ("after.jpg", jpeg(), "image/jpeg"))]
    sent = await visitor.post(f"{here}/files/upload", files=files)
    assert sent.status_code == 303
    page = (await visitor.get(here)).text
    assert "A file has more than 25 MB." in page
    drafts = quick_house.services.letters.drafts
    kept = await drafts.get(chart, letter.id)
    enclosed = await drafts.enclosed(chart, kept.record.entries)
    assert [one.name for one in enclosed.entries] == ["Röntgen 3·12 “links” 🩻.jpg"]


async def test_after_a_call_a_letter_about_the_visit_is_as_good_as_a_summary(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    call, visit_id = await over(quick_house)
    await enter(visitor, quick_house, quick_house.here.receptionist)
    assert "No summary was sent to" in (await visitor.get(f"/calls/{call}/after")).text
    await sent_letter(quick_house, visit=visit_id)
    assert "No summary was sent to" not in (await visitor.get(f"/calls/{call}/after")).text
