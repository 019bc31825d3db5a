"""People with access: what changes and when, what each sees, and hiding one file."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.async_api import expect

from bedside.accounts.access import today
from bedside.accounts.levels import Level, Relation
from bedside.accounts.sign_in import SignedIn
from bedside.conversations.writing import Text
from bedside.kernel.ids import new_id
from bedside.people.permissions import AccountAccess
from tests.accounts.people import let_in, side_of, signed_in
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


@dataclass
class Family:
    """A child with a parent, and somebody else who helps; a letter that the child hides."""

    served: Served
    parent: AccountAccess
    grant: str
    letter: str

    @property
    def app(self) -> str:
        """The address of the app about the child."""
        return f"/app/{self.served.house.patients[0].id}"


@pytest.fixture
async def family(served: Served) -> Family:
    """Twelve in three weeks, with two files and a message of the clinic."""
    house = served.house
    born = today(house.clinic.options.time_zone) + timedelta(days=20)
    born = born.replace(year=born.year - 12, day=min(born.day, 28))
    await is_born(house, born)
    grant, parent = await let_in(house, Relation.PARENT, Level.FULL, born=born)
    await let_in(house, born=born)
    await given(house, "Blood results.pdf")
    letter = await given(house, "Letter about Monday.pdf")
    text = Text("Please come on Monday.")
    await house.conversations.all.start(await house.chart(), text, new_id("drf"))
    return Family(served, parent, grant, letter)


async def test_a_file_is_hidden_from_one_person_on_the_phone(
    family: Family, chromium: Chromium
) -> None:
    house, seen = family.served.house, Journey("proxies")
    phone = await chromium.phone(family.served.url, width=390)
    await with_app(phone, family.served, await signed_in(house))
    page = await phone.page(family.app)
    await expect(page.get_by_text("What somebody sees changes")).to_be_visible()
    await seen.seen(page, "home")
    await page.get_by_text("What somebody sees changes").click()
    await expect(page.get_by_text("From ", exact=False).first).to_be_visible()
    await seen.seen(page, "people")
    await page.goto(f"{family.app}/files/{family.letter}")
    await seen.seen(page, "file")
    await page.get_by_role("link", name="Hide from others").click()
    await seen.seen(page, "hide")
    await page.get_by_label("Eva Lindqvist, Parent of a child").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.").first).to_be_visible()
    await page.goto(f"{family.app}/people/{family.grant}/preview")
    await expect(page.get_by_text("Blood results.pdf", exact=True).first).to_be_visible()
    await expect(page.get_by_text("Letter about Monday.pdf")).to_have_count(0)
    await seen.seen(page, "preview")
    await page.get_by_role("link", name="Hide", exact=False).first.click()
    await seen.seen(page, "hide-more")
    await phone.leave()


async def test_a_parent_reads_what_changes_and_sees_nothing_hidden(
    family: Family, chromium: Chromium
) -> None:
    house, seen = family.served.house, Journey("proxies-parent")
    await house.people.hidden.hide(await side_of(house), family.letter, {family.grant})
    phone = await chromium.phone(family.served.url, width=390, scheme="dark")
    await with_app(phone, family.served, await of_proxy(house, family.parent.account_id))
    page = await phone.page(f"{family.app}/files")
    await expect(page.get_by_text("Blood results.pdf", exact=True).first).to_be_visible()
    await expect(page.get_by_text("Letter about Monday.pdf")).to_have_count(0)
    await page.goto(f"{family.app}/people")
    await expect(page.get_by_role("heading", name="What you see changes")).to_be_visible()
    await seen.seen(page, "people")
    await phone.leave()


async def test_staff_keep_a_file_from_proxies(family: Family, chromium: Chromium) -> None:
    house, seen = family.served.house, Journey("proxies-desk")
    here = f"/patients/{house.patients[0].id}"
    desk = await chromium.desktop(family.served.url)
    cookie = await house.cookie(house.here.receptionist)
    await desk.context.add_cookies(
        [{"name": name, "value": value, "url": family.served.url} for name, value in cookie.items()]
    )
    console = await desk.page(f"{here}/entries/{family.letter}")
    await console.locator("#viewer").get_by_role("button", name="More").first.click()
    await console.get_by_role("menuitem", name="Not for proxies").click()
    await seen.seen(console, "mark")
    await console.get_by_role("button", name="Keep it from proxies").click()
    await expect(console.get_by_text("Please say why").first).to_be_visible()
    await console.get_by_label("Why is it not for proxies?").fill("The patient asked us to.")
    await console.get_by_role("button", name="Keep it from proxies").click()
    await expect(console.get_by_text("Nobody but the patient sees").first).to_be_visible()
    await console.goto(f"{here}/entries/{family.letter}/proxies")
    await seen.seen(console, "marked")
    await console.goto(f"{here}/people")
    await seen.seen(console, "people")
    await desk.leave()
