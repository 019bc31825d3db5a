"""A patient in dead spots: forms without a network, messages that a closed page leaves behind, and
phones whose browser is as old as the scripts are built for."""

import pytest
from playwright.async_api import FilePayload, Page, Route, expect

from tests.conversations.talking import Talk
from tests.house import Served
from tests.journeys.asked import answer
from tests.journeys.test_sharing import in_the_app
from tests.peers.chromium import Chromium, Person, reached
from tests.peers.page_checks import Journey
from tests.requests.forms import sent_form
from tests.requests.sending import jpeg, send
from tests.sharing.people import given

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P1")]
GONE = "There is no connection. Nothing is lost"
WORDS = "Is this “Zoë-Мария O’Brien-Łukaszewicz’s” dose? <b>"


async def unreachable(phone: Person) -> None:
    """Let the server be away, while the phone says that it is online."""
    await phone.context.route("**/*", lambda route: route.abort())


async def reachable(phone: Person) -> None:
    """Let the server be back."""
    await phone.context.unroute("**/*")


@pytest.mark.feature("R2")
async def test_the_date_of_birth_waits_for_the_network(served: Served, chromium: Chromium) -> None:
    seen = Journey("dead-spots")
    sent = await send(served.house)
    phone = await chromium.phone(served.url, width=320)
    page = await phone.page(f"/l/{await sent.secret()}")
    await phone.context.set_offline(True)
    await answer(page)
    await expect(page.get_by_text(GONE).first).to_be_visible()
    await expect(page.get_by_label("Year", exact=True)).to_have_value("1991")
    await seen.seen(page, "date-of-birth")
    await page.get_by_role("button", name="Continue").click()  # twice is once
    await phone.context.set_offline(False)
    await page.wait_for_url("**/my/*")
    phone.complaints.clear()  # of the network
    await phone.leave()


@pytest.mark.feature("F15")
async def test_a_part_of_a_form_waits_for_the_server(served: Served, chromium: Chromium) -> None:
    sent = await sent_form(served.house)
    phone = await chromium.phone(served.url)
    page = await phone.page(f"/l/{await sent.secret()}")
    await answer(page)
    await page.get_by_role("link", name="Fill it in here").click()
    await page.locator("#fields input[type=text]").first.fill("Ærøskøbing")
    await unreachable(phone)
    address = page.url
    await page.locator(".patient-foot [name=do][value=check]").click()
    await expect(page.get_by_text(GONE).first).to_be_visible()
    assert page.url == address
    await reachable(phone)
    await page.wait_for_url(lambda url: url != address)
    await expect(page.get_by_text("There is a problem")).to_have_count(0)
    phone.complaints.clear()
    await phone.leave()


async def asked(page: Page) -> None:
    """Write a question under a topic, and press “Send”."""
    await page.get_by_role("radio", name="Test results").check()
    await page.locator("textarea[name=body]").fill(WORDS)
    await page.get_by_role("button", name="Send").click()


async def questions(served: Served) -> list[str]:
    """Return what the clinic has, with its topics."""
    house = served.house
    lines = await house.services.conversations.lists.of_patient(await house.chart())
    return [one.last.text for one in lines if one.last]


@pytest.mark.feature("C2", "C6")
@pytest.mark.parametrize("then", ["", "/chat/new"])
async def test_a_question_goes_from_the_next_page_when_its_own_is_gone(
    served: Served, chromium: Chromium, then: str
) -> None:
    house, phone = served.house, await chromium.phone()
    await house.services.conversations.topics.add(house.administer(), "Test results", "", 120)
    page = await in_the_app(served, phone, "/chat/new")
    await phone.context.set_offline(True)
    await asked(page)
    await expect(page.get_by_text("It is sent by itself when it is back.")).to_be_visible()
    await page.close()
    await phone.context.set_offline(False)
    again = await phone.page(f"{served.url}/app/{house.patients[0].id}{then}")
    if then:
        await again.wait_for_url("**/chat/cnv_*")
        await expect(again.get_by_text("Answer expected by")).to_be_visible()
    else:
        await reached(again, lambda: questions(served), lambda found: found == [WORDS], "sent")
    await again.goto(f"{served.url}/app/{house.patients[0].id}/chat/new")
    await expect(again.locator("textarea[name=body]")).to_have_value("")
    assert await questions(served) == [WORDS]
    phone.complaints.clear()
    await phone.leave()


