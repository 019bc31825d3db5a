"""Files in the chat, in browsers: a photo from the phone, an answer with a file of the chart; and
what happens to them when the network, the page or the session is gone."""

import pytest
from playwright.async_api import BrowserContext, FilePayload, Page, expect

from bedside.audit.actors import SYSTEM
from bedside.conversations.options import ChatFileOptions
from bedside.conversations.writing import Text
from bedside.files.announcing import Allowance
from bedside.kernel.ids import new_id
from tests.accounts.people import signed_in
from tests.hostile import builders
from tests.house import House, Served
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.requests.sending import do_jobs, jpeg, pieces

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.feature("C1", "C2", "C3"),
    pytest.mark.xdist_group("chromium"),
]

_THREAD = "[data-chat-list]"


def photo(name: str = "hand.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": jpeg()}


def noise(name: str, size: int = 3_000_000) -> FilePayload:
    """Return a text that takes a while on a slow network."""
    line = b"It began on Monday, and itches in the evening.\n"
    return {"name": name, "mimeType": "text/plain", "buffer": line * (size // len(line))}


async def let_in(house: House, context: BrowserContext, url: str) -> str:
    """Sign Maya's browser in to the app; return the address of her chat."""
    there = await signed_in(house)
    await context.add_cookies([{"name": "bedside-app", "value": there.token, "url": url}])
    return f"/app/{house.patients[0].id}/chat"


async def at_desk(served: Served, chromium: Chromium) -> Page:
    house = served.house
    desk = await chromium.desktop(served.url)
    cookies = await house.cookie(house.here.receptionist)
    await desk.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookies.items()]
    )
    return await desk.page()


async def in_chart(house: House, name: str) -> None:
    chart = await house.chart()
    await house.files.uploads.take_for_chart(chart, name, pieces(jpeg()), Allowance(largest=10**7))
    await do_jobs(house)


async def begun(house: House) -> str:
    """Begin a conversation with Maya; return its id."""
    text = Text("Please send us a photo of it.")
    return str(await house.conversations.all.start(await house.chart(), text, new_id("drf")))


async def arrived(page: Page, count: int) -> None:
    """Wait until so many files of the draft are at the server."""
    rows = page.locator("[data-tray] [data-said]").filter(has_text="Ready")
    uploaded = page.locator("[data-tray] [data-said]").filter(has_text="Uploaded")
    await expect(rows.or_(uploaded)).to_have_count(count, timeout=30_000)


async def test_a_photo_from_the_phone_and_a_file_of_the_chart_as_the_answer(
    served: Served, chromium: Chromium
) -> None:
    house, seen = served.house, Journey("chat-files")
    await in_chart(house, "Blood count.jpg")
    phone = await chromium.phone(served.url)
    maya = await phone.page()
    chat = await let_in(house, phone.context, served.url)
    desk = await at_desk(served, chromium)
    await desk.goto("/chat")

    await maya.goto(f"{chat}/new")
    await maya.get_by_label("Your message").fill("Is this normal?")
    camera = maya.locator("#chat-file-camera")
    assert await camera.get_attribute("capture") == "environment"
    await expect(maya.get_by_text("Take a photo")).to_be_visible()
    await camera.set_input_files(photo())
    await arrived(maya, 1)
    await seen.seen(maya, "new-with-photo")
    await maya.get_by_role("button", name="Send").dblclick()
    await expect(maya.locator(".chat-file")).to_contain_text("being checked")
    await seen.seen(maya, "being-checked")

    await desk.get_by_role("link", name="Maya Lindqvist").click()
    await expect(desk.locator(".chat-file")).to_contain_text("being checked")
    await seen.seen(desk, "desk-being-checked")
    await do_jobs(house)
    for page in (desk, maya):  # live, at both sides
        await expect(page.locator(_THREAD).get_by_role("link", name="hand.jpg")).to_have_count(2)
        await expect(page.locator(".chat-file img")).to_be_visible()
    await seen.seen(maya, "checked")

    await desk.get_by_role("button", name="From the patient’s files").click()
    dialog = desk.get_by_role("dialog")
    await expect(dialog.get_by_text("Blood count.jpg")).to_be_visible()
    await seen.seen(desk, "picker")
    await dialog.get_by_role("searchbox").fill("blood")
    await expect(dialog.locator(".picker-row")).to_have_count(1)
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("Space")
    await expect(dialog.get_by_role("button", name="Attach 1 file")).to_be_enabled()
    await desk.keyboard.press("Enter")
    await expect(desk.locator("[data-tray]")).to_contain_text("Blood count.jpg")
    await desk.get_by_label("Message", exact=True).fill("All is well, see the blood count.")
    await desk.get_by_role("button", name="Send").click()
    await expect(maya.locator(_THREAD).get_by_role("link", name="Blood count.jpg")).to_have_count(2)
    await seen.seen(maya, "answer")
    await seen.seen(desk, "answered")
    await maya.locator(_THREAD).get_by_role("link", name="Blood count.jpg").first.click()
    await expect(maya.get_by_role("heading", name="Blood count.jpg")).to_be_visible()
    await expect(maya.locator(".shared-file img")).to_be_visible()
    await maya.get_by_role("link", name="Files", exact=True).click()
    await expect(maya.locator("#files")).to_contain_text("Blood count.jpg")
    await phone.leave()


