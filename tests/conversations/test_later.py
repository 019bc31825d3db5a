"""Messages that leave later (C8): exactly once, looked at again when their time comes, and a task
for staff where they do not leave."""

import asyncio
from typing import Any

import pytest

from bedside.conversations.later import Change, Later, NoConsent, moment_in
from bedside.conversations.states import Receipt, Reply
from bedside.conversations.writing import Text
from bedside.database import outbox
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.contact import Consent, ContactRules
from bedside.worker.run import Worker
from tests.accounts.people import side_of
from tests.accounts.test_proxies import let_in
from tests.conversations.talking import Talk, talk_of
from tests.conversations.test_files import put_in_chart, sent_files, upload
from tests.house import House
from tests.requests.sending import do_jobs, jpeg

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C8")]

HOUR = clock.HOUR


@pytest.fixture
async def talk(house: House) -> Talk:
    """On both databases; the patient has the app."""
    talk = await talk_of(house)
    talk.patient = await side_of(house)
    return talk


async def write(talk: Talk, words: str = "How is it today?", **more: Any) -> str:
    """Write a message that leaves in an hour, in the conversation."""
    draft = more.pop("draft", new_id("drf"))
    send_at = more.pop("send_at", clock.now() + HOUR)
    begun = more.pop("conversation", talk.id)
    later = talk.house.services.conversations.later
    return await later.write(talk.chart, begun, Text(words, **more), draft, send_at)


async def waiting(talk: Talk) -> list[Later]:
    """Return what waits, as the receptionist sees it."""
    return await talk.house.services.conversations.later.waiting(talk.house.here.receptionist)


async def when_due(talk: Talk) -> str:
    """Let the hour pass and the worker work; return why it did not leave, "" if nothing waits."""
    with clock.shifted(HOUR + clock.SECOND):
        await do_jobs(talk.house)
        await do_jobs(talk.house)
    return next((one.obstacle for one in await waiting(talk)), "")


async def test_it_leaves_when_its_time_comes_and_not_before(talk: Talk) -> None:
    await talk.say(talk.chart, "Yes.")
    await write(talk, "How is it <today>?", reply=Reply.CONFIRM)
    await do_jobs(talk.house)
    assert [one.text.words for one in await waiting(talk)] == ["How is it <today>?"]
    assert len(await talk.seen()) == 2
    before = (await talk.all.get(talk.patient, talk.id)).last_at
    assert await when_due(talk) == ""
    assert (await talk.seen(talk.patient))[-1] == (3, "staff", "How is it <today>?")
    after = await talk.all.get(talk.patient, talk.id)
    assert (after.reply, after.last_at > before) == ("confirm", True)
    assert await waiting(talk) == []
    assert await when_due(talk) == ""
    assert len(await talk.seen()) == 3


async def test_the_patient_learns_nothing_of_what_waits(talk: Talk) -> None:
    services = talk.house.services
    await talk.all.receipt(talk.patient, talk.id, 1, Receipt.READ)
    await write(talk, "Quinsy, probably.")
    await write(talk, "A new matter: quinsy.", conversation="")
    assert await services.conversations.search.of_patient(talk.patient, "quinsy") == []
    found = await services.conversations.search.everywhere(talk.house.here.receptionist, "quinsy")
    assert found == []
    lines = await services.conversations.lists.of_patient(talk.patient)
    assert [(line.conversation.id, line.unread) for line in lines] == [(talk.id, 0)]
    async with services.database.read() as db:
        for topic in (f"conversation:{talk.id}", f"conversations:{talk.patient.patient_id}"):
            events = await outbox.events_since(db, topic, 0) or []
            assert not any("later" in one.type for one in events)
            assert all(one.payload.get("number", 1) == 1 for one in events)
    await when_due(talk)
    assert len(await services.conversations.search.of_patient(talk.patient, "quinsy")) == 2
    lines = await services.conversations.lists.of_patient(talk.patient)
    assert sorted(line.unread for line in lines) == [1, 1]