@pytest.mark.feature("C2")
async def test_a_question_that_arrived_is_no_draft_any_more(
    served: Served, chromium: Chromium
) -> None:
    """The clinic has it, but the page died before it read the answer."""
    house, phone = served.house, await chromium.phone()
    await house.services.conversations.topics.add(house.administer(), "Test results", "", 120)
    page = await in_the_app(served, phone, "/chat/new")

    async def cut(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/chat", cut)
    await asked(page)
    await expect(page.get_by_text("It is sent by itself when it is back.")).to_be_visible()
    await page.close()
    again = await phone.page(f"{served.url}/app/{house.patients[0].id}/chat/new")
    await again.wait_for_url("**/chat/cnv_*")
    assert await questions(served) == [WORDS]
    phone.complaints.clear()
    await phone.leave()


@pytest.mark.feature("C1")
async def test_a_question_with_a_photo_that_is_on_its_way_is_not_forgotten(
    served: Served, chromium: Chromium
) -> None:
    house, phone = served.house, await chromium.phone()
    await house.services.conversations.topics.add(house.administer(), "Test results", "", 120)
    page = await in_the_app(served, phone, "/chat/new")
    await phone.context.route("**/uploads", lambda route: route.abort())  # no byte gets through
    photo: FilePayload = {"name": "mole.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    await page.locator("#chat-file").set_input_files([photo])
    await expect(page.locator("[data-tray-file]")).to_have_count(1)
    await asked(page)
    await expect(page.get_by_role("button", name="Sending, 0%")).to_be_visible()
    await page.evaluate("() => new Promise((done) => setTimeout(done, 400))")  # it is kept by then
    await page.close()
    await phone.context.unroute("**/uploads")
    again = await phone.page(f"{served.url}/app/{house.patients[0].id}/chat/new")
    await again.wait_for_url("**/chat/cnv_*")
    await expect(again.get_by_text("mole.jpg")).to_be_visible()
    assert await questions(served) == [WORDS]
    phone.complaints.clear()
    await phone.leave()


@pytest.mark.feature("C2")
async def test_a_reply_goes_from_another_page(served: Served, chromium: Chromium) -> None:
    house, phone = served.house, await chromium.phone()
    talk = Talk(house, await house.chart())
    await talk.begin()
    page = await in_the_app(served, phone, f"/chat/{talk.id}")
    await phone.context.set_offline(True)
    await page.get_by_label("Message", exact=True).fill(WORDS)
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("It is sent by itself when it is back.")).to_be_visible()
    await page.close()
    await phone.context.set_offline(False)
    home = await phone.page(f"{served.url}/app/{house.patients[0].id}")
    await reached(home, lambda: questions(served), lambda found: found == [WORDS], "sent")
    await home.goto(f"{served.url}/app/{house.patients[0].id}/chat/{talk.id}")
    await expect(home.locator(".chat-words", has_text=WORDS)).to_have_count(1)
    phone.complaints.clear()
    await phone.leave()


OLD = """() => {
  delete AbortSignal.timeout;
  delete Element.prototype.checkVisibility;
  delete Array.prototype.findLast;
}"""


@pytest.mark.feature("C2", "P6")
async def test_a_phone_with_an_old_browser(served: Served, chromium: Chromium) -> None:
    """Nothing is needed that Safari 15.4 and Chrome 99 do not have."""
    house, phone = served.house, await chromium.phone()
    await phone.context.add_init_script(f"({OLD})()")
    talk = Talk(house, await house.chart())
    await talk.begin()
    page = await in_the_app(served, phone, f"/chat/{talk.id}")
    for words in ("The first.", "The second."):
        await page.get_by_label("Message", exact=True).fill(words)
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator("[data-chat-list]").get_by_text(words)).to_be_visible()
    await talk.say(talk.chart, "The answer.")
    await expect(page.locator("[data-chat-list]").get_by_text("The answer.")).to_be_visible()
    await house.files.retrieval.open(
        await house.chart(staff=house.here.clinician), await given(house)
    )
    await page.goto(f"{served.url}/app/{house.patients[0].id}/accesses")
    look = page.get_by_role("listitem").filter(has_text="Dr Amara Okafor")
    await look.get_by_role("link", name="Ask about this access").click()
    await page.get_by_role("button", name="Ask the clinic").click()
    await expect(page.get_by_text("Your question is sent.")).to_be_visible()
    await phone.leave()


@pytest.mark.feature("C6")
async def test_the_promise_goes_with_the_answer(served: Served, chromium: Chromium) -> None:
    house, phone = served.house, await chromium.phone()
    topics = house.services.conversations.topics
    topic = await topics.add(house.administer(), "Test results", "", 120)
    talk = Talk(house, await house.chart())
    await talk.begin(topic_id=topic)
    page = await in_the_app(served, phone, f"/chat/{talk.id}")
    await expect(page.get_by_text("Answer expected by")).to_be_visible()
    await talk.say(talk.chart, "It is.")
    await expect(page.get_by_text("It is.")).to_be_visible()
    await expect(page.get_by_text("Answer expected by")).to_have_count(0)
    await phone.leave()
