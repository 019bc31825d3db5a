"""Conversations as both sides see them, without a browser: staff at the Chat page, the patient in
the app."""

import re

import httpx
import pytest

from bedside.conversations.states import Reply
from bedside.conversations.writing import Text
from bedside.edge.accounts import app_cookie_name
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.audiences import named
from bedside.people.record_parts import Part
from tests.accounts.people import side_of, signed_in
from tests.conversations.test_visit_archive import visited
from tests.house import House
from tests.web.pages import FRAGMENT, enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C1", "C2")]

JSON = {"accept": "application/json"}


async def phone(house: House, visitor: httpx.AsyncClient, patient: int = 0) -> str:
    """Sign the patient's phone in to the app; return the address of the chat."""
    visitor.cookies.clear()
    there = await signed_in(house, patient)
    visitor.cookies.set(app_cookie_name(house.services.settings), there.token)
    return f"/app/{house.patients[patient].id}/chat"


def draft_in(page: str) -> str:
    """Return the id of the draft that a page has made."""
    return re.findall(r'name="draft_id" value="(drf_\w+)"', page)[0]


async def test_a_question_and_its_answer(quick_house: House, visitor: httpx.AsyncClient) -> None:
    house = quick_house
    chat = await phone(house, visitor)
    topics = house.services.conversations.topics
    topic = await topics.add(house.administer(), "Results", "", 120)
    empty = await visitor.get(chat)
    assert "No messages yet" in empty.text
    form = (await visitor.get(f"{chat}/new")).text
    assert "Answer expected by" in form
    assert "Not for emergencies" in form
    fields = {"body": "Are my results <here>?", "draft_id": draft_in(form)}
    without = await visitor.post(chat, data=fields)
    assert without.status_code == 422
    assert "Please choose what it is about." in without.text
    assert "Are my results &lt;here&gt;?" in without.text  # nothing typed is lost
    sent = await visitor.post(chat, data={**fields, "topic": topic})
    again = await visitor.post(chat, data={**fields, "topic": topic})
    place = sent.headers["location"]
    assert again.headers["location"] == place
    assert "Are my results &lt;here&gt;?" in (await visitor.get(place)).text

    await enter(visitor, house, house.here.receptionist)
    desk = await visitor.get("/chat")
    assert "Maya Lindqvist" in desk.text
    assert "Waits" in desk.text
    one = "/chat/" + place.rpartition("/")[2]
    shown = await visitor.get(one)
    assert "Are my results &lt;here&gt;?" in shown.text
    await visitor.post(one, data={"body": "All is well.", "draft_id": draft_in(shown.text)})
    await visitor.post(
        one, data={"body": "Known hypochondriac.", "draft_id": new_id("drf"), "note": "yes"}
    )
    assert "Nobody waits for an answer" in (await visitor.get("/chat")).text
    assert "Sent" in (await visitor.get(f"{one}/list", headers=FRAGMENT)).text

    await phone(house, visitor)
    home = await visitor.get(f"/app/{house.patients[0].id}")
    assert "Message from the clinic" in home.text
    answer = await visitor.get(place)
    assert "All is well." in answer.text
    assert "hypochondriac" not in answer.text
    await enter(visitor, house, house.here.receptionist)
    assert "Read by Maya Lindqvist" in (await visitor.get(one)).text


