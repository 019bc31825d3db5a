"""A summary of a visit: sent once, read behind the date of birth, filed once, and never left open
for somebody whose visit it was not."""

import asyncio
from datetime import date
from typing import Any

import pytest

from bedside.adapters.rendering import typefaces
from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.charts.records import Entry
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.links.records import LinkClosed
from bedside.people.by_address import Address
from bedside.people.permissions import ChartAccess
from bedside.requests.lists import VIEWS
from bedside.requests.states import State
from bedside.requests.summaries.staff import TEXT_MAX, NobodySawThem, SentBefore
from tests.house import House
from tests.people.test_joining import both, join
from tests.printing.reading import in_one_piece, without_spaces
from tests.requests.sending import ADDRESS, Sent, do_jobs
from tests.requests.summaries import WORDS, copies, draft, summed_up, treated
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V28")]
RTL = "\u0623\u0628\u0642\u0650 \u0627\u0644\u062c\u0631\u062d \u062c\u0627\u0641\u064b\u0627"


async def lines(house: House, action: Action, patient_id: str) -> list[Any]:
    """Return audit lines of a kind about a patient."""
    wanted = Filter(patient_id=patient_id, action=action)
    return await house.audit.log.lines(house.clinic.id, wanted)


async def of(house: House, sent: Sent) -> Any:
    """Return the summary as the staff of its chart see it."""
    stored = await house.requests.all.get(sent.chart, sent.id)
    found = await house.requests.summaries.of_visit(sent.chart, stored.content.details["visit_id"])
    return next(one for one in found if one.id == sent.id)


async def printed_of(house: House, chart: ChartAccess, entry: Entry) -> str:
    """Return the words of a copy in one piece."""
    opened = await house.files.retrieval.open(chart, entry.id, "original")
    return in_one_piece(b"".join([piece async for piece in opened.chunks(0, opened.size)]))


async def test_it_is_read_behind_the_date_of_birth_and_filed_in_the_chart(house: House) -> None:
    sent = await summed_up(house)
    messages = await house.notifications.messages.outbox(house.here.receptionist)
    [message] = [one for one in messages if one.cause_id.startswith(sent.id)]
    assert "Rita Sandberg has written to you" in message.text
    assert "wound" not in message.text + message.subject
    assert "visit" not in message.text.lower()
    assert (await of(house, sent)).read_at == 0
    refused = await house.links.answer(await sent.secret(), date(1991, 3, 15), ADDRESS)
    assert not refused.token
    link = await sent.enter()
    assert (await of(house, sent)).read_at == 0  # let in, and has not seen the words yet
    shown = await house.requests.reading.read(link)
    assert shown.details.text == WORDS
    first = (await of(house, sent)).read_at
    assert first
    with clock.shifted(clock.HOUR):
        await house.requests.reading.read(link)
        await house.requests.reading.read(await sent.enter())
    assert (await of(house, sent)).read_at == first
    for action in (Action.SUMMARY_SENT, Action.SUMMARY_READ):
        assert len(await lines(house, action, sent.chart.patient_id)) == 1, action

    [entry] = await copies(house, sent.chart)
    day = clock.in_zone("Europe/Stockholm")
    assert entry.title.startswith(f"Summary of the visit, {day.day} ")
    assert (entry.channel, entry.sender_id) == ("secure_link", sent.chart.staff.staff_id)
    assert (entry.reviewed, entry.waits_for_review) == (True, False)
    stored = await house.requests.all.get(sent.chart, sent.id)
    assert entry.source_id == stored.content.details["visit_id"]


async def test_the_same_form_sends_once(house: House) -> None:
    chart = await house.chart()
    wanted = draft(await treated(house))
    summaries = house.requests.summaries
    pressed = await asyncio.gather(*(summaries.send(chart, wanted) for _ in range(3)))
    assert set(pressed) == {wanted.id}
    await do_jobs(house)
    assert len(await Sent(house, chart, wanted.id).secrets()) == 1
    assert len(await copies(house, chart)) == 1
    assert len(await summaries.of_visit(chart, wanted.visit_id)) == 1
    with pytest.raises(SentBefore):  # these words would otherwise be lost without a word
        await summaries.send(chart, draft(wanted.visit_id, "Other words.", id=wanted.id))
    [stored] = await summaries.of_visit(chart, wanted.visit_id)
    assert stored.text == WORDS


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>\n<img src=x onerror=alert(1)>",
        "<!doctype html><html><body onload=alert(1)>",
        "Fever < 38, pulse<100, I <3 it",
        "#!/bin/sh\nrm -rf /",
        "%PDF-1.7\n%%EOF",
        "{\\rtf1 bold}",
        '=HYPERLINK("http://x.example"),1,2',
        "{{ 7 * 7 }} {% raw %} %(name)s {who}",
        f"{RTL}\nKeep it dry.",
        "🧑\u200d⚕️🩹" * 2_000,
        "x" * TEXT_MAX,
        "Åsa, naïve – “ß” 金 🩺",
    ],
)
async def test_words_of_every_kind_stay_words(quick_house: House, text: str) -> None:
    sent = await summed_up(quick_house, text=text)
    shown = await quick_house.requests.reading.read(await sent.enter())
    assert shown.details.text == text
    [entry] = await copies(quick_house, sent.chart)
    assert (entry.state, entry.media_type) == ("filed", "application/pdf")
    printed = await printed_of(quick_house, sent.chart, entry)
    if text.startswith(RTL):  # PDFium gives vowel marks a place of their own
        assert set(RTL.replace(" ", "")) <= set(printed)
        text = text.removeprefix(RTL).rstrip(".")
    assert without_spaces(typefaces.shown(text)) in printed


