"""An administrator's pages: people, teams, the clinic; and the very first start."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bedside import bootstrap
from bedside.links.options import LinkOptions
from bedside.settings import load
from tests.house import PASSWORD, Served, create_tables, serving
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.peers.ports import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]


async def sign_in(page: Page, served: Served) -> None:
    """Sign in as the administrator here."""
    await page.goto("/sign-in?next=/settings/people")
    await page.get_by_label("E-mail address").fill(
        await served.house.email(served.house.here.administrator)
    )
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("heading", name="People", exact=True).wait_for()


@pytest.mark.feature("A2")
@pytest.mark.parametrize("device", ["desktop", "phone"])
async def test_an_administrator_adds_a_colleague(
    served: Served, chromium: Chromium, device: str
) -> None:
    journey = Journey(f"settings-{device}")
    person = await getattr(chromium, device)(served.url)
    page = await person.page()
    if device == "phone":
        # High enough for the longest form: axe reports whatever the bottom bar covers as a target
        # that is too small.
        await page.set_viewport_size({"width": 390, "height": 2200})
    await sign_in(page, served)
    await journey.seen(page, "people")

    await page.get_by_role("link", name="Teams", exact=True).click()
    await page.get_by_label("Name").fill("Night shift")
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.get_by_label("Team", exact=True).wait_for()
    await journey.seen(page, "teams")

    await page.goto("/settings/people")
    await page.get_by_role("link", name="Add a person").click()
    await journey.seen(page, "new-person")
    await page.get_by_label("Name").fill("Noor Haddad")
    await page.get_by_label("E-mail address").fill("RITA@riverside.example")
    await page.get_by_label("Night shift").check()
    await page.get_by_role("button", name="Add and show").click()
    await page.get_by_text("signs in with this address already").first.wait_for()
    await journey.seen(page, "address-taken")
    await expect(page.get_by_label("Night shift")).to_be_checked()
    await page.get_by_label("E-mail address").fill("noor@riverside.example")
    await page.get_by_role("button", name="Add and show").click()
    await page.get_by_role("heading", name="First password").wait_for()
    await journey.seen(page, "first-password")

    await page.get_by_role("link", name="Done").click()
    await page.get_by_role("heading", name="Noor Haddad").wait_for()
    await expect(page.get_by_label("Night shift")).to_be_checked()
    await journey.seen(page, "person")
    await page.get_by_role("button", name="Disable").click()
    await page.get_by_text("cannot sign in any more").first.wait_for()

    await page.get_by_role("link", name="Clinic", exact=True).click()
    await journey.seen(page, "clinic")
    await page.get_by_label("How long a link works").fill("400")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Please enter a whole number from 1 to 365.").first.wait_for()
    await journey.seen(page, "clinic-limits")
    await page.get_by_label("How long a link works").fill("14")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved.").first.wait_for()
    clinic = await served.house.services.people.clinics.get(served.house.clinic.id)
    assert clinic.of(LinkOptions).link_days == 14
    await person.leave()


@pytest.mark.feature("A1")
async def test_the_first_start(chromium: Chromium, tmp_path: Path) -> None:
    port = free_port()
    data = tmp_path / "data"
    data.mkdir()
    create_tables(f"sqlite:///{data / 'bedside.db'}")
    services = bootstrap.build(load(data=data, port=port, requests_per_second=0))
    await services.database.open()
    journey = Journey("set-up")
    async with serving(services, port) as url:
        person = await chromium.desktop(url)
        page = await person.page("/")
        await page.get_by_role("heading", name="Set up Bedside").wait_for()
        assert str(services.settings.key_file) in await page.content()
        await expect(page.get_by_label("Time zone")).to_have_value("Europe/Stockholm")
        await journey.seen(page, "empty")
        await page.get_by_label("Name of the clinic").fill("Harbour Clinic")
        await page.get_by_label("Your name").fill("Elin Sjöberg")
        await page.get_by_label("E-mail address").fill("elin@harbour.example")
        await page.get_by_label("Password").fill("harbourclinic")
        await page.get_by_label("I copy this file").check()
        await page.get_by_role("button", name="Set up the clinic").click()
        await page.get_by_text("made of your own name").first.wait_for()
        await journey.seen(page, "easy-password")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Set up the clinic").click()
        await page.get_by_role("heading", name="Protect your sign-in").wait_for()
        await page.goto("/set-up")
        await expect(page).to_have_url(re.compile(r"/sign-in$"))
        await person.leave()
    [clinic] = await services.people.clinics.all()
    assert (clinic.name, clinic.options.time_zone) == ("Harbour Clinic", "Europe/Stockholm")
    await services.database.close()
