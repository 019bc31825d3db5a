"""Files in the chat: held by a draft, in the chart with the message, checked before anybody opens
them (features C1, C3, F1)."""

import asyncio
from typing import Any

import pytest

from bedside.audit import Action
from bedside.charts.records import ChartFilter
from bedside.conversations.drafts import CLEAR_UP, KEPT_FOR
from bedside.conversations.writing import Text
from bedside.errors import Conflict, NotAllowed, NotFound, TooLarge, TooMany, WrongInput
from bedside.files.announcing import Allowance, Announced, FileRefused
from bedside.files.retrieval import NotOpened
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.permissions import DraftAccess, draft_access
from bedside.people.record_parts import Part
from tests.conversations.talking import Talk, side_of, talk_of
from tests.hostile import builders
from tests.house import House
from tests.requests.sending import do_jobs, jpeg, pieces
from tests.web.pages import lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C1", "C3")]

PHOTO = jpeg(600, 400)
LIMITED = frozenset({Part.CHAT, Part.FORMS})


async def upload(house: House, access: Any, draft: str, content: bytes, name: str) -> str:
    """Upload a file to a draft by the name that a browser gives it; return that name."""
    drafts, given = house.services.conversations.drafts, f"given-{new_id('fil')}"
    begun = await drafts.begin(access, draft, Announced(name, len(content), given_id=given))
    holder = await drafts.find(access, draft)
    await house.services.files.uploads.append(holder, begun.id, 0, pieces(content))
    return given


async def sent_files(talk: Talk, access: Any) -> list[tuple[str, str]]:
    """Return (name, state) of every file in the conversation, as somebody sees them."""
    page = await talk.all.page(access, talk.id)
    files = await talk.house.services.conversations.files.of(access, page.messages)
    return [(one.name, one.state) for found in files.values() for one in found]


async def entries_of(house: House) -> list[Any]:
    return await house.charts.contents.entries(await house.chart(), ChartFilter())


async def test_a_photo_of_the_patient_is_checked_and_then_opened(house: House) -> None:
    talk = await talk_of(house)
    draft = new_id("drf")
    given = await upload(house, talk.patient, draft, PHOTO, "my hånd (1).jpg")
    assert await entries_of(house) == []
    await talk.say(talk.patient, "Look.", draft=draft, files=(given,))
    for access in (talk.chart, talk.patient):
        assert await sent_files(talk, access) == [("my hånd (1).jpg", "checking")]
    (entry,) = await entries_of(house)
    assert (entry.channel, entry.source_id, entry.reviewed) == ("chat", talk.id, False)
    with pytest.raises(NotOpened):
        await house.services.files.retrieval.open(talk.chart, entry.id)
    await do_jobs(house)
    for access in (talk.chart, talk.patient):
        assert await sent_files(talk, access) == [("my hånd (1).jpg", "open")]
    await house.services.files.of_patients.open(talk.patient, entry.id)
    assert entry.id in {e.id for e in await house.charts.contents.inbox(house.here.receptionist)}
    with pytest.raises(NotFound):
        await house.services.conversations.drafts.remove(side_of(house), new_id("upl"), given)


async def test_sending_again_and_from_two_tabs_gives_one_message(house: House) -> None:
    talk = await talk_of(house)
    draft = new_id("drf")
    names = tuple([await upload(house, talk.patient, draft, PHOTO, f"{n}.jpg") for n in (1, 2)])
    sent = [talk.say(talk.patient, "Two.", draft=draft, files=names) for _ in range(3)]
    assert len(set(await asyncio.gather(*sent))) == 1
    assert [name for name, _state in await sent_files(talk, talk.chart)] == ["1.jpg", "2.jpg"]
    assert len(await entries_of(house)) == 2
    with pytest.raises(Conflict) as other:
        await talk.say(talk.patient, "Other words.", draft=draft)
    assert other.value.code == "draft_sent"
    with pytest.raises(Conflict):
        await house.services.conversations.drafts.find(talk.patient, draft)


