"""A patient's rules for messages on the card, and whom nobody could reach in the inbox."""

import httpx
import pytest

from bedside.audit import Action
from bedside.notifications.sms_parts import sms_parts
from bedside.people.contact import Consent, ContactRules, Hours
from tests.accounts.people import side_of
from tests.conversations.talking import talk_of
from tests.house import House
from tests.notifications.plans.planning import Planned, at_noon, card, contact
from tests.requests.sending import do_jobs, draft, send
from tests.web.pages import born, enter, lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R8"), pytest.mark.feature("N7")]

_GIVEN = {
    "consent": "given",
    "refused": "email",
    "never": ["sms"],
    "quiet_from": "21:00",
    "quiet_until": "8.15",
    "only_from": "9:00",
    "only_until": "15",
    "neutral": "yes",
    "code_word": " blå hägern ",
}


def page_of(house: House) -> str:
    return f"/patients/{house.patients[0].id}/contact"


async def rules_of(house: House) -> ContactRules:
    return await house.people.preferences.of(await house.chart())


async def test_the_rules_are_kept_and_shown_on_the_card(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    answer = await visitor.post(page_of(quick_house), data=_GIVEN)
    assert answer.headers["location"].startswith(f"/patients/{quick_house.patients[0].id}/card")
    assert await rules_of(quick_house) == ContactRules(
        consent=Consent.GIVEN,
        refused=("email",),
        never=("sms",),
        quiet=Hours(start=21 * 60, end=8 * 60 + 15),
        only=Hours(start=9 * 60, end=15 * 60),
        neutral=True,
        code_word="blå hägern",
    )
    shown = (await visitor.get(f"/patients/{quick_house.patients[0].id}/card")).text
    for words in ("Never by SMS", "Only 9:00–15:00", "Neutral messages", "blå hägern"):
        assert words in shown
    form = (await visitor.get(page_of(quick_house))).text
    assert 'value="08:15"' in form
    [line] = await lines(quick_house, Action.CONTACT_CHANGED)
    assert "hägern" not in str(line)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"quiet_from": "25:00"}, "quiet_from", "8:30"),
        ({"quiet_until": ""}, "quiet_until", "both"),
        ({"only_from": "9:5"}, "only_from", "8:30"),
        ({"only_from": "١٢:٠٠"}, "only_from", "8:30"),
        ({"only_until": "9:00"}, "only_until", "different"),
        ({"code_word": "x" * 41}, "code_word", "40"),
        ({"code_word": "heron\u200b"}, "code_word", "cannot be seen"),
        ({"code_word": "\u202eheron"}, "code_word", "cannot be seen"),
        ({"consent": "perhaps"}, "consent", "choose"),
    ],
)
async def test_a_wrong_field_is_said_and_nothing_is_lost(
    quick_house: House, visitor: httpx.AsyncClient, wrong: dict[str, str], field: str, words: str
) -> None:
    await enter(visitor, quick_house)
    answer = await visitor.post(page_of(quick_house), data={**_GIVEN, **wrong})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert words in answer.text
    assert "21:00" in answer.text
    assert await rules_of(quick_house) == ContactRules()


