"""How many presses the work of a day takes: counted as the browser sees them, typing left out."""

import asyncio
from dataclasses import dataclass, field

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.house import PASSWORD, Served
from tests.journeys.apps import Meeting, meeting
from tests.journeys.calling import LONG, watched
from tests.peers.chromium import Chromium, Person
from tests.peers.page_checks import Journey

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.feature("V2", "V3", "V8", "V18", "X1"),
    pytest.mark.xdist_group("visits"),
]
LEAFLET: FilePayload = {"name": "leaflet.txt", "mimeType": "text/plain", "buffer": b"Rest well."}
_COUNT = """
for (const type of ["pointerdown", "keydown"])
  addEventListener(type, (event) => {
    const isTyping = type === "keydown" && event.target.matches?.("input, textarea");
    if (event.isTrusted && !event.repeat && !isTyping) window.pressedOfTest();
  }, true);
"""


@dataclass
class Presses:
    """The presses of one person since the last job."""

    made: list[float] = field(default_factory=list[float])

    @staticmethod
    async def of(person: Person) -> "Presses":
        """Count them on the pages that this person opens from now on."""
        presses = Presses()
        await person.context.expose_function("pressedOfTest", lambda: presses.made.append(1))
        await person.context.add_init_script(_COUNT)
        return presses

    async def took(self, most: int) -> None:
        """Assert how many the job took, and begin the next one."""
        for _ in range(20):
            if len(self.made) >= most:
                break
            await asyncio.sleep(0.05)
        made, self.made = len(self.made), []
        assert made == most


async def sign_in(page: Page, email: str) -> None:
    """Sign in with the password."""
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def test_the_work_of_a_day_in_presses(served: Served, chromium: Chromium) -> None:
    async with meeting(served, chromium) as two:
        await two.staff.close()
        await two.desk.context.clear_cookies()
        desk, phone = await Presses.of(two.desk), await Presses.of(two.phone)
        two.staff = await two.desk.page("/")
        await two.patient.reload()

        house = served.house
        await sign_in(two.staff, await house.email(two.clinic.staff))
        await expect(two.row).to_contain_text("Noor Haddad")
        await desk.took(1)  # “Sign in” itself: who waits is seen without one

        await two.row.get_by_role("link", name="Open chart").click()
        await expect(two.staff.get_by_role("heading", level=1)).to_have_text("Noor Haddad")
        await desk.took(1)
        await two.staff.go_back()

        await _in_little_room(two)
        await _sends_a_file(two, desk)
        await _invites(two, desk)
        await _takes_a_photo(two, desk, phone)
        await _goes_on_to_the_next(two, chromium, desk)


async def _in_little_room(two: Meeting) -> None:
    """Where names need the room, the signs are there under the pointer, and by keyboard."""
    page, send = two.staff, two.row.get_by_role("link", name="Send a file")
    await page.set_viewport_size({"width": 768, "height": 800})
    await page.mouse.move(5, 5)
    await expect(send).to_be_hidden()
    await two.row.hover()
    await expect(send).to_be_visible()
    inside = await send.bounding_box()
    around = await two.row.bounding_box()
    assert inside
    assert around
    assert around["x"] < inside["x"]
    assert inside["x"] + inside["width"] < around["x"] + around["width"]
    assert around["y"] <= inside["y"]
    assert inside["y"] + inside["height"] <= around["y"] + around["height"]
    await page.mouse.move(5, 5)
    await expect(send).to_be_hidden()
    await two.row.get_by_role("link", name="Noor Haddad").focus()
    await expect(send).to_be_visible()
    await page.set_viewport_size({"width": 1366, "height": 900})


async def _sends_a_file(two: Meeting, desk: Presses) -> None:
    async with two.staff.expect_file_chooser() as choosing:
        await two.row.get_by_role("link", name="Send a file").click()
    await (await choosing.value).set_files([LEAFLET])
    await expect(two.patient.locator("[data-transfer]").first).to_contain_text("leaflet.txt")
    await expect(two.staff.locator("#dock")).to_contain_text("Waiting for the patient to accept.")
    await desk.took(1)
    await two.staff.keyboard.press("Escape")
    desk.made.clear()


async def _invites(two: Meeting, desk: Presses) -> None:
    """A number, and a patient who is found by name: two presses each."""
    page, dialog = two.staff, two.staff.get_by_role("dialog", name="Invite by SMS")
    toast = page.locator("#toasts")
    await page.locator("#invite-by-sms").click()
    await dialog.get_by_label("Phone number").fill("+46 70 174 06 44")
    await dialog.get_by_role("button", name="Send", exact=True).click()
    await expect(toast).to_contain_text("The text message is on its way.")
    await desk.took(2)

    await page.locator("#invite-by-sms").click()
    await dialog.get_by_label("Phone number").press_sequentially("quentin")
    await expect(dialog).to_contain_text("No patient of the clinic is found by this name.")
    await dialog.get_by_label("Phone number").fill("maya lind")
    known = dialog.get_by_role("listitem").filter(has_text="Maya Lindqvist")
    await expect(known).to_contain_text("14 March 1991")
    await expect(known).to_contain_text("To +46 70 174 06 05")
    await Journey("clicks").seen(page, "invites-by-name", whole=False)
    await known.get_by_role("button", name="Invite by SMS").click()
    await expect(toast).to_contain_text("The invitation is on its way.")
    await expect(dialog).to_have_count(0)
    await desk.took(2)
    services = two.clinic.house.services
    chart = await two.clinic.house.chart()
    [invitation] = await services.requests.lists.of_chart(chart)
    assert invitation.kind == "invitation"


async def _takes_a_photo(two: Meeting, desk: Presses, phone: Presses) -> None:
    """Opening the app asks; taking the photo is the agreement, and sending it the second press."""
    await two.call()
    desk.made.clear()
    phone.made.clear()
    await two.staff.locator("[data-app-tab]", has_text="Photo capture").click()
    taking = two.patient.get_by_role("dialog", name="Your photo for the clinic")
    await taking.get_by_role("button", name="Take the photo").click()
    send = taking.get_by_role("button", name="Send this photo")
    await expect(send).to_be_visible()
    assert await two.entries() == []
    await Journey("clicks").seen(two.patient, "looks-at-the-photo", whole=False)
    await send.click()
    await two.filed(1)
    await desk.took(1)
    await phone.took(2)


async def _goes_on_to_the_next(two: Meeting, chromium: Chromium, desk: Presses) -> None:
    other = await chromium.phone(two.clinic.served.url)
    await watched(other)
    await other.page(f"/visit/{await two.clinic.check_in(other, 'Samir Okoye')}")
    soon, before = two.staff.locator("[data-end-soon]"), two.staff.url
    await expect(soon).to_be_visible(timeout=LONG)
    await soon.click()
    await two.staff.wait_for_url(lambda url: "/calls/" in url and url != before)
    await expect(two.staff.get_by_role("heading", level=1)).to_have_text("Call with Samir Okoye")
    await desk.took(1)
    await other.leave()
