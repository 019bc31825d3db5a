"""Scripts for test pages: a camera, two RTCPeerConnections, and whether pictures arrive."""

import asyncio

from playwright.async_api import Page, Route

from tests.peers.chromium import Person

ADDRESS = "http://localhost/empty"
PATIENCE = 30.0
"""Seconds that media may take."""

EMPTY = """<!doctype html><html lang="en"><head><title>Empty</title></head></html>"""

CALL = """async config => {
  const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  const peer = new RTCPeerConnection(config);
  self.peer = peer;
  self.refusals = [];
  self.found = [];
  peer.addEventListener("icecandidateerror", event => self.refusals.push(event.errorCode));
  peer.addEventListener("icecandidate", event => {
    if (event.candidate) self.found.push(event.candidate.candidate);
  });
  const gathered = new Promise(resolve => peer.addEventListener("icegatheringstatechange", () => {
    if (peer.iceGatheringState === "complete") resolve();
  }));
  self.offer = async () => {
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
    await peer.setLocalDescription();
    await gathered;
    return peer.localDescription.sdp;
  };
  self.answer = async sdp => {
    await peer.setRemoteDescription({ type: "offer", sdp });
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
    await peer.setLocalDescription();
    await gathered;
    return peer.localDescription.sdp;
  };
  self.framesDecoded = async () => {
    const stats = [...(await peer.getStats()).values()];
    return stats.find(s => s.type === "inbound-rtp" && s.kind === "video")?.framesDecoded ?? 0;
  };
}"""


async def empty_page(person: Person) -> Page:
    """Open an empty page that may use the camera."""

    async def answer(route: Route) -> None:
        await route.fulfill(body=EMPTY, content_type="text/html; charset=utf-8")

    page = await person.page()
    await page.route(ADDRESS, answer)
    await page.goto(ADDRESS)
    return page


async def connect(caller: Page, called: Page, config: dict[str, object]) -> None:
    """Let two pages call each other directly; candidates are in the descriptions."""
    for page in (caller, called):
        await page.evaluate(CALL, config)
    offer = await caller.evaluate("offer()")
    answer = await called.evaluate("sdp => answer(sdp)", offer)
    await caller.evaluate("sdp => peer.setRemoteDescription({ type: 'answer', sdp })", answer)


async def come_true(page: Page, promise: str, arg: object = None) -> None:
    """Poll until the expression's promise resolves to true. (Playwright's `wait_for_function`
    takes the promise itself for true.)"""
    try:
        async with asyncio.timeout(PATIENCE):
            while not await page.evaluate(promise, arg):  # noqa: ASYNC110 - pages have none
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"not within {PATIENCE:.0f} s: {promise} with {arg}") from None


async def see_frames(page: Page, count: int = 5) -> None:
    """Wait until the page has decoded some frames of the other's camera."""
    await come_true(page, "async count => await framesDecoded() >= count", count)