async def test_changing_the_details_keeps_the_rules(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await contact(quick_house, never=("sms",), code_word="heron")
    await enter(visitor, quick_house)
    details = {"name": "Maya Lindqvist-Berg", **born(), "language": "sv"}
    given = {**details, "teams": quick_house.here.room.id}
    answer = await visitor.post(f"/patients/{quick_house.patients[0].id}/details", data=given)
    assert answer.status_code == 303
    assert (await rules_of(quick_house)).code_word == "heron"


async def test_a_task_in_the_inbox_is_settled_or_sent_again(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await card(quick_house, email="")
    await contact(quick_house, refused=("sms",))
    item = await Planned(quick_house).started()
    await enter(visitor, quick_house)
    inbox = (await visitor.get("/inbox")).text
    assert "Could not reach Maya Lindqvist" in inbox
    assert "does not want text messages" in inbox
    assert f'<a href="/patients/{quick_house.patients[0].id}/chat">Open the message</a>' in inbox
    assert 'href="tel:+46701740605"' in inbox
    assert "Everything is reviewed" not in inbox
    address = f"/patients/{quick_house.patients[0].id}/plans/{item.plan_id}"
    assert (await visitor.post(address, data={"do": "else"})).status_code == 422
    assert (await visitor.post(address, data={"do": "settle"})).status_code == 303
    assert "Could not reach" not in (await visitor.get("/inbox")).text
    assert (await visitor.post(address, data={"do": "settle"})).status_code == 409
    await contact(quick_house)
    assert (await visitor.post(address, data={"do": "again"})).status_code == 303
    await do_jobs(quick_house)
    assert len(await item.sent()) <= 1


async def test_the_chat_says_that_nobody_was_reached(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    with at_noon():
        await contact(quick_house, refused=("sms", "email"))
        talk = await talk_of(quick_house)
        talk.patient = await side_of(quick_house)
        await talk.begin()
        await talk.say(talk.chart, "Yes, it is.")
        await do_jobs(quick_house)
        await enter(visitor, quick_house)
        thread = (await visitor.get(f"/chat/{talk.id}/list")).text
    assert "Every way was tried, and nobody has read it." in thread
    assert "Reached the device" not in thread


async def test_the_times_are_an_administrators(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    from bedside.notifications.plans.options import PlanOptions
    from tests.web.settings.rows import _MESSAGES

    await enter(visitor, quick_house)
    assert (await visitor.get("/settings/messages")).status_code == 403
    await enter(visitor, quick_house, quick_house.here.administrator)
    wrong = await visitor.post("/settings/messages", data={**_MESSAGES, "plan_out_hours": "0"})
    assert wrong.status_code == 422
    given = {**_MESSAGES, "plan_urgent_hours": "2"}
    assert (await visitor.post("/settings/messages", data=given)).status_code == 303
    options = await quick_house.people.clinics.options(quick_house.clinic.id, PlanOptions)
    assert options.plan_urgent_hours == 2


@pytest.mark.parametrize("word", ["👩‍👧 owl", "بومة زرقاء", "[heron] €", "x" * 40, "Zoë-Мария"])
async def test_any_word_that_can_be_seen_is_in_preview_and_message(
    quick_house: House, visitor: httpx.AsyncClient, word: str
) -> None:
    await enter(visitor, quick_house)
    await visitor.post(page_of(quick_house), data={"consent": "given", "code_word": word})
    assert (await rules_of(quick_house)).code_word == word
    wanted = draft(channels=("sms",))
    chart = await quick_house.chart()
    [shown] = (await quick_house.requests.photos.preview(chart, wanted)).messages
    sent = await send(quick_house, channels=("sms",))
    [message] = await quick_house.notifications.messages.outbox(quick_house.here.receptionist)
    for text in (shown.wording.text, message.text):
        assert f"Your code word: {word}" in text
    assert sms_parts(shown.wording.text).count == sms_parts(message.text).count
    assert message.cause_id.startswith(sent.id)


async def test_the_preview_is_of_the_clinics_own_times(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house, quick_house.here.administrator)
    asked = {"plan": "urgent", "at": "2026-12-04T17:50", "quiet_from": "21:00"}
    answer = await visitor.get("/settings/messages", params={**asked, "quiet_until": "08:00"})
    for words in ("Friday, 4 Dec 2026, 17:50", "Saturday, 5 Dec 2026, 08:00"):
        assert words in answer.text
    wrong = await visitor.get("/settings/messages", params={**asked, "at": "soon"})
    assert wrong.status_code == 422
    for words in ("Choose a day and a time", "two different times"):
        assert words in wrong.text


@pytest.mark.parametrize(
    ("nonsense", "words"),
    [
        ({"plan_normal_hours": "3"}, "must not be faster"),
        ({"plan_out_hours": "24", "plan_undelivered_hours": "23"}, "takes longer"),
        ({"plan_of_form": "never"}, "choose one"),
    ],
)
async def test_times_that_contradict_each_other_are_refused(
    quick_house: House, visitor: httpx.AsyncClient, nonsense: dict[str, str], words: str
) -> None:
    from tests.web.settings.rows import _MESSAGES

    await enter(visitor, quick_house, quick_house.here.administrator)
    answer = await visitor.post("/settings/messages", data={**_MESSAGES, **nonsense})
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.feature("R7")
async def test_the_page_of_a_request_says_what_is_next_and_stops_it(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    with at_noon():
        await enter(visitor, quick_house)
        sent = await send(quick_house, channels=("sms",))
        here = f"/patients/{sent.chart.patient_id}/requests/{sent.id}"
        shown = (await visitor.get(here)).text
        for words in ("Sent: SMS", "Reached the device: SMS", "Next: E-mail on "):
            assert words in shown
        found = await quick_house.notifications.plan_tasks.of_item(sent.chart, sent.id)
        assert found is not None
        plan = f"/patients/{sent.chart.patient_id}/plans/{found.id}"
        moved = await visitor.post(plan, data={"do": "next", "back": "request"})
        assert moved.headers["location"].startswith(here)
        await do_jobs(quick_house)
        assert "Next: a reminder" in (await visitor.get(here)).text
        await sent.enter()
        shown = (await visitor.get(here)).text
        assert "Read by Maya Lindqvist" in shown
        assert "Next:" not in shown
        assert (await visitor.post(plan, data={"do": "settle"})).status_code == 409
