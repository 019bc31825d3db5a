"""“Send later” without a browser (C8): written, listed for the team, changed, sent now, dropped;
and canned replies as the field lists them (C4)."""

import re
from datetime import timedelta

import httpx
import pytest

from bedside.conversations.canned import Canned
from bedside.conversations.options import ChatOptions
from bedside.conversations.writing import Text
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from tests.conversations.test_answering import USUAL_HOURS, at, choose
from tests.house import House
from tests.requests.sending import do_jobs
from tests.web.chat.test_conversation_pages import phone
from tests.web.pages import FRAGMENT, enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C8")]

JSON = {"accept": "application/json"}


async def begun(house: House, visitor: httpx.AsyncClient) -> str:
    """Return the address of a conversation for staff; the patient has the app."""
    await phone(house, visitor)
    text = Text("We have your results.")
    started = await house.services.conversations.all.start(await house.chart(), text, new_id("drf"))
    await enter(visitor, house, house.here.receptionist)
    return f"/chat/{started}"


def soon(hours: int = 1) -> dict[str, str]:
    """Return the fields of a time in some hours, as the clinic's clock shows it."""
    here = clock.in_zone("Europe/Stockholm") + timedelta(hours=hours)
    return {"later_day": f"{here:%Y-%m-%d}", "later_time": f"{here:%H:%M}"}


async def test_it_is_written_changed_and_sent(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    one = await begun(quick_house, visitor)
    fields = {"body": "How <is> it?", "draft_id": new_id("drf"), "later": "yes", **soon()}
    assert (await visitor.post(one, data=fields)).status_code == 303
    assert (await visitor.post(one, data=fields)).status_code == 303  # pressed twice
    listed = (await visitor.get("/chat/later")).text
    assert listed.count("How &lt;is&gt; it?") == 2  # to be read, and to be changed
    assert "Maya Lindqvist" in listed
    here = (await visitor.get(f"{one}/later", headers=FRAGMENT)).text
    place = "/chat/later/" + re.findall(r'id="(ltr_\w+)"', here)[0]
    change = {"do": "save", "body": "How was it?", "round": "1", "back": one, **soon(2)}
    saved = await visitor.post(place, data=change)
    assert saved.headers["location"] == one
    refused = await visitor.post(place, data={**change, "body": "Of an old page."})
    assert refused.status_code == 409
    assert "Of an old page." in refused.text
    assert "Somebody else changed this message meanwhile." in refused.text
    sent = await visitor.post(place, data={"do": "now", "back": "https://elsewhere.example"})
    assert sent.headers["location"] == one
    assert "How was it?" in (await visitor.get(f"{one}/list", headers=FRAGMENT)).text
    assert "Nothing is waiting to be sent" in (await visitor.get("/chat/later")).text
    assert (await visitor.post(place, data={"do": "drop"})).status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"later_day": "2020-02-03", "later_time": "8:00"}, "This time is over."),
        ({"later_day": "2999-02-03", "later_time": "8:00"}, "within the next year"),
        ({"later_day": "", "later_time": ""}, "Please choose a day and a time"),
        ({"when": "nonsense"}, "Please choose a day and a time"),
    ],
)
async def test_a_time_that_is_none_is_said_and_nothing_typed_is_lost(
    fields: dict[str, str], said: str, quick_house: House, visitor: httpx.AsyncClient
) -> None:
    one = await begun(quick_house, visitor)
    typed = {"body": "How is it?", "draft_id": new_id("drf"), "later": "yes", **fields}
    refused = await visitor.post(one, data=typed)
    assert refused.status_code == 422
    assert said in refused.text
    assert "How is it?" in refused.text
    script = await visitor.post(one, data=typed, headers=JSON)
    assert said in script.json()["sentence"]


