"""Chat of visits (C5): stored once, read or unread, hidden from everybody else and from the next
room."""

from typing import Any

import pytest

from bedside.conversations.live import apply
from bedside.conversations.visit_chat import LONGEST, VisitChat
from bedside.database import outbox
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel.ids import new_id
from bedside.people.permissions import RoomAccess
from tests.house import House
from tests.visits.ward import Waiter, Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C2", "C5")]


class Talk:
    """A waiting patient, and staff in charge of the room."""

    def __init__(self, ward: Ward, room: RoomAccess, waiter: Waiter) -> None:
        self.ward, self.room, self.waiter = ward, room, waiter
        self.chat: VisitChat = ward.house.services.conversations.visit_chat

    async def staff(self, words: str, **more: Any) -> str:
        """Write as staff."""
        draft = more.pop("draft", new_id("drf"))
        return await self.chat.say(self.room, self.waiter.visit_id, words, draft, **more)

    async def patient(self, words: str, **more: Any) -> str:
        """Write as the patient."""
        draft = more.pop("draft", new_id("drf"))
        return await self.chat.say(self.waiter.visitor, self.waiter.visit_id, words, draft, **more)

    async def seen(self, access: Any = None) -> list[tuple[str, str, bool]]:
        """Return (sender, words, read) as somebody sees them; by default staff."""
        found = await self.chat.conversation(access or self.room, self.waiter.visit_id)
        return [(one.sender_kind, one.body, one.read) for one in found.messages]

    async def unread(self) -> int:
        """Return the unread count in the row of the queue."""
        counts = await self.chat.unread_in(self.room)
        found = await self.chat.conversation(self.waiter.visitor, self.waiter.visit_id)
        return counts.get((self.waiter.visit_id, found.leg), 0)


@pytest.fixture
async def talk(house: House) -> Talk:
    """On both databases."""
    ward = Ward(house)
    room = await ward.room("Dermatology")
    return Talk(ward, room, await ward.check_in(room))


async def test_both_sides_write_and_read(talk: Talk) -> None:
    await talk.patient("  My camera is dark.\r\nWhat now? ")
    assert await talk.unread() == 1
    await talk.chat.read(talk.room, talk.waiter.visit_id)
    assert await talk.unread() == 0
    await talk.staff("We call you by voice then.")
    assert await talk.chat.unread_for(talk.waiter.visitor) == 1
    assert await talk.seen() == [
        ("patient", "My camera is dark.\nWhat now?", True),
        ("staff", "We call you by voice then.", False),
    ]
    await talk.chat.read(talk.waiter.visitor, talk.waiter.visit_id)
    assert await talk.chat.unread_for(talk.waiter.visitor) == 0
    assert [read for _, _, read in await talk.seen(talk.waiter.visitor)] == [True, True]


async def test_a_draft_that_is_sent_again_is_there_once(talk: Talk) -> None:
    draft = new_id("drf")
    first = await talk.patient("Once.", draft=draft)
    assert await talk.patient("Once.", draft=draft) == first
    assert len(await talk.seen()) == 1
    with pytest.raises(NotFound):  # the id of somebody else's draft reveals nothing
        await talk.staff("Mine.", draft=draft)


async def test_what_cannot_be_said(talk: Talk) -> None:
    for blank in (" \n ", "\u200b\u2060 \u202e", "\x01\u200d"):
        with pytest.raises(WrongInput):
            await talk.patient(blank)
    with pytest.raises(WrongInput):
        await talk.patient("x" * (LONGEST + 1))
    await talk.ward.house.services.visits.waiting_room.leave(talk.waiter.visitor)
    with pytest.raises(Conflict):
        await talk.patient("Too late.")
    assert await talk.seen() == []


@pytest.mark.feature("V11")
async def test_the_next_room_begins_with_nothing(talk: Talk) -> None:
    await talk.patient("For the first room.")
    there = await talk.ward.room("Surgery", talk.ward.house.here.receptionist)
    transfers = talk.ward.house.services.visits.transfers
    await transfers.transfer(talk.room, talk.waiter.visit_id, there.room_id, "", expected_leg=1)
    assert await talk.seen(there) == []
    assert await talk.seen(talk.waiter.visitor) == []
    assert await talk.chat.unread_in(there) == {(talk.waiter.visit_id, 1): 1}  # of another leg
    assert await talk.unread() == 0
    with pytest.raises(NotFound):
        await talk.staff("From the room before.")
    with pytest.raises(Conflict):  # written before the transfer, sent after it
        await talk.patient("Meant for the first room.", leg=1)
    await talk.patient("For the second room.", leg=2)
    assert [words for _, words, _ in await talk.seen(there)] == ["For the second room."]
    known = await talk.ward.identify(there, talk.waiter)
    chart = await talk.ward.house.services.people.permissions.chart(
        there.staff, known.visitor.patient_id
    )
    record = await talk.chat.of_record(chart, talk.waiter.visit_id)
    assert [(one.leg, one.body) for one in record] == [
        (1, "For the first room."),
        (2, "For the second room."),
    ]


async def test_nobody_else_reads_or_writes(talk: Talk) -> None:
    await talk.patient("Private.")
    other_room = await talk.ward.room("Cardiology", talk.ward.house.here.receptionist)
    stranger = await talk.ward.check_in(other_room)
    for access in (other_room, stranger.visitor):
        with pytest.raises(NotFound):
            await talk.seen(access)
        with pytest.raises(NotFound):
            await talk.chat.say(access, talk.waiter.visit_id, "Hello?", new_id("drf"))
        with pytest.raises(NotFound):
            await talk.chat.read(access, talk.waiter.visit_id)
    assert "Private." not in repr(
        (await talk.chat.conversation(talk.room, talk.waiter.visit_id)).messages
    )


async def test_a_page_that_follows_is_as_a_fresh_one(talk: Talk) -> None:
    database = talk.ward.house.services.database
    topic = f"chat:{talk.waiter.visit_id}"
    kind = talk.ward.house.services.realtime.topics.kind(topic)
    assert kind is not None

    async def fresh() -> dict[str, Any]:
        return await kind.snapshot(talk.room.staff, talk.waiter.visit_id)

    state, version = await fresh(), 0
    steps = (
        talk.patient("One."),
        talk.staff("Two."),
        talk.chat.read(talk.room, talk.waiter.visit_id),
        talk.chat.read(talk.waiter.visitor, talk.waiter.visit_id),
    )
    for step in steps:
        await step
        async with database.read() as db:
            missed = await outbox.events_since(db, topic, version)
        assert missed
        for event in missed:
            assert "body" not in event.payload
            state, version = apply(state, event.type, event.payload), event.version
        assert state == await fresh()
