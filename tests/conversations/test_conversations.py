"""Conversations between a patient and the clinic (C1, C2, C4, C7, C8): each message once and in
order for everybody, and nobody else's."""

import asyncio

import pytest

from bedside.audit.recorder import Filter
from bedside.conversations.service import PAGE
from bedside.conversations.states import Receipt, Reply
from bedside.conversations.writing import LONGEST, Text
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.permissions import NotShared
from bedside.people.record_parts import Part
from tests.conversations.talking import Talk, side_of, talk_of
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C1", "C2")]


@pytest.fixture
async def talk(house: House) -> Talk:
    """On both databases."""
    return await talk_of(house)


async def test_both_sides_write_and_it_is_numbered(talk: Talk) -> None:
    await talk.say(talk.chart, "  Yes.\r\nDo not worry. ")
    await talk.say(talk.mother, "Thank you!")
    expected = [
        (1, "patient", "Is this normal?"),
        (2, "staff", "Yes.\nDo not worry."),
        (3, "proxy", "Thank you!"),
    ]
    for access in (talk.chart, talk.patient, talk.mother):
        assert await talk.seen(access) == expected


async def test_staff_begin_too(talk: Talk) -> None:
    begun = await talk.all.start(talk.chart, Text("Your results are here."), new_id("drf"))
    page = await talk.all.page(talk.patient, begun)
    assert [(one.sender_kind, one.text) for one in page.messages] == [
        ("staff", "Your results are here.")
    ]
    assert page.conversation.may_reply
    assert begun not in await talk.listed()  # the patient did not write last


async def test_a_draft_that_is_sent_again_is_there_once(talk: Talk) -> None:
    draft, first_of_all = new_id("drf"), new_id("drf")
    at_once = await asyncio.gather(
        *(talk.say(talk.patient, "Once.", draft=draft) for _ in range(5))
    )
    assert len(set(at_once)) == 1
    assert len(await talk.seen()) == 2
    begun = await asyncio.gather(
        *(talk.all.start(talk.patient, Text("New."), first_of_all) for _ in range(3))
    )
    assert len(set(begun)) == 1
    for other in (talk.chart, talk.mother):  # somebody else's draft reveals nothing
        with pytest.raises(NotFound):
            await talk.say(other, "Mine.", draft=draft)
    with pytest.raises(NotFound):  # nor does one of another conversation
        await talk.say(talk.patient, "Elsewhere.", draft=first_of_all)


async def test_two_who_write_at_once_get_two_numbers(talk: Talk) -> None:
    await asyncio.gather(
        *(talk.say(talk.patient, f"p{n}") for n in range(6)),
        *(talk.say(talk.chart, f"s{n}") for n in range(6)),
    )
    assert [number for number, _, _ in await talk.seen()] == list(range(1, 14))


async def test_whoever_was_away_catches_up_by_number(talk: Talk) -> None:
    for n in range(PAGE + 20):
        await talk.say(talk.chart, f"words {n}")
    came = await talk.all.after(talk.patient, talk.id, 1)
    assert [one.number for one in came] == list(range(2, PAGE + 2))
    rest = await talk.all.after(talk.patient, talk.id, came[-1].number)
    assert [one.number for one in rest] == list(range(PAGE + 2, PAGE + 22))
    newest = await talk.all.page(talk.patient, talk.id)
    assert newest.earlier
    assert not newest.later
    before = await talk.all.page(talk.patient, talk.id, newest.messages[0].number)
    assert before.messages[-1].number == newest.messages[0].number - 1
    assert not before.earlier
    assert before.later


async def test_what_cannot_be_said(talk: Talk) -> None:
    for blank in (" \n ", "\u200b\u2060 \u202e", "\x01\u200d", ""):
        with pytest.raises(WrongInput):
            await talk.say(talk.patient, blank)
    with pytest.raises(WrongInput):
        await talk.say(talk.chart, "x" * (LONGEST + 1))
    with pytest.raises(WrongInput):
        await talk.say(talk.chart, "By then.", reply=Reply.UNTIL, reply_until=clock.now() - 1)
    assert len(await talk.seen()) == 1


@pytest.mark.feature("S2")
async def test_nobody_else_gets_in(talk: Talk) -> None:
    house = talk.house
    other = side_of(house, 1)
    no_chat = side_of(house, parts=frozenset(Part) - {Part.CHAT}, proxy=True)
    for access, error in ((other, NotFound), (no_chat, NotShared)):
        for tried in (
            talk.all.page(access, talk.id),
            talk.all.after(access, talk.id, 0),
            talk.all.get(access, talk.id),
            talk.say(access, "Let me in."),
            talk.all.receipt(access, talk.id, 1, Receipt.READ),
            talk.all.retract(access, talk.id, "msg_x"),
            talk.all.start(access, Text("Quoting."), new_id("drf"), quotes_id=talk.id),
        ):
            with pytest.raises(error):
                await tried
    with pytest.raises(NotShared):
        await house.services.conversations.lists.of_patient(no_chat)
    assert await house.services.conversations.lists.of_patient(other) == []
    with pytest.raises(NotFound):
        await talk.all.chart_of(house.next_door.administrator, talk.id)
    with pytest.raises(NotFound):
        await talk.all.chart_of(house.here.receptionist, "cnv_nothing")
    next_chart = await house.chart(1)
    with pytest.raises(NotFound):
        await talk.all.page(next_chart, talk.id)
    room = house.here.room.id
    await house.services.people.staff.unassign(
        house.administer(), house.here.receptionist.staff_id, room
    )
    with pytest.raises(NotFound):
        await talk.all.chart_of(house.here.receptionist, talk.id)
    assert await talk.listed() == []
    assert await house.services.conversations.lists.waiting(house.here.receptionist) == 0