async def test_a_message_waits_for_its_files(house: House) -> None:
    talk = await talk_of(house)
    draft, drafts = new_id("drf"), house.services.conversations.drafts
    begun = await drafts.begin(talk.patient, draft, Announced("a.jpg", 900, given_id="given-a"))
    with pytest.raises(Conflict) as missing:
        await talk.say(talk.patient, "Look.", draft=draft, files=("given-a",))
    assert missing.value.code == "files_missing"
    assert len(await talk.seen()) == 1
    await talk.say(talk.patient, "Without it.", draft=draft)
    await do_jobs(house)
    with pytest.raises(NotFound):
        await house.services.files.uploads.find(_holder(talk, draft), begun.id)


def _holder(talk: Talk, draft: str) -> DraftAccess:
    side = talk.patient
    return draft_access(draft, side.clinic_id, side.patient_id, side.owner_id, side.actor)


async def test_what_is_refused_says_so_at_both_sides(house: House) -> None:
    """EICAR in the middle of others: the others arrive, and nobody ever opens it."""
    talk = await talk_of(house)
    draft = new_id("drf")
    names = [await upload(house, talk.patient, draft, PHOTO, "before.jpg")]
    names.append(await upload(house, talk.patient, draft, builders.EICAR, "bad.txt"))
    names.append(await upload(house, talk.patient, draft, PHOTO, "after.jpg"))
    await talk.say(talk.patient, "Three.", draft=draft, files=tuple(names))
    await do_jobs(house)
    expected = [("before.jpg", "open"), ("bad.txt", "refused"), ("after.jpg", "open")]
    for access in (talk.chart, talk.patient):
        assert await sent_files(talk, access) == expected
        page = await talk.all.page(access, talk.id)
        files = await house.services.conversations.files.of(access, page.messages)
        assert next(iter(files.values()))[1].said
    (bad,) = [one for one in await entries_of(house) if one.name == "bad.txt"]
    with pytest.raises(NotOpened):
        await house.services.files.retrieval.open(talk.chart, bad.id, "original")


async def test_what_was_refused_before_sending_is_named_in_the_message(house: House) -> None:
    talk = await talk_of(house)
    draft, drafts = new_id("drf"), house.services.conversations.drafts
    good = await upload(house, talk.patient, draft, PHOTO, "good.jpg")
    script = b"#!/bin/sh\n" + b"rm -rf /\n" * 9_000
    begun = await drafts.begin(
        talk.patient, draft, Announced("run.sh", len(script), given_id="given-sh")
    )
    holder = await drafts.find(talk.patient, draft)
    with pytest.raises(FileRefused):
        await house.services.files.uploads.append(holder, begun.id, 0, pieces(script))
    bad = await upload(house, talk.patient, draft, builders.EICAR, "eicar.txt")
    await do_jobs(house)
    shown = {one.name: one.refusal for one in await drafts.files(talk.patient, draft)}
    assert shown["good.jpg"] == ""
    assert shown["run.sh"]
    assert shown["eicar.txt"]
    only = new_id("drf")
    lone = await upload(house, talk.patient, only, builders.EICAR, "eicar.txt")
    await do_jobs(house)
    with pytest.raises(WrongInput):
        await talk.say(talk.patient, "", draft=only, files=(lone,))
    await talk.say(talk.patient, "", draft=draft, files=(good, "given-sh", bad))
    assert await sent_files(talk, talk.chart) == [
        ("good.jpg", "open"),
        ("run.sh", "refused"),
        ("eicar.txt", "refused"),
    ]