async def test_one_that_begins_a_conversation(talk: Talk) -> None:
    services = talk.house.services
    later_id = await write(talk, "Your annual visit is due.", conversation="")
    [shown] = await services.conversations.later.beginning(talk.chart)
    assert (shown.id, shown.conversation_id) == (later_id, "")
    await when_due(talk)
    lines = await services.conversations.lists.of_patient(talk.patient)
    assert next(line.last.text for line in lines if line.last) == "Your annual visit is due."
    assert await services.conversations.later.beginning(talk.chart) == []


async def test_the_patient_wrote_since(talk: Talk) -> None:
    later_id = await write(talk)
    await talk.say(talk.patient, "It got worse.")
    assert await when_due(talk) == "wrote"
    assert [text for *_rest, text in await talk.seen()] == ["Is this normal?", "It got worse."]
    later = talk.house.services.conversations.later
    assert await later.undecided(talk.house.here.receptionist) == 1
    alerts = await talk.house.notifications.messages.outbox(talk.house.here.receptionist)
    assert [one.subject for one in alerts if one.cause_id.startswith("ltr_")] == [
        "A message was not sent"
    ]
    assert await later.send_now(talk.chart, later_id) == talk.id
    assert (await talk.seen())[-1] == (3, "staff", "How is it today?")
    assert await later.undecided(talk.house.here.receptionist) == 0


async def test_what_its_author_had_seen_does_not_keep_it(talk: Talk) -> None:
    later_id = await write(talk)
    await talk.say(talk.patient, "It got worse.")
    [shown] = await waiting(talk)
    later = talk.house.services.conversations.later
    change = Change("And how is it now?", clock.now() + HOUR, shown.round, 1)
    await later.change(talk.chart, later_id, change)  # of a page that did not show it yet
    assert await when_due(talk) == "wrote"
    [shown] = await waiting(talk)
    change = Change("And how is it now?", clock.now() + HOUR, shown.round, 2)
    await later.change(talk.chart, later_id, change)
    assert await when_due(talk) == ""
    assert (await talk.seen())[-1][2] == "And how is it now?"


@pytest.mark.parametrize(
    ("consent", "why"), [(Consent.DECEASED, "deceased"), (Consent.REFUSED, "refused")]
)
async def test_what_is_known_of_the_patient_by_then_counts(
    talk: Talk, consent: Consent, why: str
) -> None:
    await write(talk)
    rules = ContactRules(consent=consent)
    await talk.house.services.people.preferences.change(talk.chart, rules)
    assert await when_due(talk) == why
    assert len(await talk.seen()) == 1


async def test_a_closed_conversation_is_not_opened_by_itself(talk: Talk) -> None:
    await write(talk)
    await talk.house.services.conversations.desk.close(talk.chart, talk.id)
    assert await when_due(talk) == "closed"


async def test_a_day_for_replies_that_is_over(talk: Talk) -> None:
    with pytest.raises(WrongInput):
        await write(talk, reply=Reply.UNTIL, reply_until=clock.now() + HOUR)
    await write(talk, reply=Reply.UNTIL, reply_until=clock.now() + 2 * HOUR)
    with clock.shifted(3 * HOUR):  # the worker was down
        await do_jobs(talk.house)
    assert [one.obstacle for one in await waiting(talk)] == ["reply_over"]


async def test_nobody_can_open_the_app(house: House) -> None:
    talk = await talk_of(house)
    await write(talk)
    assert await when_due(talk) == "nobody"


async def test_a_helper_who_came_since(quick_house: House) -> None:
    talk = await talk_of(quick_house)
    talk.patient = await side_of(quick_house)
    await write(talk)
    await let_in(quick_house)
    assert await when_due(talk) == "helper"
    await talk.house.services.conversations.later.drop(talk.chart, (await waiting(talk))[0].id)
    await write(talk)  # with the helper in view
    assert await when_due(talk) == ""


