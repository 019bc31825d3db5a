"""The pages of a form: chosen, previewed and sent by staff; filled in, checked and sent back on a
phone without script; seen beside the empty form."""

import html
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from bedside.files.pdf_forms import FieldKind, FormField, FormState, PdfForm
from bedside.kernel.ids import new_id
from bedside.people.clinics import ClinicOptions
from bedside.requests.forms.checking import checked
from bedside.requests.states import State
from bedside.web.app import create_app
from bedside.web.forms.shown import pages_shown
from tests.adapters.rendering import form_files, form_viewers
from tests.house import House, at_the_door
from tests.requests.forms import ANSWERS, empty_form, returned, send_back, sent_form
from tests.requests.sending import Sent, do_jobs, jpeg
from tests.web.pages import FRAGMENT, born, enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F11"), pytest.mark.feature("F15")]


@pytest.fixture
async def phone(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A patient's browser without script."""
    async with at_the_door(create_app(quick_house.services)) as client:
        yield client


async def let_in(phone: httpx.AsyncClient, sent: Sent) -> str:
    """Open the link and answer. Returns the address of the form."""
    page = (await phone.get(f"/l/{await sent.secret()}")).headers["location"]
    asked = (await phone.get(page)).text
    assert "has sent you a form" in asked
    assert "Intake" not in asked
    return (await phone.post(page, data=born())).headers["location"]


async def typed(phone: httpx.AsyncClient, here: str, **other: str) -> dict[str, str]:
    """Return what somebody types into the fields of a page, by the labels of the usual form."""
    page = (await phone.get(f"{here}/form")).text
    keys = list(dict.fromkeys(re.findall(r'name="(f\d+)"', page)))
    [version] = re.findall(r'name="version" value="(\d+)"', page)
    fields = dict(zip(keys, ANSWERS.values(), strict=True))
    return {**fields, "version": version, "do": "check", **other}


async def test_it_is_chosen_previewed_and_sent(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    await enter(visitor, house)
    patient = house.patients[0]
    here = f"/patients/{patient.id}/forms"
    assert f'href="{here}/new"' in (await visitor.get(f"/patients/{patient.id}/card")).text
    entry = await empty_form(house, await house.chart())
    chosen = (await visitor.get(f"{here}/new")).text
    assert f"{here}/new?entry={entry.id}" in chosen
    page = (await visitor.get(f"{here}/new?entry={entry.id}")).text
    assert "It has 9 fields that can be filled in on the phone." in page
    [made] = set(re.findall(r'name="id" value="(frm_[^"]+)"', page))
    [due] = re.findall(r'name="due" type="date" value="([\d-]+)"', page)
    fields = {"id": made, "entry": entry.id, "channels": "sms", "due": due, "note": "<b>Please</b>"}
    shown = (await visitor.post(f"{here}/new", data=fields)).text
    assert "has sent you a form" in shown
    assert "&lt;b&gt;Please&lt;/b&gt;" in shown
    assert not await house.requests.lists.of_chart(await house.chart())
    changed = (await visitor.post(f"{here}/new", data={**fields, "edit": "yes"})).text
    assert made in changed
    for wrong, words in (
        ({"due": "2001-01-01"}, "This day is over"),
        ({"due": "soon"}, "Please choose the day"),
        ({"channels": ""}, ""),
        ({"note": "x" * 1_001}, "at most 1,000"),
    ):
        refused = await visitor.post(here, data={**fields, **wrong})
        assert refused.status_code == 422
        assert words in refused.text
    for _ in range(2):
        sent = await visitor.post(here, data=fields)
        assert sent.headers["location"] == f"{here}/{made}"
    assert len(await house.requests.lists.of_chart(await house.chart())) == 1
    state = (await visitor.get(f"{here}/{made}")).text
    assert "Form sent" in state
    assert f"{here}/{made}" in (await visitor.get(f"/patients/{patient.id}/requests/{made}")).text


async def test_an_upload_is_scanned_and_goes_on(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    await enter(visitor, house)
    here = f"/patients/{house.patients[0].id}/forms"
    none = await visitor.post(f"{here}/upload", files={"file": ("", b"")})
    assert none.status_code == 422
    pdf = {"file": ("Consent.pdf", form_files.form(), "application/pdf")}
    taken = await visitor.post(f"{here}/upload", files=pdf)
    assert taken.status_code == 303
    waits = await visitor.get(taken.headers["location"])
    assert (waits.status_code, waits.headers["refresh"]) == (409, "2")
    assert "is being scanned" in waits.text
    await do_jobs(house)
    assert "9 fields" in (await visitor.get(taken.headers["location"])).text
    photo = await empty_form(house, await house.chart(), jpeg(), "photo.jpg")
    wrong = await visitor.get(f"{here}/new?entry={photo.id}")
    assert wrong.status_code == 422
    assert "Only a PDF" in wrong.text


async def test_it_is_filled_in_checked_and_sent_without_script(
    quick_house: House, phone: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await sent_form(house)
    here = await let_in(phone, sent)
    start = (await phone.get(here)).text
    assert "Please send it back by" in start
    assert "Please bring your list of medicines, too." in start
    page = (await phone.get(f"{here}/form")).text
    for words in ("Last name", "Which side hurts?", "For example DD.MM.YYYY", "Page 1 of 1"):
        assert words in page
    assert "Sign by typing your full name" in page
    picture = await phone.get(f"{here}/pages/1")
    assert picture.headers["content-type"] == "image/jpeg"
    assert (await phone.get(f"{here}/pages/7")).status_code == 404
    fields = await typed(phone, here)
    missing = await phone.post(f"{here}/form", data={**fields, "f1": "", "f2": "30.2.1991"})
    assert missing.status_code == 422
    assert 'href="#f1"' in missing.text
    assert "It hurts since Monday." in missing.text  # the rest is kept
    fields = await typed(phone, here)
    kept = await phone.post(f"{here}/form", data={**fields, "do": "keep"})
    assert kept.headers["location"] == f"{here}/form?part=1"
    assert "It was kept on" in (await phone.get(here)).text
    fields = await typed(phone, here)
    checked = await phone.post(f"{here}/form", data=fields)
    assert checked.headers["location"] == f"{here}/check"
    summary = (await phone.get(f"{here}/check")).text
    assert "Lindqvist" in summary
    assert "Left" in summary
    [version] = re.findall(r'name="version" value="(\d+)"', summary)
    for _ in range(2):
        done = await phone.post(f"{here}/check", data={"version": version})
        assert done.headers["location"] == f"{here}/returned"
    await do_jobs(house)
    assert "It is in your record." in (await phone.get(f"{here}/returned")).text
    for page_of in ("", "/form", "/check", "/paper"):
        assert (await phone.get(f"{here}{page_of}")).headers["location"] == f"{here}/returned"
    await enter(visitor, house)
    seen = (await visitor.get(f"/patients/{house.patients[0].id}/forms/{sent.id}")).text
    assert "As it was typed" in seen
    assert seen.count("form=preview") == 2  # the empty one, and the answer beside it
    listed = (await visitor.get(f"/patients/{house.patients[0].id}")).text
    assert "Intake form, filled in" in html.unescape(listed)


async def test_letters_that_the_pdf_cannot_show_are_said_before_sending(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    here = await let_in(phone, await sent_form(quick_house))
    await phone.post(f"{here}/form", data=await typed(phone, here, f1="ᏣᎳᎩ"))
    page = (await phone.get(f"{here}/check")).text
    assert "The PDF shows some answers in Latin letters." in page
    assert "TsaLaGi" in page


async def test_two_windows_and_a_script(quick_house: House, phone: httpx.AsyncClient) -> None:
    here = await let_in(phone, await sent_form(quick_house))
    fields = await typed(phone, here)
    json = {"accept": "application/json"}
    first = await phone.post(f"{here}/form", data=fields, headers=json)
    assert first.json() == {"version": 1}
    stale = await phone.post(f"{here}/form", data={**fields, "f4": ""})
    assert stale.headers["location"] == f"{here}/form?part=1"
    page = (await phone.get(f"{here}/form")).text
    assert "also open in another window" in page
    assert "It hurts since Monday." in page
    again = await phone.post(f"{here}/form", data={**fields, "f4": ""}, headers=json)
    assert again.status_code == 409


async def test_a_long_form_is_filled_in_part_by_part(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    fields = [form_files.text(f"n{n}", f"Label {n}", flags=form_files.REQUIRED) for n in range(40)]
    sent = await sent_form(quick_house, form_files.form(*fields, pages=2))
    here = await let_in(phone, sent)
    first = (await phone.get(f"{here}/form")).text
    assert "Part 1 of 2" in first
    assert "Label 19" in first
    assert "Label 20" not in first
    typed_1 = {f"f{n}": f"a{n}" for n in range(1, 21)}
    going = {"part": "1", "version": "0", "do": "check"}
    missing = await phone.post(f"{here}/form", data={**typed_1, **going, "f7": ""})
    assert missing.status_code == 422
    assert 'href="#f7"' in missing.text
    assert "a6" in missing.text
    follows = await phone.post(f"{here}/form", data={**typed_1, **going, "version": "1"})
    assert follows.headers["location"] == f"{here}/form?part=2"
    second = {f"f{n}": f"b{n}" for n in range(21, 41)}
    going = {"part": "2", "version": "2", "do": "back"}
    back = await phone.post(f"{here}/form", data={**second, **going, "f40": ""})
    assert back.headers["location"] == f"{here}/form?part=1"
    assert 'value="a6"' in (await phone.get(f"{here}/form?part=1")).text
    page = (await phone.get(f"{here}/form?part=99")).text
    assert 'value="b21"' in page
    assert (await phone.get(f"{here}/check")).headers["location"] == f"{here}/form?problems"
    assert 'href="#f40"' in (await phone.get(f"{here}/form?problems")).text  # in its part
    done = await phone.post(
        f"{here}/form", data={**second, "part": "2", "version": "3", "do": "check"}
    )
    assert done.headers["location"] == f"{here}/check"
    summary = (await phone.get(f"{here}/check")).text
    assert all(f"a{n}" in summary for n in range(1, 21))
    assert "b40" in summary


async def test_staff_send_it_back_with_a_reason_and_the_draft_opens_again(
    quick_house: House, phone: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await sent_form(house)
    await send_back(house, await sent.enter())
    await do_jobs(house)
    await enter(visitor, house)
    here = f"/patients/{house.patients[0].id}/forms/{sent.id}"
    page = (await visitor.get(here)).text
    assert f'href="{here}/back"' in page
    [fields] = re.findall(r'href="([^"]+content\?form=fields)"', page)
    pdf = await visitor.get(html.unescape(fields))
    assert form_viewers.widgets_of(pdf.content)["patient.last_name"][0].value == "Lindqvist"
    due = re.findall(
        r'name="due" type="date" value="([\d-]+)"', (await visitor.get(f"{here}/back")).text
    )
    for wrong, words in (
        ({"reason": " "}, "Please say what is missing"),
        ({"reason": "x" * 1_001}, "at most 1,000"),
        ({"due": "2001-01-01"}, "This day is over"),
    ):
        fields = {"reason": "Page 2 is missing.", "due": due[0], **wrong}
        refused = await visitor.post(f"{here}/back", data=fields)
        assert refused.status_code == 422
        assert words in refused.text
    for _ in range(2):
        done = await visitor.post(
            f"{here}/back", data={"reason": "Page 2 is <missing>.", "due": due[0]}
        )
        assert done.headers["location"] == here
    await do_jobs(house)
    assert len(await sent.secrets()) == 2
    assert "Page 2 is &lt;missing&gt;." in (await visitor.get(here)).text
    there = await let_in_again(phone, sent)
    for address in (there, f"{there}/form"):
        again = (await phone.get(address)).text
        assert "Page 2 is &lt;missing&gt;." in again
    fields = await typed(phone, there, f4="Now it is here.")
    await phone.post(f"{there}/form", data=fields)
    [version] = re.findall(
        r'name="version" value="(\d+)"', (await phone.get(f"{there}/check")).text
    )
    await phone.post(f"{there}/check", data={"version": version})
    await do_jobs(house)
    titles = [one.title for one in await returned(house, await house.chart())]
    assert sorted(titles) == ["Intake form, filled in", "Intake form, filled in, 2"]
    assert (await sent.now()).state is State.DONE
    assert "Page 2" not in str(await house.notifications.messages.outbox(house.here.receptionist))


async def let_in_again(phone: httpx.AsyncClient, sent: Sent) -> str:
    """Open the newest link and answer. Returns the address of the form."""
    page = (await phone.get(f"/l/{await sent.secret()}")).headers["location"]
    return (await phone.post(page, data=born())).headers["location"]


async def test_the_second_way_without_script(quick_house: House, phone: httpx.AsyncClient) -> None:
    sent = await sent_form(quick_house)
    here = await let_in(phone, sent)
    pdf = await phone.get(f"{here}/empty.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert "attachment" in pdf.headers["content-disposition"]
    assert (await phone.post(f"{here}/paper/send", data={})).status_code == 303
    files = {"file": ("page.jpg", jpeg(), "image/jpeg")}
    await phone.post(f"{here}/paper", files=files)
    await phone.post(f"{here}/paper", files={"file": ("x.exe", b"MZ" + b"\0" * 200)})
    page = (await phone.get(f"{here}/paper")).text
    assert "page.jpg" in page
    assert "x.exe" in page  # with the reason why not
    [file_id] = re.findall(r"/paper/(fil_\w+)/delete", page)
    await phone.post(f"{here}/paper/{file_id}/delete", data={})
    assert "page.jpg" not in (await phone.get(f"{here}/paper")).text
    await phone.post(f"{here}/paper", files=files)
    done = await phone.post(f"{here}/paper/send", data={})
    assert done.headers["location"] == f"{here}/returned"
    await do_jobs(quick_house)
    assert (await sent.now()).state is State.DONE
    assert len(await returned(quick_house, sent.chart)) == 1


@pytest.mark.feature("F16")
async def test_a_document_of_photographed_pages_is_taken_once(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    here = await let_in(phone, await sent_form(quick_house))
    page = (await phone.get(f"{here}/paper")).text
    assert "Photograph paper" in page
    assert "data-corners" in page
    given = str(uuid4())
    sent: dict[str, Any] = {"data": {"given": given}, "headers": {"accept": "application/json"}}
    for name in ("Document.pdf", "again.pdf"):
        answer = await phone.post(
            f"{here}/paper", files={"file": (name, form_files.form())}, **sent
        )
        assert answer.json() == {"problem": ""}
    page = (await phone.get(f"{here}/paper")).text
    assert "Document.pdf" in page
    assert "again.pdf" not in page
    [file_id] = re.findall(r"/paper/(fil_\w+)/delete", page)
    fields, headers = {"given": (None, given)}, sent["headers"]
    nothing = await phone.post(f"{here}/paper", files=fields, headers=headers)
    assert nothing.json() == {"problem": "Please choose a file first."}
    sent["data"] = {"given": "filled"}  # no name that a device gives
    answer = await phone.post(f"{here}/paper", files={"file": ("x.pdf", form_files.form())}, **sent)
    assert answer.status_code == 422
    await phone.post(f"{here}/paper/{file_id}/delete", data={})
    await phone.post(f"{here}/paper", files={"file": ("page.jpg", jpeg(), "image/jpeg")})
    await phone.post(f"{here}/paper/send", data={})
    sent["data"] = {"given": given}
    late = await phone.post(f"{here}/paper", files={"file": ("x.pdf", form_files.form())}, **sent)
    assert late.status_code == 409


@pytest.mark.parametrize(
    "data", [form_files.form(form_files.text("x", flags=form_files.READ_ONLY))]
)
async def test_a_pdf_without_fields(
    quick_house: House, phone: httpx.AsyncClient, data: bytes
) -> None:
    here = await let_in(phone, await sent_form(quick_house, data))
    assert "has no fields to fill in here" in (await phone.get(here)).text
    assert (await phone.get(f"{here}/form")).headers["location"] == f"{here}/paper"


async def test_staff_remind_and_close(quick_house: House, visitor: httpx.AsyncClient) -> None:
    house = quick_house
    sent = await sent_form(house)
    await enter(visitor, house)
    here = f"/patients/{house.patients[0].id}/forms/{sent.id}"
    page = (await visitor.get(f"{here}/now", headers=FRAGMENT)).text
    [press] = re.findall(r'name="press" value="(prs_\w+)"', page)
    for _ in range(2):
        reminded = await visitor.post(f"{here}/remind", data={"press": press})
        assert reminded.headers["location"] == here
    await do_jobs(house)
    assert len(await sent.secrets()) == 2
    await visitor.post(f"/patients/{house.patients[0].id}/requests/{sent.id}/revoke", data={})
    await visitor.post(f"{here}/remind", data={"press": new_id("prs")})
    await do_jobs(house)
    assert len(await sent.secrets()) == 2
    assert (await visitor.get(here.replace("frm_", "req_"))).status_code == 404


async def test_pages_of_patients_have_the_words_for_an_emergency(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    house, words = quick_house, "Ring 112 when you cannot breathe."
    async with house.database.unit_of_work() as work:
        await house.people.clinics.change(
            work,
            house.here.administrator.actor,
            house.clinic.id,
            ClinicOptions(emergency_text=words, time_zone="Europe/Stockholm"),
        )
    here = await let_in(phone, await sent_form(house))
    for page in ("", "/form", "/paper"):
        assert words in (await phone.get(f"{here}{page}")).text, page
    await phone.post(f"{here}/form", data=await typed(phone, here))
    summary = (await phone.get(f"{here}/check")).text
    assert words in summary
    [version] = re.findall(r'name="version" value="(\d+)"', summary)
    await phone.post(f"{here}/check", data={"version": version})
    await do_jobs(house)
    assert words in (await phone.get(f"{here}/returned")).text


def test_one_character_is_not_counted_as_several() -> None:
    initial = FormField(1, "initial", FieldKind.TEXT, "Initial", 1, (), longest=1)
    form = PdfForm(FormState.FIELDS, 1, (initial,))
    [page] = pages_shown(form, (initial,), {}, {})
    assert page.fields[0].hint == "Up to 1 character"
    problems = checked(form, {initial.key: ["BC"]}, str).problems
    assert problems[initial.key] == "The form has room for 1 character here. This has 2."