async def test_what_is_refused_is_said_in_the_message(served: Served, chromium: Chromium) -> None:
    house, seen = served.house, Journey("chat-files")
    conversation = await begun(house)
    phone = await chromium.phone(served.url, scheme="dark")
    maya = await phone.page()
    chat = await let_in(house, phone.context, served.url)
    await maya.goto(f"{chat}/{conversation}")
    bad: FilePayload = {"name": "eicar.txt", "mimeType": "text/plain", "buffer": builders.EICAR}
    script: FilePayload = {"name": "a.sh", "mimeType": "text/x-sh", "buffer": b"#!/bin/sh\nls\n"}
    await maya.locator("#chat-file").set_input_files([photo("one.jpg"), bad, photo("two.jpg")])
    await arrived(maya, 3)
    await maya.locator("#chat-file").set_input_files([script])
    await expect(maya.locator(".tray-bad")).to_have_count(1)
    await seen.seen(maya, "refused-before")
    await maya.locator(".tray-bad").get_by_role("button").click()
    await expect(maya.locator(".tray-bad")).to_have_count(0)
    await maya.get_by_role("button", name="Send").click()
    await expect(maya.locator(".chat-file")).to_have_count(3)
    await do_jobs(house)
    await expect(maya.locator(".chat-file-refused")).to_contain_text("eicar.txt")
    await expect(maya.locator(".chat-file-open")).to_have_count(2)
    await seen.seen(maya, "refused")
    await phone.leave()


async def test_the_page_is_killed_with_a_draft_and_its_upload_goes_on(
    served: Served, chromium: Chromium
) -> None:
    house = served.house
    conversation = await begun(house)
    phone = await chromium.phone(served.url)
    maya = await phone.page()
    chat = await let_in(house, phone.context, served.url)
    await maya.goto(f"{chat}/{conversation}")
    await maya.get_by_label("Message", exact=True).fill("Since Monday.")
    await maya.locator("#chat-file").set_input_files([photo()])
    await arrived(maya, 1)
    await phone.context.route("**/uploads/**", lambda route: route.abort())  # no byte gets through
    await phone.context.route("**/uploads", lambda route: route.abort())
    await maya.locator("#chat-file").set_input_files([noise("diary.txt")])
    await expect(maya.locator("[data-tray-file]")).to_have_count(2)
    await maya.evaluate("() => new Promise((done) => setTimeout(done, 400))")
    other = await phone.context.new_page()
    await maya.close()
    await phone.context.unroute("**/uploads/**")
    await phone.context.unroute("**/uploads")
    await other.goto(f"{chat}/{conversation}")
    await expect(other.get_by_label("Message", exact=True)).to_have_value("Since Monday.")
    await expect(other.locator("[data-tray-file]")).to_have_count(2)
    await arrived(other, 2)
    await other.get_by_role("button", name="Send").click()
    await expect(other.locator(f"{_THREAD} .chat-file")).to_have_count(2)
    await expect(other.locator("[data-tray-file]")).to_have_count(0)
    await other.reload()
    await expect(other.get_by_label("Message", exact=True)).to_have_value("")
    await expect(other.locator("[data-tray-file]")).to_have_count(0)
    await phone.leave()


