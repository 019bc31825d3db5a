"""Settings → Chat (C6): topics, office hours and the automatic answer; each mistake is said at its
field."""

import httpx
import pytest

from bedside.conversations.options import ChatOptions
from tests.house import House
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C6")]

PAGE = "/settings/chat"


async def test_hours_are_kept_as_they_are_typed(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house, quick_house.here.administrator)
    fields = {
        "day0": "8:00-12:00, 13:00-17:00",
        "chat_exceptions": "2026-12-24 8:00-10:00\r\n2026-12-31",
        "chat_holidays": "se",
        "chat_automatic_text": "We are fishing.",
    }
    assert (await visitor.post(PAGE, data=fields)).status_code == 303
    clinics = quick_house.services.people.clinics
    options = (await clinics.fresh(quick_house.clinic.id)).of(ChatOptions)
    assert options.chat_hours == ("8:00-12:00, 13:00-17:00", "", "", "", "", "", "")
    assert options.chat_exceptions == "2026-12-24 8:00-10:00\n2026-12-31"
    assert (options.chat_holidays, options.chat_automatic) == ("SE", False)
    assert "8:00-12:00, 13:00-17:00" in (await visitor.get(PAGE)).text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("day2", "from nine to five", "Please write the hours"),
        ("chat_exceptions", "24.12.", "one day a line"),
        ("chat_holidays", "Bavaria", "Please write the country"),
        ("chat_automatic_text", "x" * 2_001, "at most 2,000 characters"),
    ],
)
async def test_what_cannot_be_read_is_said_at_its_field(
    field: str, typed: str, said: str, quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house, quick_house.here.administrator)
    before = quick_house.clinic.of(ChatOptions)
    answer = await visitor.post(PAGE, data={"day0": "8:00-9:00", field: typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert typed[:100] in answer.text
    assert "8:00-9:00" in answer.text
    clinic = await quick_house.services.people.clinics.fresh(quick_house.clinic.id)
    assert clinic.of(ChatOptions) == before


async def test_topics_are_added_changed_and_offered_no_longer(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    await enter(visitor, house, house.here.administrator)
    topics = house.services.conversations.topics
    added = {"name": "Results", "team": house.here.room.id, "hours": "4"}
    assert (await visitor.post(f"{PAGE}/topics", data=added)).status_code == 303
    [topic] = await topics.offered(house.clinic.id)
    assert (topic.name, topic.team_id, topic.minutes) == ("Results", house.here.room.id, 240)
    for wrong in ({"name": " "}, {"name": "X", "hours": "soon"}, {"name": "X", "hours": "9999"}):
        for address in (f"{PAGE}/topics", f"{PAGE}/topics/{topic.id}"):
            assert (await visitor.post(address, data=wrong)).status_code == 422
    changed = {"name": "Results and letters", "hours": ""}
    assert (await visitor.post(f"{PAGE}/topics/{topic.id}", data=changed)).status_code == 303
    [topic] = await topics.offered(house.clinic.id)
    assert (topic.name, topic.team_id, topic.minutes) == ("Results and letters", "", 0)
    retired = await visitor.post(f"{PAGE}/topics/{topic.id}", data={"retire": "yes"})
    assert retired.status_code == 303
    assert await topics.offered(house.clinic.id) == []
