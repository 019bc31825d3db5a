"""A call between a clinician at a desk and a patient with a phone, in real browsers."""

import asyncio
import re

import pytest
from playwright.async_api import Locator, Page, Route, WebSocket, expect

from bedside.calls.states import Mode
from tests.house import Served
from tests.journeys.apps import draw
from tests.journeys.calling import (
    LONG,
    TwoInCall,
    frames_decoded,
    pictures_move,
    sound_flows,
    two_in_call,
    watched,
)
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = pytest.mark.anyio


NO_CAMERA = """
const devices = navigator.mediaDevices;
if (devices) {
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    if (wanted.video && !window.cameraIsAllowed)
      throw new DOMException("Permission denied", "NotAllowedError");
    return ask(wanted);
  };
}
"""
"""A phone whose owner has denied the camera."""


def control(page: Page, name: str) -> Locator:
    """Locate a button below the pictures."""
    return page.locator(f".call-controls > [data-control={name}]")


def tile(page: Page, kind: str) -> Locator:
    """Locate the picture of somebody else."""
    return page.locator(f"[data-tiles] [data-kind={kind}]")


async def connected(two: TwoInCall) -> None:
    """Wait until both have the other's picture."""
    for page, other in ((two.staff_page, "patient"), (two.patient_page, "staff")):
        await expect(tile(page, other)).to_have_attribute("data-state", "connected", timeout=LONG)
        await expect(tile(page, other)).to_have_attribute("data-picture", "on", timeout=LONG)


@pytest.mark.feature("V5")
async def test_both_see_and_hear_each_other(served: Served, chromium: Chromium) -> None:
    two, journey = await two_in_call(served, chromium), Journey("call")
    for page in (two.staff_page, two.patient_page):
        await pictures_move(page)
        await sound_flows(page)
    await connected(two)
    heading = two.staff_page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Call with Noor Haddad")
    await expect(tile(two.staff_page, "patient")).to_contain_text("Noor Haddad")
    await expect(tile(two.patient_page, "staff")).to_contain_text("Dr Amara Okafor")
    await expect(two.staff_page.locator(".call-quality")).to_contain_text("Good connection")
    console = two.staff_page.frame_locator("[data-console]")
    await expect(console.get_by_role("heading", level=1)).to_have_text("Noor Haddad")
    await journey.seen(two.staff_page, "desk", whole=False)
    await journey.seen(two.patient_page, "phone", whole=False)
    await two.leave()


@pytest.mark.feature("V7")
async def test_controls_say_what_they_do_on_both_sides(served: Served, chromium: Chromium) -> None:
    two, journey = await two_in_call(served, chromium), Journey("call-controls")
    desk, phone = two.staff_page, two.patient_page
    await connected(two)
    await control(phone, "mute").click()
    await expect(control(phone, "mute")).to_have_accessible_name("Unmute")
    await expect(phone.locator("#announce")).to_have_text("You are muted")
    await expect(tile(desk, "patient").locator("[data-sign=muted]")).to_be_visible()
    await control(phone, "mute").click()
    await expect(tile(desk, "patient").locator("[data-sign=muted]")).to_be_hidden()

    await desk.locator("#main").focus()
    await desk.keyboard.press("v")
    await expect(control(desk, "camera")).to_have_accessible_name("Camera on")
    await expect(tile(phone, "staff")).to_have_attribute("data-picture", "off")
    await desk.keyboard.press("m")
    await expect(control(desk, "mute")).to_have_accessible_name("Unmute")
    await expect(tile(phone, "staff").locator("[data-sign=muted]")).to_be_visible()
    await journey.seen(phone, "clinician-muted-without-camera", whole=False)
    await desk.keyboard.press("v")
    await expect(tile(phone, "staff")).to_have_attribute("data-picture", "on", timeout=LONG)
    await pictures_move(phone)

    await desk.get_by_role("button", name="More").click()
    await journey.seen(desk, "more", whole=False)
    await desk.get_by_role("menuitem", name="Camera and sound").click()
    await expect(desk.get_by_label("Microphone")).to_be_visible()
    cameras = desk.get_by_label("Camera", exact=True)
    await expect(cameras.locator("option")).not_to_have_count(0)
    await cameras.select_option(index=await cameras.locator("option").count() - 1)
    await pictures_move(phone)
    await journey.seen(desk, "devices", whole=False)
    await desk.get_by_role("button", name="Done").click()

    await desk.get_by_role("button", name="Let the call fill the window").click()
    await expect(desk.locator("[data-console]")).to_be_hidden()
    await journey.seen(desk, "filling", whole=False)
    await desk.reload()  # the choice is kept
    await expect(desk.locator("[data-console]")).to_be_hidden()
    await connected(two)
    await two.leave()


