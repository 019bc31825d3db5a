"""Forms of the app without a network: what was typed waits on the phone and goes by itself, also
when the page was killed, or the session ended meanwhile."""

import pytest
from playwright.async_api import Page, expect

from bedside.conversations.states import Reply
from bedside.conversations.writing import Text
from bedside.kernel.ids import new_id
from tests.accounts.people import side_of
from tests.accounts.people import signed_in as device_of
from tests.house import Served
from tests.journeys.test_sharing import in_the_app
from tests.peers.chromium import Chromium, Person
from tests.peers.page_checks import Journey
from tests.sharing.people import given

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P6"), pytest.mark.feature("P3")]
WORDS = "Why did “Zoë-Мария O’Brien-Łukaszewicz” look? <b>"


async def asking(served: Served, phone: Person) -> Page:
    """Open the form that asks about an access of a clinician."""
    house = served.house
    letter = await given(house)
    await house.files.retrieval.open(await house.chart(staff=house.here.clinician), letter)
    page = await in_the_app(served, phone, "/accesses")
    look = page.get_by_role("listitem").filter(has_text="Dr Amara Okafor")
    await look.get_by_role("link", name="Ask about this access").click()
    await page.get_by_label("What do you want to know?").fill(WORDS)
    return page


async def is_asked(page: Page) -> None:
    """Expect the question in the list of accesses, once."""
    await expect(page.get_by_text(WORDS)).to_have_count(1)
    await expect(page.get_by_text("Answer by")).to_have_count(1)


async def test_a_question_waits_for_the_network(served: Served, chromium: Chromium) -> None:
    phone, seen = await chromium.phone(width=320), Journey("app-offline")
    page = await asking(served, phone)
    await phone.context.set_offline(True)
    await page.get_by_role("button", name="Ask the clinic").click()
    await expect(page.get_by_text("No connection.")).to_be_visible()
    await expect(page.get_by_label("What do you want to know?")).to_have_value(WORDS)
    await seen.seen(page, "waits")
    await page.get_by_role("button", name="Ask the clinic").click()  # twice is once
    await phone.context.set_offline(False)
    await page.wait_for_url("**/accesses")
    await is_asked(page)
    phone.complaints.clear()  # of the network
    await phone.leave()


async def test_it_goes_when_the_page_was_killed_meanwhile(
    served: Served, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await asking(served, phone)
    address = page.url
    await phone.context.set_offline(True)
    await page.get_by_role("button", name="Ask the clinic").click()
    await expect(page.get_by_text("No connection.")).to_be_visible()
    await page.close()
    await phone.context.set_offline(False)
    again = await phone.page(address)
    await again.wait_for_url("**/accesses")
    await is_asked(again)
    phone.complaints.clear()
    await phone.leave()


async def test_words_survive_the_end_of_the_session_and_are_nobody_elses(
    served: Served, chromium: Chromium
) -> None:
    house, phone = served.house, await chromium.phone()
    page = await asking(served, phone)
    address = page.url
    cookies = await phone.context.cookies()
    token = next(one["value"] for one in cookies if one["name"] == "bedside-app")
    account = await house.accounts.sessions.resume(token, "127.0.0.1")
    await house.accounts.sessions.end(account, account.session_id)
    await page.get_by_role("button", name="Ask the clinic").click()
    await page.wait_for_url("**/app/sign-in?next=*")
    other = (await device_of(house, 1)).token
    await phone.context.add_cookies([{"name": "bedside-app", "value": other, "url": served.url}])
    await page.goto(f"{served.url}/app/{house.patients[1].id}/accesses")
    await expect(page.get_by_text(WORDS)).to_have_count(0)
    mine = (await device_of(house)).token
    await phone.context.add_cookies([{"name": "bedside-app", "value": mine, "url": served.url}])
    await page.goto(address)
    await page.wait_for_url("**/accesses")  # it was pressed a moment ago, so it goes
    await is_asked(page)
    phone.complaints.clear()
    await phone.leave()


@pytest.mark.feature("C6")
async def test_a_question_under_a_topic_goes_once(served: Served, chromium: Chromium) -> None:
    house, phone = served.house, await chromium.phone(width=320)
    await house.services.conversations.topics.add(house.administer(), "Test results", "", 120)
    page = await in_the_app(served, phone, "/chat/new")
    await page.get_by_role("radio", name="Test results").check()
    await page.locator("textarea[name=body]").fill(WORDS)
    await phone.context.set_offline(True)
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("There is no connection.")).to_be_visible()
    await phone.context.set_offline(False)
    await page.wait_for_url("**/chat/cnv_*")
    await expect(page.locator(".chat-words", has_text=WORDS)).to_have_count(1)
    await expect(page.get_by_text("Answer expected by")).to_be_visible()
    phone.complaints.clear()
    await phone.leave()


@pytest.mark.feature("C7")
async def test_i_have_read_this_waits_too(served: Served, chromium: Chromium) -> None:
    house, phone = served.house, await chromium.phone()
    chart, talk = await house.chart(), house.services.conversations.all
    only_read = Text("We are closed on Friday.", reply=Reply.CONFIRM)
    begun = await talk.start(chart, only_read, new_id("drf"))
    page = await in_the_app(served, phone, f"/chat/{begun}")
    await phone.context.set_offline(True)
    await page.get_by_role("button", name="I have read this").click()
    await expect(page.get_by_text("No connection.").first).to_be_visible()
    await phone.context.set_offline(False)
    await expect(page.get_by_text("The clinic sees that you have read it.")).to_be_visible()
    [message] = (await talk.page(chart, begun)).messages
    assert message.state == "confirmed"
    phone.complaints.clear()
    await phone.leave()


@pytest.mark.feature("P5")
async def test_a_link_for_a_specialist_is_made_once_and_ended(
    served: Served, chromium: Chromium
) -> None:
    house, phone = served.house, await chromium.phone()
    await given(house)
    page = await in_the_app(served, phone, "/sharing/new")
    await page.get_by_role("checkbox", name="letter.pdf").check()
    await page.get_by_label("Whom is it for?").fill("Dr Ekström-Ó’Neill")
    await phone.context.set_offline(True)
    await page.get_by_role("button", name="Make the link").click()
    await expect(page.get_by_text("No connection.")).to_be_visible()
    await phone.context.set_offline(False)
    await expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    await phone.context.set_offline(True)
    await page.get_by_role("button", name="End this link").click()
    await expect(page.get_by_text("No connection.")).to_be_visible()
    await phone.context.set_offline(False)
    await expect(page.get_by_text("This link no longer works.")).to_be_visible()
    shares = await house.services.sharing.links.listed(await side_of(house))
    assert [one.is_open for one in shares] == [False]
    phone.complaints.clear()
    await phone.leave()
