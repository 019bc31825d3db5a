"""Whiteboard, photo capture and notes in a call, and how they close when the patient is
transferred."""

from functools import partial
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageColor
from playwright.async_api import FilePayload, Locator, Page, expect

from bedside.calls.states import Mode
from tests.house import Served
from tests.journeys.apps import Meeting, draw, meeting
from tests.journeys.calling import LONG
from tests.peers.chromium import Chromium, reached
from tests.peers.page_checks import Journey
from tests.visits.ward import Ward
from tests.web.charts.chart_files import filed, photo

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V8")]
SKIN = "#c98d78"


async def test_whiteboard(served: Served, chromium: Chromium) -> None:
    journey = Journey("whiteboard")
    async with meeting(served, chromium) as two:
        await two.call()
        panel = await two.app("Whiteboard")
        here, there = (place.locator("[data-board-surface]") for place in (panel, two.patient))
        await expect(there).to_be_visible(timeout=LONG)  # it opens for the patient by itself
        await draw(two.staff, here, (0.1, 0.5), (0.4, 0.8), (0.6, 0.4))
        await expect(there.locator("[data-number]")).not_to_have_count(0)
        await two.patient.locator(".board-ink", has_text="Red").click()
        await draw(two.patient, there, (0.7, 0.2), (0.9, 0.3))
        await expect(here.locator("[data-ink=red][data-number]")).not_to_have_count(0)
        await panel.get_by_label("Words for the whiteboard").fill("Two a day")
        await panel.get_by_role("button", name="Write").click()
        await expect(there.locator("text")).to_have_text("Two a day")
        await journey.seen(two.staff, "desk", whole=False)
        await journey.seen(two.patient, "phone", whole=False)

        await two.patient.get_by_role("button", name="Undo").click()
        await expect(here.locator("[data-ink=red]")).to_have_count(0)
        await panel.get_by_role("button", name="Save to chart").click()
        await expect(panel.locator("[data-board-said]")).to_contain_text("is in the chart")
        await expect(two.patient.locator("[data-board-said]")).to_have_text(
            "The clinic has saved a picture of the whiteboard in your record."
        )
        [entry] = await two.filed(1)
        assert (entry.channel, entry.source_id) == ("visit_capture", two.visit_id)
        assert entry.media_type == "image/png"

        await _a_picture_is_laid_under(two, panel, journey)
        await draw(two.patient, there, (0.7, 0.2), (0.9, 0.3))
        await expect(here.locator("[data-ink=red][data-number]")).not_to_have_count(0)
        await two.patient.get_by_role("button", name="Clear mine").click()
        await expect(here.locator("[data-ink=red]")).to_have_count(0)
        await expect(there.locator("text")).to_have_count(1)  # what the clinician wrote stays
        await panel.get_by_role("button", name="Clear all").click()
        await expect(there.locator("text")).to_have_count(0)
        await expect(there.locator("image")).to_have_count(1)
        await panel.get_by_role("button", name="Undo").click()
        await expect(there.locator("text")).to_have_text("Two a day")
        await two.patient.get_by_role("button", name="Undo").click()
        await expect(here.locator("[data-ink=red][data-number]")).not_to_have_count(0)
        await panel.get_by_role("button", name="Take the picture away").click()
        await expect(there.locator("image")).to_have_count(0)
        await panel.get_by_role("button", name="Close for everybody").click()
        await expect(there).to_have_count(0)
        await expect(panel).to_be_hidden()


async def _a_picture_is_laid_under(two: Meeting, panel: Locator, journey: Journey) -> None:
    """Choose a photo of the chart on the page: both sides see it under what is drawn."""
    services, house = two.clinic.house.services, two.clinic.house
    patient_id = await services.visits.whereabouts.patient_of(two.clinic.staff, two.visit_id)
    chart = await services.people.permissions.chart(two.clinic.staff, patient_id)
    hand = await filed(house, chart, "hand.jpg", photo("hand", SKIN), category="patient_photo")
    drawn = partial(services.files.retrieval.with_thumbnail, [hand])
    await reached(two.staff, drawn, bool, "its small picture is made")
    choose = panel.get_by_role("button", name="Picture from the chart")
    await choose.click()
    await expect(choose).to_have_attribute("aria-expanded", "true")
    picture = panel.locator("[data-board-pictures]").get_by_role("button", name="hand.jpg")
    await expect(picture.locator("img")).to_have_js_property("complete", True)
    await journey.seen(two.staff, "desk-pictures", whole=False)
    await picture.click()
    await expect(choose).to_have_attribute("aria-expanded", "false")
    await expect(choose).to_be_focused()
    for page in (two.staff, two.patient):
        surface = page.locator("[data-board-surface]")
        await expect(surface.locator("image")).to_have_count(1)
        await reached(page, partial(_colour_of, surface), _is_skin, "the picture is seen")
    await journey.seen(two.staff, "desk-picture", whole=False)
    await journey.seen(two.patient, "phone-picture", whole=False)