@pytest.mark.feature("V7")
async def test_a_shared_screen_fills_the_other_side(served: Served, chromium: Chromium) -> None:
    two, journey = await two_in_call(served, chromium), Journey("call-screen")
    await connected(two)
    await control(two.staff_page, "share").click()
    screen = tile(two.patient_page, "screen")
    await expect(screen).to_have_attribute("data-picture", "on", timeout=LONG)
    await expect(screen).to_contain_text("Screen of Dr Amara Okafor")
    await expect(tile(two.patient_page, "staff")).to_have_attribute("data-picture", "on")
    await journey.seen(two.patient_page, "phone", whole=False)
    await expect(control(two.staff_page, "share")).to_have_accessible_name("Stop sharing")
    await control(two.staff_page, "share").click()
    await expect(screen).to_have_count(0)
    await two.leave()


@pytest.mark.feature("V15")
async def test_a_reload_of_either_side_goes_on_by_itself(
    served: Served, chromium: Chromium
) -> None:
    two = await two_in_call(served, chromium)
    await connected(two)
    for page in (two.patient_page, two.staff_page):
        await page.reload()
        await connected(two)
        await pictures_move(two.staff_page)
        await pictures_move(two.patient_page)
    await expect(two.staff_page.locator("[data-tiles] > *")).to_have_count(1)
    await two.leave()


@pytest.mark.feature("V5")
async def test_a_page_that_hears_of_the_call_before_it_has_joined(
    served: Served, chromium: Chromium
) -> None:
    """It does not mistake itself for somebody else who leaves, and knows the others' names."""
    two = await two_in_call(served, chromium)
    await connected(two)
    for page, other, name in (
        (two.staff_page, "patient", "Noor Haddad"),
        (two.patient_page, "staff", "Dr Amara Okafor"),
    ):
        await _joins_late(page)
        await page.reload()
        await connected(two)
        await expect(tile(page, other).locator("[data-name]")).to_have_text(name)
        await expect(page.locator("#announce")).to_have_text(f"{name} is in the call")
        said = await page.evaluate("window.saidOfTest")
        assert [words for words in said if "left" in words] == []
    await two.leave()


async def _joins_late(page: Page) -> None:
    """From the next load on, answer joining after everything else about the call."""
    heard = asyncio.Event()

    def received(frame: str | bytes) -> None:
        if '"participants"' in str(frame):
            heard.set()

    def opened(socket: WebSocket) -> None:
        socket.on("framereceived", received)

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await heard.wait()
        await page.wait_for_timeout(500)  # what follows the snapshot, and a render of it
        await route.fulfill(response=answer)

    page.on("websocket", opened)
    await page.route("**/join", late)


@pytest.mark.feature("V15")
async def test_pictures_go_on_while_the_socket_is_lost(served: Served, chromium: Chromium) -> None:
    two = await two_in_call(served, chromium)
    await connected(two)
    await two.phone.context.set_offline(True)
    for _ in range(10):
        before = await frames_decoded(two.patient_page)
        await two.patient_page.wait_for_timeout(1_000)
        assert await frames_decoded(two.patient_page) > before
    await control(two.patient_page, "mute").click()
    await two.phone.context.set_offline(False)
    # changes made offline are sent as soon as the socket is back
    sign = tile(two.staff_page, "patient").locator("[data-sign=muted]")
    await expect(sign).to_be_visible(timeout=LONG)
    await connected(two)
    await pictures_move(two.staff_page)
    await pictures_move(two.patient_page)
    await two.leave()


