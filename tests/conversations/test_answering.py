"""Topics, promises and automatic answers (C6): the patient is told when it takes longer, and the
team is alerted."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bedside.audit.actors import SYSTEM
from bedside.conversations.options import ChatOptions, checked_region, is_holiday, office_hours
from bedside.conversations.writing import Text
from bedside.errors import NotAllowed, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.teams import TeamKind
from tests.conversations.talking import Talk
from tests.house import House
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C6", "C4")]

ZONE = "Europe/Stockholm"
USUAL_HOURS = ChatOptions(chat_hours=("8:00-17:00",) * 5 + ("", ""))


@pytest.fixture
async def house(house: House) -> House:
    """A house whose clinic closes in the evening and at the weekend."""
    await choose(house, USUAL_HOURS)
    return house


def moment(typed: str) -> int:
    """Return a local time at the clinic."""
    return int(datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


def at(typed: str) -> Any:
    """Let it be a local time at the clinic, for the length of a block."""
    return clock.shifted(moment(typed) - clock.now())


async def talk_about(
    house: House, topic_id: str = "", words: str = "Where are my results?"
) -> Talk:
    """Begin a conversation about a topic."""
    talk = Talk(house, await house.chart())
    talk.id = await talk.all.start(talk.patient, Text(words), new_id("drf"), topic_id=topic_id)
    return talk


async def topic(house: House, name: str = "Results", minutes: int = 120, team: str = "") -> str:
    """Add a topic."""
    topics = house.services.conversations.topics
    return await topics.add(house.administer(), name, team, minutes)


async def choose(house: House, options: ChatOptions) -> None:
    """Change options of the clinic."""
    async with house.services.database.unit_of_work() as work:
        await house.services.people.clinics.change(work, SYSTEM, house.clinic.id, options)


async def kinds(talk: Talk) -> list[str]:
    """Return the kinds of messages that the patient sees."""
    return [one.kind for one in (await talk.all.page(talk.patient, talk.id)).messages]


async def test_an_answer_is_promised_within_office_hours(house: House) -> None:
    results = await topic(house)
    with at("2027-03-08T16:30"):  # a Monday, closed at 17:00
        talk = await talk_about(house, results)
        found = await talk.all.get(talk.chart, talk.id)
        assert 0 <= found.due_at - moment("2027-03-09T09:30") < 5 * clock.SECOND
        assert await kinds(talk) == ["message"]
        await talk.say(talk.patient, "I am worried.")  # the promise stays
        assert (await talk.all.get(talk.chart, talk.id)).due_at == found.due_at
        await talk.say(talk.chart, "They are fine.")
        assert (await talk.all.get(talk.chart, talk.id)).due_at == 0


async def test_a_promise_that_slips_is_told_to_both(house: House) -> None:
    team = await house.services.people.teams.create(house.administer(), TeamKind.TEAM, "Laboratory")
    await house.services.people.staff.assign(
        house.administer(), house.here.clinician.staff_id, team.id
    )
    results = await topic(house, team=team.id)
    with at("2027-03-08T10:00"):
        talk = await talk_about(house, results)
        await do_jobs(house)
        assert await kinds(talk) == ["message"]
    with at("2027-03-08T12:00:01"):
        await do_jobs(house)
        await do_jobs(house)  # once, however often it is looked at
        assert await kinds(talk) == ["message", "automatic"]
        assert await talk.listed() == [talk.id]  # it goes on waiting
        found = await talk.all.get(talk.chart, talk.id)
        assert found.slipped_at
    messages = house.services.notifications.messages
    alerts = await messages.outbox(house.here.clinician)
    assert [one.subject for one in alerts if one.cause_id.startswith(talk.id)] == [
        "Somebody waits for an answer"
    ]


async def test_an_answer_in_time_lets_the_promise_rest(house: House) -> None:
    results = await topic(house)
    with at("2027-03-08T10:00"):
        talk = await talk_about(house, results)
        await talk.say(talk.chart, "Here they are.")
    with at("2027-03-08T13:00"):
        await do_jobs(house)
        assert await kinds(talk) == ["message", "message"]


async def test_whoever_writes_while_it_is_closed_is_answered_once(house: House) -> None:
    with at("2027-03-12T18:00"):  # a Friday evening
        talk = await talk_about(house)
        await talk.say(talk.patient, "Hello?")
        other = await talk_about(house, words="And another thing.")
        assert await kinds(talk) == ["message", "automatic", "message"]
        assert await kinds(other) == ["message"]
        words = (await talk.all.page(talk.patient, talk.id)).messages[1].text
        desk = await house.services.conversations.lists.desk(house.here.clinician, "waiting")
        assert "Hello?" in [one.last.text for one in desk if one.last]  # what waits for staff
        assert "opens again on 15 March 2027 at 08:00" in words
        assert "08:00" in words
        assert await talk.listed() == [talk.id, other.id]
    with at("2027-03-15T18:00"):
        await talk.say(talk.patient, "Still here.")
        assert (await kinds(talk))[-1] == "automatic"
    with at("2027-03-16T10:00"):
        await talk.say(talk.patient, "Now you are open.")
        assert (await kinds(talk))[-1] == "message"


async def test_a_clinic_says_it_in_its_own_words_or_not_at_all(house: House) -> None:
    await choose(house, ChatOptions(chat_automatic_text="We are fishing."))
    with at("2027-03-13T10:00"):
        talk = await talk_about(house)
        page = await talk.all.page(talk.patient, talk.id)
        assert page.messages[1].text == "We are fishing."
    await choose(house, ChatOptions(chat_automatic=False))
    with at("2027-03-20T10:00"):
        await talk.say(talk.patient, "Hello?")
        assert (await kinds(talk))[-1] == "message"


def test_public_holidays_of_a_region_are_known() -> None:
    epiphany = datetime(2027, 1, 6, tzinfo=ZoneInfo(ZONE)).date()
    assert is_holiday("DE-BY", epiphany)
    assert not is_holiday("DE-BE", epiphany)
    assert not is_holiday("", epiphany)
    assert checked_region(" se ") == "SE"
    for wrong in ("XX", "DE-XX", "Bavaria", "DE BY"):
        with pytest.raises(WrongInput):
            checked_region(wrong)


async def test_a_holiday_is_no_office_hour(house: House) -> None:
    await choose(house, ChatOptions(chat_holidays="SE"))
    clinic = await house.services.people.clinics.get(house.clinic.id)
    assert office_hours(clinic).opens(moment("2027-01-06T09:00")) == moment("2027-01-07T08:00")


async def test_topics_are_the_clinics_own(house: House) -> None:
    topics = house.services.conversations.topics
    first = await topic(house, "Results")
    await topic(house, "Appointments", 0)
    with pytest.raises(WrongInput):
        await topic(house, " \u200b")
    with pytest.raises(WrongInput):
        await topic(house, "Far", 40 * 24 * 60)
    with pytest.raises(WrongInput):
        await topic(house, "Elsewhere", team=house.next_door.room.id)
    with pytest.raises(NotFound):
        await topics.retire(house.administer(house.next_door), first)
    with pytest.raises(NotAllowed):
        house.services.people.permissions.administer(house.here.clinician)
    await topics.change(house.administer(), first, "Results and letters", "", 60)
    assert [one.name for one in await topics.offered(house.clinic.id)] == [
        "Results and letters",
        "Appointments",
    ]
    await topics.retire(house.administer(), first)
    assert [one.name for one in await topics.offered(house.clinic.id)] == ["Appointments"]
    assert len(await topics.all(house.clinic.id)) == 2
    assert await topics.all(house.next_door.clinic.id) == []
