"""A message in the chat is told by push to the patient's phone, read there, and staff see it."""

import json

import pytest
from playwright.async_api import Page, Worker, expect

from bedside.conversations.writing import Text
from bedside.kernel.ids import new_id
from tests.accounts.people import signed_in
from tests.house import Served
from tests.journeys.pushing import SHOWN, SUBSCRIBE, Pusher
from tests.journeys.test_staff_console import at_desk, connected
from tests.notifications.plans.planning import at_noon
from tests.peers.chromium import Chromium, reached
from tests.peers.page_checks import Journey
from tests.peers.push_service import Device, PushService
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]


@pytest.fixture
def chromium(whole_chromium: Chromium) -> Chromium:
    """A browser that shows notifications."""
    return whole_chromium


_PRESS = """async () => {
  const opened = [];
  self.clients.matchAll = async () => [];
  self.clients.openWindow = async (address) => void opened.push(address);
  const [notification] = await self.registration.getNotifications();
  let done = Promise.resolve();
  const event = new NotificationEvent("notificationclick", { notification });
  event.waitUntil = (work) => { done = work; };
  self.dispatchEvent(event);
  await done;
  return opened;
}"""


async def told_here(page: Page, device: Device, where: str = "/app/account") -> Worker:
    """Press the switch on a page, by default that of the account. Returns the app's service
    worker."""
    await page.add_init_script(f"({SUBSCRIBE})({json.dumps(device.given)})")
    await page.goto(where)
    switch = page.get_by_role("button", name="Tell me on this device")
    await expect(switch).to_be_visible()
    assert await page.evaluate("window.asked") == 0, "nobody is asked before the press"
    await switch.click()
    await expect(
        page.get_by_text("This device tells you when the clinic has written.")
    ).to_be_visible()
    await expect(page.get_by_role("button", name="Do not tell me here")).to_be_focused()
    [worker] = page.context.service_workers
    return worker


@pytest.mark.feature("C3", "N7", "P4")
async def test_the_phone_tells_of_a_message_and_staff_see_that_it_was_read(
    reaching: Served, chromium: Chromium, push_service: PushService
) -> None:
    house, seen, device = reaching.house, Journey("app-push"), push_service.device()
    phone = await chromium.phone(reaching.url, allow=("notifications",))
    there = await signed_in(house)
    await phone.context.add_cookies(
        [{"name": "bedside-app", "value": there.token, "url": reaching.url}]
    )
    page = await phone.page()
    worker = await told_here(page, device)
    await expect(page.get_by_text("Has not shown one yet")).to_be_visible()
    await seen.seen(page, "account")
    pusher = await Pusher.of(page, reaching.url, "/app")
    desk, staff = await at_desk(chromium, reaching, house.here.clinician)

    chart = await house.chart(0, house.here.clinician)
    with at_noon():
        conversation = await house.conversations.all.start(
            chart, Text("Your biopsy shows nothing bad."), new_id("drf")
        )
        await do_jobs(house)
    [pushed] = push_service.pushed
    wishes = {name.casefold(): value for name, value in pushed.headers.items()}
    assert (int(wishes["ttl"]), wishes["urgency"]) == (24 * 3600, "normal")
    assert len(wishes["topic"]) == 32
    text = device.read(pushed.body).decode()
    for word in ("biopsy", "Maya", "Lindqvist"):
        assert word not in text
    await staff.goto(f"/chat/{conversation}")
    await connected(staff, house)
    await expect(staff.get_by_text("Sent: Notification on a device")).to_be_visible()
    await pusher.deliver(text)
    [shown] = await reached(page, lambda: worker.evaluate(SHOWN), bool, "a notification")
    assert shown["title"].startswith(house.clinic.name)
    path = f"/app/{house.patients[0].id}/chat/{conversation}"
    assert shown["data"]["page"] == path
    await expect(staff.get_by_text("Reached the device: Notification on a device")).to_be_visible()
    assert await worker.evaluate(_PRESS) == [path]
    assert await worker.evaluate(SHOWN) == []
    await pusher.deliver(text)  # and now it is not pressed
    await reached(page, lambda: worker.evaluate(SHOWN), bool, "a notification")

    chat = house.conversations.all
    [message] = (await chat.page(chart, conversation)).messages
    plan = house.notifications.plan_tasks

    async def steps() -> list[tuple[str, str]]:
        found = await plan.of_item(chart, message.id)
        return [(step.channel, step.state) for step in found.steps] if found else []

    await reached(page, steps, lambda found: found == [("push", "delivered")], "it was shown")
    await page.goto(path)
    await expect(page.get_by_text("Your biopsy shows nothing bad.")).to_be_visible()
    await seen.seen(page, "read")

    async def ended() -> str:
        found = await plan.of_item(chart, message.id)
        return str(found.state) if found else ""

    await reached(page, ended, lambda state: state == "read", "nothing more is sent")
    await reached(page, lambda: worker.evaluate(SHOWN), lambda left: not left, "it disappears")
    await expect(staff.get_by_text("Read by Maya Lindqvist")).to_be_visible()
    await phone.leave()
    await desk.leave()


@pytest.mark.feature("P4")
async def test_the_first_page_offers_notifications_until_somebody_has_chosen(
    reaching: Served, chromium: Chromium, push_service: PushService
) -> None:
    house, seen = reaching.house, Journey("app-push-offer")
    phone = await chromium.phone(reaching.url, allow=("notifications",))
    there = await signed_in(house)
    await phone.context.add_cookies(
        [{"name": "bedside-app", "value": there.token, "url": reaching.url}]
    )
    home = f"/app/{house.patients[0].id}"
    page = await phone.page(home)
    offer = page.get_by_role("region", name="Notifications")
    await expect(offer).to_contain_text("It never says what.")
    await seen.seen(page, "offered")
    await told_here(page, push_service.device(), home)
    await expect(offer.get_by_role("button", name="Not now")).to_be_hidden()
    await page.goto(home)
    await expect(page.get_by_role("heading", name="Hello Maya Lindqvist")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await expect(offer).to_be_hidden()
    await page.evaluate("localStorage.removeItem('bedside-app-push')")
    await page.reload()
    await offer.get_by_role("button", name="Not now").click()
    await page.reload()
    await page.wait_for_load_state("networkidle")
    await expect(offer).to_be_hidden()
    await phone.leave()