@pytest.mark.feature("V19")
async def test_a_voice_call_becomes_a_video_call(served: Served, chromium: Chromium) -> None:
    two = await two_in_call(served, chromium, Mode.VOICE)
    desk, phone, journey = two.staff_page, two.patient_page, Journey("call-voice")
    await sound_flows(desk)
    await sound_flows(phone)
    await expect(control(phone, "camera")).to_have_accessible_name("Start video call")
    await expect(tile(desk, "patient")).to_have_attribute("data-picture", "off")
    await journey.seen(phone, "voice-only", whole=False)
    await control(phone, "camera").click()
    await expect(tile(desk, "patient")).to_have_attribute("data-picture", "on", timeout=LONG)
    await sound_flows(desk)
    notice = desk.locator("[data-video-started]")
    await expect(notice).to_be_visible()
    await journey.seen(desk, "video-has-started", whole=False)
    await notice.get_by_role("button", name="Turn my camera on").click()
    await expect(tile(phone, "staff")).to_have_attribute("data-picture", "on", timeout=LONG)
    await expect(notice).to_be_hidden()
    await two.leave()


@pytest.mark.feature("V18")
async def test_how_a_call_ends(served: Served, chromium: Chromium) -> None:
    two, journey = await two_in_call(served, chromium), Journey("call-end")
    desk, phone = two.staff_page, two.patient_page
    await connected(two)
    await control(desk, "leave").click()
    await expect(desk.get_by_role("dialog")).to_contain_text("How does this call end?")
    await journey.seen(desk, "how", whole=False)
    await desk.get_by_role("button", name="Return to waiting room").click()
    await desk.wait_for_url("**/after")
    await expect(desk.get_by_role("heading", level=1)).to_have_text("The call has ended")
    await expect(desk.locator(".chip")).to_contain_text("In the waiting room")
    await expect(desk.locator("#who-is-next")).to_contain_text("Next: Noor Haddad")
    await journey.seen(desk, "after")
    await expect(phone.locator("#visit-now")).to_have_attribute("data-view", "waiting")
    await expect(phone.locator("body")).not_to_have_class("in-call")

    await desk.get_by_role("button", name="Next patient").click()
    await desk.wait_for_url("**/calls/*")
    await connected(two)
    await control(desk, "leave").click()
    await desk.get_by_role("button", name="End visit").click()
    await desk.wait_for_url("**/after")
    await expect(desk.locator(".chip")).to_contain_text("Visit ended")
    await expect(desk.locator("#who-is-next")).to_have_text("Nobody is waiting.")
    await expect(phone.locator("#visit-now")).to_have_attribute("data-view", "ended")
    await two.leave()


@pytest.mark.feature("V7")
async def test_the_patient_leaves_the_call_and_keeps_the_place(
    served: Served, chromium: Chromium
) -> None:
    two, journey = await two_in_call(served, chromium), Journey("call-leave")
    await connected(two)
    await control(two.patient_page, "leave").click()
    await journey.seen(two.patient_page, "asked", whole=False)
    await two.patient_page.get_by_role("button", name="Back to the waiting room").click()
    await expect(two.patient_page.locator("#visit-now")).to_have_attribute("data-view", "waiting")
    await two.staff_page.wait_for_url("**/after")
    await two.leave()


# --- more than two ---------------------------------------------------------------------------


