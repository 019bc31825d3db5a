"""The blurred background: the room is not seen, the person is, and nothing is shown by surprise."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.house import Served
from tests.journeys.apps import meeting
from tests.journeys.calling import LONG, TwoInCall, open_clinic, two_in_call
from tests.journeys.phone_cameras import TWO_CAMERAS
from tests.peers.camera_films import ROOM, SHIRT, person_film
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V23")]

SHARP, BLURRED = 60, 25
"""Standard deviations of the brightness of the film's patterns, as they are and when blurred."""
SLOWER_BY = 40
"""A test machine draws without a graphics card, which takes more than a tenth of a second for a
picture. Its pages' clocks run this much slower where the device is to be quick enough."""

_QUICK = f"""(() => {{
  const now = performance.now.bind(performance), began = now();
  performance.now = () => began + (now() - began) / {SLOWER_BY};
}})();"""

_WANTED = """
if (location.protocol === "http:") localStorage.setItem("bedside-blur", "on");
const real = window.setTimeout;  // the ten seconds do not pass before the test has looked
window.setTimeout = (done, after, ...more) => real(done, after === 10000 ? 1e8 : after, ...more);
"""

_CONTRAST = """(parts) => {
  const video = document.querySelector("[data-tiles] [data-kind=patient] video");
  if (!video?.videoWidth) return null;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [320, 180];
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, 320, 180);
  return parts.map(([left, top, right, bottom]) => {
    const [x, y] = [320 * left, 180 * top];
    const { data } = pen.getImageData(x, y, 320 * right - x, 180 * bottom - y);
    const values = [];
    for (let at = 0; at < data.length; at += 4)
      values.push((data[at] + data[at + 1] + data[at + 2]) / 3);
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
    return Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length);
  });
}"""
_WATCH = f"""() => {{
  window.sharpestOfTest = 0;
  setInterval(() => {{
    const found = ({_CONTRAST})([{list(ROOM)}]);
    if (found) window.sharpestOfTest = Math.max(window.sharpestOfTest, found[0]);
  }}, 50);
}}"""


@pytest.fixture
async def filmed(tmp_path: Path) -> AsyncIterator[Chromium]:
    """A browser whose camera films a person before a wall with a pattern."""
    async with Chromium.filming(person_film(tmp_path)) as browser:
        yield browser


async def contrasts(page: Page) -> dict[str, float]:
    """Return the contrast of room and person as the other side sees them."""
    found = await page.evaluate(_CONTRAST, [list(ROOM), list(SHIRT)])
    return dict(zip(("room", "person"), found or (-1, -1), strict=True))