async def test_what_turns_the_direction_of_others_is_left_out(quick_house: House) -> None:
    sent = await summed_up(quick_house, text="Take \u202e10\u202c mg.\x07\r\n\r\nNot\x00 more.")
    shown = await quick_house.requests.reading.read(await sent.enter())
    assert shown.details.text == "Take 10 mg.\n\nNot more."


@pytest.mark.parametrize(
    "text", ["", "  \n\t\r\n ", "\u200b\u200d", "\u2800\u3164", "\u202e\u202c", "x" * 10_001]
)
async def test_nothing_and_too_much_is_refused(quick_house: House, text: str) -> None:
    chart, visit_id = await quick_house.chart(), await treated(quick_house)
    for act in (quick_house.requests.summaries.preview, quick_house.requests.summaries.send):
        with pytest.raises(WrongInput) as refused:
            await act(chart, draft(visit_id, text))
        assert refused.value.field == "text"
    assert await quick_house.requests.summaries.of_visit(chart, visit_id) == []
    assert await do_jobs(quick_house) >= 0
    assert await copies(quick_house, chart) == []


@pytest.mark.parametrize("channels", [(), ("pigeon",)])
async def test_a_way_to_the_patient_is_needed(
    quick_house: House, channels: tuple[str, ...]
) -> None:
    chart, visit_id = await quick_house.chart(), await treated(quick_house)
    with pytest.raises(WrongInput) as refused:
        await quick_house.requests.summaries.send(chart, draft(visit_id, channels=channels))
    assert refused.value.field == "channels"


async def test_only_of_visits_of_this_chart_in_which_somebody_saw_the_patient(
    house: House,
) -> None:
    chart, summaries = await house.chart(), house.requests.summaries
    others, unseen = await treated(house, 1), await treated(house, seen=False)
    for visit_id, error in (
        (others, NotFound),
        (unseen, NobodySawThem),
        (new_id("vis"), NotFound),
        ("", NotFound),
    ):
        for act in (summaries.preview, summaries.send):
            with pytest.raises(error):
                await act(chart, draft(visit_id))
        with pytest.raises(error):
            await summaries.patient(chart, visit_id)
    for visit_id in (others, new_id("vis")):
        with pytest.raises(NotFound):
            await summaries.of_visit(chart, visit_id)
    next_door = await house.people.permissions.chart(
        house.next_door.clinician, house.next_door.patients[0].id
    )
    mine = await treated(house)
    for act in (summaries.preview, summaries.send):
        with pytest.raises(NotFound):
            await act(next_door, draft(mine))
    with pytest.raises(NotFound):
        await summaries.of_visit(next_door, mine)


async def moved(house: House, sent: Sent) -> ChartAccess:
    """Give the visit of a summary to the second patient; return that chart."""
    stored = await house.requests.all.get(sent.chart, sent.id)
    to = await house.chart(1)
    visit_id = stored.content.details["visit_id"]
    await house.visits.correction.reassign(sent.chart, visit_id, to, "Wrong press")
    return to