@pytest.mark.feature("V6")
async def test_a_guest_is_invited_knocks_and_is_let_in(served: Served, chromium: Chromium) -> None:
    two, journey = await two_in_call(served, chromium), Journey("call-guest")
    desk, phone = two.staff_page, two.patient_page
    await connected(two)
    await desk.get_by_role("button", name="More").click()
    await desk.get_by_role("menuitem", name="Invite a guest").click()
    await desk.get_by_role("button", name="Copy a link").click()
    field = desk.get_by_label("Link for the guest")
    await expect(field).to_have_value(re.compile("^http"))
    link = await field.input_value()
    await journey.seen(desk, "invitation", whole=False)
    await desk.get_by_role("button", name="Close").last.click()

    interpreter = await chromium.phone(served.url)
    await watched(interpreter)
    page = await interpreter.page(link)
    heading = page.get_by_role("heading", level=1)
    await journey.seen(page, "door")
    await page.get_by_role("button", name="Ask to join").click()
    await expect(page.get_by_label("Your name")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Your name").fill("Ana Ruiz")
    await page.get_by_role("button", name="Ask to join").click()
    await expect(heading).to_have_text("You will be let in soon")
    await journey.seen(page, "knocking")
    knock = desk.locator("[data-knocking] li")
    await expect(knock).to_contain_text("Ana Ruiz asks to join the call")
    await journey.seen(desk, "somebody-knocks", whole=False)
    await knock.get_by_role("button", name="Admit").click()
    question = phone.locator("[data-newcomer]")
    await expect(question).to_contain_text("Ana Ruiz would like to join this call")
    await expect(desk.locator("[data-newcomer]")).to_contain_text("Not answered yet: ")
    await journey.seen(phone, "patient-is-asked", whole=False)
    await journey.seen(desk, "patient-is-asked-at-the-desk", whole=False)
    await expect(heading).to_have_text("You will be let in soon")
    await question.get_by_role("button", name="Yes, I agree").click()
    await expect(heading).to_contain_text("Your call with")
    await expect(tile(phone, "guest")).to_have_attribute("data-picture", "on", timeout=LONG)
    await expect(tile(phone, "guest")).to_contain_text("Ana Ruiz")
    await expect(tile(desk, "guest")).to_contain_text("Ana Ruiz")
    await expect(tile(page, "patient")).to_have_attribute("data-picture", "on", timeout=LONG)
    await journey.seen(page, "in-call", whole=False)
    await _guest_draws(desk, phone, page)

    await desk.get_by_role("button", name="People in the call").first.click()
    person = desk.locator("[data-people] li", has_text="Ana Ruiz")
    await person.get_by_role("button", name="Send away").click()
    await expect(heading).to_have_text("The call has ended for you")
    await expect(desk.locator("[data-tiles] > *")).to_have_count(1)
    await journey.seen(page, "sent-away")
    await interpreter.leave()
    await two.leave()


@pytest.mark.feature("V6")
async def test_a_link_that_was_passed_on_lets_nobody_in_unseen(
    served: Served, chromium: Chromium
) -> None:
    two, journey = await two_in_call(served, chromium), Journey("call-guest-twice")
    services, staff = served.house.services, served.house.here.clinician
    host = await services.calls.seats.host(staff, two.call_id)
    link = (await services.calls.guests.invite(host)).link
    interpreter, stranger = await chromium.phone(), await chromium.phone()
    here, there = await interpreter.page(link), await stranger.page(link)
    assert link.rpartition("/")[2] not in here.url
    for page in (here, there):
        await page.get_by_label("Your name").fill("Ana Ruiz")
        await page.get_by_role("button", name="Ask to join").click()
        heading = page.get_by_role("heading", level=1)
        await expect(heading).to_have_text("You will be let in soon")
    knocks = two.staff_page.locator("[data-knocking] li")
    await expect(knocks).to_have_count(2)
    for place in range(2):
        await expect(knocks.nth(place)).to_contain_text("More than one device came by this link")
    await journey.seen(two.staff_page, "two-knock", whole=False)
    await two.staff_page.set_viewport_size({"width": 390, "height": 844})
    await journey.seen(two.staff_page, "two-knock-on-a-phone", whole=False)
    await knocks.first.get_by_role("button", name="Admit").click()
    await two.patient_page.get_by_role("button", name="Yes, I agree").click()
    await expect(here.get_by_role("heading", level=1)).to_contain_text("Your call with")
    await expect(knocks).to_have_count(1)
    await expect(there.get_by_role("heading", level=1)).to_have_text("You will be let in soon")
    await there.goto(link)  # the same device once more: no third one
    await expect(there.get_by_role("heading", level=1)).to_have_text("You will be let in soon")
    await expect(knocks).to_have_count(1)
    await knocks.first.get_by_role("button", name="Refuse").click()
    await expect(there.get_by_role("heading", level=1)).to_have_text("You were not let in")
    await expect(tile(two.staff_page, "guest")).to_contain_text("Ana Ruiz")
    await expect(here.get_by_role("heading", level=1)).to_contain_text("Your call with")
    for person in (interpreter, stranger):
        await person.leave()
    await two.leave()


@pytest.mark.feature("V18")
async def test_with_the_visit_ends_the_call_of_the_guest(
    served: Served, chromium: Chromium
) -> None:
    two = await two_in_call(served, chromium)
    services, staff = served.house.services, served.house.here.clinician
    host = await services.calls.seats.host(staff, two.call_id)
    relative = await chromium.phone()
    page = await relative.page((await services.calls.guests.invite(host)).link)
    await page.get_by_label("Your name").fill("Ana Ruiz")
    await page.get_by_role("button", name="Ask to join").click()
    await two.staff_page.locator("[data-knocking]").get_by_role("button", name="Admit").click()
    await two.patient_page.get_by_role("button", name="Yes, I agree").click()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text("Your call with", timeout=LONG)
    await control(two.staff_page, "leave").click()
    await two.staff_page.get_by_role("button", name="End visit").click()
    await two.staff_page.wait_for_url("**/after")
    await expect(two.staff_page.get_by_role("heading", level=1)).to_have_text("The call has ended")
    await expect(heading).to_have_text("The call has ended for you")
    await relative.leave()
    await two.leave()


async def _guest_draws(desk: Page, phone: Page, guest: Page) -> None:
    await desk.locator("[data-app-tab]", has_text="Whiteboard").click()
    board = guest.locator("[data-board-surface]")
    await expect(board).to_be_visible(timeout=LONG)
    await guest.locator(".board-ink", has_text="Blue").click()
    await draw(guest, board, (0.2, 0.2), (0.6, 0.5))
    for page in (desk, phone):
        await expect(page.locator("[data-ink=blue][data-number]")).not_to_have_count(0)
    await desk.get_by_role("button", name="Close for everybody").click()
    await expect(board).to_have_count(0)


@pytest.mark.feature("V6")
async def test_further_patients_are_taken_into_the_call(served: Served, chromium: Chromium) -> None:
    two, journey = await two_in_call(served, chromium), Journey("call-group")
    desk = two.staff_page
    await connected(two)
    pages: list[Page] = []
    for name in ("Samir Okoye", "Lena Fors"):
        person = await chromium.phone(served.url)
        await watched(person)
        visit = await two.clinic.check_in(person, name)
        pages.append(await person.page(f"/visit/{visit}"))
        await desk.get_by_role("button", name="More").click()
        await desk.get_by_role("menuitem", name="Add a waiting patient").click()
        await expect(desk.get_by_role("dialog")).to_contain_text(name)
        await journey.seen(desk, "who-waits", whole=False)
        await desk.get_by_role("button", name=f"Add to the call {name}").click()
        await desk.get_by_role("button", name="Ask them").click()
        await pages[-1].get_by_role("button", name="Yes, I agree").click()
        if len(pages) == 1:  # who has agreed to one patient is in a group
            await two.patient_page.get_by_role("button", name="Yes, I agree").click()
    for page in (desk, two.patient_page, *pages):
        shown = page.locator("[data-tiles] > [data-picture=on]")
        await expect(shown).to_have_count(3, timeout=2 * LONG)
    await expect(desk.get_by_role("heading", level=1)).to_have_text("Group call")
    await journey.seen(desk, "four", whole=False)
    await journey.seen(pages[0], "four-on-a-phone", whole=False)

    await _one_of_three_patients_is_written_to(desk, [two.patient_page, *pages])

    await desk.get_by_role("button", name="People in the call").first.click()
    await journey.seen(desk, "people", whole=False)
    person_row = desk.locator("[data-people] li", has_text="Samir Okoye")
    await person_row.get_by_role("button", name="Return to waiting room").click()
    await expect(pages[0].locator("#visit-now")).to_have_attribute("data-view", "waiting")
    await expect(person_row).to_have_count(0)
    await expect(pages[1].locator("[data-tiles] > *")).to_have_count(2)
    await desk.keyboard.press("Escape")
    chosen = desk.locator("[data-app-panel]").get_by_label("Patient", exact=True)
    await expect(chosen.locator("option")).to_have_text(["Noor Haddad", "Lena Fors"])
    await expect(chosen.locator("option:checked")).to_have_text("Lena Fors")
    await two.leave()


async def _one_of_three_patients_is_written_to(desk: Page, patients: list[Page]) -> None:
    """Staff choose the recipient in an app tab; the others get nothing."""
    await desk.locator("[data-app-tab]", has_text="Chat").click()
    panel = desk.locator("[data-app-panel]")
    await panel.get_by_label("Patient", exact=True).select_option("Lena Fors")
    await expect(panel.locator("[data-chat-messages]")).to_contain_text("Lena Fors sees")
    message = panel.get_by_label("Message", exact=True)
    await message.fill("Only for Lena")
    await message.press("Enter")
    *others, lena = patients
    await expect(lena.locator("[data-chat-unread]")).to_be_visible()
    await lena.get_by_role("link", name="Chat").click()
    await expect(lena.locator("[data-message]")).to_contain_text("Only for Lena")
    for page in others:
        await expect(page.locator("[data-chat-unread]")).to_be_hidden()


# --- what does not work as it should ---------------------------------------------------------


@pytest.mark.feature("V7")
async def test_without_a_camera_one_is_heard_and_told_what_helps(
    served: Served, chromium: Chromium
) -> None:
    two = await two_in_call(served, chromium, before=NO_CAMERA)
    desk, phone, journey = two.staff_page, two.patient_page, Journey("call-no-camera")
    await sound_flows(desk)
    notice = phone.locator("[data-failure=video]")
    await expect(notice).to_contain_text("This page may not use your camera. You can be heard.")
    await expect(notice).to_contain_text("Press the sign to the left of the address")
    await expect(tile(desk, "patient")).to_have_attribute("data-picture", "off")
    await pictures_move(phone)
    await journey.seen(phone, "told-what-helps", whole=False)
    await phone.evaluate("window.cameraIsAllowed = true")
    await notice.get_by_role("button", name="Try again").click()
    await expect(notice).to_be_hidden()
    await expect(tile(desk, "patient")).to_have_attribute("data-picture", "on", timeout=LONG)
    await two.leave()


@pytest.mark.feature("V7")
@pytest.mark.parametrize("width", [390, 320])
async def test_the_call_window_on_a_small_screen(
    served: Served, chromium: Chromium, width: int
) -> None:
    two, journey = await two_in_call(served, chromium), Journey(f"call-small-{width}")
    await connected(two)
    await two.staff_page.set_viewport_size({"width": width, "height": 720})
    await journey.seen(two.staff_page, "call", whole=False)
    await two.staff_page.get_by_role("button", name="Charts").click()
    console = two.staff_page.frame_locator("[data-console]")
    await expect(console.get_by_role("heading", level=1)).to_be_visible()
    await journey.seen(two.staff_page, "console", whole=False)
    await two.staff_page.get_by_role("button", name="Video call", exact=True).click()
    await expect(control(two.staff_page, "mute")).to_be_visible()
    await two.leave()