async def test_one_that_begins_a_conversation(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    one = await begun(quick_house, visitor)
    chat = f"/patients/{quick_house.patients[0].id}/chat"
    fields = {"body": "Your yearly visit.", "draft_id": new_id("drf"), "later": "yes", **soon()}
    kept = await visitor.post(chat, data=fields)
    assert kept.headers["location"] == chat
    assert "Your yearly visit." in (await visitor.get(chat)).text
    assert "begins a conversation" in (await visitor.get("/chat/later")).text
    assert "Your yearly visit." not in (await visitor.get(one)).text
    app = await phone(quick_house, visitor)
    assert "yearly" not in (await visitor.get(app)).text
    with clock.shifted(2 * clock.HOUR):
        await do_jobs(quick_house)
        assert "Your yearly visit." in (await visitor.get(app)).text


async def test_a_script_is_led_to_what_waits(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    """It was sent at once when it had files, because the script left the pressed button out."""
    await begun(quick_house, visitor)
    here = f"/patients/{quick_house.patients[0].id}/chat"
    fields = {"body": "Come fasting.", "draft_id": new_id("drf"), "later": "yes", **soon()}
    led = await visitor.post(here, data=fields, headers=JSON)
    assert led.json() == {"address": here}
    assert "To be sent" in (await visitor.get(here)).text
    assert "Come fasting." in (await visitor.get("/chat/later")).text


async def test_what_did_not_leave_comes_first_and_is_counted(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    one = await begun(quick_house, visitor)
    fields = {"body": "Later.", "draft_id": new_id("drf"), "later": "yes", **soon(5)}
    await visitor.post(one, data=fields)
    await visitor.post(one, data={**fields, "body": "Sooner.", "draft_id": new_id("drf"), **soon()})
    await quick_house.services.conversations.desk.close(
        await quick_house.chart(), one.rpartition("/")[2]
    )
    with clock.shifted(2 * clock.HOUR):
        await do_jobs(quick_house)
    await enter(visitor, quick_house, quick_house.here.receptionist)
    listed = (await visitor.get("/chat/later")).text
    assert listed.index("Sooner.") < listed.index("Later.")
    assert "The conversation was closed since." in listed
    badges = (await visitor.get("/badges")).json()
    assert badges["chat"] == 1


async def test_times_are_suggested_by_the_office_hours(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    one = await begun(quick_house, visitor)
    await choose(quick_house, ChatOptions(chat_hours=("9:00-12:00",) * 4 + ("",) * 3))
    with at("2027-03-08T10:00"):  # a Monday
        await enter(visitor, quick_house, quick_house.here.receptionist)
        shown = (await visitor.get(one)).text
        assert 'value="2027-03-08T12:00"' in shown
        assert 'value="2027-03-09T09:00"' in shown
        assert "Tomorrow at opening: 9 Mar 2027" in shown
        assert 'value="2027-03-15T09:00"' in shown
    with at("2027-03-11T10:00"):  # a Thursday; closed from tomorrow on
        await enter(visitor, quick_house, quick_house.here.receptionist)
        shown = (await visitor.get(one)).text
        assert "At the next opening: 15 Mar 2027" in shown


@pytest.mark.feature("C4")
async def test_canned_replies_are_filled_in(quick_house: House, visitor: httpx.AsyncClient) -> None:
    house, one = quick_house, await begun(quick_house, visitor)
    canned, admin = house.services.conversations.canned, house.administer()
    await choose(house, USUAL_HOURS)
    words = "[[first name]] [[full name]] [[my name]] [[clinic]] [[topic]] [[today]] [[dose]]"
    await canned.add(admin, Canned("All <of them>", words))
    await canned.add(admin, Canned("Opening", "We open at [[next opening]]."))
    with at("2027-03-12T18:00"):  # a Friday evening
        await enter(visitor, house, house.here.receptionist)
        for address in (f"{one}/replies", f"/patients/{house.patients[0].id}/chat/replies"):
            listed = (await visitor.get(address, headers=FRAGMENT)).text
            filled = "Maya Maya Lindqvist Rita Sandberg Riverside Clinic [[topic]] 12 Mar"
            assert filled in listed
            assert "[[dose]]" in listed
            assert "We open at 15 Mar 2027, 08:00." in listed
            assert "All &lt;of them&gt;" in listed
    refused = await visitor.post(one, data={"body": "Take [[dose]].", "draft_id": new_id("drf")})
    assert refused.status_code == 422
    assert "Please fill in what stands in [[double brackets]]" in refused.text
