"""Agreeing to send photos: on two devices, offline or without script, with pages that die."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import FilePayload, Page, Route, expect

from bedside.requests.photos.sending import NotTaken
from bedside.requests.states import State
from bedside.web.photo_requests import patient as photo_request
from bedside.worker.run import Worker
from tests.house import Served
from tests.journeys.asked import (
    LONG,
    Asked,
    answer,
    asked,
    cards,
    give,
    heavy,
    photo,
    ready,
    under_way,
    working,
)
from tests.journeys.test_photo_request_phone import cut, keeps, slowed
from tests.peers.chromium import Chromium, Person, reached
from tests.peers.page_checks import Journey, accessible, checked
from tests.requests.sending import do_jobs, send

__all__ = ["asked", "working"]
pytestmark = [pytest.mark.anyio, pytest.mark.feature("R3", "F14")]

AGREED = "You have agreed. They are sent as soon as there is a connection."
COLOURS = [(190, 140, 110), (20, 90, 160), (60, 160, 60)]


def photos(*names: str) -> list[FilePayload]:
    """Return photos that can be told apart."""
    return [photo(name, colour=COLOURS[n % 3]) for n, name in enumerate(names)]


def broken() -> FilePayload:
    """Return a file that begins like a photo, and is none."""
    return {
        "name": "broken.jpg",
        "mimeType": "image/jpeg",
        "buffer": b"\xff\xd8\xff\xe0" + b"this is no picture" * 99,
    }


async def agree(page: Page) -> None:
    """Press the button."""
    await page.get_by_role("button", name="Agree & send photos").click()


async def says_agreed(page: Page) -> None:
    """The page says that the agreement waits, which is when it is stored on the phone."""
    await expect(page.locator("[data-agreed]", has_text=AGREED)).to_be_visible()


async def straight(asked: Asked, person: Person) -> Page:
    """Open the link and answer; it leads to where the patient stopped on another device."""
    page = await person.page(asked.link)
    await answer(page)
    await page.wait_for_url("**/my/**")
    return page


async def is_sent(page: Page, count: str, title: str = "Your photos have been sent") -> None:
    """Wait for the confirmation."""
    await page.get_by_role("heading", name=title).wait_for(timeout=LONG)
    await expect(page.get_by_text(count)).to_be_visible()


async def names(asked: Asked) -> set[str]:
    """Return what is in the chart; each photo once."""
    entries = [entry.name for entry in await asked.chart()]
    assert len(entries) == len(set(entries))
    return set(entries)


@pytest.fixture
async def two(asked: Asked, chromium: Chromium) -> AsyncIterator[tuple[Person, Page, Person, Page]]:
    """The patient's phone and the daughter's, both where photos are chosen."""
    mine, theirs = await chromium.phone(), await chromium.phone()
    pages = [await asked.enter(person) for person in (mine, theirs)]
    for page in pages:
        await page.get_by_role("link", name="Continue").click()
        await page.locator("[data-sources]").wait_for()
    yield mine, pages[0], theirs, pages[1]
    await mine.leave()
    await theirs.leave()


# --- two devices ---------------------------------------------------------------------------------


async def test_each_device_sends_what_it_shows(
    asked: Asked, two: tuple[Person, Page, Person, Page]
) -> None:
    _, mine, _, theirs = two
    seen = Journey("consent-two-devices")
    await give(theirs, photos("her-1.jpg", "her-2.jpg"))
    await ready(theirs, 2)
    await expect(mine.locator("[data-added]")).to_contain_text("2 photos were added")
    await give(mine, [photo("mine.jpg", colour=(9, 9, 9))])
    await ready(mine, 1)
    await expect(mine.get_by_text("3 of 10")).to_be_visible()
    await seen.seen(mine, "phone-added-elsewhere")
    await agree(mine)
    await is_sent(mine, "1 photo is in your record.")
    await seen.seen(mine, "phone-sent-others-left")

    told = "1 photo was sent from another device or window. The 2 photos below are not sent yet."
    await expect(theirs.locator("[data-note]")).to_have_text(told)
    await seen.seen(theirs, "phone-told")
    assert await names(asked) == {"mine.jpg"}
    assert (await asked.now()).state is State.DONE
    await cards(theirs).first.get_by_role("button", name="Delete").click()
    await expect(cards(theirs)).to_have_count(1)
    await agree(theirs)
    await is_sent(theirs, "2 photos are in your record.")
    assert await names(asked) == {"mine.jpg", "her-2.jpg"}


async def test_what_another_device_sent_is_not_said_to_be_deleted(
    asked: Asked, chromium: Chromium
) -> None:
    """The other page has not received the event yet."""
    mine, theirs = await chromium.phone(), await chromium.phone()
    page = await asked.enter(mine)
    await asked.choose(page, photos("1.jpg", "2.jpg"))
    await ready(page, 2)
    other = await straight(asked, theirs)
    await expect(cards(other)).to_have_count(2)
    deaf = True
    await other.route_web_socket("**/live", lambda socket: asyncio.create_task(socket.close()))

    async def state(route: Route) -> None:
        await (route.abort() if deaf else route.continue_())

    await other.route("**/state", state)
    await other.reload()
    await agree(page)
    await is_sent(page, "2 photos are in your record.")
    await cards(other).first.get_by_role("button", name="Delete").click()
    await other.locator("h1").evaluate("title => title.focus()")  # the undo is over soon
    await expect(other.locator("[data-problem]")).to_contain_text(
        "in your record, and was not deleted"
    )
    await expect(other.get_by_role("button", name="Undo")).to_have_count(0)
    await Journey("consent-not-deleted").seen(other, "phone")
    deaf = False
    await other.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(other.locator("[data-note]")).to_contain_text(
        "2 photos were sent from another device"
    )
    await expect(cards(other)).to_have_count(0)
    assert await names(asked) == {"1.jpg", "2.jpg"}
    await mine.leave()
    await theirs.leave()


async def test_two_windows_of_one_phone_send_each_photo_once(
    asked: Asked, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await asked.enter(phone)
    begun: list[str] = []
    phone.context.on(
        "request",
        lambda r: begun.append(r.url) if (r.method, r.url[-8:]) == ("POST", "/uploads") else None,
    )
    await slowed(phone.context, page, 300_000)
    await asked.choose(page, [heavy("1.jpg", 1, 1200, 900), heavy("2.jpg", 2, 1200, 900)])
    await under_way(page, 1, 2, 10)
    other = await phone.page(asked.link)
    await expect(cards(other)).to_have_count(2)
    await ready(other, 2)
    await ready(page, 2)
    assert len(begun) == 2
    await agree(other)
    await is_sent(other, "2 photos are in your record.")
    await expect(page.locator("[data-note]")).to_contain_text(
        "2 photos were sent from another device or window."
    )
    assert await names(asked) == {"1.jpg", "2.jpg"}
    await phone.leave()


# --- offline ------------------------------------------------------------------------------------


async def test_agreed_without_a_network_while_photos_go_up(
    asked: Asked, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await asked.enter(phone)
    network = await slowed(phone.context, page, 300_000)
    await asked.choose(page, [heavy("1.jpg", 1, 1200, 900), heavy("2.jpg", 2, 1200, 900)])
    await under_way(page, 1, 2, 10)
    await cut(network)
    await agree(page)
    await says_agreed(page)
    await expect(page.get_by_text("No connection")).to_have_count(0)
    await expect(page.get_by_role("button", name="Agree & send photos")).to_be_hidden()
    await expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    await Journey("consent-offline").seen(page, "phone-uploading")
    await cut(network, off=False)
    await is_sent(page, "2 photos are in your record.")
    assert await names(asked) == {"1.jpg", "2.jpg"}
    await keeps(page, 0)
    await phone.leave()


async def test_agreed_without_a_network_and_the_link_opened_again(
    asked: Asked, chromium: Chromium
) -> None:
    """All photos are uploaded, and a comment is typed: nothing of it is lost, and no page of the
    browser's replaces ours."""
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await asked.choose(page, photos("1.jpg", "2.jpg"))
    await ready(page, 2)
    await cards(page).first.get_by_text("Add comment").click()
    await cards(page).first.get_by_label("Comment").fill("Since Tuesday")
    await phone.context.set_offline(True)
    await agree(page)
    await says_agreed(page)
    await expect(page).to_have_url(page.url)
    await page.close()
    assert await names(asked) == set()
    await phone.context.set_offline(False)
    page = await phone.page(asked.link)
    await is_sent(page, "2 photos are in your record.")
    assert {entry.comment for entry in await asked.chart()} == {"", "Since Tuesday"}
    await phone.leave()


