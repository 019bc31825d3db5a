"""People with access: what changes and when, what each sees, and hiding one file."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from bedside.accounts.access import today
from bedside.accounts.levels import Level, Relation
from bedside.accounts.sign_in import SignedIn
from bedside.conversations.writing import Text
from bedside.kernel.ids import new_id
from tests.accounts.people import let_in, signed_in
from tests.accounts.test_changes import is_born
from tests.house import House, Served
from tests.peers.chromium import Chromium, Person
from tests.peers.page_checks import Journey
from tests.sharing.people import given

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P7")]


async def with_app(person: Person, served: Served, there: SignedIn) -> None:
    """Sign a phone in to the app."""
    await person.context.add_cookies(
        [{"name": "bedside-app", "value": there.token, "url": served.url}]
    )


async def of_proxy(house: House, account_id: str) -> SignedIn:
    """Sign a proxy in on another phone."""
    async with house.database.unit_of_work() as work:
        row = await house.accounts.all.row(work, account_id)
        return await house.accounts.sign_in.admit(work, row, "link", "", device="", own=False)


async def test_a_file_is_hidden_from_one_person_on_the_phone(
    served: Served, chromium: Chromium
) -> None:
    house, seen = served.house, Journey("proxies")
    maya = house.patients[0].id
    born = today(house.clinic.options.time_zone) + timedelta(days=20)
    born = born.replace(year=born.year - 12, day=min(born.day, 28))
    await is_born(house, born)
    grant, parent = await let_in(house, Relation.PARENT, Level.FULL, born=born)
    await let_in(house, born=born)
    await given(house, "Blood results.pdf")
    secret = await given(house, "Letter about Monday.pdf")
    chart = await house.chart()
    text = Text("Please come on Monday.")
    await house.conversations.all.start(chart, text, new_id("drf"))

    phone = await chromium.phone(served.url, width=390)
    await with_app(phone, served, await signed_in(house))
    page = await phone.page(f"/app/{maya}")
    await expect(page.get_by_text("What somebody sees changes")).to_be_visible()
    await seen.seen(page, "home")
    await page.get_by_text("What somebody sees changes").click()
    await expect(page.get_by_text("From ", exact=False).first).to_be_visible()
    await seen.seen(page, "people")
    await page.goto(f"/app/{maya}/files/{secret}")
    await seen.seen(page, "file")
    await page.get_by_role("link", name="Hide from others").click()
    await seen.seen(page, "hide")
    await page.get_by_label("Eva Lindqvist").first.check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.").first).to_be_visible()
    await page.goto(f"/app/{maya}/people/{grant}/preview")
    await expect(page.get_by_text("Blood results.pdf", exact=True).first).to_be_visible()
    await expect(page.get_by_text("Letter about Monday.pdf")).to_have_count(0)
    await seen.seen(page, "preview")
    await page.get_by_role("link", name="Hide", exact=False).first.click()
    await seen.seen(page, "hide-more")
    await phone.leave()

    other = await chromium.phone(served.url, width=390, scheme="dark")
    await with_app(other, served, await of_proxy(house, parent.account_id))
    hers = await other.page(f"/app/{maya}/files")
    await expect(hers.get_by_text("Blood results.pdf", exact=True).first).to_be_visible()
    await expect(hers.get_by_text("Letter about Monday.pdf")).to_have_count(0)
    await hers.goto(f"/app/{maya}/people")
    await expect(hers.get_by_role("heading", name="What you see changes")).to_be_visible()
    await seen.seen(hers, "parent-people")
    await other.leave()

    desk = await chromium.desktop(served.url)
    cookie = await house.cookie(house.here.receptionist)
    await desk.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookie.items()]
    )
    console = await desk.page(f"/patients/{maya}/entries/{secret}")
    await console.get_by_role("button", name="More").first.click()
    await console.get_by_role("menuitem", name="Not for proxies").click()
    await seen.seen(console, "desk-mark")
    await console.get_by_role("button", name="Keep it from proxies").click()
    await expect(console.get_by_text("Please say why").first).to_be_visible()
    await console.get_by_label("Why is it not for proxies?").fill("The patient asked us to.")
    await console.get_by_role("button", name="Keep it from proxies").click()
    await expect(console.get_by_text("Nobody but the patient sees").first).to_be_visible()
    await console.goto(f"/patients/{maya}/entries/{secret}/proxies")
    await seen.seen(console, "desk-marked")
    await console.goto(f"/patients/{maya}/people")
    await seen.seen(console, "desk-people")
    await desk.leave()
