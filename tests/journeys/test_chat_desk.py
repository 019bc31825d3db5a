"""The team's side of the chat beside the patient's phone: a canned reply with a field to fill in,
somebody who is seen writing, and a message that leaves later."""

import re

import pytest
from playwright.async_api import Page, expect

from bedside.conversations.canned import Canned
from bedside.conversations.writing import Text
from bedside.edge.accounts import app_cookie_name
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from tests.accounts.people import signed_in
from tests.conversations.talking import Talk
from tests.house import Served
from tests.journeys.test_staff_console import at_desk, connected
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]


async def side_by_side(served: Served, chromium: Chromium) -> tuple[Talk, Page, Page]:
    """Return a conversation that the patient has begun, open at the desk and on the phone."""
    house = served.house
    there = await signed_in(house)
    talk = Talk(house, await house.chart())
    account = await house.accounts.sessions.resume(there.token, "127.0.0.1")
    talk.patient = await house.accounts.sides.of(account, house.patients[0].id)
    await talk.begin("When do my results come?")
    phone = await chromium.phone(served.url)
    name = app_cookie_name(house.services.settings)
    await phone.context.add_cookies([{"name": name, "value": there.token, "url": served.url}])
    patient = await phone.page()
    await patient.goto(f"/app/{house.patients[0].id}/chat/{talk.id}")
    _person, desk = await at_desk(chromium, served)
    await desk.goto(f"/chat/{talk.id}")
    await connected(desk, served.house)
    return talk, desk, patient


@pytest.mark.feature("C2", "C4")
async def test_a_canned_reply_a_writing_colleague_and_a_message_for_later(
    served: Served, chromium: Chromium
) -> None:
    seen, canned = Journey("chat-desk"), served.house.conversations.canned
    admin = served.house.administer()
    await canned.add(admin, Canned("Parking", "Park behind the house."))
    await canned.add(
        admin, Canned("Results", "Dear [[first name]], your results come on [[day of results]].")
    )
    talk, desk, phone = await side_by_side(served, chromium)

    field = desk.get_by_label("Message", exact=True)
    await field.press_sequentially("/")
    await expect(desk.get_by_role("option", name="Parking")).to_be_visible()
    await seen.seen(desk, "canned")
    await field.press_sequentially("result")
    replies = desk.get_by_role("listbox", name="Canned replies").get_by_role("option")
    await expect(replies).to_have_count(1)
    await field.press("Enter")
    await expect(field).to_have_value("Dear Maya, your results come on [[day of results]].")
    await seen.seen(desk, "to-fill-in")
    await field.press("End")
    await field.press("Enter")  # nothing is sent: the field is chosen instead
    await expect(field).to_have_value(re.compile(r"\[\[day of results\]\]"))
    await desk.keyboard.type("Friday")
    await expect(field).to_have_value("Dear Maya, your results come on Friday.")
    writing = phone.get_by_role("paragraph").filter(has_text="Riverside Clinic is writing…")
    await expect(writing).to_be_visible()
    await seen.seen(phone, "clinic-writes")
    assert await talk.seen() == [(1, "patient", "When do my results come?")]
    await field.press("Enter")
    await expect(phone.get_by_role("paragraph").filter(has_text="on Friday.")).to_be_visible()
    await expect(writing).to_be_hidden()

    await phone.get_by_label("Message", exact=True).press_sequentially("Thank")
    she_writes = desk.get_by_role("paragraph").filter(has_text="Maya Lindqvist is writing…")
    await expect(she_writes).to_be_visible()
    await seen.seen(desk, "patient-writes")
    await phone.get_by_label("Message", exact=True).fill("")
    await expect(she_writes).to_be_hidden()

    await desk.get_by_role("radio", name="Note for staff").check()
    await field.press_sequentially("She worries.")
    await seen.seen(desk, "note")
    await desk.get_by_role("button", name="Save note").click()
    await expect(desk.get_by_text("Only for staff")).to_be_visible()
    await expect(writing).to_be_hidden()


@pytest.mark.feature("C8")
async def test_a_message_for_later_is_changed_and_arrives(
    served: Served, chromium: Chromium
) -> None:
    seen = Journey("chat-later")
    _talk, desk, phone = await side_by_side(served, chromium)
    await desk.get_by_label("Message", exact=True).fill("Did they arive?")
    await desk.get_by_text("Send later", exact=True).first.click()
    await desk.get_by_label("When", exact=True).select_option(label="On a day and time")
    await seen.seen(desk, "choosing")
    await desk.get_by_label("Day", exact=True).fill("2020-01-02")
    await desk.get_by_label("Time", exact=True).fill("08:00")
    await desk.get_by_label("Time", exact=True).press("Enter")  # which does not send it now
    await expect(desk.get_by_text("This time is over.")).to_be_visible()
    await expect(desk.get_by_label("Message", exact=True)).to_have_value("Did they arive?")
    soon = clock.in_zone("Europe/Stockholm", clock.now() + 5 * clock.MINUTE)
    await desk.get_by_label("Day", exact=True).fill(f"{soon:%Y-%m-%d}")
    await desk.get_by_label("Time", exact=True).fill(f"{soon:%H:%M}")
    await desk.get_by_role("button", name="Send later").click()
    waiting = desk.get_by_role("list", name="To be sent")
    await expect(waiting.get_by_role("paragraph").filter(has_text="arive")).to_be_visible()
    await seen.seen(desk, "waits")

    await desk.get_by_role("link", name="To be sent").click()
    await expect(desk.get_by_role("heading", name="To be sent")).to_be_visible()
    await connected(desk, served.house)
    await desk.get_by_text("Change words or time").click()
    await desk.get_by_label("Message", exact=True).fill("Did they arrive?")
    await seen.seen(desk, "changing")
    await desk.get_by_role("button", name="Save").click()
    await expect(desk.get_by_role("paragraph").filter(has_text="Did they arrive?")).to_be_visible()
    await expect(phone.get_by_text("When do my results come?")).to_be_visible()
    await expect(phone.get_by_text("Did they")).to_have_count(0)
    with clock.shifted(5 * clock.MINUTE):
        await do_jobs(served.house)
        await expect(phone.get_by_text("Did they arrive?", exact=True)).to_be_visible()
        await expect(desk.get_by_text("Nothing is waiting to be sent")).to_be_visible()
    await seen.seen(phone, "arrived")


@pytest.mark.feature("C8")
async def test_what_did_not_leave_by_itself_asks_the_team(
    served: Served, chromium: Chromium
) -> None:
    seen = Journey("chat-later")
    talk, desk, phone = await side_by_side(served, chromium)
    later = served.house.conversations.later
    send_at = clock.now() + 5 * clock.MINUTE
    await later.write(talk.chart, talk.id, Text("Still waiting?"), new_id("drf"), send_at)
    await phone.get_by_label("Message", exact=True).fill("They have come.")
    await phone.get_by_role("button", name="Send").click()
    await expect(desk.get_by_role("paragraph").filter(has_text="have come.").first).to_be_visible()
    with clock.shifted(6 * clock.MINUTE):
        await do_jobs(served.house)
        await expect(desk.get_by_text("The patient wrote since. Send anyway?")).to_be_visible()
        await seen.seen(desk, "asks")
    await expect(phone.get_by_text("Still waiting?")).to_have_count(0)
    await desk.get_by_role("button", name="Drop").click()
    await expect(desk.get_by_text("Dropped. It is not sent.").first).to_be_visible()
    await expect(desk.get_by_role("list", name="To be sent")).to_have_count(0)
    await expect(phone.get_by_text("Still waiting?")).to_have_count(0)
