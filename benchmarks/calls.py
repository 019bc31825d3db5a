"""Calls between two pages of a real Chromium with a camera: how soon both see video, including
after their network was down."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.async_api import Page

from benchmarks.servers import Product, install, product
from benchmarks.table import Row, Scale, at_most, not_measured, spread
from benchmarks.visits import Browser, Visitor
from tests.peers.chromium import Chromium
from tests.peers.coturn import SECRET, Coturn

_WITHIN = 60.0
_EVERY = 0.02
_COLLECT = """
const Made = window.RTCPeerConnection;
window.connectionsOfBenchmark = [];
window.RTCPeerConnection = class extends Made {
  constructor(config, ...given) {
    super({ ...config, ...POLICY }, ...given);
    window.connectionsOfBenchmark.push(this);
  }
};
"""
_DECODED = """async () => {
  let pictures = 0;
  for (const one of window.connectionsOfBenchmark ?? [])
    (await one.getStats()).forEach((entry) => {
      if (entry.type === "inbound-rtp" && entry.kind === "video")
        pictures += entry.framesDecoded ?? 0;
    });
  return pictures;
}"""


def run(scale: Scale, directory: Path, _body: Path) -> list[Row]:
    """Run directly over loopback, then through a relay that is paused for a while: there is no
    other way to take the network, and nothing else, from a page."""
    with product(install(directory / "direct")) as ours:
        joined = asyncio.run(_joins(ours, scale.calls))
    slow, shown = spread(joined)
    rows = [at_most("admitted to both see video, p95", slow / 1000, 2.0, "s", shown)]
    try:
        relay = Coturn()
        relay.start()
    except AssertionError as why:
        return [*rows, not_measured("network gone and back", str(why))]
    try:
        settings = {"turn_urls": relay.url, "turn_secret": SECRET}
        with product(install(directory / "relayed"), settings=settings) as ours:
            back = asyncio.run(_losses(ours, relay, max(1, scale.calls // 2), scale.away))
    finally:
        relay.remove()
    what = f"network gone for {scale.away:g} s, from its return to video back"
    beside = f"the slowest of {len(back)}; median {median(back):.2f} s"
    return [*rows, at_most(what, max(back), 3.0, "s", beside)]


@dataclass(frozen=True, slots=True)
class Pair:
    """A clinician and a patient, with their browsers."""

    ours: Product
    desk: Page
    phone: Page
    staff: Browser
    visitor: Visitor

    async def admit(self) -> None:
        """Press “Video call” as the clinician, and wait for the page of the call."""
        form, asked = "mode=video", f"/visits/{self.visitor.visit_id}/call"
        answer = await asyncio.to_thread(self.staff.ask, "POST", asked, form, "application/json")
        call_id = answer.decode().partition('"call_id":"')[2].partition('"')[0]
        await self.desk.goto(f"/calls/{call_id}")

    async def see(self) -> None:
        """Wait for new pictures of the other side on both pages."""
        await asyncio.gather(_sees(self.desk), _sees(self.phone))

    async def hang_up(self) -> None:
        """Return both pages to the waiting room."""
        await self.desk.goto("about:blank")
        path = f"/visits/{self.visitor.visit_id}/return"
        await asyncio.to_thread(self.staff.ask, "POST", path, "", "application/json")
        await self.phone.locator("[data-view=waiting]").wait_for()


@asynccontextmanager
async def _pair(ours: Product, policy: str) -> AsyncIterator[Pair]:
    chromium = Chromium()
    await chromium.start()
    try:
        address = f"http://localhost:{ours.port}"
        desk, phone = await chromium.desktop(address), await chromium.phone(address)
        visitor = Visitor(ours)
        for person, cookie, path in (
            (desk, ours.cookie, "/"),
            (phone, visitor.cookie, f"/visit/{visitor.visit_id}"),
        ):
            name, _, value = cookie.partition("=")
            await person.context.add_cookies(
                [{"name": name, "value": value, "domain": "localhost", "path": path}]
            )
            await person.context.add_init_script(_COLLECT.replace("POLICY", policy))
        at_the_phone = await phone.page(f"/visit/{visitor.visit_id}")
        await at_the_phone.locator("[data-view=waiting]").wait_for()
        staff = Browser(ours.port, ours.cookie)
        yield Pair(ours, await desk.page(), at_the_phone, staff, visitor)
    finally:
        await chromium.stop()


async def _joins(ours: Product, calls: int) -> list[float]:
    """Measure from the clinician's click to pictures on both pages; the first call only
    warms up."""
    taken: list[float] = []
    async with _pair(ours, "{}") as pair:
        for number in range(calls + 1):
            began = time.perf_counter()
            await pair.admit()
            await pair.see()
            if number:
                taken.append(time.perf_counter() - began)
            await pair.hang_up()
    return taken


async def _losses(ours: Product, relay: Coturn, times: int, away: float) -> list[float]:
    """Measure from the moment the network is back to pictures on both pages; each time in a call
    of its own."""
    return [await _loss(ours, relay, away) for _ in range(times)]


async def _loss(ours: Product, relay: Coturn, away: float) -> float:
    async with _pair(ours, '{ iceTransportPolicy: "relay" }') as pair:
        await pair.admit()
        await pair.see()
        relay.pause()
        await pair.phone.context.set_offline(True)
        await asyncio.sleep(away)
        before = [int(await page.evaluate(_DECODED)) for page in (pair.desk, pair.phone)]
        relay.go_on()
        await pair.phone.context.set_offline(False)
        began = time.perf_counter()
        await asyncio.gather(_sees(pair.desk, before[0]), _sees(pair.phone, before[1]))
        taken = time.perf_counter() - began
        await pair.hang_up()
    return taken


async def _sees(page: Page, before: int = 0) -> None:
    """Wait until more pictures than `before` were decoded. A new stream restarts the count."""
    deadline = time.monotonic() + _WITHIN
    while (decoded := int(await page.evaluate(_DECODED))) <= before + 2:
        before = min(before, decoded)
        if time.monotonic() > deadline:
            raise RuntimeError("no pictures arrive")
        await asyncio.sleep(_EVERY)
