"""Files that a clinic does not show to some proxies: chosen in the settings, gone from a mother's
phone, and shown again by the patient."""

import pytest
from playwright.async_api import expect

from bedside.accounts.levels import Level
from tests.accounts.people import let_in, signed_in
from tests.house import Served
from tests.journeys.test_proxies import of_proxy, with_app
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.sharing.people import given

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P7")]


async def test_a_category_is_kept_from_a_mother_and_one_file_of_it_shown(
    served: Served, chromium: Chromium
) -> None:
    house, seen = served.house, Journey("proxies-category")
    grant, mother = await let_in(house, level=Level.FULL)
    entry = await given(house, "Letter about Monday.pdf")
    maya = house.patients[0].id

    desk = await chromium.desktop(served.url)
    cookie = await house.cookie(house.here.administrator)
    await desk.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookie.items()]
    )
    console = await desk.page("/settings/clinic")
    await console.get_by_role("link", name="Files that proxies do not see").click()
    carers = console.get_by_role("group", name="People whom a patient has let in")
    await expect(carers.get_by_label("Sexual health")).to_be_checked()
    await carers.get_by_label("Other").check()
    await console.get_by_role("button", name="Save").click()
    await expect(carers.get_by_label("Other")).to_be_checked()
    await seen.seen(console, "settings")

    phone, hers = await chromium.phone(served.url), await chromium.phone(served.url, scheme="dark")
    await with_app(hers, served, await of_proxy(house, mother.account_id))
    her_page = await hers.page(f"/app/{maya}/files")
    await expect(her_page.get_by_text("Letter about Monday.pdf")).to_have_count(0)
    await seen.seen(her_page, "mother")

    await with_app(phone, served, await signed_in(house))
    page = await phone.page(f"/app/{maya}/people")
    await expect(page.get_by_text("Files not shown by default").first).to_be_visible()
    await seen.seen(page, "people")
    await page.goto(f"/app/{maya}/hide/{entry}")
    box = page.get_by_label("Eva Lindqvist, Somebody I trust")
    await expect(box).to_be_checked()
    await seen.seen(page, "hide")
    await box.uncheck()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.").first).to_be_visible()
    await page.goto(f"/app/{maya}/people/{grant}/preview")
    await expect(page.get_by_text("Letter about Monday.pdf").first).to_be_visible()
    await seen.seen(page, "preview")
    await her_page.reload()
    await expect(her_page.get_by_text("Letter about Monday.pdf").first).to_be_visible()

    await console.goto(f"/patients/{maya}/entries/{entry}/proxies")
    await seen.seen(console, "mark")
    await console.get_by_role("button", name="Show this file to proxies").click()
    await expect(console.get_by_text("Proxies see this file now").first).to_be_visible()
    await console.goto(f"/patients/{maya}/entries/{entry}/proxies")
    await expect(console.get_by_text("Proxies see this file").first).to_be_visible()
    await seen.seen(console, "shown")
    for person in (desk, phone, hers):
        await person.leave()