async def test_agreed_without_a_network_and_the_page_loaded_again(
    asked: Asked, chromium: Chromium
) -> None:
    """The page loads, and what it posts does not get through yet."""
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await asked.choose(page, photos("1.jpg"))
    await ready(page, 1)
    await phone.context.route("**/agree", lambda route: route.abort("internetdisconnected"))
    await agree(page)
    await says_agreed(page)
    await page.reload()
    await says_agreed(page)
    await accessible(await checked(page))
    await phone.context.unroute("**/agree")
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await is_sent(page, "1 photo is in your record.")
    await phone.leave()


async def test_agreed_without_a_network_and_the_link_was_closed_meanwhile(
    asked: Asked, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await asked.choose(page, photos("1.jpg"))
    await ready(page, 1)
    await phone.context.set_offline(True)
    await agree(page)
    await says_agreed(page)
    await asked.house.requests.all.revoke(asked.sent.chart, asked.sent.id)
    await phone.context.set_offline(False)
    await expect(page.get_by_role("heading", name="This link was closed")).to_be_visible()
    await expect(page.get_by_text("Nothing has been sent to the clinic.")).to_be_visible()
    await Journey("consent-closed").seen(page, "phone")
    assert await names(asked) == set()
    await phone.leave()


async def test_what_is_done_without_a_network_is_done_later(
    asked: Asked, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await asked.choose(page, photos("1.jpg", "2.jpg"))
    await ready(page, 2)
    await phone.context.set_offline(True)
    await cards(page).first.get_by_text("Add comment").click()
    await cards(page).first.get_by_label("Comment").fill("Since Tuesday")
    await page.get_by_role("button", name="Save").and_(page.locator(":visible")).click()
    await expect(cards(page).first.get_by_text("“Since Tuesday”")).to_be_visible()
    await expect(page.locator("[data-note]")).to_contain_text("Your comment is kept here")
    await cards(page).nth(1).get_by_role("button", name="Delete").click()
    await expect(cards(page)).to_have_count(1)
    await page.locator("h1").evaluate("title => title.focus()")
    await expect(page.locator("[data-note]")).to_contain_text("The deleted photo is not sent")
    await Journey("consent-kept-for-later").seen(page, "phone")
    await page.close()  # and nothing of it is lost with the page
    await phone.context.set_offline(False)
    page = await phone.page(asked.link)
    await expect(cards(page)).to_have_count(1)
    await expect(cards(page).first.get_by_text("“Since Tuesday”")).to_be_visible()
    await agree(page)
    await is_sent(page, "1 photo is in your record.")
    assert [(one.name, one.comment) for one in await asked.chart()] == [("1.jpg", "Since Tuesday")]
    await phone.leave()


# --- pages that die ------------------------------------------------------------------------------


async def test_a_saved_comment_survives_the_page_while_its_photo_goes_up(
    asked: Asked, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await slowed(phone.context, page, 400_000)
    await asked.choose(page, [heavy("1.jpg", 1, 1200, 900)])
    await under_way(page, 1, 1, 10)
    await cards(page).first.get_by_text("Add comment").click()
    await cards(page).first.get_by_label("Comment").fill("It itches at night")
    await page.get_by_role("button", name="Save").and_(page.locator(":visible")).click()
    # every byte arrives, and the page dies before sending the rest
    await phone.context.route("**/comment", lambda route: route.abort("internetdisconnected"))

    async def held() -> int:
        link = await asked.house.links.on_behalf(asked.sent.id)
        return len(await asked.house.files.retrieval.held(link))

    await reached(page, held, lambda count: count == 1, "the photo at the server")
    await page.close()
    await phone.context.unroute("**/comment")
    page = await phone.page(asked.link)
    await expect(page.get_by_text("“It itches at night”")).to_be_visible()
    await keeps(page, 0)
    await ready(page, 1)
    await agree(page)
    await is_sent(page, "1 photo is in your record.")
    assert [entry.comment for entry in await asked.chart()] == ["It itches at night"]
    await phone.leave()


async def test_typed_words_survive_the_page_and_a_deleted_photo_comes_back(
    asked: Asked, chromium: Chromium
) -> None:
    """Typed and not saved, on a photo that is at the clinic and on one that is not."""
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await asked.choose(page, photos("1.jpg"))
    await ready(page, 1)
    await phone.context.route("**/uploads", lambda route: route.abort("internetdisconnected"))
    await give(page, photos("2.jpg", "3.jpg"))
    for number in range(3):
        await cards(page).nth(number).get_by_text("Add comment").click()
        await cards(page).nth(number).get_by_label("Comment").fill(f"typed {number}")
    for number in (0, 1):
        await cards(page).nth(number).get_by_role("button", name="Delete").click()
        undo = page.get_by_role("button", name=f"Undo Photo {number + 1}")
        await expect(undo).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(cards(page)).to_have_count(3)
    await cards(page).nth(2).get_by_role("button", name="Delete").click()
    await Journey("consent-undo").seen(page, "phone")
    await page.close()  # at once: the deletion counts
    await phone.context.unroute("**/uploads")
    page = await phone.page(asked.link)
    await expect(cards(page)).to_have_count(2)
    await expect(cards(page).nth(1).get_by_label("Comment")).to_have_value("typed 1")
    await expect(cards(page).nth(0).get_by_label("Comment")).to_have_value("typed 0")
    await ready(page, 2)
    await agree(page)
    await is_sent(page, "2 photos are in your record.")
    assert {(one.name, one.comment) for one in await asked.chart()} == {
        ("1.jpg", "typed 0"),
        ("2.jpg", "typed 1"),
    }
    await phone.leave()


async def test_the_link_goes_on_with_what_the_phone_has_kept(
    asked: Asked, chromium: Chromium
) -> None:
    """Before the first photo was complete."""
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await phone.context.route("**/uploads", lambda route: route.abort("internetdisconnected"))
    await asked.choose(page, photos("1.jpg", "2.jpg", "3.jpg"))
    await keeps(page, 3)
    await page.close()
    await phone.context.unroute("**/uploads")
    page = await phone.page(asked.link)
    await page.wait_for_url("**/photos")
    await expect(page.locator("[data-note]")).to_contain_text("3 photos were kept on this phone")
    await Journey("consent-kept").seen(page, "phone")
    await ready(page, 3)
    await agree(page)
    await is_sent(page, "3 photos are in your record.")
    await phone.leave()


async def test_what_this_phone_has_kept_is_not_forgotten_when_another_one_is_done(
    asked: Asked, two: tuple[Person, Page, Person, Page]
) -> None:
    _, mine, person, theirs = two
    await person.context.route("**/uploads", lambda route: route.abort("internetdisconnected"))
    await give(theirs, photos("hers.jpg"))
    await keeps(theirs, 1)
    await give(mine, [photo("mine.jpg", colour=(9, 9, 9))])
    await ready(mine, 1)
    await agree(mine)
    await is_sent(mine, "1 photo is in your record.")
    await theirs.close()
    await person.context.unroute("**/uploads")
    theirs = await person.page(asked.link)
    await expect(theirs.locator("[data-note]")).to_contain_text("1 photo was kept on this phone")
    await ready(theirs, 1)
    await Journey("consent-kept-after").seen(theirs, "phone")
    await agree(theirs)
    await is_sent(theirs, "2 photos are in your record.")


# --- refused in the meantime, and without script -------------------------------------------------


async def _chosen_without_script(served: Served, chromium: Chromium) -> tuple[Asked, Person, Page]:
    """Choose two photos, one of them broken, that nobody has examined yet."""
    sent = await send(served.house)
    asked = Asked(served, sent, await sent.secret())
    phone = await chromium.phone(script=False)
    page = await asked.enter(phone)
    await page.get_by_role("link", name="Continue").click()
    await page.locator("[data-plain] input").set_input_files([photo(), broken()])
    await page.get_by_role("button", name="Upload").click()
    await expect(page.get_by_text("Checking…")).to_have_count(2)
    return asked, phone, page


async def test_without_script_a_photo_that_is_refused_meanwhile_is_named(
    served: Served, chromium: Chromium
) -> None:
    asked, phone, page = await _chosen_without_script(served, chromium)
    worker = Worker(served.house.database, served.house.registered.handlers, {})
    await page.get_by_role("button", name="Agree & send photos").click(no_wait_after=True)
    await reached(page, asked.now, lambda request: request.expected == 2, "the agreement")
    await worker.start()
    await is_sent(page, "1 photo is in your record.", "1 of 2 photos was sent")
    await expect(page.locator("[data-turned-away]")).to_contain_text("broken.jpg:")
    await worker.stop()
    await _is_told(asked)
    await Journey("consent-refused", script=False).seen(page, "phone-sent")
    await phone.leave()


async def test_without_script_the_page_of_sending_leads_on(
    served: Served, chromium: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_request, "_WAIT_FOR_SCAN", 0)
    asked, phone, page = await _chosen_without_script(served, chromium)
    await agree(page)
    await expect(page.get_by_role("heading", name="Sending your photos")).to_be_visible()
    await expect(page.get_by_role("button", name="Finish without them")).to_have_count(0)
    await do_jobs(served.house)
    await page.get_by_role("link", name="See progress").click()
    await is_sent(page, "1 photo is in your record.", "1 of 2 photos was sent")
    await _is_told(asked)
    await phone.leave()


async def _is_told(asked: Asked) -> None:
    """Check that staff see how it ended, and that the confirmation has been sent."""
    assert (await asked.now()).state is State.DONE
    taken = await asked.house.requests.photos.not_taken(asked.sent.chart, asked.sent.id)
    assert taken == NotTaken(refused=1, left_out=0)
    messages = await asked.house.notifications.messages.of_request(asked.sent.chart, asked.sent.id)
    assert sum("/thanks/" in message.cause_id for message in messages) == 2


@pytest.mark.parametrize("script", [True, False])
async def test_one_can_finish_without_what_another_phone_has(
    asked: Asked, chromium: Chromium, script: bool
) -> None:
    house = asked.house
    link = await asked.sent.enter()
    there = await asked.sent.upload(link)
    await house.requests.answers.agree(link, [there, "on-another-phone"])
    phone = await chromium.phone(script=script)
    page = await straight(asked, phone)
    await expect(page.get_by_role("heading", name="Sending your photos")).to_be_visible()
    await expect(page.get_by_text("1 photo has not arrived.")).to_be_visible()
    await reached(page, asked.now, lambda request: request.filed == 1, "the photo that is here")
    await Journey("consent-finish", script=script).seen(
        page, f"phone-{'script' if script else 'plain'}"
    )
    await page.get_by_role("button", name="Finish without them").click()
    await is_sent(page, "1 photo is in your record.", "1 of 2 photos was sent")
    taken = await house.requests.photos.not_taken(asked.sent.chart, asked.sent.id)
    assert taken == NotTaken(refused=0, left_out=1)
    await phone.leave()


async def test_the_page_says_which_photo_was_refused(asked: Asked, chromium: Chromium) -> None:
    """Agreed to while it was in transit."""
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await slowed(phone.context, page, 300_000)
    await asked.choose(page, [heavy("good.jpg", 1, 1200, 900), broken()])
    await under_way(page, 1, 2, 10)
    await agree(page)
    await is_sent(page, "1 photo is in your record.", "1 of 2 photos was sent")
    await expect(page.locator("[data-turned-away]")).to_contain_text("broken.jpg:")
    assert await names(asked) == {"good.jpg"}
    await phone.leave()


async def test_a_link_that_ends_says_whether_anything_was_sent(
    asked: Asked, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await phone.page(asked.link)
    await answer(page)
    await page.wait_for_url("**/my/*")
    await asked.house.requests.all.revoke(asked.sent.chart, asked.sent.id)
    await page.reload()
    await expect(page.get_by_text("Nothing has been sent to the clinic.")).to_be_visible()
    await expect(page.get_by_text("What you have sent is at the clinic.")).to_have_count(0)
    await phone.leave()