async def test_it_follows_a_joined_chart(talk: Talk) -> None:
    house = talk.house
    await write(talk, "In the conversation.")
    await write(talk, "A new one.", conversation="")
    kept = await house.chart(1, house.here.administrator)
    joined = await house.chart(0, house.here.administrator)
    who = (await house.services.people.patients.get(kept)).demographics
    await house.services.people.joining.join(kept, joined, who)
    assert await when_due(talk) == ""
    moved = await house.chart(1)
    lines = await house.services.conversations.lists.of_patient(moved)
    assert {line.last.text for line in lines if line.last} == {"In the conversation.", "A new one."}


async def test_it_leaves_although_its_author_has_left(talk: Talk) -> None:
    house = talk.house
    chart = await house.chart(0, house.here.clinician)
    later = house.services.conversations.later
    await later.write(chart, talk.id, Text("Bye."), new_id("drf"), clock.now() + HOUR)
    other = await later.write(chart, "", Text("Held."), new_id("drf"), clock.now() + HOUR)
    await house.services.people.staff.disable(house.administer(), house.here.clinician.staff_id)
    await when_due(talk)
    page = await talk.all.page(talk.patient, talk.id)
    assert page.messages[-1].sender_id == house.here.clinician.staff_id
    assert other not in [one.id for one in await waiting(talk)]


async def test_the_administrators_learn_for_an_author_who_has_left(talk: Talk) -> None:
    house = talk.house
    chart = await house.chart(0, house.here.clinician)
    later = house.services.conversations.later
    await later.write(chart, talk.id, Text("Bye."), new_id("drf"), clock.now() + HOUR)
    await talk.say(talk.patient, "Wait.")
    await house.services.people.staff.disable(house.administer(), house.here.clinician.staff_id)
    assert await when_due(talk) == "wrote"
    alerts = await house.notifications.messages.outbox(house.here.administrator)
    assert "A message was not sent" in [one.subject for one in alerts]


async def test_moved_sent_now_and_dropped(talk: Talk) -> None:
    later = talk.house.services.conversations.later
    moved = await write(talk, "Moved.")
    [shown] = await waiting(talk)
    change = Change("Moved.", clock.now() + 3 * HOUR, shown.round)
    await later.change(talk.chart, moved, change)
    with pytest.raises(Conflict):  # a colleague's page of before
        await later.change(talk.chart, moved, change)
    now, dropped = await write(talk, "Now."), await write(talk, "Never.")
    await later.send_now(talk.chart, now)
    await later.drop(talk.chart, dropped)
    for gone in (now, dropped):
        with pytest.raises(NotFound):
            await later.send_now(talk.chart, gone)
    assert await when_due(talk) == ""
    assert [text for *_rest, text in await talk.seen()][1:] == ["Now."]
    with clock.shifted(3 * HOUR):
        await do_jobs(talk.house)
    assert [text for *_rest, text in await talk.seen()][1:] == ["Now.", "Moved."]


async def test_whoever_changes_the_words_is_their_author(talk: Talk) -> None:
    house, later = talk.house, talk.house.services.conversations.later
    later_id = await write(talk)
    colleague = await house.chart(0, house.here.clinician)
    await later.change(colleague, later_id, Change("How is it today?", clock.now() + HOUR, 1))
    assert (await waiting(talk))[0].staff_id == house.here.receptionist.staff_id
    await later.change(colleague, later_id, Change("Still red?", clock.now() + HOUR, 2))
    assert (await waiting(talk))[0].staff_id == house.here.clinician.staff_id


async def test_two_workers_send_it_once(talk: Talk) -> None:
    draft = new_id("drf")
    ids = {await write(talk, draft=draft), await write(talk, draft=draft)}
    assert len(ids) == 1
    house = talk.house
    handlers = house.registered.handlers
    [shown] = await waiting(talk)
    with clock.shifted(HOUR + 1):
        payload = {"later_id": shown.id, "round": shown.round}
        again = handlers["conversation.send_later"]
        workers = [Worker(house.database, handlers, {}).run_until_idle() for _ in range(2)]
        await asyncio.gather(*workers, again(payload), again(payload))
    assert len(await talk.seen()) == 2
    sent = (await talk.all.page(talk.chart, talk.id)).messages[-1].id
    assert await write(talk, draft=draft) == sent  # a page that tries again


