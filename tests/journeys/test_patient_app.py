"""The patient's app from the invitation on: a passkey, the first page, and no network."""

import json
import re

import pytest
from playwright.async_api import Page, expect

from tests.house import Served
from tests.journeys.test_sign_in import virtual_authenticator
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.requests.sending import do_jobs

pytestmark = pytest.mark.anyio


async def invited(served: Served, desk: Page) -> str:
    """Invite the first patient from the card; return the path of the link in the SMS."""
    house = served.house
    await desk.goto(f"/patients/{house.patients[0].id}/card")
    await desk.get_by_role("button", name="More").first.click()
    await desk.get_by_role("menuitem", name="Invite to the app").click()
    await desk.get_by_role("button", name="Preview").click()
    await desk.get_by_role("button", name="Send").click()
    await expect(desk.get_by_text("The invitation to the app is on its way.").first).to_be_visible()
    await do_jobs(house)
    [sent] = await house.notifications.messages.outbox(house.here.receptionist)
    return re.findall(r"/l/[\w-]+", sent.text)[0]


@pytest.mark.feature("P1", "P2")
async def test_a_patient_sets_up_the_app_and_comes_back_with_a_passkey(
    served: Served, chromium: Chromium
) -> None:
    house, seen = served.house, Journey("patient-app")
    desk = await chromium.desktop(served.url)
    await desk.context.add_cookies(
        [
            {"name": name, "value": value, "url": served.url}
            for name, value in (await house.cookie(house.here.receptionist)).items()
        ]
    )
    link = await invited(served, await desk.page())
    await desk.leave()

    phone = await chromium.phone(served.url, width=320)
    page = await phone.page()
    devtools = await virtual_authenticator(page)
    await page.goto(link)
    await seen.seen(page, "invited")
    for part, value in (("Day", "14"), ("Month", "3"), ("Year", "1991")):
        await page.get_by_label(part, exact=True).fill(value)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="Your app is ready")).to_be_visible()
    await seen.seen(page, "welcome")
    await page.get_by_role("button", name="Set up a passkey").click()
    await expect(page.get_by_role("heading", name="Hello Maya Lindqvist")).to_be_visible()
    await seen.seen(page, "home")

    found = await devtools.send("Page.getInstallabilityErrors")
    errors = [one["errorId"] for one in found["installabilityErrors"]]
    assert errors in ([], ["in-incognito"])  # a test's window is one without a history
    manifest = json.loads((await devtools.send("Page.getAppManifest"))["data"])
    assert manifest["start_url"] == "/app"

    await page.goto("/app/account")
    await expect(page.get_by_text("This device", exact=True)).to_be_visible()
    await seen.seen(page, "account")
    await page.get_by_role("button", name="Sign out on this device").click()
    await expect(page.get_by_text("You are signed out on this device.").first).to_be_visible()
    await seen.seen(page, "signed-out")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_role("heading", name="Hello Maya Lindqvist")).to_be_visible()

    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await phone.context.set_offline(True)
    await page.goto("/app")
    await expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    await seen.seen(page, "offline")
    kept = await page.evaluate(
        """async () => {
          const pages = [];
          for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys())
              pages.push(new URL(request.url).pathname);
          return pages.filter((path) => !path.startsWith("/static/"));
        }"""
    )
    assert kept == ["/app/offline"]  # nothing of the patient's
    await phone.context.set_offline(False)
    await page.get_by_role("link", name="Try again").click()
    await expect(page.get_by_role("heading", name="Hello Maya Lindqvist")).to_be_visible()

    # another language: the page that the phone keeps changes with the others
    await page.locator(".language-choice > summary").click()
    await page.get_by_role("button", name="Deutsch").click()
    await expect(page.get_by_role("heading", name="Guten Tag, Maya Lindqvist")).to_be_visible()
    await page.wait_for_function(
        """async () => (await navigator.serviceWorker.getRegistration("/app")).active
          .scriptURL.endsWith("language=de")"""
    )
    await phone.context.set_offline(True)
    await page.goto("/app")
    await expect(page.get_by_role("heading", name="Keine Verbindung")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await phone.context.set_offline(False)
    await phone.leave()