async def test_staff_send_a_file_of_the_chart_and_take_it_back(house: House) -> None:
    talk = await talk_of(house)
    entry_id = await put_in_chart(house, "result.jpg")
    with pytest.raises(NotFound):
        await house.charts.patient_side.entry(talk.patient, entry_id)
    message = await talk.say(talk.chart, "Your result.", entries=(entry_id,))
    assert await sent_files(talk, talk.patient) == [("result.jpg", "open")]
    assert (await house.charts.patient_side.entry(talk.patient, entry_id)).id == entry_id
    await house.services.files.of_patients.open(talk.patient, entry_id)
    (opened,) = await lines(house, Action.FILE_DOWNLOADED)
    assert opened.actor_kind == "patient"
    await talk.all.retract(talk.chart, talk.id, message)
    assert await sent_files(talk, talk.patient) == []
    with pytest.raises(NotFound):
        await house.services.files.of_patients.open(talk.patient, entry_id)
    assert await sent_files(talk, talk.chart) == [("result.jpg", "open")]


async def put_in_chart(house: House, name: str, patient: int = 0) -> str:
    """Have staff upload a picture; return its entry."""
    chart = await house.chart(patient)
    taken = await house.services.files.uploads.take_for_chart(
        chart, name, pieces(PHOTO), Allowance(largest=10**7)
    )
    await do_jobs(house)
    return (await house.charts.contents.entry_of_file(chart, taken.file_id)).id


async def test_files_of_a_note_are_for_staff_only(house: House) -> None:
    talk = await talk_of(house)
    draft = new_id("drf")
    given = await upload(house, talk.chart, draft, PHOTO, "among us.jpg")
    await talk.all.note(talk.chart, talk.id, "", draft, files=(given,))
    await do_jobs(house)
    (entry,) = await entries_of(house)
    assert await sent_files(talk, talk.patient) == []
    with pytest.raises(NotFound):
        await house.charts.patient_side.entry(talk.patient, entry.id)
    assert await sent_files(talk, talk.chart) == [("among us.jpg", "open")]


async def test_nobody_sends_what_is_not_theirs(house: House) -> None:
    talk = await talk_of(house)
    hers, drafts = new_id("drf"), house.services.conversations.drafts
    given = await upload(house, talk.patient, hers, PHOTO, "mine.jpg")
    theirs = await put_in_chart(house, "theirs.jpg", patient=1)
    kept = await put_in_chart(house, "of the clinic.jpg")
    for other in (side_of(house, 1), talk.mother, talk.chart):
        with pytest.raises(NotFound):
            await drafts.files(other, hers)
        with pytest.raises(NotFound):
            await drafts.begin(other, hers, Announced("x.jpg", 9))
        with pytest.raises(NotFound):
            await drafts.remove(other, hers, given)
    with pytest.raises(NotFound):
        await talk.say(talk.mother, "Hello.", draft=hers, files=(given,))
    with pytest.raises(NotFound):
        await talk.say(talk.chart, "Hello.", entries=(theirs,))
    with pytest.raises(NotFound):
        await talk.say(talk.patient, "Hello.", entries=(kept,))
    with pytest.raises(NotFound):
        await talk.say(talk.chart, "Hello.", entries=(new_id("ent"),))
    assert [one.given_id for one in await drafts.files(talk.patient, hers)] == [given]


async def test_a_proxy_without_files_sees_that_there_is_one(house: House) -> None:
    talk = await talk_of(house)
    mother = side_of(house, proxy=True, parts=LIMITED)
    entry_id = await put_in_chart(house, "Chlamydia.jpg")
    await talk.say(talk.chart, "Your result.", entries=(entry_id,))
    assert await sent_files(talk, mother) == [("", "closed")]
    with pytest.raises(NotAllowed):
        await house.services.files.of_patients.open(mother, entry_id)
    with pytest.raises(NotAllowed):
        await talk.say(mother, "Hello.", entries=(entry_id,))
    draft = new_id("drf")
    given = await upload(house, mother, draft, PHOTO, "hers.jpg")
    await talk.say(mother, "Look.", draft=draft, files=(given,))
    await do_jobs(house)
    assert await sent_files(talk, mother) == [("", "closed"), ("hers.jpg", "closed")]
    without = side_of(house, proxy=True, parts=frozenset({Part.FORMS}))
    with pytest.raises(NotAllowed):
        await house.services.conversations.drafts.begin(without, new_id("drf"), Announced("a", 1))


