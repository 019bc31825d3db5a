"""Files of a visit as people use them: accepted at once, looked at, requested by name."""

import io

import av
import pytest
from PIL import Image
from playwright.async_api import FilePayload, Locator, expect

from tests.house import Served
from tests.journeys.apps import SAMPLES, Meeting, meeting
from tests.journeys.calling import LONG
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.requests.sending import jpeg

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.feature("X2", "X4"),
    pytest.mark.xdist_group("visits"),
]


def film() -> bytes:
    """Return a film of a second, as a browser records it."""
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(10):
            picture = av.VideoFrame.from_image(Image.new("RGB", (320, 240), (number * 20, 90, 90)))
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return out.getvalue()


def files() -> list[FilePayload]:
    """Return a picture, a film, and a PDF of several pages."""
    paper = (SAMPLES / "form_dd0293.pdf").read_bytes()
    return [
        {"name": "exercise.jpg", "mimeType": "image/jpeg", "buffer": jpeg()},
        {"name": "exercise.webm", "mimeType": "video/webm", "buffer": film()},
        {"name": "form.pdf", "mimeType": "application/pdf", "buffer": paper},
    ]


async def test_accepted_at_once_and_looked_at_in_the_page(
    served: Served, chromium: Chromium
) -> None:
    journey = Journey("answering-files")
    async with meeting(served, chromium) as two:
        async with two.staff.expect_file_chooser() as choosing:
            await two.row.get_by_role("link", name="Send a file").click()
        await (await choosing.value).set_files(files())
        rows = two.patient.locator("[data-transfer]")
        await expect(rows).to_have_count(3)
        await two.patient.get_by_role("button", name="Accept all").click()
        await expect(two.patient.locator("[data-phase=ready]")).to_have_count(3, timeout=LONG)
        await expect(two.patient.get_by_role("button", name="Accept all")).to_have_count(0)
        await journey.seen(two.patient, "all-accepted")

        for name, shown in (
            ("exercise.jpg", "img"),
            ("form.pdf", "img"),
            ("exercise.webm", "video"),
        ):
            dialog = await _looked_at(two, rows.filter(has_text=name), name)
            if shown == "img":
                await expect(dialog.locator("img").first).to_have_js_property("complete", True)
                assert await dialog.locator("img").first.evaluate("(it) => it.naturalWidth") > 0
            else:
                video = dialog.locator("video")
                await video.evaluate("(it) => { it.muted = true; return it.play(); }")
                await expect(video).to_have_js_property("videoWidth", 320)
            await journey.seen(two.patient, f"looks-at-{name.rpartition('.')[2]}", whole=False)
            await two.patient.keyboard.press("Escape")
            await expect(dialog).to_have_count(0)
            link = rows.filter(has_text=name).get_by_role("link", name="Open")
            await expect(link).to_be_focused()


async def _looked_at(two: Meeting, row: Locator, name: str) -> Locator:
    await row.get_by_role("link", name="Open").click()
    dialog = two.patient.get_by_role("dialog", name=name)
    await expect(dialog).to_be_visible()
    return dialog


async def test_requested_by_name_and_seen_as_a_picture(served: Served, chromium: Chromium) -> None:
    journey = Journey("answering-files")
    async with meeting(served, chromium) as two:
        dock = await two.from_menu("File transfer")
        await dock.get_by_role("button", name="Insurance card").click()
        await expect(dock.get_by_label("Which file?")).to_have_value("Insurance card")
        await dock.get_by_role("button", name="Request file from patient").click()
        await expect(dock.get_by_label("Which file?")).to_have_value("")
        await expect(two.row).to_contain_text("File on its way")
        asked = two.patient.locator("[data-transfer]").first
        await expect(asked).to_contain_text("Insurance card")
        await journey.seen(two.patient, "asked-for")
        photo: FilePayload = {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
        await asked.locator("input[type=file]").first.set_input_files(photo)

        arrived = dock.locator("[data-transfer]").first
        await expect(arrived).to_contain_text("What for: Insurance card")
        await expect(two.row).to_contain_text("File arrived", timeout=LONG)
        await expect(two.row).not_to_contain_text("File on its way")
        picture = arrived.locator("img.transfer-picture")
        await expect(picture).to_be_visible(timeout=LONG)
        assert await picture.evaluate("(it) => it.naturalWidth") > 0
        await journey.seen(two.staff, "arrived", whole=False)
        await arrived.get_by_role("link", name="Open in the chart").click()
        await expect(two.staff.get_by_role("heading", level=1)).to_have_text("Noor Haddad")
