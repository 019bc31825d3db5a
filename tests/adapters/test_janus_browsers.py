"""Group calls of real browsers through a real Janus: pictures, screens, changing networks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page

from bedside.adapters.janus import JanusServer
from bedside.calls.media_server import MediaServer, SubscriptionOffer
from tests.peers.chromium import Chromium, Person
from tests.peers.coturn import Coturn, credential
from tests.peers.firefox import Firefox
from tests.peers.janus import SECRET, Janus
from tests.peers.ports import reachable_address
from tests.peers.webrtc import come_true, empty_page

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.xdist_group("chromium"),
    pytest.mark.feature("V6"),
]

CALL = "cal_the_one_of_the_browsers"

MEMBER = """async config => {
  const camera = { video: { width: 320, height: 240 }, audio: true };
  const stream = await navigator.mediaDevices.getUserMedia(camera);
  const connection = role => {
    const peer = new RTCPeerConnection(config);
    peer.addEventListener("icecandidate", event =>
      trickle(role, event.candidate ? event.candidate.toJSON() : null));
    return peer;
  };
  self.publishing = connection("publish");
  for (const track of stream.getTracks()) publishing.addTrack(track, stream);
  self.negotiate = async () => {
    await publishing.setLocalDescription();
    const sdp = await publish(publishing.localDescription.sdp);
    await publishing.setRemoteDescription({ type: "answer", sdp });
  };
  self.showScreen = async () => {
    self.screen = publishing.addTrack(stream.getVideoTracks()[0].clone(), stream);
    await negotiate();
  };
  self.hideScreen = async () => {
    publishing.removeTrack(screen);
    await negotiate();
  };
  self.streams = [];
  self.offered = async offer => {
    if (offer.fresh) {
      self.subscribed?.close();
      self.subscribed = connection("subscribe");
    }
    await subscribed.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    await subscribed.setLocalDescription();
    await answer(offer.number, subscribed.localDescription.sdp);
    self.streams = offer.streams.filter(stream => stream.kind === "video");
  };
  self.frames = async () => {
    const counts = [];
    for (const { mid } of streams) {
      const there = subscribed.getTransceivers().find(other => other.mid === mid);
      const stats = [...(await there.receiver.getStats()).values()];
      counts.push(stats.find(stat => stat.type === "inbound-rtp")?.framesDecoded ?? 0);
    }
    return counts;
  };
  self.shown = () => streams.map(stream => stream.publisher).sort().join();
}"""


class Member:
    """A browser's page in the call."""

    def __init__(self, server: MediaServer, name: str, page: Page) -> None:
        self.name = name
        self.page = page
        self._server = server

    async def enter(self, config: dict[str, object]) -> None:
        """Connect the page with the media server, and publish."""
        await self.page.expose_function("publish", self._publish)
        await self.page.expose_function("trickle", self._trickle)
        await self.page.expose_function("answer", self._answer)
        await self.page.evaluate(MEMBER, config)
        await self.page.evaluate("negotiate()")

    async def offered(self, offer: SubscriptionOffer) -> None:
        """Give the page an offer."""
        streams = [vars(stream) for stream in offer.streams]
        told = {"fresh": offer.fresh, "number": offer.number, "sdp": offer.sdp, "streams": streams}
        await self.page.evaluate("offer => offered(offer)", told)

    async def sees(self, *others: str) -> None:
        """Wait until it has decoded five more pictures of each of exactly these."""
        await come_true(self.page, "names => shown() === names", ",".join(sorted(others)))
        before: Any = await self.page.evaluate("frames()")
        wanted = [count + 5 for count in before]
        await come_true(
            self.page,
            "async wanted => (await frames()).every((count, nth) => count >= wanted[nth])",
            wanted,
        )

    async def _publish(self, sdp: str) -> str:
        return await self._server.publish(CALL, self.name, sdp)

    async def _trickle(self, role: Any, candidate: Any) -> None:
        await self._server.trickle(self.name, role, candidate)

    async def _answer(self, number: int, sdp: str) -> None:
        await self._server.answer(self.name, number, sdp)


