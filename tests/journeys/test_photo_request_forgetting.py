"""The storage of a phone: it holds photos and words of a request as long as somebody needs them."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from bedside.kernel import clock
from tests.house import House
from tests.journeys.asked import Asked, answer, asked, cards, give, heavy, photo, ready, working
from tests.journeys.test_photo_request_phone import cut, slowed
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.peers.webrtc import come_true
from tests.requests.sending import Sent, do_jobs, draft

__all__ = ["asked", "working"]
pytestmark = [pytest.mark.anyio, pytest.mark.feature("R3", "F14")]

REMOVED = "What this browser had stored for it, and not sent, was removed."
TOMAS = ("2", "11", "1958")
_STORED = """(stores) => Promise.all(stores.map((store) => new Promise((done) => {
  const open = indexedDB.open(`bedside-${store}`);
  open.onupgradeneeded = () => open.transaction.abort();
  open.onerror = () => done([store, 0]);
  open.onsuccess = () => {
    const all = open.result.transaction(store).objectStore(store).count();
    all.onsuccess = () => { open.result.close(); done([store, all.result]); };
  };
})))"""
STORES = ("photos", "agreements", "errands", "words")


async def stored(page: Page) -> dict[str, int]:
    """Return how much the phone has stored, by kind, without what it has nothing of."""
    found: list[tuple[str, int]] = await page.evaluate(_STORED, STORES)
    return {store: count for store, count in found if count}


async def is_empty(page: Page) -> None:
    """Wait until the phone has stored nothing."""
    script = f"async (stores) => (await ({_STORED})(stores)).every(([, count]) => count === 0)"
    await come_true(page, script, STORES)


async def chosen_offline(asked: Asked, chromium: Chromium) -> tuple[Any, Page]:
    """Choose two photos and type a comment where there is no network."""
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await page.get_by_role("link", name="Continue").click()
    await page.locator("[data-sources]").wait_for()
    await cut(await slowed(phone.context, page, 60_000))
    await give(page, [heavy("1.jpg", 1), heavy("2.jpg", 2)])
    await expect(cards(page)).to_have_count(2)
    await cards(page).nth(1).get_by_text("Add comment").click()
    await cards(page).nth(1).get_by_label("Comment").fill("a rash nobody else may read about")
    await come_true(
        page, f"async (s) => (await ({_STORED})(s)).every(([, count]) => count > 0)", ["words"]
    )
    assert (await stored(page))["photos"] == 2
    return phone, page


async def request_for(house: House, patient: int) -> Sent:
    """Send another request, to one of the patients."""
    chart = await house.chart(patient)
    wanted = draft()
    await house.requests.photos.send(chart, wanted)
    await do_jobs(house)
    return Sent(house, chart, wanted.id)


@pytest.mark.parametrize("how", ["withdrawn", "expired"])
async def test_an_ended_link_leaves_nothing_on_the_phone(
    asked: Asked, chromium: Chromium, how: str
) -> None:
    phone, page = await chosen_offline(asked, chromium)
    await page.close()
    if how == "withdrawn":
        await asked.house.requests.all.revoke(asked.sent.chart, asked.sent.id)
    with clock.shifted(30 * clock.DAY if how == "expired" else 0):
        again = await phone.page(asked.link)
        await expect(again.get_by_text("Nothing has been sent to the clinic.")).to_be_visible()
        await expect(again.get_by_text(REMOVED)).to_be_visible()
        await is_empty(again)
        await Journey(f"photo-request-forgotten-{how}").seen(again, "phone")
        await again.reload()
        await expect(again.get_by_role("heading", name="This link")).to_be_visible()
        await expect(again.get_by_text(REMOVED)).to_be_hidden()
    await phone.context.close()


async def test_a_new_link_goes_on_with_what_the_phone_has(asked: Asked, chromium: Chromium) -> None:
    phone, page = await chosen_offline(asked, chromium)
    await page.close()
    await asked.house.requests.all.reissue(asked.sent.chart, asked.sent.id)
    await do_jobs(asked.house)
    again = await phone.page(asked.link)  # the old one, opened by mistake
    await expect(again.get_by_role("heading", name="This link was closed")).to_be_visible()
    assert (await stored(again))["photos"] == 2
    await again.goto(f"{asked.served.url}/l/{await asked.sent.secret()}")
    if "/link/" in again.url:
        await answer(again)
    await again.wait_for_url("**/photos")
    await expect(cards(again)).to_have_count(2)
    typed = cards(again).nth(1).get_by_label("Comment")
    await expect(typed).to_have_value("a rash nobody else may read about")
    await phone.context.close()


async def test_nothing_stays_after_everything_was_sent(asked: Asked, chromium: Chromium) -> None:
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await asked.choose(page, [photo("1.jpg"), photo("2.jpg", colour=(9, 90, 160))])
    await ready(page, 2)
    for number in (0, 1):
        await cards(page).nth(number).get_by_text("Add comment").click()
        await cards(page).nth(number).get_by_label("Comment").fill(f"typed {number}")
    await page.get_by_role("button", name="Agree & send photos").click()
    await page.get_by_role("heading", name="Your photos have been sent").wait_for()
    await is_empty(page)
    await phone.leave()


async def test_the_next_person_on_the_phone_finds_nothing_of_the_last(
    asked: Asked, chromium: Chromium
) -> None:
    phone, page = await chosen_offline(asked, chromium)
    other = await request_for(asked.house, 1)
    theirs = await phone.page(f"{asked.served.url}/l/{await other.secret()}")
    await answer(theirs, TOMAS)
    await theirs.get_by_role("link", name="Continue").click()
    await theirs.locator("[data-sources]").wait_for()
    assert (await stored(theirs))["photos"] == 2  # the first page is open, and goes on
    await page.close()
    await theirs.reload()
    await is_empty(theirs)
    await phone.context.close()


async def test_what_the_last_person_agreed_to_send_is_still_sent(
    asked: Asked, chromium: Chromium
) -> None:
    phone, page = await chosen_offline(asked, chromium)
    await page.get_by_role("button", name="Agree & send photos").click()
    await expect(page.locator("[data-agreed]")).to_be_visible()
    await page.close()
    other = await request_for(asked.house, 1)
    theirs = await phone.page(f"{asked.served.url}/l/{await other.secret()}")
    await answer(theirs, TOMAS)
    await theirs.get_by_role("link", name="Continue").click()
    await theirs.locator("[data-sources]").wait_for()
    assert await stored(theirs) == {"photos": 2, "agreements": 1}
    again = await phone.page(asked.link)
    await again.get_by_role("heading", name="Your photos have been sent").wait_for(timeout=60_000)
    assert len(await asked.chart()) == 2
    await is_empty(again)
    await phone.context.close()


async def test_a_second_request_of_the_same_person_takes_nothing_away(
    asked: Asked, chromium: Chromium
) -> None:
    phone, page = await chosen_offline(asked, chromium)
    await page.close()
    other = await request_for(asked.house, 0)
    again = await phone.page(f"{asked.served.url}/l/{await other.secret()}")
    await answer(again)
    await again.get_by_role("link", name="Continue").click()
    await again.locator("[data-sources]").wait_for()
    assert (await stored(again))["photos"] == 2
    await phone.context.close()


async def test_a_browser_that_keeps_nothing_says_so_and_sends_all_the_same(
    asked: Asked, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    await phone.context.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { get: () => undefined })"
    )
    page = await asked.enter(phone)
    await asked.choose(page, [photo("1.jpg"), photo("2.jpg", colour=(9, 90, 160))])
    await expect(page.locator("[data-problem]")).to_contain_text("keeps nothing for later")
    await Journey("photo-request-nothing-kept").seen(page, "phone")
    await ready(page, 2)
    await page.get_by_role("button", name="Agree & send photos").click()
    await page.get_by_role("heading", name="Your photos have been sent").wait_for()
    assert len(await asked.chart()) == 2
    await phone.leave()
