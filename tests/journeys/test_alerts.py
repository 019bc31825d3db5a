"""Alerts about a waiting patient to somebody who is signed out: a number by SMS, and web push."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, Worker, expect

from bedside.kernel import clock
from bedside.notifications.ports import PushAnswer
from tests.house import Served
from tests.journeys.pushing import SHOWN, SUBSCRIBE, Pusher
from tests.journeys.test_staff_console import at_desk, connected, sign_in
from tests.peers.chromium import Chromium, reached
from tests.peers.page_checks import Journey
from tests.peers.push_service import Device, PushService
from tests.requests.sending import do_jobs
from tests.web.visiting import arrive, rooms_of

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.feature("V16"),
    pytest.mark.xdist_group("chromium"),
]


@pytest.fixture
def chromium(whole_chromium: Chromium) -> Chromium:
    """A browser that shows notifications."""
    return whole_chromium


@pytest.mark.parametrize(("device", "scheme"), [("phone", "light"), ("desktop", "dark")])
async def test_a_number_is_added_and_sms_is_chosen(
    served: Served, chromium: Chromium, device: str, scheme: Any
) -> None:
    journey = Journey(f"alerts-number-{device}")
    open_browser = chromium.phone if device == "phone" else chromium.desktop
    person = await open_browser(served.url, scheme=scheme)
    await sign_in(person, served)
    page = await person.page("/account")
    # tall enough that no bar covers part of the page
    await page.set_viewport_size({"width": 390 if device == "phone" else 1366, "height": 2400})
    section = page.get_by_role("region", name="When somebody waits")
    await expect(section.get_by_role("checkbox", name="E-mail")).to_be_checked()
    await expect(section.get_by_role("checkbox", name="SMS")).to_have_count(0)
    await journey.seen(page, "before")
    await section.get_by_label("Your mobile number").fill("+46 70 555 01 23")
    await section.get_by_role("button", name="Send a code").click()
    await expect(section).to_contain_text("Six digits are on their way to +46 70 555 01 23.")
    await journey.seen(page, "code")
    await section.get_by_label("Code").fill("1")
    await section.get_by_role("button", name="Confirm").click()
    await expect(section).to_contain_text("This is not the code that we sent.")
    await journey.seen(page, "wrong-code")

    await do_jobs(served.house)
    [sent] = await served.house.notifications.messages.outbox(served.house.here.receptionist)
    await section.get_by_label("Code").fill(re.findall(r"\d{6}", sent.text)[0])
    await section.get_by_role("button", name="Confirm").click()
    await section.get_by_role("checkbox", name="SMS").check()
    await section.get_by_role("checkbox", name="E-mail").uncheck()
    await section.get_by_role("button", name="Save").click()
    toasts = page.locator("#toasts")
    await expect(toasts).to_contain_text("Your choice is saved.")
    await toasts.get_by_role("button").click()  # it covers the page
    await expect(toasts.get_by_role("button")).to_have_count(0)
    await expect(section.get_by_role("checkbox", name="SMS")).to_be_checked()
    await expect(section.get_by_role("checkbox", name="E-mail")).not_to_be_checked()
    await journey.seen(page, "by-sms")
    await person.leave()


async def subscribe(page: Page, device: Device) -> Worker:
    """Press the switch on the account page. Returns the service worker."""
    context = page.context
    await page.add_init_script(f"({SUBSCRIBE})({json.dumps(device.given)})")
    await page.goto("/account")
    switch = page.get_by_role("button", name="Notify this device too")
    await expect(switch).to_be_visible()
    assert await page.evaluate("window.asked") == 0, "nobody is asked before the click"
    async with page.expect_navigation(url="**/account"):
        await switch.click()
    await expect(page.get_by_role("list", name="Your devices")).to_contain_text("This device")
    await expect(switch).to_be_hidden()
    [worker] = context.service_workers
    return worker


_PRESS = """async () => {
  const opened = [];
  self.clients.openWindow = async (address) => void opened.push(address);
  const [notification] = await self.registration.getNotifications();
  let done = Promise.resolve();
  const event = new NotificationEvent("notificationclick", { notification });
  event.waitUntil = (work) => { done = work; };
  self.dispatchEvent(event);
  await done;
  return { opened, left: (await self.registration.getNotifications()).length };
}"""


async def test_a_device_is_told_when_nobody_is_signed_in(
    reaching: Served, chromium: Chromium, push_service: PushService
) -> None:
    house, journey = reaching.house, Journey("alerts-push")
    services, amara = house.services, house.here.clinician
    rooms, device = await rooms_of(house), push_service.device()
    person, page = await at_desk(chromium, reaching, amara, allow=("notifications",))
    worker = await subscribe(page, device)
    await journey.seen(page, "told")
    await page.goto(f"/rooms/{rooms.own.id}")
    await connected(page, house)
    await page.get_by_role("button", name="Alerts").click()
    dialog = page.get_by_role("dialog", name="Alerts")
    await expect(dialog).to_contain_text(
        "This device gets notifications, also when you are signed out."
    )
    await journey.seen(page, "alerts", whole=False)
    pusher = await Pusher.of(page, reaching.url, "/push/")
    await page.goto(f"{reaching.url}/push/worker.js")  # of this site, and no page of the console
    await reached(
        page,
        lambda: services.realtime.presence.online({amara.staff_id}),
        lambda online: not online,
        "nobody of the room is online",
    )

    await arrive(house, rooms.own, "Maya Lindqvist", reason="Rash")
    with clock.shifted(31 * clock.SECOND):
        await do_jobs(house)
    [pushed] = push_service.pushed
    text = device.read(pushed.body).decode()
    assert "Maya" not in text
    await pusher.deliver(text)
    shown = await reached(page, lambda: worker.evaluate(SHOWN), bool, "a notification")
    assert shown == [
        {
            "title": "Somebody is waiting in Dr Okafor's room",
            "body": "Somebody is waiting in Dr Okafor's room at Riverside Clinic, "
            "and nobody of the room is signed in.",
            "tag": f"/rooms/{rooms.own.id}",
            "data": f"/rooms/{rooms.own.id}",
        }
    ]
    pressed = await worker.evaluate(_PRESS)
    assert pressed == {"opened": [f"{reaching.url}/rooms/{rooms.own.id}"], "left": 0}
    await person.leave()


_CHANGED = """async (old) => {
  const asked = [];
  const answers = { "/1": 200, "/2": 404 };
  self.fetch = async (address, { body }) => {
    const given = JSON.parse(body);
    asked.push([address, given.address.slice(-2), given.endpoint.slice(-2)]);
    return { status: answers[given.address.slice(-2)] };
  };
  let ended = 0;
  const made = { endpoint: "https://push.example/3", unsubscribe: async () => { ended += 1; } };
  made.toJSON = () => ({ endpoint: made.endpoint });
  for (const [oldSubscription, newSubscription] of [
    [{ endpoint: old + "/1", options: {} }, made],
    [{ endpoint: old + "/2", options: {} }, made],
    [null, made],
    [{ endpoint: old + "/1", options: {} }, null],
  ]) {
    let done = Promise.resolve();
    const event = new Event("pushsubscriptionchange");
    Object.assign(event, { oldSubscription, newSubscription });
    event.waitUntil = (work) => { done = work; };
    self.dispatchEvent(event);
    await done;
  }
  return { asked, ended };
}"""


async def test_a_device_that_has_ended_is_said_and_comes_back_by_a_press(
    reaching: Served, chromium: Chromium, push_service: PushService
) -> None:
    house, journey = reaching.house, Journey("alerts-push-ends")
    devices, amara = house.services.notifications.push_devices, house.here.clinician
    person, page = await at_desk(chromium, reaching, amara, allow=("notifications",))
    device = push_service.device()
    worker = await subscribe(page, device)
    [known] = await devices.listed(amara)

    # the push service does not know it any more
    await devices.answered(known.id, f"{device.endpoint}-1", PushAnswer.GONE)
    await page.reload()
    listed = page.get_by_role("list", name="Your devices")
    await expect(listed).to_contain_text("Gets nothing any more")
    await expect(listed).to_contain_text("This device")
    state = page.locator("[data-push-state]")
    await expect(state).to_contain_text("This device gets no notifications any more.")
    await journey.seen(page, "ended")
    async with page.expect_navigation(url="**/account"):
        await page.get_by_role("button", name="Notify this device too").click()
    await expect(state).to_contain_text("This device gets notifications")
    await expect(listed.get_by_role("listitem")).to_have_count(1)
    await expect(listed).not_to_contain_text("Gets nothing any more")
    [again] = await devices.listed(amara)
    found = await devices.subscription(again.id)
    assert found is not None
    assert found.endpoint == f"{device.endpoint}-2", "of another address than the dead one"

    # the browser has another subscription: any page of the console repairs it, with the mark
    await devices.answered(again.id, found.endpoint, PushAnswer.GONE)
    await page.evaluate("sessionStorage.setItem('made', 3)")
    await page.reload()
    await expect(state).to_contain_text("This device gets notifications")
    await expect(listed).to_contain_text("This device")
    await expect(listed).not_to_contain_text("Gets nothing any more")
    await page.evaluate("sessionStorage.setItem('made', 4)")
    await page.goto("/inbox")
    await reached(
        page,
        lambda: devices.subscription(again.id),
        lambda now: now is not None and now.endpoint.endswith("-4"),
        "the new address",
    )

    # what its owner removed stays removed, also when the browser makes another one
    await page.goto("/account")
    await listed.get_by_role("button", name="Remove").click()
    await expect(listed).to_have_count(0)
    await page.evaluate("sessionStorage.setItem('made', 5)")
    await page.goto("/account")
    await expect(state).to_contain_text("until you remove the device")
    assert await devices.listed(amara) == []

    # the worker, when the browser changes the subscription while no page is open
    assert await worker.evaluate(_CHANGED, "https://push.example") == {
        "asked": [
            ["/account/push/renew", "/1", "/3"],
            ["/account/push/renew", "/2", "/3"],
        ],
        "ended": 1,
    }
    await person.leave()


async def test_a_browser_that_shows_nothing_says_so(served: Served, chromium: Chromium) -> None:
    """A browser with nobody in front of it allows no notifications unless configured to."""
    person, page = await at_desk(chromium, served)
    await page.goto("/account")
    said = page.locator("[data-push-state]")
    await expect(said).to_contain_text("This browser does not show notifications of this site.")
    await expect(page.get_by_role("button", name="Notify this device too")).to_be_hidden()
    await person.leave()


async def test_a_push_service_that_cannot_be_reached_is_said(
    served: Served, chromium: Chromium
) -> None:
    """A test's window stores nothing, and browsers do not subscribe for such windows."""
    person, page = await at_desk(chromium, served, allow=("notifications",))
    await page.goto("/account")
    switch = page.get_by_role("button", name="Notify this device too")
    await switch.click()
    said = page.locator("[data-push-state]")
    await expect(said).to_contain_text("The push service of this browser cannot be reached.")
    await expect(switch).to_be_visible()
    assert (
        await served.house.services.notifications.push_devices.listed(
            served.house.here.receptionist
        )
        == []
    )
    # what Chromium logs about such windows is not the page's fault
    person.complaints = [one for one in person.complaints if "incognito mode" not in one]
    await person.leave()