async def test_the_limits_of_a_message(house: House) -> None:
    talk = await talk_of(house)
    draft, drafts = new_id("drf"), house.services.conversations.drafts
    with pytest.raises(TooLarge):
        await drafts.begin(talk.patient, draft, Announced("big.jpg", 51_000_000_0))
    for n in range(30):
        await upload(house, talk.patient, draft, b"one line of text\n", f"{n}.txt")
    with pytest.raises(TooLarge) as many:
        await drafts.begin(talk.patient, draft, Announced("31.txt", 9))
    assert "30" in many.value.sentence
    named = tuple(one.given_id for one in await drafts.files(talk.patient, draft))
    await talk.say(talk.patient, "All.", draft=draft, files=named)
    assert len(await sent_files(talk, talk.patient)) == 30


async def test_a_person_has_files_in_twenty_drafts_at_most(quick_house: House) -> None:
    talk = await talk_of(quick_house)
    drafts = quick_house.services.conversations.drafts
    for _ in range(20):
        await drafts.begin(talk.patient, new_id("drf"), Announced("a.txt", 9))
    with pytest.raises(TooMany):
        await drafts.begin(talk.patient, new_id("drf"), Announced("a.txt", 9))


async def test_a_draft_that_is_not_sent_is_swept(house: House) -> None:
    talk = await talk_of(house)
    draft, drafts = new_id("drf"), house.services.conversations.drafts
    given = await upload(house, talk.patient, draft, PHOTO, "a.jpg")
    await do_jobs(house)
    with clock.shifted(KEPT_FOR - clock.MINUTE):
        assert await drafts.expire() == 0
    with clock.shifted(KEPT_FOR + clock.MINUTE):
        assert await drafts.expire() == 1
        await do_jobs(house)
    assert await drafts.files(talk.patient, draft) == []
    with pytest.raises(Conflict) as gone:
        await talk.say(talk.patient, "Look.", draft=draft, files=(given,))
    assert "7 days" in gone.value.sentence
    assert [key async for key, _blob in house.services.files.custody.blobs()] == []


async def test_a_file_that_arrives_after_its_draft_was_sent_is_destroyed(house: House) -> None:
    talk = await talk_of(house)
    draft, drafts = new_id("drf"), house.services.conversations.drafts
    begun = await drafts.begin(talk.patient, draft, Announced("late.jpg", len(PHOTO)))
    holder = await drafts.find(talk.patient, draft)
    await talk.say(talk.patient, "Without it.", draft=draft)
    await house.services.files.uploads.append(holder, begun.id, 0, pieces(PHOTO))
    await do_jobs(house)
    assert await entries_of(house) == []
    assert [key async for key, _blob in house.services.files.custody.blobs()] == []


async def test_what_is_taken_out_of_a_draft_is_destroyed(house: House) -> None:
    talk = await talk_of(house)
    draft, drafts = new_id("drf"), house.services.conversations.drafts
    one = await upload(house, talk.patient, draft, PHOTO, "a.jpg")
    two = await upload(house, talk.patient, draft, PHOTO, "b.jpg")
    await drafts.remove(talk.patient, draft, one)
    await drafts.remove(talk.patient, draft, one)
    assert [file.given_id for file in await drafts.files(talk.patient, draft)] == [two]
    await talk.say(talk.patient, "One.", draft=draft, files=(two,))
    await do_jobs(house)
    assert await sent_files(talk, talk.chart) == [("b.jpg", "open")]


async def test_a_new_conversation_begins_with_files(house: House) -> None:
    talk = Talk(house, await house.chart())
    draft = new_id("drf")
    given = await upload(house, talk.patient, draft, PHOTO, "a.jpg")
    text = Text("Is this normal?", files=(given,))
    talk.id = await talk.all.start(talk.patient, text, draft)
    assert await talk.all.start(talk.patient, text, draft) == talk.id
    assert [name for name, _state in await sent_files(talk, talk.chart)] == ["a.jpg"]
    assert CLEAR_UP