async def test_a_message_leaves_by_itself_when_its_files_have_arrived(
    served: Served, chromium: Chromium
) -> None:
    """Pressed while the network is gone: the button says how far it is, and two tabs give one."""
    house, seen = served.house, Journey("chat-files")
    conversation = await begun(house)
    phone = await chromium.phone(served.url)
    maya = await phone.page()
    chat = await let_in(house, phone.context, served.url)
    await maya.goto(f"{chat}/{conversation}")
    await phone.context.set_offline(True)
    await maya.locator("#chat-file").set_input_files([photo(), noise("diary.txt", 400_000)])
    await expect(maya.locator("[data-tray-file]")).to_have_count(2)
    await maya.get_by_label("Message", exact=True).fill("Both.")
    await maya.get_by_role("button", name="Send").click()
    await expect(maya.locator("#chat-send")).to_contain_text("Sending, 0%")
    await seen.seen(maya, "sending")
    await phone.context.set_offline(False)
    tab = await phone.context.new_page()
    await tab.goto(f"{chat}/{conversation}")
    for page in (maya, tab):
        await expect(page.locator(f"{_THREAD} .chat-file")).to_have_count(2, timeout=40_000)
        await expect(page.locator("[data-chat-pending]")).to_be_hidden()
    await expect(maya.locator("#chat-send")).to_have_text("Send")
    found = await house.conversations.all.page(await house.chart(), conversation)
    assert [one.text for one in found.messages] == ["Please send us a photo of it.", "Both."]
    await phone.leave()


async def test_signed_out_while_a_file_is_uploaded(served: Served, chromium: Chromium) -> None:
    """The file stays in the browser, and goes on when the same person is signed in again."""
    house = served.house
    conversation = await begun(house)
    phone = await chromium.phone(served.url)
    maya = await phone.page()
    chat = await let_in(house, phone.context, served.url)
    await maya.goto(f"{chat}/{conversation}")
    await phone.context.clear_cookies()
    await maya.locator("#chat-file").set_input_files([photo()])
    await expect(maya.locator("[data-tray]")).to_contain_text("You were signed out.")
    await let_in(house, phone.context, served.url)
    await maya.reload()
    await arrived(maya, 1)
    await maya.get_by_role("button", name="Send").click()
    await expect(maya.locator(f"{_THREAD} .chat-file")).to_have_count(1)
    await phone.leave()


async def test_without_script_files_go_with_the_form(served: Served, chromium: Chromium) -> None:
    house = served.house
    conversation = await begun(house)
    phone = await chromium.phone(served.url, script=False)
    maya = await phone.page()
    chat = await let_in(house, phone.context, served.url)
    await maya.goto(f"{chat}/{conversation}")
    await maya.get_by_label("Message", exact=True).fill("Look.")
    await maya.locator("#chat-file").set_input_files([photo("a.jpg"), photo("b.jpg")])
    await maya.get_by_role("button", name="Send").click()
    await expect(maya.locator(".chat-file")).to_have_count(2)
    await phone.leave()


async def test_more_files_than_one_message_takes(served: Served, chromium: Chromium) -> None:
    """The one too many is named at once, and what was refused holds nothing back."""
    house, seen = served.house, Journey("chat-too-many")
    async with house.services.database.unit_of_work() as work:
        limit = ChatFileOptions(chat_files_limit=3)
        await house.services.people.clinics.change(work, SYSTEM, house.clinic.id, limit)
    conversation = await begun(house)
    phone = await chromium.phone(served.url, width=320)
    maya = await phone.page()
    chat = await let_in(house, phone.context, served.url)
    await maya.goto(f"{chat}/{conversation}")
    program: FilePayload = {
        "name": "game.exe",
        "mimeType": "text/plain",
        "buffer": b"MZ" + bytes(4_000),
    }
    await maya.locator("#chat-file").set_input_files([noise("one.txt", 99), program])
    await expect(maya.get_by_text("This is a program")).to_be_visible()
    more = [noise(f"{name}.txt", 99) for name in ("two", "three", "four")]
    await maya.locator("#chat-file").set_input_files(more)
    said = "four.txt was not added: one message takes 3 files."
    await expect(maya.get_by_text(said)).to_be_visible()
    await seen.seen(maya, "too-many")
    await maya.get_by_role("button", name="Send", exact=True).click()
    await expect(maya.locator(f"{_THREAD} .chat-file")).not_to_have_count(0, timeout=30_000)
    await expect(maya.locator("[data-chat-said]")).to_be_hidden()
    await expect(maya.locator(_THREAD)).not_to_contain_text("game.exe")
    phone.complaints.clear()
    await phone.leave()
