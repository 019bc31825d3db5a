"""A patient learns of the clinic's messages: one notice for what is unread."""

import pytest

from bedside.conversations.states import Receipt
from tests.accounts.people import side_of
from tests.conversations.talking import Talk, talk_of
from tests.house import House
from tests.notifications.plans.planning import at_noon
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C3")]


async def state(talk: Talk, message_id: str) -> str:
    """Return the state of the plan about a message, "" without one."""
    found = await talk.house.notifications.plan_tasks.of_item(talk.chart, message_id)
    return found.state if found is not None else ""


async def sent(house: House) -> list[str]:
    """Do what is due; return the texts in the outbox, oldest first."""
    await do_jobs(house)
    shown = await house.notifications.messages.outbox(house.here.receptionist)
    return [one.text for one in reversed(shown)]


async def begun(house: House) -> Talk:
    """Return a conversation of a patient who has the app."""
    talk = await talk_of(house)
    talk.patient = await side_of(house)
    await talk.begin()
    return talk


async def test_several_messages_in_a_row_are_one_notice(house: House) -> None:
    with at_noon():
        talk = await begun(house)
        first = await talk.say(talk.chart, "Yes, it is.")
        second = await talk.say(talk.chart, "Keep it dry.")
        assert (await state(talk, first), await state(talk, second)) == ("running", "")
        [text] = await sent(house)
    assert "has written to you" in text
    assert f"/app/{talk.patient.patient_id}/chat/{talk.id}" in text
    assert "dry" not in text


async def test_reading_ends_it_and_what_came_meanwhile_begins_another(quick_house: House) -> None:
    with at_noon():
        talk = await begun(quick_house)
        first = await talk.say(talk.chart, "Yes, it is.")
        second = await talk.say(talk.chart, "Keep it dry.")
        await talk.all.receipt(talk.patient, talk.id, 2, Receipt.DELIVERED)
        assert await state(talk, first) == "running"
        await talk.all.receipt(talk.patient, talk.id, 2, Receipt.READ)
        assert (await state(talk, first), await state(talk, second)) == ("read", "running")
        await talk.all.receipt(talk.patient, talk.id, 3, Receipt.READ)
        assert await state(talk, second) == "read"
        third = await talk.say(talk.chart, "Any news?")
        assert await state(talk, third) == "running"


async def test_nobody_is_called_to_what_was_taken_back(quick_house: House) -> None:
    with at_noon():
        talk = await begun(quick_house)
        wrong = await talk.say(talk.chart, "For somebody else.")
        right = await talk.say(talk.chart, "Yes, it is.")
        await talk.all.retract(talk.chart, talk.id, wrong)
        assert (await state(talk, wrong), await state(talk, right)) == ("stopped", "running")


async def test_notes_and_the_patients_own_messages_call_nobody(quick_house: House) -> None:
    with at_noon():
        talk = await begun(quick_house)
        await talk.all.note(talk.chart, talk.id, "Looks like quinsy.", "")
        await talk.say(talk.patient, "It is red, too.")
        assert await sent(quick_house) == []


async def test_without_the_app_nobody_is_called_to_a_page_that_stays_closed(
    quick_house: House,
) -> None:
    with at_noon():
        talk = await talk_of(quick_house)
        message = await talk.say(talk.chart, "Yes, it is.")
        assert await state(talk, message) == ""
        assert await sent(quick_house) == []


async def test_what_is_written_after_staff_took_care_is_told_as_well(house: House) -> None:
    with at_noon():
        talk = await begun(house)
        first = await talk.say(talk.chart, "Yes, it is.")
        assert len(await sent(house)) == 1
        plan = await house.notifications.plan_tasks.of_item(talk.chart, first)
        assert plan is not None
        await house.notifications.plan_tasks.settle(talk.chart, plan.id)
        second = await talk.say(talk.chart, "Please come in tomorrow.")
        third = await talk.say(talk.chart, "At nine.")
        states = [await state(talk, one) for one in (first, second, third)]
        assert states == ["settled", "running", ""]
        assert len(await sent(house)) == 2
        await talk.all.receipt(talk.patient, talk.id, 4, Receipt.READ)
        states = [await state(talk, one) for one in (first, second, third)]
        assert states == ["read", "read", ""]


async def test_a_receipt_of_what_came_before_ends_nothing(quick_house: House) -> None:
    with at_noon():
        talk = await begun(quick_house)
        await talk.say(talk.patient, "Is it open?")
        message = await talk.say(talk.chart, "Yes, it is.")
        await talk.all.receipt(talk.patient, talk.id, 1, Receipt.READ)
        assert await state(talk, message) == "running"