async def test_times_of_the_clinic() -> None:
    zone = "Europe/Stockholm"
    gap = moment_in("2027-03-28", "2:30", zone)  # the clocks go from 2:00 to 3:00
    assert clock.in_zone(zone, gap).strftime("%H:%M") == "03:30"
    twice = moment_in("2027-10-31", "02:30", zone)
    assert clock.in_zone(zone, twice).utcoffset() == clock.in_zone(zone, gap).utcoffset()
    for day, time in (("2027-02-30", "8:00"), ("", "8:00"), ("2027-02-03", "25:00"), ("x", "y")):
        with pytest.raises(WrongInput):
            moment_in(day, time, zone)


async def test_a_time_that_is_over_or_far_away(talk: Talk) -> None:
    for wrong in (clock.now() - 1, clock.now() + 400 * clock.DAY):
        with pytest.raises(WrongInput):
            await write(talk, send_at=wrong)


@pytest.mark.feature("S2")
async def test_others_get_nothing(talk: Talk) -> None:
    house, later = talk.house, talk.house.services.conversations.later
    later_id = await write(talk)
    neighbour = house.next_door.administrator
    with pytest.raises(NotFound):
        await later.chart_of(neighbour, later_id)
    assert await later.waiting(neighbour) == []
    wrong_chart = await house.chart(1)
    for attempt in (
        later.drop(wrong_chart, later_id),
        later.send_now(wrong_chart, later_id),
        later.get(wrong_chart, later_id),
        later.change(wrong_chart, later_id, Change("x", clock.now() + HOUR, 1)),
        later.write(wrong_chart, talk.id, Text("x"), new_id("drf"), clock.now() + HOUR),
    ):
        with pytest.raises(NotFound):
            await attempt


@pytest.mark.feature("C1")
async def test_files_go_along_and_are_the_patients_when_it_leaves(talk: Talk) -> None:
    draft = new_id("drf")
    file_id = await upload(talk.house, talk.chart, draft, jpeg(600, 400), "plan.jpg")
    chosen = await put_in_chart(talk.house, "scan.jpg")
    await write(talk, "Both are for you.", draft=draft, files=(file_id,), entries=(chosen,))
    [one] = await waiting(talk)
    assert len(one.text.entries) == 2
    assert await sent_files(talk, talk.patient) == []
    assert await when_due(talk) == ""
    names = [name for name, _state in await sent_files(talk, talk.patient)]
    assert names == ["scan.jpg", "plan.jpg"]


@pytest.mark.feature("C1")
async def test_a_file_that_was_moved_since_goes_to_nobody(talk: Talk) -> None:
    house = talk.house
    chosen = await put_in_chart(house, "scan.jpg")
    await write(talk, "This is for you.", entries=(chosen,))
    other = await house.chart(1)
    await house.charts.contents.move(talk.chart, chosen, other, "Wrong patient")
    assert await when_due(talk) == "files"
    [one] = await waiting(talk)
    await house.services.conversations.later.send_now(talk.chart, one.id)
    assert await sent_files(talk, talk.patient) == []
    assert (await talk.seen(talk.patient))[-1][2] == "This is for you."


@pytest.mark.parametrize("consent", [Consent.DECEASED, Consent.REFUSED])
async def test_no_press_overrules_what_the_patient_consents_to(
    talk: Talk, consent: Consent
) -> None:
    later_id = await write(talk)
    await talk.house.services.people.preferences.change(talk.chart, ContactRules(consent=consent))
    await when_due(talk)
    with pytest.raises(NoConsent):
        await talk.house.services.conversations.later.send_now(talk.chart, later_id)
    assert len(await waiting(talk)) == 1
    assert len(await talk.seen()) == 1
    agreed = ContactRules(consent=Consent.GIVEN)
    await talk.house.services.people.preferences.change(talk.chart, agreed)
    await talk.house.services.conversations.later.send_now(talk.chart, later_id)
    assert len(await talk.seen()) == 2
