"""A letter: written, sent once, read behind the date of birth, filed once, and then as it is."""

import asyncio
from datetime import date
from typing import Any

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.letters.drafts import NotADraft, SavedMeanwhile, Words
from bedside.letters.sending import Posting
from bedside.printing.body import of_plain
from bedside.requests.lists import VIEWS
from tests.charts.filing import filed
from tests.house import House
from tests.letters.writing import TITLE, WORDS, copies, drafted, sent_letter
from tests.printing.reading import in_one_piece, without_spaces
from tests.requests.sending import ADDRESS, BORN, Sent, do_jobs
from tests.requests.summaries import treated

pytestmark = [pytest.mark.anyio, pytest.mark.feature("L3"), pytest.mark.feature("L4")]


async def counted(house: House, action: Action, patient_id: str) -> int:
    """Count audit lines of a kind about a patient."""
    wanted = Filter(patient_id=patient_id, action=action)
    return len(await house.audit.log.lines(house.clinic.id, wanted))


async def test_it_is_read_behind_the_date_of_birth_and_filed_in_the_chart(house: House) -> None:
    sent = await sent_letter(house)
    messages = await house.notifications.messages.outbox(house.here.receptionist)
    [message] = [one for one in messages if one.cause_id.startswith(sent.id)]
    assert "Rita Sandberg has written to you" in message.text
    for word in ("blood", "result", "Letter"):
        assert word not in message.text + message.subject
    assert not (await house.links.answer(await sent.secret(), date(1991, 3, 15), ADDRESS)).token
    link = await sent.enter()
    assert (await sent.now()).read_at == 0  # let in, and has not seen the words yet
    page = await house.services.letters.reading.read(link)
    assert (page.sheet.title, page.sheet.body) == (TITLE, of_plain(WORDS))
    first = (await sent.now()).read_at
    assert first
    with clock.shifted(clock.HOUR):
        await house.services.letters.reading.read(link)
    assert (await sent.now()).read_at == first
    for action in (Action.LETTER_SENT, Action.LETTER_READ):
        assert await counted(house, action, sent.chart.patient_id) == 1, action
    [entry] = await copies(house, sent.chart)
    assert (entry.title, entry.source_id, entry.state) == (f"{TITLE}.pdf", sent.id, "filed")
    opened = await house.files.retrieval.open(sent.chart, entry.id, "original")
    printed = in_one_piece(b"".join([piece async for piece in opened.chunks(0, opened.size)]))
    for words in (TITLE, "Your result is fine.", "Maya Lindqvist", sent.id[-8:].upper()):
        assert without_spaces(words) in printed


async def test_pressed_three_times_it_is_sent_once(house: House) -> None:
    chart = await house.chart()
    letter = await drafted(house, chart)
    sending = house.services.letters.sending
    await asyncio.gather(
        *(sending.send(chart, letter.id, letter.version, Posting(("sms",))) for _ in range(3))
    )
    await do_jobs(house)
    assert len(await Sent(house, chart, letter.id).secrets()) == 1
    assert len(await copies(house, chart)) == 1
    [archived] = await house.services.letters.archive.of(chart)
    assert (archived.by, archived.request and archived.request.id) == ("Rita Sandberg", letter.id)


async def test_what_was_sent_is_not_changed_any_more(house: House) -> None:
    sent = await sent_letter(house)
    drafts = house.services.letters.drafts
    before = await drafts.get(sent.chart, sent.id)
    for change in (
        drafts.save(sent.chart, sent.id, before.version, Words("Another", of_plain("Else"))),
        drafts.detach(sent.chart, sent.id, "ent_x"),
        drafts.attach(sent.chart, sent.id, ((await filed(house, sent.chart)).id,)),
        drafts.discard(sent.chart, sent.id),
    ):
        with pytest.raises(NotADraft):
            await change
    assert await drafts.get(sent.chart, sent.id) == before


async def test_what_is_sent_is_what_was_checked(house: House) -> None:
    """A colleague saved other words between the check and the press."""
    chart = await house.chart()
    letter = await drafted(house, chart)
    colleague = await house.chart(0, house.here.clinician)
    drafts, sending = house.services.letters.drafts, house.services.letters.sending
    await drafts.save(colleague, letter.id, letter.version, Words(TITLE, of_plain("Not fine.")))
    with pytest.raises(SavedMeanwhile):
        await sending.send(chart, letter.id, letter.version, Posting(("sms",)))
    with pytest.raises(SavedMeanwhile):
        await drafts.save(chart, letter.id, letter.version, Words(TITLE, of_plain("Mine.")))
    await do_jobs(house)
    assert await Sent(house, chart, letter.id).secrets() == []
    assert (await drafts.get(chart, letter.id)).record.body == of_plain("Not fine.")


