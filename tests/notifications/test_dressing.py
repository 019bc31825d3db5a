"""Every message to a patient: the code word in it, neutral words, and the rules at the last moment,
whatever it was written for (N1, R8)."""

from collections.abc import Iterator
from typing import Any

import pytest

from bedside.kernel import clock
from bedside.notifications.dressing import dressed
from bedside.notifications.messages import OutboxMessage
from bedside.notifications.messenger import Notice
from bedside.notifications.texts import OutgoingText
from bedside.people.contact import Consent, ContactRules, Hours
from tests.house import House
from tests.notifications.plans.planning import Planned, at_noon, contact
from tests.requests.sending import do_jobs, draft, send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R8"), pytest.mark.feature("N1")]

BASE = "https://care.example"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with at_noon():
        yield


async def outbox(house: House) -> list[OutboxMessage]:
    await do_jobs(house)
    return await house.notifications.messages.outbox(house.here.receptionist)


async def write(house: House, **other: Any) -> None:
    """Write a message that no request and no plan is behind."""
    given: dict[str, Any] = {
        "clinic_id": house.clinic.id,
        "patient_id": house.patients[0].id,
        "cause_id": "xyz_1/anything/1",
        "channel": "sms",
        "to": "+46701740605",
        "text": "Riverside Clinic: hello.",
    }
    async with house.database.unit_of_work() as work:
        await house.notifications.dispatcher.send(work, Notice(**{**given, **other}))


async def test_the_code_word_is_in_whatever_goes_to_the_patient(quick_house: House) -> None:
    await contact(quick_house, code_word="blå hägern")
    await send(quick_house, channels=("sms", "email"))
    await write(quick_house)
    await Planned(quick_house).start()
    await write(quick_house, cause_id="vis_1/typed", patient_id="", staff_id="stf_1",
                contact_of=quick_house.patients[0].id)  # fmt: skip
    found = await outbox(quick_house)
    assert len(found) == 4
    assert all("blå hägern" in one.text for one in found)


async def test_other_patients_and_staff_get_no_code_word(quick_house: House) -> None:
    await contact(quick_house, code_word="heron")
    await write(quick_house, patient_id=quick_house.patients[1].id, to="+46701740611")
    receptionist = quick_house.here.receptionist.staff_id
    await write(quick_house, cause_id="xyz_2", to="rita@riverside.example", channel="email",
                staff_id=receptionist)  # fmt: skip
    assert not any("heron" in one.text for one in await outbox(quick_house))


async def test_a_neutral_message_names_neither_clinic_nor_sender(quick_house: House) -> None:
    await contact(quick_house, neutral=True)
    await send(quick_house, channels=("sms", "email"))
    await Planned(quick_house).start()
    for one in await outbox(quick_house):
        assert "Riverside" not in one.text + one.subject
        assert "Okafor" not in one.text + one.subject
        assert "http" in one.text


async def test_the_rules_hold_for_messages_that_were_written_before(quick_house: House) -> None:
    await write(quick_house)
    await contact(quick_house, never=("sms",))
    [shown] = await outbox(quick_house)
    assert (shown.state, shown.text) == ("failed", "")


async def test_a_number_that_was_typed_for_a_patient_is_not_safe_either(
    quick_house: House,
) -> None:
    await contact(quick_house, never=("sms",))
    who = quick_house.here.receptionist.staff_id
    patient = quick_house.patients[0].id
    await write(quick_house, patient_id="", staff_id=who, contact_of=patient, to="+46701740699")
    [shown] = await outbox(quick_house)
    assert shown.state == "failed"


async def test_a_message_waits_for_the_safe_hours(quick_house: House) -> None:
    await contact(quick_house, only=Hours(start=17 * 60, end=18 * 60))
    await write(quick_house)
    [shown] = await outbox(quick_house)
    assert shown.state == "queued"
    with clock.shifted(5 * clock.HOUR + clock.MINUTE):
        [shown] = await outbox(quick_house)
    assert shown.state == "delivered"


async def test_what_is_of_use_only_now_is_given_up_at_an_unsafe_hour(quick_house: House) -> None:
    await contact(quick_house, only=Hours(start=17 * 60, end=18 * 60))
    await write(quick_house, useful_for=10 * clock.MINUTE)
    [shown] = await outbox(quick_house)
    assert shown.state == "failed"


async def test_nothing_goes_to_who_does_not_consent(quick_house: House) -> None:
    await write(quick_house)
    await contact(quick_house, consent=Consent.REFUSED)
    [shown] = await outbox(quick_house)
    assert shown.state == "failed"


async def test_staff_learn_before_sending_that_a_way_is_not_safe(quick_house: House) -> None:
    from bedside.errors import WrongInput

    await contact(quick_house, never=("sms",))
    chart = await quick_house.chart()
    with pytest.raises(WrongInput, match="Safe contact"):
        await quick_house.requests.photos.send(chart, draft(channels=("sms",)))


def test_a_code_stays_in_a_neutral_message_and_its_last_line_the_last() -> None:
    wording = OutgoingText("S", "Riverside: your code is 123456. Hi.\n\n@care.example #123456", "")
    for rules in (ContactRules(neutral=True), ContactRules(code_word="heron")):
        both = rules.model_copy(update={"code_word": "heron"})
        worn = dressed(both, "en", BASE, wording, "123456")
        assert worn.text.splitlines()[-1] == "@care.example #123456"
        assert "heron" in worn.text.splitlines()[0]
        assert "123456" in worn.text.splitlines()[0]
    neutral = dressed(ContactRules(neutral=True), "en", BASE, wording, "123456")
    assert "Riverside" not in neutral.text


def test_the_words_are_in_the_patients_language() -> None:
    wording = OutgoingText("S", f"Text {BASE}/l/x", "<html><body><p>Text</p></body></html>")
    rules = ContactRules(code_word="<heron> & co", neutral=False)
    worn = dressed(rules, "de", BASE, wording)
    assert worn.text.startswith(wording.text)
    assert worn.text.endswith("<heron> & co")
    assert "&lt;heron&gt; &amp; co" in worn.html


def test_a_neutral_message_keeps_links_of_this_clinic_only() -> None:
    wording = OutgoingText("S", f"A {BASE}/l/x https://other.example/l/y {BASE}.evil.example/", "")
    worn = dressed(ContactRules(neutral=True), "en", BASE, wording)
    assert worn.text.endswith(f"{BASE}/l/x")
    assert "other.example" not in worn.text
    assert "evil" not in worn.text