async def becomes(page: Page, *, room: str, person: str) -> None:
    """Wait until the other side sees both like this: sharp or blurred."""
    found: dict[str, float] = {}
    for _ in range(LONG // 250):
        found = await contrasts(page)
        if all(
            found[part] > SHARP / 3 if wanted == "sharp" else 0 <= found[part] < BLURRED
            for part, wanted in (("room", room), ("person", person))
        ):
            return
        await page.wait_for_timeout(250)
    raise AssertionError(f"not {room} and {person}: {found}")


async def switch(two: TwoInCall, *, on: bool) -> None:
    """Press the switch in “Camera and sound”."""
    phone = two.patient_page
    await phone.get_by_role("button", name="More", exact=True).click()
    await phone.get_by_role("button", name="Camera and sound").click()
    dialog = phone.get_by_role("dialog", name="Camera and sound")
    if on:
        await Journey("blur").seen(phone, "switch", whole=False)
    box = dialog.get_by_role("checkbox", name="Blur the background")
    assert await box.is_checked() is not on
    await box.click()  # one that cannot be loaded is unticked again at once
    await dialog.get_by_role("button", name="Done").click()


async def test_the_room_is_blurred_and_the_person_is_not(
    served: Served, chromium: Chromium, filmed: Chromium
) -> None:
    asked: list[str] = []
    two = await two_in_call(served, chromium, before=_QUICK, patients=filmed)
    two.patient_page.on("request", lambda request: asked.append(request.url))
    await becomes(two.staff_page, room="sharp", person="sharp")
    assert not any("/blur" in url or "segmentation" in url for url in asked)
    await switch(two, on=True)
    await becomes(two.staff_page, room="blurred", person="sharp")
    await Journey("blur").seen(two.staff_page, "on", whole=False)
    assert any(url.endswith(".wasm") for url in asked)
    assert [url for url in asked if not url.startswith((served.url, "data:", "blob:"))] == []

    # a photo is taken from the camera itself
    behind = """() => {
      const [track] = document.querySelector("[data-own] video").srcObject.getVideoTracks();
      return [track.label, track[Symbol.for("bedside.camera")].label];
    }"""
    shown, camera = await two.patient_page.evaluate(behind)
    assert shown != camera

    # remembered: after a reload, the room is not seen at any moment
    await two.staff_page.evaluate(_WATCH)
    await two.patient_page.reload()
    await becomes(two.staff_page, room="blurred", person="sharp")
    assert await two.staff_page.evaluate("window.sharpestOfTest") < BLURRED

    await switch(two, on=False)
    await becomes(two.staff_page, room="sharp", person="sharp")
    assert await two.patient_page.evaluate("localStorage.getItem('bedside-blur')") is None
    await two.leave()


async def test_a_device_that_is_too_slow_says_so_before_the_room_is_seen(
    served: Served, chromium: Chromium, filmed: Chromium
) -> None:
    two = await two_in_call(served, chromium, before=_WANTED, patients=filmed)
    await two.staff_page.evaluate(_WATCH)
    notice = two.patient_page.locator("[data-blur-trouble=slow]")
    await expect(notice).to_be_visible(timeout=2 * LONG)
    await expect(notice).to_contain_text("too slow to blur the background")
    await becomes(two.staff_page, room="blurred", person="blurred")
    assert await two.staff_page.evaluate("window.sharpestOfTest") < BLURRED
    await Journey("blur").seen(two.patient_page, "too-slow", whole=False)
    await notice.get_by_role("button", name="Show the room now").click()
    await becomes(two.staff_page, room="sharp", person="sharp")
    await expect(notice).to_be_hidden()
    await two.leave()


async def test_the_camera_that_looks_away_is_sharp(served: Served, chromium: Chromium) -> None:
    before = TWO_CAMERAS + _WANTED + _QUICK
    async with meeting(served, chromium, before=before) as two:
        await two.call()
        phone = two.patient
        own = """(facing) => {
          const [track] = document.querySelector("[data-own] video").srcObject.getVideoTracks();
          const camera = track[Symbol.for("bedside.camera")];
          return facing === "user"
            ? camera?.getSettings().facingMode === "user"
            : !camera && track.getSettings().facingMode === "environment";
        }"""
        await phone.wait_for_function(own, arg="user", timeout=LONG)
        turn = phone.get_by_role("button", name="Turn camera")
        await turn.click()
        await expect(phone.locator("#announce")).to_contain_text("It is not blurred.")
        await phone.wait_for_function(own, arg="environment")
        await turn.click()
        await phone.wait_for_function(own, arg="user", timeout=LONG)


async def test_the_device_test_says_that_it_is_too_slow_and_shows_the_camera_again(
    served: Served, filmed: Chromium
) -> None:
    clinic = await open_clinic(served)
    phone = await filmed.phone(served.url)
    visit = await clinic.check_in(phone)
    page = await phone.page(f"/visit/{visit}?view=test")
    await page.get_by_role("button", name="Test camera and sound").click()
    box = page.get_by_role("checkbox", name="Blur the background")
    await box.check()
    words = page.locator("[data-blur-words]")
    await expect(words).to_contain_text("too slow", timeout=2 * LONG)
    await expect(box).not_to_be_checked()
    shown = """() => {
      const video = document.querySelector("[data-picture]");
      const [track] = video.srcObject.getVideoTracks();
      return track.readyState === "live" && track.label !== "" && video.videoWidth === 640;
    }"""
    await page.wait_for_function(shown)
    await Journey("blur").seen(page, "test", whole=False)
    await page.close()
    await phone.leave()


async def test_a_blur_that_does_not_load_goes_on_without(
    served: Served, chromium: Chromium, filmed: Chromium
) -> None:
    two = await two_in_call(served, chromium, before=_QUICK, patients=filmed)
    await becomes(two.staff_page, room="sharp", person="sharp")

    async def refuse(route: Route, _request: Any) -> None:
        await route.abort()

    await two.patient_page.route("**/blur", refuse)
    await switch(two, on=True)
    notice = two.patient_page.locator("[data-blur-trouble=failed]")
    await expect(notice).to_contain_text("could not be blurred", timeout=LONG)
    await becomes(two.staff_page, room="blurred", person="blurred")
    await notice.get_by_role("button", name="Turn my camera off").click()
    own = two.patient_page.locator("[data-own]")
    await expect(own).to_have_attribute("data-picture", "off")
    await two.leave()