@pytest.mark.parametrize(
    ("title", "text", "field"),
    [
        ("", WORDS, "title"),
        (" \u200b", WORDS, "title"),
        ("About [[your test]]", WORDS, "title"),
        (TITLE, "", "body"),
        (TITLE, "\u2800\n\n\u3164", "body"),
        (TITLE, "Dear [[first nam]],", "body"),
        (TITLE, "Fine.\n\n[[driving??You may not drive.]]", "body"),
    ],
)
async def test_what_is_empty_or_not_filled_in_is_not_sent(
    quick_house: House, title: str, text: str, field: str
) -> None:
    chart = await quick_house.chart()
    letter = await drafted(quick_house, chart, text, title)
    sending = quick_house.services.letters.sending
    [obstacle] = await sending.obstacles(chart, letter)
    assert obstacle.field == field
    with pytest.raises(WrongInput) as refused:
        await sending.send(chart, letter.id, letter.version, Posting(("sms",)))
    assert refused.value.field == field
    assert await Sent(quick_house, chart, letter.id).secrets() == []


async def test_its_files_are_given_with_it_until_its_link_is_closed(house: House) -> None:
    chart = await house.chart()
    entry = await filed(house, chart, "Leaflet.pdf")
    sent = await sent_letter(house, entries=[entry.id])
    reading = house.services.letters.reading
    page = await reading.read(await sent.enter())
    assert [one.id for one in page.files] == [entry.id]
    await house.requests.all.revoke(chart, sent.id)
    assert not (await house.links.answer(await sent.secret(), BORN, ADDRESS)).token
    await house.requests.all.reissue(chart, sent.id)
    await do_jobs(house)
    assert len((await reading.read(await sent.enter())).files) == 1
    other = await house.chart(1)
    await house.charts.contents.move(chart, entry.id, other, "Wrong chart")
    assert (await reading.read(await sent.enter())).files == ()


async def test_files_are_those_of_this_chart_and_25_mb_at_most(house: House) -> None:
    chart, other = await house.chart(), await house.chart(1)
    letter = await drafted(house, chart)
    drafts = house.services.letters.drafts
    big = await filed(house, chart, "Scan.pdf", size=20_000_000)
    more = await filed(house, chart, "More.pdf", size=5_000_001)
    theirs = await filed(house, other, "Theirs.pdf")
    await drafts.attach(chart, letter.id, (big.id,))
    with pytest.raises(WrongInput) as refused:
        await drafts.attach(chart, letter.id, (more.id,))
    assert refused.value.field == "files"
    with pytest.raises(Conflict):
        await drafts.attach(chart, letter.id, (theirs.id,))
    assert (await drafts.get(chart, letter.id)).record.entries == (big.id,)
    await drafts.detach(chart, letter.id, big.id)
    await drafts.attach(chart, letter.id, (more.id,))
    assert (await drafts.get(chart, letter.id)).record.entries == (more.id,)


async def test_a_letter_is_that_of_its_chart_only(house: House) -> None:
    chart, other = await house.chart(), await house.chart(1)
    letter = await drafted(house, chart)
    drafts, sending = house.services.letters.drafts, house.services.letters.sending
    with pytest.raises(NotFound):
        await drafts.get(other, letter.id)
    with pytest.raises(NotFound):
        await drafts.save(other, letter.id, letter.version, Words(TITLE, of_plain("x")))
    with pytest.raises(NotFound):
        await sending.send(other, letter.id, letter.version, Posting(("sms",)))
    with pytest.raises(NotFound):
        await drafts.begin(other, letter.id, "blank")
    assert await house.services.letters.archive.of(other) == []


async def test_of_a_visit_that_was_moved_nobody_else_reads_the_letter(house: House) -> None:
    visit_id = await treated(house)
    sent = await sent_letter(house, visit=visit_id)
    waiting = await drafted(house, sent.chart, visit=visit_id)
    to = await house.chart(1)
    await house.visits.correction.reassign(sent.chart, visit_id, to, "Wrong person")
    assert not (await house.links.answer(await sent.secret(), BORN, ADDRESS)).token
    with pytest.raises(Conflict):
        await house.requests.all.reissue(sent.chart, sent.id)
    [obstacle] = await house.services.letters.sending.obstacles(sent.chart, waiting)
    assert obstacle.field == "visit"


async def test_a_visit_that_is_moved_while_it_is_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart, to, visit_id = await house.chart(), await house.chart(1), await treated(house)
    letter = await drafted(house, chart, visit=visit_id)
    sending = house.services.letters.sending
    look = sending.obstacles

    async def looked(*given: Any) -> Any:
        found = await look(*given)
        await house.visits.correction.reassign(chart, visit_id, to, "Wrong person")
        return found

    monkeypatch.setattr(sending, "obstacles", looked)
    with pytest.raises(WrongInput) as refused:
        await sending.send(chart, letter.id, letter.version, Posting(("sms",)))
    assert refused.value.field == "visit"
    await do_jobs(house)
    assert await Sent(house, chart, letter.id).secrets() == []
    assert (await house.services.letters.drafts.get(chart, letter.id)).sent_at == 0


async def test_among_the_requests_a_letter_that_was_read_is_done(house: House) -> None:
    sent = await sent_letter(house)
    lists, desk = house.requests.lists, house.here.receptionist
    assert set(VIEWS) >= {"open", "done"}
    assert [one.request.id for one in await lists.of_desk(desk, "open")] == [sent.id]
    await house.services.letters.reading.read(await sent.enter())
    assert await lists.of_desk(desk, "open") == []
    assert [one.request.id for one in await lists.of_desk(desk, "done")] == [sent.id]
