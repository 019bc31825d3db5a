"""An appointment from the settings to the day: booked, asked to be moved, moved, confirmed, while
the calendar of the clinic and the patient's phone are open beside each other."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.async_api import Page, expect

from bedside.kernel import clock
from bedside.people.permissions import StaffAccess
from tests.accounts.people import signed_in
from tests.care.booked import book, secret_of
from tests.house import Served
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("T1", "T6")]


async def desk_of(served: Served, chromium: Chromium, who: StaffAccess, **window: int) -> Page:
    """Return a page of somebody who is signed in."""
    desk = await chromium.desktop(served.url, **window)
    await desk.context.add_cookies(
        [
            {"name": name, "value": value, "url": served.url}
            for name, value in (await served.house.cookie(who)).items()
        ]
    )
    return await desk.page()


def in_days(served: Served, days: int) -> date:
    """Return a day at the clinic."""
    zone = served.house.clinic.options.time_zone
    return clock.in_zone(zone).date() + timedelta(days=days)


async def downloaded(page: Page, into: Path) -> Calendar:
    """Press “Add to calendar”, and return the file as a calendar reads it."""
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Add to calendar").click()
    path = into / "appointment.ics"
    await (await downloading.value).save_as(path)
    return Calendar.from_ical(path.read_bytes())


async def comes_in(page: Page, secret: str) -> None:
    """Open a link, and give the date of birth."""
    await page.goto(f"/l/{secret}")
    for part, value in (("Day", "14"), ("Month", "3"), ("Year", "1991")):
        await page.get_by_label(part, exact=True).fill(value)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="Your appointment")).to_be_visible()


async def adds_a_type(served: Served, chromium: Chromium, seen: Journey) -> None:
    """Add a type in the settings, after a mistake."""
    admin = await desk_of(served, chromium, served.house.here.administrator)
    await admin.goto("/settings/appointments")
    await seen.seen(admin, "no-types")
    form = admin.locator("form", has=admin.locator("#type-add"))
    await form.get_by_label("Minutes").fill("20")
    await form.get_by_role("button", name="Add type").click()
    await expect(admin.get_by_text("Please enter a name").first).to_be_visible()
    await seen.seen(admin, "type-refused")
    await form.get_by_label("Name").fill("Follow-up by video")
    await form.get_by_label("What patients should know").fill("Sit somewhere quiet.")
    await form.get_by_role("button", name="Add type").click()
    await expect(admin.get_by_text("Saved.").first).to_be_visible()
    await seen.seen(admin, "types")


async def books(served: Served, desk: Page, seen: Journey) -> str:
    """Book from the card, after a mistake; return the id."""
    here = served.house.here
    await desk.goto(f"/patients/{here.patients[0].id}/card")
    await desk.get_by_role("button", name="More").first.click()
    await desk.get_by_role("menuitem", name="Book an appointment").click()
    await expect(desk.get_by_role("heading", name="Book an appointment for")).to_be_visible()
    await desk.get_by_label("Day").fill(in_days(served, 8).isoformat())
    await desk.get_by_role("button", name="Book", exact=True).click()
    await expect(desk.get_by_text("Please enter a day and a time").first).to_be_visible()
    await seen.seen(desk, "book-refused")
    await desk.get_by_label("Time").fill("14:00")
    await desk.get_by_label("With").select_option(here.clinician.staff_id)
    await desk.get_by_label("Room").select_option(here.room.id)
    await desk.get_by_label("Reason, for staff").fill("Knee, again")
    await seen.seen(desk, "book")
    await desk.get_by_role("button", name="Book", exact=True).click()
    await expect(desk.get_by_text("Booked.").first).to_be_visible()
    await seen.seen(desk, "booked")
    await do_jobs(served.house)
    return desk.url.rpartition("/")[2]


async def asks_for_another_time(page: Page, seen: Journey) -> None:
    """Ask on the phone."""
    await page.get_by_text("Another time, or you can’t come").click()
    await page.get_by_label("Anything that the clinic should know").fill("I work until noon.")
    await seen.seen(page, "asking")
    await page.get_by_role("button", name="Ask for another time").click()
    await expect(page.get_by_text("You have asked for another time")).to_be_visible()
    await seen.seen(page, "asked")


async def moves(served: Served, desk: Page, seen: Journey) -> None:
    """Move it from the list of what needs somebody."""
    await desk.get_by_role("link", name="Look at it").click()
    await seen.seen(desk, "needs-you")
    await desk.get_by_role("link", name="Maya Lindqvist").click()
    await expect(desk.get_by_text("I work until noon.")).to_be_visible()
    await seen.seen(desk, "asked-of-staff")
    await desk.get_by_role("link", name="Move", exact=True).click()
    await desk.get_by_label("Day").fill(in_days(served, 10).isoformat())
    await desk.get_by_label("Time").fill("15:30")
    await desk.get_by_label("Words for the patient").fill("See you in the afternoon.")
    await seen.seen(desk, "move")
    await desk.get_by_role("button", name="Move", exact=True).click()
    await expect(desk.get_by_text("Moved. The new time is taken").first).to_be_visible()
    await do_jobs(served.house)


async def test_an_appointment_from_the_settings_to_the_confirmation(
    served: Served, chromium: Chromium, tmp_path: Path
) -> None:
    house, seen = served.house, Journey("appointments")
    await adds_a_type(served, chromium, seen)
    desk = await desk_of(served, chromium, house.here.receptionist)
    appointment_id = await books(served, desk, seen)
    await desk.goto(f"/calendar?day={in_days(served, 8).isoformat()}")
    await expect(desk.get_by_role("link", name="Maya Lindqvist")).to_be_visible()
    await seen.seen(desk, "day")

    phone = await chromium.phone(served.url)
    page = await phone.page()
    await comes_in(page, await secret_of(house, appointment_id))
    await expect(page.get_by_text("Sit somewhere quiet.")).to_be_visible()
    await expect(page.get_by_text("Knee, again")).to_have_count(0)
    await seen.seen(page, "mine")
    before = await downloaded(page, tmp_path)
    await asks_for_another_time(page, seen)
    await expect(desk.locator("#calendar [data-state=move_asked]")).to_be_visible()
    await expect(desk.locator("#appointments-waiting")).to_be_visible()

    await moves(served, desk, seen)
    await desk.goto(f"/calendar?view=week&day={in_days(served, 10).isoformat()}")
    await expect(desk.locator("#calendar [data-state=moved]")).to_be_visible()
    await seen.seen(desk, "week")
    await comes_in(page, await secret_of(house, appointment_id))
    await expect(page.get_by_text("It has another time.")).to_be_visible()
    await expect(page.get_by_text("See you in the afternoon.")).to_be_visible()
    await seen.seen(page, "moved")
    [old], [new] = before.walk("VEVENT"), (await downloaded(page, tmp_path)).walk("VEVENT")
    assert (old["uid"], int(old["sequence"])) == (new["uid"], 0)
    assert int(new["sequence"]) == 1
    assert new["dtstart"].dt.strftime("%H:%M") == "15:30"
    await page.get_by_role("button", name="I’ll be there").click()
    await expect(page.get_by_text("You have confirmed")).to_be_visible()
    await seen.seen(page, "confirmed")
    await expect(desk.locator("#calendar [data-state=confirmed]")).to_be_visible()

    await desk.goto(f"/patients/{house.patients[0].id}/appointments/{appointment_id}")
    await desk.get_by_text("Cancel it", exact=True).click()
    await seen.seen(desk, "cancelling")
    await desk.get_by_role("button", name="Cancel the appointment").click()
    await expect(desk.get_by_text("Cancelled. The time is free again.").first).to_be_visible()
    await do_jobs(house)
    await comes_in(page, await secret_of(house, appointment_id))
    await expect(page.get_by_text("This appointment does not take place.")).to_be_visible()
    await seen.seen(page, "cancelled")
    await phone.leave()


async def test_the_app_has_what_is_to_come(served: Served, chromium: Chromium) -> None:
    house, seen = served.house, Journey("appointments-app")
    patient = house.patients[0].id
    await book(house, await house.chart(), room_id=house.here.room.id, channels=())
    there = await signed_in(house)
    phone = await chromium.phone(served.url, width=320)
    await phone.context.add_cookies(
        [{"name": "bedside-app", "value": there.token, "url": served.url}]
    )
    page = await phone.page()
    await page.goto(f"/app/{patient}")
    await expect(page.get_by_role("heading", name="Waiting for you")).to_be_visible()
    await seen.seen(page, "home")
    await page.get_by_role("navigation", name="Sections").get_by_text("Appointments").click()
    await expect(page.get_by_role("heading", name="Appointments", exact=True)).to_be_visible()
    await seen.seen(page, "list")
    await page.locator(".app-item a").click()
    await expect(page.get_by_role("heading", name="Your appointment")).to_be_visible()
    await seen.seen(page, "one")
    await page.get_by_role("button", name="I’ll be there").click()
    await expect(page.get_by_text("You have confirmed")).to_be_visible()
    await seen.seen(page, "confirmed")
    await phone.leave()