@pytest.mark.feature("C4")
async def test_a_note_is_for_staff_alone(talk: Talk) -> None:
    await talk.all.note(talk.chart, talk.id, "She always asks twice.", new_id("drf"))
    assert [words for _, _, words in await talk.seen()][-1] == "She always asks twice."
    assert [words for _, _, words in await talk.seen(talk.patient)] == ["Is this normal?"]
    assert await talk.all.after(talk.patient, talk.id, 1) == []
    lists = talk.house.services.conversations.lists
    line = (await lists.of_patient(talk.patient))[0]
    assert line.last is not None
    assert (line.last.text, line.unread) == ("Is this normal?", 0)
    assert await talk.listed() == [talk.id]  # a note is no answer


async def test_each_message_says_how_far_it_came_and_with_whom(talk: Talk) -> None:
    await talk.say(talk.chart, "First answer.")
    await talk.say(talk.chart, "Second answer.")
    assert await talk.states() == ["sent", "sent", "sent"]
    await talk.all.receipt(talk.patient, talk.id, 3, Receipt.DELIVERED)
    with clock.shifted(clock.SECOND):
        await talk.all.receipt(talk.mother, talk.id, 2, Receipt.READ)
    assert await talk.states() == ["sent", "read", "delivered"]
    with clock.shifted(2 * clock.SECOND):
        await talk.all.receipt(talk.patient, talk.id, 3, Receipt.READ)
    await talk.all.receipt(talk.patient, talk.id, 2, Receipt.READ)  # late, and no news
    page = await talk.all.page(talk.chart, talk.id)
    who = [(one.person_id, one.what) for one in page.messages[1].seen]
    patient, mother = talk.patient.account.account_id, talk.mother.account.account_id
    assert who == [(patient, "delivered"), (mother, "read"), (patient, "read")]
    assert [one.state for one in page.messages] == ["sent", "read", "read"]
    await talk.all.receipt(talk.chart, talk.id, 3, Receipt.READ)  # only what others wrote counts
    assert (await talk.states(talk.patient))[0] == "read"


@pytest.mark.feature("C7")
async def test_whoever_writes_decides_about_replies(talk: Talk) -> None:
    until = clock.now() + clock.HOUR
    await talk.say(talk.chart, "Tell me by tonight.", reply=Reply.UNTIL, reply_until=until)
    await talk.say(talk.patient, "In time.")
    with clock.shifted(2 * clock.HOUR), pytest.raises(Conflict) as over:
        await talk.say(talk.patient, "Too late.")
    assert over.value.code == "reply_over"
    await talk.say(talk.chart, "Only so that you know.", reply=Reply.CONFIRM)
    with pytest.raises(Conflict):
        await talk.say(talk.patient, "But…")
    await talk.all.receipt(talk.patient, talk.id, 4, Receipt.CONFIRMED)
    assert (await talk.states())[-1] == "confirmed"
    quoting = await talk.all.start(
        talk.patient, Text("About what you wrote:"), new_id("drf"), quotes_id=talk.id
    )
    assert (await talk.all.get(talk.chart, quoting)).quotes_id == talk.id
    await talk.say(talk.chart, "Write again.")
    await talk.say(talk.patient, "I can.")


@pytest.mark.feature("C8")
async def test_what_was_wrong_is_retracted_and_corrected_visibly(talk: Talk) -> None:
    wrong = await talk.say(talk.chart, "Take 500 mg.")
    right = await talk.say(talk.chart, "Take 50 mg.", corrects=wrong)
    page = await talk.all.page(talk.patient, talk.id)
    retracted, correction = page.messages[1:]
    assert (retracted.text, bool(retracted.retracted_at)) == ("", True)
    assert (correction.id, correction.corrects, correction.text) == (right, wrong, "Take 50 mg.")
    for_staff = (await talk.all.page(talk.chart, talk.id)).messages[1]
    assert for_staff.text == "Take 500 mg."  # the original stays in the record
    with pytest.raises(Conflict):
        await talk.all.retract(talk.chart, talk.id, wrong)
    with pytest.raises(NotFound):
        await talk.all.retract(talk.patient, talk.id, right)
    with pytest.raises(NotFound):  # nor what another person on the same side wrote
        await talk.all.retract(talk.mother, talk.id, page.messages[0].id)


@pytest.mark.feature("S4")
async def test_the_log_says_who_did_what(talk: Talk) -> None:
    await talk.seen()
    await talk.seen(talk.mother)
    audit = talk.house.services.people.permissions.audit(talk.house.here.administrator)
    lines = await talk.house.services.audit.log.lines(audit.clinic_id, Filter())
    told = [(line.action, line.actor_kind) for line in lines if line.patient_id][:4]
    assert told == [
        ("conversation.opened", "proxy"),
        ("conversation.opened", "staff"),
        ("conversation.said", "patient"),
        ("conversation.started", "patient"),
    ]
