"""Open pages of a conversation (C2): those that follow are as fresh ones, and a note stays among
staff."""

from typing import Any

import pytest

from bedside.conversations.live import apply_to_conversation
from bedside.conversations.service import PAGE
from bedside.conversations.states import Kind, Receipt, Reply
from bedside.conversations.writing import Text
from bedside.database import outbox
from bedside.errors import NotFound
from bedside.kernel.events import Published
from bedside.kernel.ids import new_id
from tests.conversations.talking import Talk, side_of, talk_of
from tests.house import House
from tests.requests.sending import do_jobs, jpeg, pieces

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C2")]


class Follower:
    """A page of one side that is never loaded again."""

    def __init__(self, talk: Talk, access: Any) -> None:
        self.access = access
        self._talk = talk
        self._topic = f"conversation:{talk.id}"
        self._topics = talk.house.services.realtime.topics
        self._version = 0
        self.state: dict[str, Any] = {}

    async def fresh(self) -> dict[str, Any]:
        """Return the snapshot that a new page gets."""
        kind = self._topics.kind(self._topic)
        assert kind is not None
        return await kind.snapshot(self.access, self._talk.id)

    async def catch_up(self) -> None:
        """Apply what happened, as far as this side receives it."""
        staff = not hasattr(self.access, "parts")
        async with self._talk.house.services.database.read() as db:
            missed = await outbox.events_since(db, self._topic, self._version)
        for event in missed:
            assert not {"body", "text", "words"} & event.payload.keys()
            if staff or event.payload.get("kind") != Kind.NOTE:
                self.state = apply_to_conversation(self.state, event.type, event.payload)
            self._version = event.version


@pytest.fixture
async def talk(house: House) -> Talk:
    """On both databases."""
    return await talk_of(house)


async def test_a_page_that_follows_is_as_a_fresh_one(talk: Talk) -> None:
    pages = [Follower(talk, talk.house.here.receptionist), Follower(talk, talk.patient)]
    for page in pages:
        page.state = await page.fresh()
        await page.catch_up()
    wrong = await talk.say(talk.chart, "Wrong.")
    desk = talk.house.services.conversations.desk
    steps = (
        lambda: talk.all.receipt(talk.patient, talk.id, 2, Receipt.DELIVERED),
        lambda: talk.all.note(talk.chart, talk.id, "Among us.", new_id("drf")),
        lambda: talk.all.receipt(talk.mother, talk.id, 2, Receipt.READ),
        lambda: talk.say(talk.chart, "Right.", corrects=wrong),
        lambda: talk.say(talk.mother, "Thanks."),
        lambda: talk.say(talk.chart, "Bye.", reply=Reply.CONFIRM),
        lambda: talk.all.receipt(talk.patient, talk.id, 6, Receipt.CONFIRMED),
        lambda: desk.close(talk.chart, talk.id),
        lambda: desk.reopen(talk.chart, talk.id),
    )
    for step in steps:
        await step()
        for page in pages:
            await page.catch_up()
            assert page.state == await page.fresh()
    assert "Among us." not in str(pages[1].state)
    assert len(pages[0].state["messages"]) == len(pages[1].state["messages"]) + 1


@pytest.mark.feature("C1")
async def test_a_file_of_a_message_that_was_scanned_is_news(talk: Talk) -> None:
    house, draft = talk.house, new_id("drf")
    drafts = house.services.conversations.drafts
    file_id = await drafts.take(talk.patient, draft, "spot.jpg", pieces(jpeg()))
    page = Follower(talk, talk.patient)
    page.state = await page.fresh()
    await page.catch_up()
    await talk.say(talk.patient, "Look.", draft=draft, files=(file_id,))
    await do_jobs(house)
    await page.catch_up()
    assert page.state == await page.fresh()
    async with house.services.database.read() as db:
        events = await outbox.events_since(db, f"conversation:{talk.id}", 0)
    news = [one.payload for one in events if one.type == "conversation.files_changed"]
    assert news
    assert all("spot" not in str(one) for one in news)


async def test_a_long_one_keeps_the_newest_only(talk: Talk) -> None:
    page = Follower(talk, talk.patient)
    page.state = await page.fresh()
    for n in range(PAGE + 5):
        await talk.say(talk.chart, f"words {n}")
    await page.catch_up()
    assert page.state == await page.fresh()
    assert len(page.state["messages"]) == PAGE


@pytest.mark.feature("S2")
async def test_others_get_no_snapshot(talk: Talk) -> None:
    topics = talk.house.services.realtime.topics
    for name, about in (("conversation", talk.id), ("conversations", talk.patient.patient_id)):
        kind = topics.kind(f"{name}:x")
        assert kind is not None
        for stranger in (side_of(talk.house, 1), talk.house.next_door.administrator, None):
            with pytest.raises(NotFound):
                await kind.snapshot(stranger, about)


async def test_a_note_reaches_staff_only(talk: Talk) -> None:
    topics = talk.house.services.realtime.topics
    told = {"patient_id": talk.patient.patient_id, "conversation_id": talk.id, "kind": "note"}
    event = Published(f"conversation:{talk.id}", 1, "conversation.message_added", told)
    here = talk.house.here
    for person in (here.receptionist.staff_id, here.clinician.staff_id):
        assert await topics.may_hear(f"{talk.house.clinic.id}/{person}", event)
    for person in (talk.patient.account.account_id, talk.house.next_door.administrator.staff_id):
        assert not await topics.may_hear(f"{talk.house.clinic.id}/{person}", event)


async def test_both_charts_lists_hear_of_a_join(talk: Talk) -> None:
    house = talk.house
    await talk.all.start(talk.chart, Text("Another one."), new_id("drf"))
    kept = await house.chart(1, house.here.administrator)
    joined = await house.chart(0, house.here.administrator)
    who = (await house.services.people.patients.get(kept)).demographics
    await house.services.people.joining.join(kept, joined, who)
    moved = await house.chart(1)
    lists = house.services.conversations.lists
    assert len(await lists.of_patient(moved)) == 2
    assert (await talk.all.page(moved, talk.id)).messages[0].text == "Is this normal?"
