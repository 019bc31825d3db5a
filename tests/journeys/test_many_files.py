"""Many files at once: what finds no place waits and goes by itself; each refused one says why."""

import pytest
from playwright.async_api import Route, expect

from bedside.transfers.options import TransferOptions
from tests.house import Served
from tests.journeys.apps import Meeting, meeting
from tests.journeys.test_file_transfer import file
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = [pytest.mark.anyio, pytest.mark.feature("X1", "X2", "X3")]


async def test_more_than_may_go_at_once_and_several_refused(
    served: Served, chromium: Chromium
) -> None:
    async with meeting(served, chromium) as two:
        await _limits(two, TransferOptions(transfers_at_once=2, transfer_bytes_limit=1_000_000))
        desk = two.staff
        held: list[Route] = []  # no file arrives, no place is free
        await desk.route("**/transfers/*/uploads", lambda route: held.extend([route]))
        dock = await two.from_menu("File transfer")
        chosen = [file(f"letter {number}.txt", b"Dear\n" * number) for number in range(1, 5)]
        chosen[1:1] = [file("film.txt", b"x" * 1_000_001), file("nothing.txt", b"")]
        await dock.locator("input[type=file]").set_input_files(chosen)

        waiting = dock.locator("[data-transfer-line] > li")
        await expect(waiting).to_have_count(2)
        await expect(waiting.first).to_contain_text("letter 3.txt")
        await expect(waiting.first).to_contain_text("Waits for a free place. It goes by itself.")
        refused = dock.locator("[data-transfer-said] > p")
        await expect(refused).to_have_count(2)
        await expect(refused.first).to_contain_text("film.txt: ")
        await expect(refused.last).to_have_text("nothing.txt: This file is empty.")
        await Journey("many-files").seen(desk, "two-wait", whole=False)

        # The last one is taken out; the other goes although the dock is closed.
        await waiting.last.get_by_role("button", name="Do not send").click()
        await expect(waiting).to_have_count(1)
        await dock.locator("#dock-close").click()
        await expect(two.patient.locator("[data-transfer]")).to_have_count(2)
        for route in held:
            await route.continue_()
        await desk.unroute("**/transfers/*/uploads")
        await expect(two.patient.locator("[data-transfer]").first).to_contain_text("letter 3.txt")
        await two.from_menu("File transfer")
        await expect(waiting).to_have_count(0)


async def _limits(two: Meeting, options: TransferOptions) -> None:
    services, who = two.clinic.house.services, two.clinic.house.administer()
    async with services.database.unit_of_work() as work:
        await services.people.clinics.change(work, who.actor, who.clinic_id, options)