@pytest.mark.parametrize("read", [False, True])
async def test_a_visit_that_is_moved_closes_the_link_to_its_summary(
    house: House, read: bool
) -> None:
    sent = await summed_up(house)
    link = await sent.enter() if read else None
    if link is not None:
        await house.requests.reading.read(link)
    to = await moved(house, sent)
    assert (await sent.now()).state is State.REVOKED
    answer = await house.links.answer(await sent.secret(), date(1991, 3, 14), ADDRESS)
    assert not answer.token
    if link is not None:
        with pytest.raises(LinkClosed):
            await house.requests.reading.read(link)
    with pytest.raises(Conflict):
        await house.requests.all.reissue(sent.chart, sent.id)
    await house.requests.again.ask(
        house.clinic.id, Address.read("+46701740605", "SE"), ADDRESS, target="room_1"
    )
    await do_jobs(house)
    assert len(await sent.secrets()) == 1
    visit_id = (await sent.now()).content.details["visit_id"]
    [seen] = await house.requests.summaries.of_visit(to, visit_id)
    assert (seen.elsewhere, seen.text) == (True, WORDS)
    assert await house.requests.summaries.newest(to, visit_id) is None
    with pytest.raises(NotFound):
        await house.requests.summaries.of_visit(sent.chart, visit_id)
    assert len(await copies(house, to)) == 1
    assert await copies(house, sent.chart) == []


async def test_what_was_not_filed_before_the_visit_was_moved_is_filed_in_no_chart(
    house: House,
) -> None:
    sent = await summed_up(house, jobs=False)
    to = await moved(house, sent)
    await do_jobs(house)
    assert await copies(house, sent.chart) == []
    assert await copies(house, to) == []
    messages = await house.notifications.messages.of_request(sent.chart, sent.id)
    assert {str(one.state) for one in messages} == {"failed"}  # it has not left either


async def test_charts_that_are_joined_take_it_along(house: House) -> None:
    kept, joined = await both(house)
    ward = Ward(house)
    room = await ward.room("Annex")
    waiter = await ward.identify(room, await ward.check_in(room), joined.patient_id)
    await ward.admit(room, waiter.visit_id)
    wanted = draft(waiter.visit_id)
    await house.requests.summaries.send(joined, wanted)
    await do_jobs(house)
    await join(house, kept, joined)
    [summary] = await house.requests.summaries.of_visit(kept, waiter.visit_id)
    assert (summary.id, summary.elsewhere) == (wanted.id, False)
    assert len(await copies(house, kept)) == 1
    link = await Sent(house, kept, wanted.id).enter()
    assert (await house.requests.reading.read(link)).details.text == WORDS


async def test_a_closed_link_and_a_new_one(house: House) -> None:
    sent = await summed_up(house)
    await house.requests.all.revoke(sent.chart, sent.id)
    visit_id = (await sent.now()).content.details["visit_id"]
    assert await house.requests.summaries.newest(sent.chart, visit_id) is None
    closed = await house.links.answer(await sent.secret(), date(1991, 3, 14), ADDRESS)
    assert not closed.token
    await house.requests.all.reissue(sent.chart, sent.id)
    await do_jobs(house)
    assert (await house.requests.reading.read(await sent.enter())).details.text == WORDS
    assert len(await copies(house, sent.chart)) == 1


async def test_a_lost_link_goes_by_itself_also_after_it_was_read(house: House) -> None:
    sent = await summed_up(house)
    await house.requests.reading.read(await sent.enter())
    await house.requests.again.ask(
        house.clinic.id, Address.read("+46701740605", "SE"), ADDRESS, target="room_1"
    )
    await do_jobs(house)
    assert len(await sent.secrets()) == 2
    assert (await house.requests.reading.read(await sent.enter())).details.text == WORDS


async def test_a_copy_that_is_made_again_is_the_same(house: House) -> None:
    sent = await summed_up(house, jobs=False)
    file = house.registered.handlers["summary.file"]
    for _ in range(3):
        await file({"request_id": sent.id})
    await do_jobs(house)
    await file({"request_id": sent.id})
    assert len(await copies(house, sent.chart)) == 1
    await file({"request_id": new_id("sum")})  # of nothing


async def test_a_summary_that_was_read_waits_for_nobody(quick_house: House) -> None:
    """A clinic writes one after every visit: a week of them would hide what is expected."""
    house = quick_house
    sent, staff = await summed_up(house), house.here.receptionist

    async def listed() -> dict[str, list[str]]:
        found = {view: await house.requests.lists.of_desk(staff, view) for view in VIEWS}
        return {view: [one.request.id for one in rows] for view, rows in found.items()}

    assert await listed() == {"open": [sent.id], "waiting": [], "done": [], "all": [sent.id]}
    link = await sent.enter()
    assert (await listed())["open"] == [sent.id]  # opened, and not read yet
    await house.requests.reading.read(link)
    assert await listed() == {"open": [], "waiting": [], "done": [sent.id], "all": [sent.id]}
    await house.requests.all.reissue(sent.chart, sent.id)  # somebody is to read it again
    assert (await listed())["open"] == [sent.id]
    await house.requests.all.revoke(sent.chart, sent.id)
    assert await listed() == {"open": [], "waiting": [], "done": [], "all": [sent.id]}
