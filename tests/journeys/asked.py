"""A patient asked for photos: the house behind a server, with its worker, and a link."""

import io
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Locator, Page

from bedside.charts.records import ChartFilter, Entry
from bedside.requests.records import Request
from bedside.worker.run import Worker
from tests.house import House, Served
from tests.peers.chromium import Person
from tests.requests.sending import Sent, jpeg, send

SAMPLES = Path(__file__).parents[1] / "samples"
BORN = ("14", "3", "1991")
LONG = 60_000
"""Milliseconds: scanning and previews in child processes, on a busy machine."""


@dataclass
class Asked:
    """A request to Maya Lindqvist, and where its link leads."""

    served: Served
    sent: Sent
    secret: str

    @property
    def house(self) -> House:
        """The house."""
        return self.served.house

    @property
    def link(self) -> str:
        """Return the link in the message."""
        return f"{self.served.url}/l/{self.secret}"

    async def now(self) -> Request:
        """Return the request as staff see it."""
        return await self.sent.now()

    async def chart(self) -> list[Entry]:
        """Return the entries of her chart."""
        return await self.house.charts.contents.entries(await self.house.chart(), ChartFilter())

    async def enter(self, person: Person) -> Page:
        """Open the link and answer. Returns the page of guidance."""
        page = await person.page(self.link)
        await answer(page)
        await page.wait_for_url("**/my/*")
        return page

    async def choose(self, page: Page, photos: list[FilePayload]) -> None:
        """Go from the page of guidance to chosen photos."""
        await page.get_by_role("link", name="Continue").click()
        await give(page, photos)


@pytest.fixture
async def working(served: Served) -> AsyncIterator[Served]:
    """The house behind a server, with a worker."""
    worker = Worker(served.house.database, served.house.registered.handlers, {})
    await worker.start()
    yield served
    await worker.stop()


@pytest.fixture
async def asked(working: Served) -> Asked:
    """A link that was sent."""
    sent = await send(working.house)
    return Asked(working, sent, await sent.secret())


async def answer(page: Page, born: tuple[str, str, str] = BORN) -> None:
    """Give a date of birth."""
    for part, value in zip(("Day", "Month", "Year"), born, strict=True):
        await page.get_by_label(part).fill(value)
    await page.get_by_role("button", name="Continue").click()


async def give(page: Page, photos: list[FilePayload]) -> None:
    """Choose photos from the gallery, as soon as the page's script offers it."""
    await page.locator("[data-sources]").wait_for()
    await page.locator("[data-gallery]").set_input_files(photos)


def photo(name: str = "hand.jpg", **look: Any) -> FilePayload:
    """Return a photo like a phone's."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": jpeg(**look)}


def heic() -> FilePayload:
    """Return a photo that Chromium cannot display by itself."""
    content = (SAMPLES / "photo_pug.heic").read_bytes()
    return {"name": "pug.heic", "mimeType": "image/heic", "buffer": content}


def dark() -> FilePayload:
    """Return a photo of next to nothing."""
    out = io.BytesIO()
    Image.effect_noise((1600, 1200), 20).convert("RGB").point(lambda v: v // 9).save(out, "JPEG")
    return {"name": "dark.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def heavy(name: str, seed: int, width: int = 2400, height: int = 1800) -> FilePayload:
    """Return a photo with so much detail that it is megabytes large, taken at a known time and
    place."""
    noise = random.Random(seed).randbytes(width * height // 16)
    picture = Image.frombytes("L", (width // 4, height // 4), noise).resize((width, height))
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:05:04 03:02:01"
    exif.get_ifd(0x8769)[0x9011] = "+02:00"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=97, exif=exif)
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def cards(page: Page) -> Locator:
    """The photos on the page."""
    return page.locator(".photo-card")


async def under_way(page: Page, number: int, count: int, percent: int) -> None:
    """Wait until so much of a photo is sent, or more: the page may not show every step."""
    await page.wait_for_function(
        """([number, count, percent]) => {
          const said = new RegExp(`Uploading photo ${number} of ${count}, ([0-9]+)%`);
          const found = said.exec(document.body.innerText);
          return found !== null && Number(found[1]) >= percent;
        }""",
        arg=[number, count, percent],
        timeout=LONG,
    )


async def ready(page: Page, count: int) -> None:
    """Wait until `count` photos are scanned."""
    await page.wait_for_function(
        "(n) => document.querySelectorAll('.photo-card .chip-good').length === n",
        arg=count,
        timeout=LONG,
    )
