"""Live file transfer in two browsers: from the queue and in a call, in both directions, with every
way it can end."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FilePayload, Locator, Page, Request, expect

from bedside.transfers.options import TransferOptions
from tests.house import Served
from tests.journeys.apps import PAPER, PHOTO, Meeting, downloaded, meeting
from tests.journeys.calling import LONG
from tests.journeys.network import served_over_a_network
from tests.peers.chromium import Chromium, reached
from tests.peers.page_checks import Journey

pytestmark = pytest.mark.anyio

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SLOW = 300_000
"""Bytes a second."""


def file(name: str, content: bytes) -> FilePayload:
    """Return a file as a person chooses it."""
    kind = {"pdf": "application/pdf", "heic": "image/heic"}.get(
        name.rpartition(".")[2], "text/plain"
    )
    return {"name": name, "mimeType": kind, "buffer": content}


def newest(place: Page | Locator) -> Locator:
    """Locate the newest file in a list."""
    return place.locator("[data-transfer]").first


@pytest.mark.feature("X1")
@pytest.mark.feature("X2")
@pytest.mark.feature("X3")
@pytest.mark.feature("X4")
@pytest.mark.feature("X7")
async def test_from_the_queue_in_both_directions(served: Served, chromium: Chromium) -> None:
    journey = Journey("file-transfer")
    async with meeting(served, chromium) as two:
        dialog = await two.from_menu("File transfer")
        await expect(dialog).to_contain_text("up to 100 MB, 5 files at a time")
        await journey.seen(two.staff, "dialog", whole=False)
        await dialog.locator("input[type=file]").set_input_files(
            file("Care after stitches.pdf", PAPER.read_bytes())
        )
        sent, offered = newest(dialog), newest(two.patient)
        await expect(sent).to_contain_text("Waiting for the patient to accept.")
        await expect(sent.get_by_role("button", name="Cancel")).to_be_visible()
        await expect(two.row).to_contain_text("File on its way")
        await journey.seen(two.staff, "waits-for-the-patient", whole=False)
        await expect(offered).to_contain_text("Dr Amara Okafor sends you a file")
        await expect(offered).to_contain_text("Care after stitches.pdf · PDF, 1 MB")
        await expect(two.patient.locator("#announce")).to_contain_text("sends you a file")
        await journey.seen(two.patient, "offered")
        accept = offered.get_by_role("button", name="Accept")
        assert await downloaded(two.patient, accept.click) == PAPER.read_bytes()
        await expect(sent).to_contain_text("Done. The patient has downloaded it")
        await expect(two.row).not_to_contain_text("File on its way")
        await expect(offered).to_contain_text("You have downloaded it.")
        await journey.seen(two.staff, "done", whole=False)
        await journey.seen(two.patient, "downloaded")
        await expect(dialog.get_by_role("button", name="Send more")).to_be_visible()

        await dialog.get_by_role("button", name="Request file from patient").click()
        await expect(newest(dialog)).to_contain_text("Waiting for the patient to choose a file.")
        await expect(newest(two.patient)).to_contain_text("Dr Amara Okafor asks you for a file")
        await journey.seen(two.patient, "asked")
        await (
            newest(two.patient)
            .get_by_label("Choose a file")
            .set_input_files(file("my hand.heic", PHOTO.read_bytes()))
        )
        await expect(newest(dialog)).to_contain_text(
            "was checked for viruses, and is in the chart.", timeout=LONG
        )
        await expect(newest(two.patient)).to_contain_text("Sent. It is in your record now.")
        await journey.seen(two.staff, "arrived", whole=False)
        download = newest(dialog).get_by_role("link", name="Download")
        assert len(await downloaded(two.staff, download.click)) > 1_000
        await expect(newest(dialog)).to_contain_text("Done. It was downloaded")
        await dialog.locator("#transfer-close").click()
        await expect(dialog).to_be_hidden()
        found = await two.filed(2)
        assert {(one.channel, one.source_id) for one in found} == {("live_transfer", two.visit_id)}


@pytest.mark.feature("X3")
@pytest.mark.feature("X5")
async def test_every_way_it_can_end(served: Served, chromium: Chromium) -> None:
    journey = Journey("file-transfer-endings")
    async with meeting(served, chromium) as two:
        dialog = await two.from_menu("File transfer")
        choose = dialog.locator("input[type=file]")

        await choose.set_input_files(file("declined.txt", b"Not wanted.\n"))
        await newest(two.patient).get_by_role("button", name="No thanks").click()
        await expect(newest(dialog)).to_contain_text("The patient declined it.")
        await expect(newest(two.patient)).to_contain_text("You did not want this file.")

        await choose.set_input_files(file("cancelled.txt", b"Taken back.\n"))
        await expect(newest(two.patient)).to_contain_text("cancelled.txt")
        await newest(dialog).get_by_role("button", name="Cancel").click()
        await expect(newest(dialog)).to_contain_text("Cancelled. Nothing was kept.")
        await expect(newest(two.patient)).to_contain_text("The clinic has taken it back.")

        await dialog.get_by_role("button", name="Request file from patient").click()
        await (
            newest(two.patient)
            .get_by_label("Choose a file")
            .set_input_files(file("virus.txt", EICAR))
        )
        for place in (dialog, two.patient):
            await expect(newest(place)).to_have_attribute("data-phase", "refused", timeout=LONG)
            await expect(newest(place)).to_contain_text("virus")
        await journey.seen(two.staff, "infected", whole=False)
        await journey.seen(two.patient, "infected")

        await _too_large(two, dialog)
        await journey.seen(two.staff, "too-large", whole=False)

        await choose.set_input_files(file("never-seen.txt", b"Left behind.\n"))
        await expect(newest(two.patient)).to_contain_text("never-seen.txt")
        await two.clinic.house.visits.waiting_room.leave(await _visitor(two))
        await expect(newest(dialog)).to_contain_text(
            "The patient left before the file had arrived."
        )
        await journey.seen(two.staff, "left", whole=False)
        assert await two.entries() == []


async def _too_large(two: Meeting, dialog: Locator) -> None:
    """A clinic with a low limit: the message names the file and the limit."""
    services, who = two.clinic.house.services, two.clinic.house.administer()
    async with services.database.unit_of_work() as work:
        await services.people.clinics.change(
            work, who.actor, who.clinic_id, TransferOptions(transfer_bytes_limit=1_000_000)
        )
    await dialog.locator("input[type=file]").set_input_files(file("large.txt", b"x" * 1_000_001))
    said = dialog.locator("[data-transfer-said]")
    await expect(said).to_contain_text("large.txt:")
    await expect(said).to_contain_text("1 MB")


async def _visitor(two: Meeting) -> Any:
    """Return access of the patient's device, by the phone's cookie."""
    services = two.clinic.house.services
    page = f"{two.clinic.served.url}/visit/{two.visit_id}"
    cookies = await two.phone.context.cookies(page)
    [token] = [one.get("value", "") for one in cookies if "visitor" in one.get("name", "")]
    return await services.visits.devices.resume(token, two.visit_id, "127.0.0.1")


@pytest.mark.feature("X6")
async def test_a_network_that_breaks_in_both_directions(chromium: Chromium, tmp_path: Path) -> None:
    over = served_over_a_network(tmp_path / "data")
    async with over as (served, network), meeting(served, chromium) as two:
        dialog = await two.from_menu("File transfer")
        uploads, downloads = _asked(two.staff, "/uploads/"), _asked(two.patient, "/file")
        network.bytes_a_second = SLOW
        paper = PAPER.read_bytes()
        await dialog.locator("input[type=file]").set_input_files(file("paper.pdf", paper))
        bar = newest(dialog).get_by_role("progressbar")
        await reached(
            two.staff,
            lambda: bar.evaluate("(bar) => bar.value"),
            lambda value: value > 400_000,
            "in the middle of the file",
        )
        network.breaks()
        offered = newest(two.patient)
        async with two.patient.expect_download(timeout=LONG) as saving:
            await offered.get_by_role("button", name="Accept").click()
            part = offered.locator("[data-transfer-fetched]")
            await expect(part).not_to_be_empty(timeout=LONG)
            network.breaks()
        path = await (await saving.value).path()
        assert path.read_bytes() == paper
        network.bytes_a_second = 0
        await expect(newest(dialog)).to_contain_text("Done. The patient has downloaded it")
        sent = [one.headers["upload-offset"] for one in uploads if one.method == "PATCH"]
        assert int(sent[-1]) > 0, "started over"
        assert [one.headers.get("range") for one in downloads][-1] not in (None, "bytes=0-")
        assert len(await two.filed(1)) == 1


def _asked(page: Page, part: str) -> list[Request]:
    """Collect requests of the page for paths with this part, from now on."""
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if part in request.url else None)
    return found


@pytest.mark.feature("X1")
@pytest.mark.feature("V8")
async def test_in_a_call_in_both_directions(served: Served, chromium: Chromium) -> None:
    journey = Journey("file-transfer-call")
    async with meeting(served, chromium) as two:
        await two.call()
        panel = await two.app("File transfer")
        await panel.locator("input[type=file]").set_input_files(
            file("After the call.pdf", PAPER.read_bytes())
        )
        offered = newest(two.patient)
        await expect(offered).to_contain_text("Dr Amara Okafor sends you a file")
        await journey.seen(two.patient, "offered-in-the-call", whole=False)
        await journey.seen(two.staff, "panel", whole=False)
        accept = offered.get_by_role("button", name="Accept")
        assert await downloaded(two.patient, accept.click) == PAPER.read_bytes()
        await expect(newest(panel)).to_contain_text("Done.")

        # The card over the pictures closes itself when nothing is left to do.
        await expect(two.patient.locator("#app-files")).to_be_hidden(timeout=LONG)
        await two.patient.get_by_role("button", name="More").click()
        await two.patient.get_by_role("link", name="Send a file").click()
        await two.patient.locator("#transfer-file").set_input_files(
            file("my hand.heic", PHOTO.read_bytes())
        )
        await expect(newest(panel)).to_contain_text(
            "was checked for viruses, and is in the chart.", timeout=LONG
        )
        download = newest(panel).get_by_role("link", name="Download")
        assert len(await downloaded(two.staff, download.click)) > 1_000
        await expect(newest(panel)).to_contain_text("Done. It was downloaded")
        assert len(await two.filed(2)) == 2
