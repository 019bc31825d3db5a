"""Search in messages (C2): by words, over tokens, and only in what one may read."""

import pytest

from bedside.conversations.search import Found
from bedside.conversations.writing import Text
from bedside.errors import NotFound
from bedside.kernel.ids import new_id
from bedside.people.permissions import NotShared
from bedside.people.record_parts import Part
from tests.conversations.talking import Talk, side_of, talk_of
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C2")]


@pytest.fixture
async def talk(house: House) -> Talk:
    """On both databases."""
    return await talk_of(house)


def words(found: list[Found]) -> list[str]:
    """Return what was found."""
    return [one.message.text for one in found]


async def test_words_are_found_however_they_are_written(talk: Talk) -> None:
    search = talk.house.services.conversations.search
    await talk.say(talk.chart, "Your Hämoglobin is 12,5 after the follow-up.")
    await talk.say(talk.patient, "And the haemoglobin of my mother?")
    staff = talk.house.here.receptionist
    for query in ("hamoglobin", "HÄMOGLOBIN follow up", "12.5", "after hämoglobin"):
        assert words(await search.everywhere(staff, query)) == [
            "Your Hämoglobin is 12,5 after the follow-up."
        ], query
    for nothing in ("", " ", "hämoglobin mother", "moglobin", "?"):
        assert await search.everywhere(staff, nothing) == []
    [found] = await search.everywhere(staff, "mother")
    assert (found.conversation_id, found.patient_name) == (talk.id, "Maya Lindqvist")


async def test_each_side_finds_what_it_may_read(talk: Talk) -> None:
    search = talk.house.services.conversations.search
    await talk.all.note(talk.chart, talk.id, "Anxious about penicillin.", new_id("drf"))
    wrong = await talk.say(talk.chart, "No penicillin.")
    await talk.say(talk.chart, "Penicillin is fine.", corrects=wrong)
    for_staff = await search.of_patient(talk.chart, "penicillin")
    assert words(for_staff) == [
        "Penicillin is fine.",
        "No penicillin.",
        "Anxious about penicillin.",
    ]
    assert words(await search.of_patient(talk.patient, "penicillin")) == ["Penicillin is fine."]


@pytest.mark.feature("S2")
async def test_nobody_finds_what_is_not_theirs(talk: Talk) -> None:
    house, search = talk.house, talk.house.services.conversations.search
    assert await search.of_patient(side_of(house, 1), "normal") == []
    assert await search.everywhere(house.next_door.administrator, "normal") == []
    no_chat = side_of(house, parts=frozenset(Part) - {Part.CHAT}, proxy=True)
    with pytest.raises(NotShared):
        await search.of_patient(no_chat, "normal")
    other = await house.chart(1)
    await talk.all.start(other, Text("This is not normal."), new_id("drf"))
    assert words(await search.of_patient(talk.chart, "normal")) == ["Is this normal?"]
    assert len(await search.everywhere(house.here.receptionist, "normal")) == 2
    with pytest.raises(NotFound):
        await talk.all.page(side_of(house, 1), talk.id)
