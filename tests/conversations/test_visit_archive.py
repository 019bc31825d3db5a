"""Chats of past visits in the app: they stay, are found by words, and are nobody else's (C3)."""

import pytest

from bedside.accounts.levels import Level
from bedside.conversations.visit_chat import VisitChat
from bedside.errors import NotFound
from bedside.kernel.ids import new_id
from bedside.people.permissions import NotShared
from bedside.people.record_parts import Part
from tests.accounts.people import let_in, side_of
from tests.house import House
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C3", "C5")]
SAID = ("The cream burns on my left elbow.", "Use it every other day.")


async def visited(house: House, *said: str, patient: int = 0) -> str:
    """Let a patient come, and write in the chat of the visit; staff write every second message.
    Returns the id of the visit, which is over."""
    ward = Ward(house)
    room = await ward.room(f"Dermatology {new_id('x')[-4:]}")
    waiter = await ward.check_in(room)
    waiter = await ward.identify(room, waiter, house.patients[patient].id)
    chat: VisitChat = house.services.conversations.visit_chat
    for number, words in enumerate(said):
        side = room if number % 2 else waiter.visitor
        await chat.say(side, waiter.visit_id, words, new_id("drf"))
    await house.services.visits.waiting_room.leave(waiter.visitor)
    return waiter.visit_id


async def test_what_was_written_in_a_visit_is_read_in_the_app(house: House) -> None:
    archive = house.services.conversations.visit_archive
    visit_id = await visited(house, *SAID)
    await visited(house)  # nothing was written there
    side = await side_of(house)
    assert [(one.visit.id, one.messages) for one in await archive.listed(side)] == [(visit_id, 2)]
    visit, said = await archive.messages(side, visit_id)
    assert visit.id == visit_id
    assert [(one.sender_kind, one.body) for one in said] == [
        ("patient", SAID[0]),
        ("staff", SAID[1]),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("elbow", [SAID[0]]),
        ("ELBOW, left", [SAID[0]]),
        ("every day", [SAID[1]]),
        ("elbow day", []),
        ("", []),
        ("%", []),
    ],
)
async def test_words_of_a_visit_are_found(quick_house: House, query: str, found: list[str]) -> None:
    await visited(quick_house, *SAID)
    archive = quick_house.services.conversations.visit_archive
    hits = await archive.search(await side_of(quick_house), query)
    assert [one.message.body for one in hits] == found


async def test_it_is_nobody_elses(house: House) -> None:
    archive = house.services.conversations.visit_archive
    visit_id = await visited(house, *SAID)
    other = await side_of(house, 1)
    assert await archive.listed(other) == []
    assert await archive.search(other, "elbow") == []
    with pytest.raises(NotFound):
        await archive.messages(other, visit_id)


async def test_a_visit_that_goes_on_is_on_its_own_page(quick_house: House) -> None:
    ward = Ward(quick_house)
    room = await ward.room("Dermatology")
    waiter = await ward.identify(room, await ward.check_in(room), quick_house.patients[0].id)
    chat = quick_house.services.conversations.visit_chat
    await chat.say(waiter.visitor, waiter.visit_id, SAID[0], new_id("drf"))
    archive, side = quick_house.services.conversations.visit_archive, await side_of(quick_house)
    assert await archive.listed(side) == []
    with pytest.raises(NotFound):
        await archive.messages(side, waiter.visit_id)


async def test_a_proxy_reads_it_who_sees_messages_and_files(quick_house: House) -> None:
    archive = quick_house.services.conversations.visit_archive
    visit_id = await visited(quick_house, *SAID)
    _grant, mother = await let_in(quick_house, level=Level.LIMITED)
    limited = await quick_house.accounts.sides.of(mother, quick_house.patients[0].id)
    assert Part.CHAT in limited.parts
    assert await archive.listed(limited) == []
    assert await archive.search(limited, "elbow") == []
    with pytest.raises(NotShared):
        await archive.messages(limited, visit_id)
    _grant, father = await let_in(quick_house, level=Level.FULL)
    full = await quick_house.accounts.sides.of(father, quick_house.patients[0].id)
    assert [one.visit.id for one in await archive.listed(full)] == [visit_id]