class Meeting:
    """A call of browsers."""

    def __init__(self, server: MediaServer) -> None:
        self.server = server
        self._members: dict[str, Member] = {}
        self._people: list[Person] = []
        server.on_offer(self._offered)

    async def enter(self, name: str, person: Person, **config: object) -> Member:
        """Join with a browser whose connections get this configuration."""
        self._people.append(person)
        member = self._members[name] = Member(self.server, name, await empty_page(person))
        await member.enter(config)
        return member

    async def end(self) -> None:
        """Close all pages; none of them reported a complaint."""
        for name in self._members:
            await self.server.leave(name)
        for person in self._people:
            await person.leave()

    async def _offered(self, offer: SubscriptionOffer) -> None:
        await self._members[offer.connection_id].offered(offer)


@pytest.fixture
async def meeting(anyio_backend: object, janus: Janus) -> AsyncIterator[Meeting]:
    """An empty room."""
    server = JanusServer(janus.url, SECRET)
    await server.open_room(CALL)
    meeting = Meeting(server)
    yield meeting
    await server.close_room(CALL)
    await server.stop()


async def test_chromium_and_firefox_see_each_other(
    meeting: Meeting, chromium: Chromium, firefox: Firefox
) -> None:
    ada = await meeting.enter("ada", await chromium.desktop())
    ben = await meeting.enter("ben", await chromium.phone())
    cleo = await meeting.enter("cleo", await firefox.desktop())
    await asyncio.gather(ada.sees("ben", "cleo"), ben.sees("ada", "cleo"), cleo.sees("ada", "ben"))
    await meeting.server.leave("ada")
    await asyncio.gather(ben.sees("cleo"), cleo.sees("ben"))
    await meeting.end()


async def test_a_screen_comes_and_goes(meeting: Meeting, chromium: Chromium) -> None:
    ada = await meeting.enter("ada", await chromium.desktop())
    ben = await meeting.enter("ben", await chromium.desktop())
    await asyncio.gather(ada.sees("ben"), ben.sees("ada"))
    await ada.page.evaluate("showScreen()")
    await ben.sees("ada", "ada")
    await ada.page.evaluate("hideScreen()")
    await ben.sees("ada")
    await ada.page.evaluate("showScreen()")
    await ben.sees("ada", "ada")
    await meeting.end()


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
async def test_a_changed_network_changes_nothing(
    meeting: Meeting, chromium: Chromium, firefox: Firefox, browser: str
) -> None:
    first = {"chromium": chromium, "firefox": firefox}[browser]
    ada = await meeting.enter("ada", await first.desktop())
    ben = await meeting.enter("ben", await chromium.desktop())
    await asyncio.gather(ada.sees("ben"), ben.sees("ada"))
    words = "[publishing, subscribed].map(p => /ice-ufrag:(.*)/.exec(p.localDescription.sdp)[1])"
    before = await ada.page.evaluate(words)
    await ada.page.evaluate("publishing.restartIce()")
    await ada.page.evaluate("negotiate()")
    await meeting.server.restart_ice("ada")
    await come_true(ada.page, f"before => {words}.every(word => !before.includes(word))", before)
    states = "[publishing, subscribed].every(p => p.connectionState === 'connected')"
    await come_true(ada.page, states)
    await asyncio.gather(ada.sees("ben"), ben.sees("ada"))
    await meeting.end()


async def test_who_reaches_nothing_but_the_relay_sees_everybody(
    meeting: Meeting, chromium: Chromium
) -> None:
    relay = Coturn(address=reachable_address())
    try:
        relay.start()
        server = {"urls": relay.tcp_url, **credential()}
        person = await chromium.phone()
        ada = await meeting.enter("ada", person, iceServers=[server], iceTransportPolicy="relay")
        ben = await meeting.enter("ben", await chromium.desktop())
        await asyncio.gather(ada.sees("ben"), ben.sees("ada"))
        await meeting.end()
    finally:
        relay.remove()