@pytest.mark.feature("C7")
async def test_where_replying_is_over_one_tap_goes_on(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    chart, all_of_them = await house.chart(), house.services.conversations.all
    begun = await all_of_them.start(
        chart, Text("Your visit is moved.", reply=Reply.CONFIRM), new_id("drf")
    )
    chat = await phone(house, visitor)
    page = (await visitor.get(f"{chat}/{begun}")).text
    assert "I have read this" in page
    assert "chat-body" not in page
    refused = await visitor.post(f"{chat}/{begun}", data={"body": "But…"}, headers=JSON)
    assert refused.status_code == 409
    await visitor.post(f"{chat}/{begun}/read", data={"what": "confirmed", "up_to": "1"})
    assert "You have confirmed" in (await visitor.get(f"{chat}/{begun}")).text
    new = (await visitor.get(f"{chat}/new?quotes={begun}")).text
    assert "Your visit is moved." in new
    sent = await visitor.post(
        chat, data={"body": "When?", "draft_id": draft_in(new), "quotes": begun}
    )
    assert sent.status_code == 303
    await enter(visitor, house, house.here.receptionist)
    assert "Confirmed by Maya Lindqvist" in (await visitor.get(f"/chat/{begun}")).text


async def test_both_sides_search(quick_house: House, visitor: httpx.AsyncClient) -> None:
    house = quick_house
    chart, all_of_them = await house.chart(), house.services.conversations.all
    begun = await all_of_them.start(chart, Text("Your Hämoglobin is fine."), new_id("drf"))
    await all_of_them.note(chart, begun, "Hämoglobin was late.", new_id("drf"))
    chat = await phone(house, visitor)
    found = await visitor.post(f"{chat}/search", data={"words": "hamoglobin"})
    assert "Your Hämoglobin is fine." in found.text
    assert "was late" not in found.text
    assert (await visitor.get(f"{chat}/{begun}?before=2")).status_code == 200
    nothing = await visitor.post(f"{chat}/search", data={"words": "xylophone"})
    assert "No message has these words" in nothing.text
    await enter(visitor, house, house.here.receptionist)
    found = await visitor.post("/chat/search", data={"words": "HÄMOGLOBIN"})
    assert "Your Hämoglobin is fine." in found.text
    assert "Hämoglobin was late." in found.text
    assert "Maya Lindqvist" in found.text


async def test_what_a_script_reports(quick_house: House, visitor: httpx.AsyncClient) -> None:
    house = quick_house
    chart, all_of_them = await house.chart(), house.services.conversations.all
    begun = await all_of_them.start(chart, Text("Hello."), new_id("drf"))
    chat = await phone(house, visitor)
    here = f"{chat}/{begun}"
    listed = await visitor.get(f"{here}/list", headers=FRAGMENT)
    assert 'data-unread="1"' in listed.text
    assert 'data-last="1"' in listed.text
    delivered = await visitor.post(f"{here}/read", data={"up_to": "1", "what": "delivered"})
    assert delivered.status_code == 204
    assert [one.state for one in (await all_of_them.page(chart, begun)).messages] == ["delivered"]
    written = await visitor.post(
        here, data={"body": "Hi.", "draft_id": new_id("drf")}, headers=JSON
    )
    assert written.json()["message_id"].startswith("msg_")
    empty = await visitor.post(here, data={"body": " ", "draft_id": new_id("drf")}, headers=JSON)
    assert empty.status_code == 422


async def test_staff_begin_from_the_card(quick_house: House, visitor: httpx.AsyncClient) -> None:
    house = quick_house
    await enter(visitor, house, house.here.receptionist)
    page = f"/patients/{house.patients[0].id}/chat"
    assert page in (await visitor.get(f"/patients/{house.patients[0].id}/card")).text
    form = (await visitor.get(page)).text
    fields = {"body": "Please call us.", "draft_id": draft_in(form), "reply": "until"}
    no_day = await visitor.post(page, data=fields)
    assert no_day.status_code == 422
    assert "Please choose the last day for a reply." in no_day.text
    assert "Please call us." in no_day.text
    tomorrow = clock.in_zone("UTC", clock.now() + 2 * clock.DAY).date().isoformat()
    sent = await visitor.post(page, data={**fields, "reply_until": tomorrow})
    assert "Replies until" in (await visitor.get(sent.headers["location"])).text
    assert "Please call us." in (await visitor.get(page)).text


@pytest.mark.feature("C4")
async def test_the_team_assigns_snoozes_and_closes(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    side, all_of_them = await side_of(house), house.services.conversations.all
    begun = await all_of_them.start(side, Text("Hello?"), new_id("drf"))
    await enter(visitor, house, house.here.receptionist)
    change = f"/chat/{begun}/change"
    for fields, shown in (
        ({"do": "assign", "assignee": house.here.clinician.staff_id}, "Dr Amara Okafor answers"),
        ({"do": "snooze", "until": "tomorrow"}, "Snoozed until"),
        ({"do": "snooze", "until": ""}, "Waits"),
        ({"do": "answered"}, "Answered"),
        ({"do": "close"}, "Reopen"),
        ({"do": "reopen"}, "Close"),
    ):
        done = await visitor.post(change, data=fields)
        assert done.status_code == 303, fields
        assert shown in (await visitor.get(f"/chat/{begun}/now", headers=FRAGMENT)).text
    wrong = await visitor.post(change, data={"do": "burn"})
    assert wrong.status_code == 422


@pytest.mark.feature("S2")
async def test_events_go_to_those_who_may_see_the_chat_now(quick_house: House) -> None:
    house = quick_house
    sides = house.services.accounts.sides
    patient_id = house.patients[0].id
    assert await sides.people_of(patient_id, Part.CHAT) == frozenset()
    side = await side_of(house)
    person = named(house.clinic.id, side.account.account_id)
    assert await sides.people_of(patient_id, Part.CHAT) == {person}
    assert await sides.people_of(house.patients[1].id, Part.CHAT) == frozenset()
    await house.services.accounts.all.close(await house.chart(), side.account.account_id)
    assert await sides.people_of(patient_id, Part.CHAT) == frozenset()


@pytest.mark.feature("C3")
async def test_the_chat_of_a_past_visit_is_in_the_app(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    chat = await phone(quick_house, visitor)
    visit_id = await visited(quick_house, "The cream <burns>.", "Every other day, then.")
    listed = (await visitor.get(chat)).text
    assert "From your visits" in listed
    assert f"{chat}/visits/{visit_id}" in listed
    page = (await visitor.get(f"{chat}/visits/{visit_id}")).text
    assert "The cream &lt;burns&gt;." in page
    assert "Every other day, then." in page
    assert "<textarea" not in page  # it is over
    found = (await visitor.post(f"{chat}/search", data={"words": "cream"})).text
    assert f"{chat}/visits/{visit_id}#msg_" in found
    other = await phone(quick_house, visitor, 1)
    assert (await visitor.get(f"{other}/visits/{visit_id}")).status_code == 404


async def test_staff_learn_that_nobody_could_read_it(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, chart = quick_house, await quick_house.chart()
    conversation = await house.conversations.all.start(chart, Text("Yes, it is."), new_id("drf"))
    await enter(visitor, house, house.here.receptionist)
    pages = (f"/chat/{conversation}", f"/patients/{chart.patient_id}/chat")
    for page in pages:
        shown = (await visitor.get(page)).text
        assert "Nobody can read this chat" in shown
        assert f'href="/patients/{chart.patient_id}/app"' in shown
    await signed_in(house)
    for page in pages:
        assert "Nobody can read this chat" not in (await visitor.get(page)).text
