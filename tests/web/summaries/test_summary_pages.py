"""The pages of a summary: written after a call, previewed, sent, read on the patient's device, and
seen to be read."""

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from bedside.audit import Action
from bedside.calls.states import Mode
from bedside.kernel.ids import new_id
from bedside.people.clinics import ClinicOptions
from bedside.people.patients import Demographics
from bedside.requests.summaries.staff import TEXT_MAX
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.printing.reading import without_spaces, words_of
from tests.requests.sending import Sent, do_jobs
from tests.requests.summaries import WORDS, summed_up, treated
from tests.web.calls.test_after_calls import call_with
from tests.web.pages import FRAGMENT, born, enter, lines
from tests.web.visiting import arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V28")]
HOSTILE = "<script>alert(1)</script> & “quotes”"


@pytest.fixture
async def phone(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A patient's browser without script."""
    async with at_the_door(create_app(quick_house.services)) as client:
        yield client


async def over(house: House, patient: int = 0) -> tuple[str, str]:
    """Return a call of the receptionist that is over, and its visit of a patient."""
    rooms = await rooms_of(house)
    seen = await arrive(house, rooms.reception)
    room = await in_charge(house, rooms.reception.id)
    call = await call_with(house, rooms, seen)
    await house.services.calls.control.end_visit(room, seen.visit_id)
    await house.visits.identification.confirm(room, seen.visit_id, house.patients[patient].id)
    return call, seen.visit_id


def path(house: House, visit_id: str, patient: int = 0) -> str:
    """Return the address of the form."""
    return f"/patients/{house.patients[patient].id}/visits/{visit_id}/summary"


def fields(page: str, **more: str) -> dict[str, str]:
    """Return what the form sends."""
    [made] = set(re.findall(r'name="id" value="(sum_[^"]+)"', page))
    return {"id": made, "channels": "sms", "text": WORDS, **more}


async def let_in(phone: httpx.AsyncClient, sent: Sent) -> str:
    """Open the link and answer. Returns the address of the summary."""
    page = (await phone.get(f"/l/{await sent.secret()}")).headers["location"]
    asked = (await phone.get(page)).text
    assert "has written to you" in asked
    assert "wound" not in asked
    assert "What you send" not in asked  # nothing is sent
    return (await phone.post(page, data=born())).headers["location"]


async def test_after_a_call_it_is_missing_then_sent_then_read(
    quick_house: House, visitor: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    house = quick_house
    call, visit_id = await over(house)
    await enter(visitor, house)
    live = f"/calls/{call}/after/now"
    before = (await visitor.get(live, headers=FRAGMENT)).text
    assert "No summary was sent to Maya Lindqvist yet" in before
    [link] = re.findall(r'href="([^"]+/summary\?call=[^"]+)"', before)
    assert link == f"{path(house, visit_id)}?call={call}"

    form = await visitor.get(link)
    assert f"up to {TEXT_MAX:,} characters" in form.text
    given = fields(form.text, call=call)
    previewed = await visitor.post(path(house, visit_id), data=given)
    assert previewed.status_code == 200
    assert "Come back on Friday at nine." in previewed.text
    assert "/l/…" in previewed.text
    assert await house.requests.lists.of_chart(await house.chart()) == []
    edited = await visitor.post(path(house, visit_id), data={**given, "edit": "yes"})
    assert "Come back on Friday at nine." in edited.text
    for _ in range(2):  # two presses
        sent_by = await visitor.post(f"{path(house, visit_id)}/send", data=given)
        assert sent_by.status_code == 303
        assert sent_by.headers["location"] == f"/calls/{call}/after"
    assert len(await house.requests.lists.of_chart(await house.chart())) == 1
    await do_jobs(house)
    after = (await visitor.get(live, headers=FRAGMENT)).text
    assert "No summary was sent" not in after
    assert re.search(r"Summary sent \d\d:\d\d<", after)

    here = await let_in(phone, Sent(house, await house.chart(), given["id"]))
    assert here == f"/my/{given['id']}"
    page = await phone.get(here)
    assert page.status_code == 200
    assert "Keep the wound dry for two days." in page.text
    assert "Rita Sandberg is on the staff of Riverside Clinic." in page.text
    assert page.text.count("Rita Sandberg") == 1
    assert previewed.text.count("Rita Sandberg is on the staff of Riverside Clinic.") == 1
    read = (await visitor.get(live, headers=FRAGMENT)).text
    assert re.search(r"Summary sent \d\d:\d\d, read \d\d:\d\d<", read)
    record = (await visitor.get(path(house, visit_id).removesuffix("/summary"))).text
    assert "Keep the wound dry for two days." in record
    assert re.search(r"Summary sent \d\d:\d\d, read \d\d:\d\d<", record)
    assert "Write another summary" in record
    assert len(await lines(house, Action.SUMMARY_READ)) == 1
    told = (await visitor.get(f"/patients/{house.patients[0].id}/requests/{given['id']}")).text
    assert "Visit summary to Maya Lindqvist" in told
    assert "Photo request" not in told


@pytest.mark.parametrize("called_again", [False, True])
async def test_who_was_only_telephoned_gets_one_too(
    quick_house: House, visitor: httpx.AsyncClient, called_again: bool
) -> None:
    """The page never came into the call, which went on by telephone; the visit ended then, or
    after another call to which nobody came either."""
    house, rooms = quick_house, await rooms_of(quick_house)
    seen = await arrive(house, rooms.reception, phone="+46 70 174 06 05")
    room = await in_charge(house, rooms.reception.id)
    call = await call_with(house, rooms, seen, comes=False)
    await house.services.visits.telephones.go_on(room, seen.visit_id)
    if called_again:
        await house.services.calls.control.start(room, seen.visit_id, Mode.VIDEO)
    await house.services.calls.control.end_visit(room, seen.visit_id)
    await house.visits.identification.confirm(room, seen.visit_id, house.patients[0].id)
    await enter(visitor, house)
    shown = (await visitor.get(f"/calls/{call}/after/now", headers=FRAGMENT)).text
    assert "No summary was sent to Maya Lindqvist yet" in shown


async def test_who_never_came_gets_none(quick_house: House, visitor: httpx.AsyncClient) -> None:
    house, rooms = quick_house, await rooms_of(quick_house)
    seen = await arrive(house, rooms.reception)
    room = await in_charge(house, rooms.reception.id)
    call = await call_with(house, rooms, seen, comes=False)
    await house.services.calls.control.end_visit(room, seen.visit_id)
    await house.visits.identification.confirm(room, seen.visit_id, house.patients[0].id)
    await enter(visitor, house)
    shown = (await visitor.get(f"/calls/{call}/after/now", headers=FRAGMENT)).text
    assert "Maya Lindqvist" in shown
    assert "No summary was sent" not in shown


async def test_a_link_that_is_locked_is_not_done_either(
    quick_house: House, visitor: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    house = quick_house
    call, visit_id = await over(house)
    sent = await summed_up(house, visit_id)
    page = (await phone.get(f"/l/{await sent.secret()}")).headers["location"]
    for _ in range(5):
        locked = await phone.post(page, data=born(year="1992"))
    assert locked.status_code == 403
    await enter(visitor, house)
    live = f"/calls/{call}/after/now"
    shown = (await visitor.get(live, headers=FRAGMENT)).text
    assert "The link to the summary for Maya Lindqvist needs you" in shown
    assert f"/patients/{house.patients[0].id}/requests/{sent.id}" in shown
    await house.requests.all.reissue(sent.chart, sent.id)
    assert "needs you" not in (await visitor.get(live, headers=FRAGMENT)).text
    await house.requests.all.revoke(sent.chart, sent.id)
    again = (await visitor.get(live, headers=FRAGMENT)).text
    assert "No summary was sent to Maya Lindqvist yet" in again  # nobody can read it


async def test_the_page_of_the_patient(quick_house: House, phone: httpx.AsyncClient) -> None:
    house = quick_house
    async with house.database.unit_of_work() as work:
        options = ClinicOptions(emergency_text="Ring 112.", time_zone="Europe/Stockholm")
        await house.people.clinics.change(
            work, house.here.administrator.actor, house.clinic.id, options
        )
    sent = await summed_up(house, text=f"{HOSTILE}\nsecond line\n\n\u0623\u0628\u0642\u0650 it dry")
    here = await let_in(phone, sent)
    page = await phone.get(here)
    assert "<script>alert" not in page.text
    assert html.escape(HOSTILE, quote=True) in page.text.replace("&#34;", "&quot;")
    words = re.findall(r'<p class="preserve" dir="auto">(.*?)</p>', page.text, re.DOTALL)
    assert [html.unescape(one) for one in words] == [
        f"{HOSTILE}\nsecond line",
        "\u0623\u0628\u0642\u0650 it dry",
    ]
    assert "Ring 112." in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "Lindqvist" not in page.text  # whoever looks over a shoulder
    for _ in range(2):  # it opens again
        assert (await phone.get(here)).status_code == 200

    saved = await phone.get(f"{here}/summary.pdf")
    assert saved.headers["content-type"] == "application/pdf"
    assert saved.headers["content-disposition"].startswith('attachment; filename="Summary of the')
    printed = words_of(saved.content)
    assert without_spaces(f"{HOSTILE}\nsecond line") in without_spaces(printed)
    assert "Maya Lindqvist" in printed
    assert "Ring 112." in printed
    large = await phone.get(f"{here}/summary.pdf?large=yes")
    assert without_spaces(words_of(large.content)) == without_spaces(printed)
    assert large.content != saved.content

    await house.requests.all.revoke(sent.chart, sent.id)
    for address in (here, f"{here}/summary.pdf"):
        closed = await phone.get(address)
        assert closed.status_code == 410
        assert "second line" not in closed.text
        assert "sent to the clinic" not in closed.text  # nothing was asked for
    assert (await phone.get(f"/my/{new_id('sum')}")).status_code == 401


@pytest.mark.parametrize("text", ["", " \n ", "\u200b", "x" * (TEXT_MAX + 1)])
async def test_words_that_cannot_be_sent_stay_in_the_form(
    quick_house: House, visitor: httpx.AsyncClient, text: str
) -> None:
    visit_id = await treated(quick_house)
    await enter(visitor, quick_house)
    here = path(quick_house, visit_id)
    given = fields((await visitor.get(here)).text, text=text)
    for address in (here, f"{here}/send"):
        refused = await visitor.post(address, data=given)
        assert refused.status_code == 422
        assert 'href="#text"' in refused.text
        assert text.strip() in refused.text
        assert given["id"] in refused.text
    assert await quick_house.requests.lists.of_chart(await quick_house.chart()) == []


async def test_other_words_from_a_form_that_was_sent_are_not_lost(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    visit_id = await treated(quick_house)
    await enter(visitor, quick_house)
    here = path(quick_house, visit_id)
    given = fields((await visitor.get(here)).text)
    first = await visitor.post(f"{here}/send", data=given)
    assert first.headers["location"].endswith(f"/visits/{visit_id}#visit-summaries")
    other = await visitor.post(f"{here}/send", data={**given, "text": "Come on Thursday."})
    assert other.status_code == 422
    assert "was sent from this form before" in other.text
    again = fields(other.text, text="Come on Thursday.")
    assert again["id"] != given["id"]
    assert (await visitor.post(f"{here}/send", data=again)).status_code == 303
    assert len(await quick_house.requests.lists.of_chart(await quick_house.chart())) == 2


async def test_a_patient_who_cannot_be_reached(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    visit_id = await treated(house)
    chart = await house.chart()
    before = (await house.people.patients.get(chart)).demographics
    bare = {**before.model_dump(), "phone": "", "email": ""}
    async with house.database.unit_of_work() as work:
        await house.people.patients.change(work, chart, Demographics(**bare))
    await enter(visitor, house)
    page = (await visitor.get(path(house, visit_id))).text
    assert "Nothing can be sent yet." in page
    assert f'href="/patients/{chart.patient_id}/details"' in page
    refused = await visitor.post(f"{path(house, visit_id)}/send", data=fields(page))
    assert refused.status_code == 422
    assert "Keep the wound dry for two days." in refused.text


async def test_who_may_not_write_and_of_what(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    mine, unseen = await treated(house), await treated(house, seen=False)
    given = {"id": new_id("sum"), "channels": "sms", "text": WORDS}
    tries = [
        (house.here.receptionist, path(house, unseen), 409),
        (house.here.receptionist, path(house, mine, 1), 404),
        (house.here.receptionist, path(house, new_id("vis")), 404),
        (house.next_door.receptionist, path(house, mine), 404),
    ]
    for who, here, status in tries:
        await enter(visitor, house, who)
        answers = [
            await visitor.get(here),
            await visitor.post(here, data=given),
            await visitor.post(f"{here}/send", data=given),
        ]
        assert [one.status_code for one in answers] == [status] * 3, here
    await enter(visitor, house)
    record = (await visitor.get(path(house, unseen).removesuffix("/summary"))).text
    assert "Summary for the patient" not in record
    # a call that is none leads nowhere else
    odd = {**given, "call": "//evil.example"}
    sent = await visitor.post(f"{path(house, mine)}/send", data=odd)
    assert sent.headers["location"].startswith(f"/patients/{house.patients[0].id}/visits/")


@pytest.mark.parametrize("end", ["", "/send"])
async def test_words_of_a_visit_that_was_moved_meanwhile_come_back(
    quick_house: House, visitor: httpx.AsyncClient, end: str
) -> None:
    house = quick_house
    visit_id = await treated(house)
    await enter(visitor, house)
    given = fields((await visitor.get(path(house, visit_id))).text, text=HOSTILE)
    to = await house.chart(1)
    await house.visits.correction.reassign(await house.chart(), visit_id, to, "Wrong press")
    kept = await visitor.post(path(house, visit_id) + end, data=given)
    assert kept.status_code == 404
    assert "Nothing was sent." in kept.text
    assert html.escape(HOSTILE, quote=False) in kept.text
    there = path(house, visit_id, 1)
    assert f'action="{there}"' in kept.text
    form = await visitor.post(there, data={"text": HOSTILE, "edit": "yes", "channels": "sms"})
    assert house.patients[1].demographics.name in form.text
    again = fields(form.text, text=HOSTILE)
    assert again["id"] != given["id"]
    assert (await visitor.post(f"{there}/send", data=again)).status_code == 303
    assert await house.requests.lists.of_chart(await house.chart()) == []


@pytest.mark.parametrize("end", ["", "/send"])
async def test_words_come_back_to_whoever_does_not_see_the_chart_any_more(
    quick_house: House, visitor: httpx.AsyncClient, end: str
) -> None:
    house = quick_house
    await enter(visitor, house, house.next_door.receptionist)
    here = path(house, await treated(house)) + end
    for address in (here, path(house, new_id("vis")) + end, path(house, "x") + end):
        kept = await visitor.post(address, data={"id": new_id("sum"), "text": WORDS})
        assert kept.status_code == 404
        assert WORDS.split("\n", maxsplit=1)[0] in kept.text
        assert "Lindqvist" not in kept.text
        assert "/visits/" not in kept.text


@pytest.mark.parametrize("end", ["", "/send"])
async def test_words_of_a_chart_that_was_joined_meanwhile_come_back(
    quick_house: House, visitor: httpx.AsyncClient, end: str
) -> None:
    house = quick_house
    visit_id = await treated(house, 1)
    await enter(visitor, house, house.here.clinician)
    here = path(house, visit_id, 1)
    given = fields((await visitor.get(here)).text)
    kept, joined = [await house.chart(one, house.here.clinician) for one in (0, 1)]
    details = (await house.people.patients.get(kept)).demographics
    await house.people.joining.join(kept, joined, details)
    answer = await visitor.post(here + end, data=given)
    assert answer.status_code >= 400
    assert "Keep the wound dry for two days." in answer.text
    assert f'action="{path(house, visit_id)}"' in answer.text
