"""A clinician at a desk and a waiting patient with a phone, with the worker that scans files."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

from bedside.charts.records import ChartFilter, Entry
from bedside.worker.run import Worker
from tests.house import Served
from tests.journeys.calling import LONG, Clinic, open_clinic, watched
from tests.peers.chromium import Chromium, Person, reached

SAMPLES = Path(__file__).parents[1] / "samples"
PAPER = SAMPLES / "paper_tracemonkey.pdf"
PHOTO = SAMPLES / "photo_pug.heic"


@dataclass
class Meeting:
    """The desk in the queue, the phone in the waiting room; later both in a call."""

    clinic: Clinic
    visit_id: str
    desk: Person
    staff: Page
    phone: Person
    patient: Page

    @property
    def row(self) -> Locator:
        """The patient in the queue."""
        return self.staff.locator(f"#row-{self.visit_id}")

    async def from_menu(self, item: str) -> Locator:
        """Open something from the row's menu. Returns the dialog, or the dock."""
        await self.row.get_by_role("button", name="Actions for").click()
        await self.staff.get_by_role("menuitem", name=item).click()
        docked = item in ("Chat", "File transfer")
        dialog = self.staff.locator("#dock" if docked else "#in-dialog")
        await expect(dialog).to_be_visible()
        return dialog

    async def call(self) -> str:
        """Admit the patient, so that both are in the call. Returns its id."""
        call_id = await self.clinic.call(self.visit_id)
        await self.staff.goto(f"/calls/{call_id}")
        for page, other in ((self.staff, "patient"), (self.patient, "staff")):
            tile = page.locator(f"[data-tiles] [data-kind={other}]")
            await expect(tile).to_have_attribute("data-state", "connected", timeout=LONG)
        return call_id

    async def app(self, name: str) -> Locator:
        """Open an app in the call window. Returns its panel."""
        await self.staff.locator("[data-app-tab]", has_text=name).click()
        panel = self.staff.locator("[data-app-panel]")
        await expect(panel.get_by_role("heading", name=name)).to_be_visible()
        return panel

    async def entries(self) -> list[Entry]:
        """Return the entries of the patient's chart."""
        services = self.clinic.house.services
        patient_id = await services.visits.whereabouts.patient_of(self.clinic.staff, self.visit_id)
        chart = await services.people.permissions.chart(self.clinic.staff, patient_id)
        return await services.charts.contents.entries(chart, ChartFilter())

    async def filed(self, count: int) -> list[Entry]:
        """Wait until `count` files are in the chart."""
        return await reached(
            self.staff, self.entries, lambda found: len(found) == count, f"{count} files"
        )

    async def leave(self) -> None:
        """Close both browsers, and fail on complaints."""
        await self.staff.close()
        await self.patient.close()
        await self.phone.leave()
        await self.desk.leave()


@asynccontextmanager
async def meeting(
    served: Served, chromium: Chromium, *, before: str = ""
) -> AsyncIterator[Meeting]:
    """Both are connected, and files are scanned. `before` is a script that runs before those of
    the patient's pages."""
    worker = Worker(served.house.database, served.house.registered.handlers, {})
    await worker.start()
    try:
        clinic = await open_clinic(served)
        phone, desk = await chromium.phone(served.url), await chromium.desktop(served.url)
        for person in (phone, desk):
            await watched(person)
        if before:
            await phone.context.add_init_script(before)
        visit_id = await clinic.check_in(phone)
        await clinic.sign_in(desk)
        patient = await phone.page(f"/visit/{visit_id}")
        staff = await desk.page(f"/rooms/{clinic.room.id}")
        found = Meeting(clinic, visit_id, desk, staff, phone, patient)
        await expect(found.row).to_be_visible()
        await expect(patient.locator("[data-connection-state]")).to_have_attribute(
            "data-shown", "here"
        )
        yield found
        await found.leave()
    finally:
        await worker.stop()


async def downloaded(page: Page, act: Callable[[], Awaitable[Any]]) -> bytes:
    """Return what the browser saves after a button was pressed."""
    async with page.expect_download(timeout=LONG) as saving:
        await act()
    return (await (await saving.value).path()).read_bytes()


async def draw(page: Page, place: Locator, *ways: tuple[float, float]) -> None:
    """Draw on a whiteboard: press, move along parts of its surface, and release."""
    await place.scroll_into_view_if_needed()
    box = await place.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ways]
    await page.mouse.move(*points[0])
    await page.mouse.down()
    for point in points[1:]:
        await page.mouse.move(*point, steps=6)
    await page.mouse.up()
