"""The telephone as a way out, from the queue, the call and the room's page."""

import re

import pytest
from playwright.async_api import expect

from tests.house import Served
from tests.journeys.calling import LONG, two_in_call, watched
from tests.journeys.test_staff_console import at_desk, connected
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.visits.ward import Ward
from tests.web.visiting import arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]


@pytest.mark.feature("V24")
async def test_a_page_that_does_not_answer_is_called_by_telephone(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("telephone")
    rooms = await rooms_of(house)
    visitor = await arrive(house, rooms.own, "Grace Lee", phone="+46 70 174 06 05", connected=False)
    person, page = await at_desk(chromium, served, house.here.clinician)
    await page.goto(f"/rooms/{rooms.own.id}")
    row = page.locator("#room-queue .row", has_text="Grace Lee")
    dial = row.get_by_role("link", name="Call +46 70 174 06 05")
    assert await dial.get_attribute("href") == "tel:+46701740605"
    await connected(page, house)
    await journey.seen(page, "row")

    await page.clock.install()
    await row.get_by_role("button", name="Actions for").click()
    await page.get_by_role("menuitem", name="Start call").click()
    await expect(page).to_have_url(re.compile("/calls/"))
    await page.clock.run_for(12_000)
    notice = page.locator("[data-no-answers] .call-notice")
    await expect(notice).to_contain_text("Grace Lee’s page has not answered since")
    await journey.seen(page, "call")
    await notice.get_by_role("link", name="Send a text").click()
    dialog = page.locator("dialog#in-dialog")
    await expect(dialog).to_contain_text("we are waiting for you. Please open your page again:")
    await journey.seen(page, "texts")
    await dialog.get_by_role("button", name="Send").click()
    await expect(
        page.locator("#toasts").get_by_text("The text message is on its way.")
    ).to_be_visible()
    [sent] = await house.services.notifications.messages.outbox(house.here.clinician)
    assert f"/visit/{visitor.visit_id}?door={rooms.own.slug}" in sent.text

    await notice.get_by_role("button", name="We go on by telephone").click()
    await expect(page).to_have_url(re.compile("/after"))
    await page.goto(f"/rooms/{rooms.own.id}")
    row = page.locator("#queue-seen .row", has_text="Grace Lee")
    await expect(row).to_contain_text("On the telephone")
    await journey.seen(page, "on-the-telephone")
    room = await in_charge(house, rooms.own.id, house.here.clinician)
    [waiting] = await house.visits.waiting_room.queue(room)
    assert waiting.on_telephone
    assert not waiting.place
    await person.leave()


@pytest.mark.feature("V24")
async def test_a_bare_number_is_invited_in_two_clicks(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("invite-by-sms")
    rooms = await rooms_of(house)
    person, page = await at_desk(chromium, served, house.here.clinician)
    await page.goto(f"/rooms/{rooms.own.id}")
    await connected(page, house)
    await page.get_by_role("link", name="Invite by SMS").click()
    await page.get_by_label("Phone number").fill("12")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("#toasts")).to_contain_text("number")
    await page.get_by_label("Phone number").fill("+46 70 174 06 05")
    await journey.seen(page, "dialog")
    await page.keyboard.press("Enter")
    await expect(
        page.locator("#toasts").get_by_text("The text message is on its way.")
    ).to_be_visible()
    [sent] = await house.services.notifications.messages.outbox(house.here.clinician)
    assert f"/r/{rooms.own.slug}" in sent.text
    assert sent.to == "+46701740605"
    await person.leave()


@pytest.mark.feature("V24")
async def test_a_call_that_goes_on_by_telephone_ends_and_the_visit_does_not(
    served: Served, chromium: Chromium
) -> None:
    two, journey = await two_in_call(served, chromium), Journey("ending-by-telephone")
    house, desk = served.house, two.staff_page
    await expect(desk.locator("[data-tiles] > *")).to_have_count(1, timeout=LONG)
    await desk.get_by_role("button", name="End", exact=True).click()
    ending = desk.locator("dialog#ending")
    await expect(ending.get_by_text("The call ends, the visit does not.")).to_be_visible()
    await journey.seen(desk, "dialog", whole=False)
    await ending.get_by_role("button", name="We go on by telephone").click()
    await expect(desk).to_have_url(re.compile("/after"), timeout=LONG)
    after = desk.locator("#after-patients .row", has_text="Noor Haddad")
    await expect(after).to_contain_text("On the telephone")
    await expect(desk.locator("#who-is-next")).to_have_text("Nobody is waiting.")
    await journey.seen(desk, "after")
    place = two.patient_page.locator("#visit-telephone")
    await expect(place).to_contain_text("goes on with you by telephone")
    await expect(place).to_contain_text("Answer your phone when it rings")
    await expect(
        two.patient_page.get_by_role("heading", name="Your visit goes on by telephone")
    ).to_be_visible()
    await expect(two.patient_page.get_by_text("we keep your place for")).to_have_count(0)
    await journey.seen(two.patient_page, "patient")
    [waiting] = await house.visits.waiting_room.queue(two.clinic.access)
    assert waiting.on_telephone

    await desk.goto(f"/rooms/{two.clinic.room.id}")
    await expect(desk.locator("#queue-sum")).to_have_count(0)  # nobody waits
    row = desk.locator("#queue-seen .row", has_text="Noor Haddad")
    await row.get_by_role("button", name="Actions for").click()
    await expect(desk.get_by_role("menuitem", name="See first")).to_have_count(0)
    await journey.seen(desk, "row")
    await desk.get_by_role("menuitem", name="End visit").click()
    await expect(row).to_have_count(0)
    await expect(two.patient_page.get_by_role("heading", name="Your visit is over")).to_be_visible()
    await two.leave()


@pytest.mark.feature("V24")
@pytest.mark.parametrize(
    ("way", "to", "sent_to"),
    [
        ("SMS", "070 174 06 41", "+46701740641"),
        ("e-mail", "ana@interpreters.example", "ana@interpreters.example"),
    ],
)
async def test_a_guest_s_link_goes_out_from_the_dialog_and_leads_in(
    served: Served, chromium: Chromium, way: str, to: str, sent_to: str
) -> None:
    two, journey = await two_in_call(served, chromium), Journey(f"guest-by-{way}")
    desk, ward = two.staff_page, Ward(served.house)
    await expect(desk.locator("[data-tiles] > *")).to_have_count(1, timeout=LONG)
    await desk.get_by_role("button", name="More").click()
    await desk.get_by_role("menuitem", name="Invite a guest").click()
    dialog = desk.locator("dialog#invitation")
    await dialog.get_by_label("Name").fill("Ana Ruiz")
    await dialog.get_by_label("Role").fill("interpreter")
    await dialog.get_by_label("Phone number or e-mail address").fill("12")
    await dialog.get_by_role("button", name=f"Send by {way}").click()
    await expect(dialog.locator("[data-inviting-problem]")).to_be_visible()
    await journey.seen(desk, "wrong", whole=False)
    await dialog.get_by_label("Phone number or e-mail address").fill(to)
    await dialog.get_by_role("button", name=f"Send by {way}").click()
    await expect(desk.locator("#toasts .toast")).not_to_have_count(0)
    await journey.seen(desk, "sent", whole=False)
    [(address, text)] = await ward.texts("gst_")
    assert address == sent_to
    assert "Noor" not in text
    found = re.search(r"/g/\S+", text)
    assert found

    interpreter = await chromium.phone(served.url)
    await watched(interpreter)
    page = await interpreter.page(found[0])
    await expect(page.get_by_label("Your name")).to_have_value("Ana Ruiz, interpreter")
    await page.get_by_role("button", name="Ask to join").click()
    await desk.locator("[data-knocking] li").get_by_role("button", name="Admit").click()
    question = two.patient_page.locator("[data-newcomer]")
    await expect(question).to_contain_text("Ana Ruiz, interpreter would like to join this call")
    await question.get_by_role("button", name="Yes, I agree").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Your call with")
    await interpreter.leave()
    await two.leave()