async def _colour_of(surface: Locator) -> tuple[int, ...]:
    """Return the colour in the lower part of the board, where nothing is drawn."""
    seen = Image.open(BytesIO(await surface.screenshot())).convert("RGB")
    found = seen.getpixel((seen.width * 3 // 4, seen.height * 3 // 4))
    assert isinstance(found, tuple)
    return found


def _is_skin(colour: tuple[int, ...]) -> bool:
    wanted = ImageColor.getrgb(SKIN)
    return all(abs(one - other) < 12 for one, other in zip(colour, wanted, strict=False))


async def test_photo_capture(served: Served, chromium: Chromium) -> None:
    journey = Journey("photo-capture")
    async with meeting(served, chromium) as two:
        await two.call()
        panel = await two.app("Photo capture")  # which asks
        taking = two.patient.get_by_role("dialog", name="Your photo for the clinic")
        await expect(taking).to_be_visible()
        await journey.seen(two.patient, "asked", whole=False)
        await taking.get_by_role("button", name="No thanks").click()
        row = panel.locator("[data-transfer]").first
        await expect(row).to_have_attribute("data-phase", "declined")
        await _taken_back(two, taking)
        await _opens_without_asking(two)

        await panel.get_by_role("button", name="Ask for a photo").click()
        await expect(taking).to_be_visible()
        await two.patient.keyboard.press("Escape")
        asked = two.patient.locator("[data-transfer]").first
        await expect(asked).to_contain_text("asks to take a photo with your camera")
        agree = asked.get_by_role("button", name="Take a photo")
        await agree.click()
        take = taking.get_by_role("button", name="Take the photo")
        await expect(take).to_be_focused()
        await two.patient.wait_for_function(
            "() => document.querySelector('[data-photo-taking] video').videoWidth > 0"
        )
        await journey.seen(two.patient, "aims", whole=False)
        await two.patient.keyboard.press("Enter")
        use = taking.get_by_role("button", name="Send this photo")
        await expect(use).to_be_focused()
        await expect(taking.get_by_role("status")).to_contain_text("This is your photo.")
        await expect(taking.get_by_role("img", name="The photo that you took")).to_be_visible()
        await journey.seen(two.patient, "looks", whole=False)
        await two.patient.keyboard.press("Escape")  # neither of the two: nothing is running
        await expect(taking).to_be_hidden()
        await expect(agree).to_be_focused()
        await expect(row).to_have_attribute("data-phase", "asked")
        await agree.click()
        await take.click()
        await taking.get_by_role("button", name="Take another").click()
        await expect(take).to_be_focused()
        assert await two.entries() == []
        await take.click()
        await use.click()
        await expect(taking).to_be_hidden()
        await _is_in_the_chart(two, panel, journey)


async def _taken_back(two: Meeting, taking: Locator) -> None:
    """Ask for a photo as staff, and cancel while the patient aims."""
    panel = two.staff.locator("[data-app-panel]")
    await panel.get_by_role("button", name="Ask for a photo").click()
    await expect(taking).to_be_visible()
    await panel.get_by_role("button", name="Withdraw").click()
    await expect(taking).to_be_hidden()


async def _opens_without_asking(two: Meeting) -> None:
    """Close the app and open it again: there is something to see now, so nobody is asked."""
    panel = two.staff.locator("[data-app-panel]")
    await panel.get_by_role("button", name="Close", exact=True).click()
    await two.app("Photo capture")
    await expect(panel.locator("[data-transfer]")).to_have_count(2)
    await expect(panel.locator("[data-phase=asked]")).to_have_count(0)


async def _is_in_the_chart(two: Meeting, panel: Locator, journey: Journey) -> None:
    chart_link = panel.get_by_role("link", name="Open in the chart")
    await expect(chart_link).to_be_visible(timeout=LONG)
    await journey.seen(two.staff, "arrived", whole=False)
    [entry] = await two.filed(1)
    assert (entry.channel, entry.source_id) == ("visit_capture", two.visit_id)
    assert (entry.media_type, entry.sender_kind) == ("image/jpeg", "patient")
    await chart_link.click()
    console = two.staff.frame_locator("[data-console]")
    await expect(console.locator("img").first).to_be_visible(timeout=LONG)


async def test_notes(served: Served, chromium: Chromium) -> None:
    journey = Journey("notes")
    async with meeting(served, chromium) as two:
        await two.call()
        await _scripts_are_gone(two.staff)
        panel = await two.app("Notes")
        note = panel.get_by_label("Your note on this visit")
        await note.fill("Swelling on the left knee.")
        await expect(panel.locator("[data-note-state]")).to_have_text(
            "Saved. It is in the visit's record."
        )
        await two.desk.context.set_offline(True)
        await note.fill("Swelling on the left knee. Ice.")
        await expect(panel.locator("[data-note-state]")).to_contain_text("There is no connection.")
        await two.desk.context.set_offline(False)
        await expect(panel.locator("[data-note-state]")).to_contain_text("Saved.", timeout=LONG)
        await journey.seen(two.staff, "notes", whole=False)
        assert "Swelling" not in await two.patient.content()


async def _scripts_are_gone(page: Page) -> None:
    """Remove scripts the page has not fetched yet, as an update of the server during the call
    does."""
    fetched = "performance.getEntriesByType('resource').map((one) => one.name)"
    there = f"() => {fetched}.filter((name) => name.includes('app.')).length >= 5"
    await page.wait_for_function(there)
    await page.route("**/static/*.js", lambda route: route.fulfill(status=404))


@pytest.mark.feature("V11")
async def test_apps_close_with_a_transfer_and_hand_nothing_on(
    served: Served, chromium: Chromium
) -> None:
    async with meeting(served, chromium) as two:
        await two.call()
        panel = await two.app("Whiteboard")
        await panel.get_by_label("Words for the whiteboard").fill("For the first clinician")
        await panel.get_by_role("button", name="Write").click()
        await expect(two.patient.locator("[data-board-surface] text")).to_have_count(1)
        panel = await two.app("Chat")
        await panel.get_by_label("Message", exact=True).fill("Said to the first clinician")
        await panel.get_by_label("Message", exact=True).press("Enter")
        await expect(panel.locator("[data-chat-list] .chat-words")).to_have_count(1)
        panel = await two.app("File transfer")
        file: FilePayload = {
            "name": "unseen.txt",
            "mimeType": "text/plain",
            "buffer": b"For nobody.\n",
        }
        await panel.locator("input[type=file]").set_input_files(file)
        await expect(two.patient.locator("[data-transfer]")).to_be_visible()

        services = served.house.services
        receptionist = served.house.here.receptionist
        there = await Ward(served.house).room("Surgery", receptionist)
        await services.visits.transfers.transfer(
            two.clinic.access, two.visit_id, there.room_id, "", expected_leg=1
        )
        now = two.patient.locator("#visit-now")
        await expect(now).to_have_attribute("data-leg", "2", timeout=LONG)
        await expect(now).to_have_attribute("data-view", "waiting")
        for app in ("chat", "files"):
            await expect(two.patient.locator(f"[data-app={app}]")).to_be_empty()
        await two.staff.wait_for_url("**/after")
        await _next_clinician_sees_nothing(two, there)


async def _next_clinician_sees_nothing(two: Meeting, there: Any) -> None:
    services = two.clinic.house.services
    assert (
        await services.conversations.visit_chat.conversation(there, two.visit_id)
    ).messages == []
    assert await services.transfers.lists.of_visit(there, two.visit_id) == []
    assert (await services.visit_records.notes.own(there, two.visit_id)).text == ""
    call_id = await services.calls.control.start(there, two.visit_id, Mode.VIDEO)
    host = await services.calls.seats.host(there.staff, call_id)
    assert (await services.calls.whiteboard.marks(host, 0)).last == 0
    await expect(two.patient.locator("[data-call-place]")).to_be_visible(timeout=LONG)
    await reached(
        two.patient,
        two.patient.locator("[data-board], [data-message], [data-transfer]").count,
        lambda count: count == 0,
        "no app is open",
    )
