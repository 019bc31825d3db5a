"""A participant of a group call without a browser: aiortc sends a small moving picture and a
sound."""

import asyncio
import fractions
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack
from av import VideoFrame

from bedside.calls.media_server import MediaServer, SubscriptionOffer

_CLOCK = 90_000
PATIENCE = 30.0
"""Seconds that pictures may take to arrive."""


class Picture(MediaStreamTrack):
    """160 × 120 pixels at the given rate, whose brightness changes."""

    kind = "video"

    def __init__(self, frames: int = 10) -> None:
        super().__init__()
        self._frames = frames
        self._count = 0

    async def recv(self) -> VideoFrame:
        """Return the next picture, when it is due."""
        await asyncio.sleep(1 / self._frames)
        self._count += 1
        shade = self._count * 8 % 256
        frame = VideoFrame.from_ndarray(
            numpy.full((180, 160), shade, dtype=numpy.uint8), format="yuv420p"
        )
        frame.pts = self._count * _CLOCK // self._frames
        frame.time_base = fractions.Fraction(1, _CLOCK)
        return frame


class Member:
    """One connection of a call. Pass the offers for it to `offered`.

    It counts the packets of each picture and decodes none, so that a dozen fit on one core.
    """

    def __init__(self, server: MediaServer, call_id: str, name: str, *, sound: bool = True) -> None:
        self.name = name
        self.offers: list[SubscriptionOffer] = []
        self.answers: list[str] = []
        self._server = server
        self._call_id = call_id
        self._sound = sound
        self._publishing: RTCPeerConnection | None = None
        self._subscribed: RTCPeerConnection | None = None
        self._packets: Counter[str] = Counter()

    async def publish(self) -> None:
        """Send a picture, and sound if there is any, from a new RTCPeerConnection."""
        await _close(self._publishing)
        self._publishing = RTCPeerConnection()
        if self._sound:
            self._publishing.addTrack(AudioStreamTrack())
        self._publishing.addTrack(Picture())
        await self._negotiate(self._publishing)

    async def show_screen(self) -> None:
        """Send another picture as well, over the same RTCPeerConnection."""
        assert self._publishing is not None
        self._publishing.addTrack(Picture())
        await self._negotiate(self._publishing)

    async def offered(self, offer: SubscriptionOffer) -> None:
        """Take an offer and answer it."""
        self.offers.append(offer)
        if offer.fresh:
            await _close(self._subscribed)
            self._subscribed = RTCPeerConnection()
        assert self._subscribed is not None
        await self._subscribed.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        for transceiver in self._subscribed.getTransceivers():
            transceiver.receiver.transport._rtp_router.route_rtp = self._count
        await self._subscribed.setLocalDescription(await self._subscribed.createAnswer())
        answer = self._subscribed.localDescription.sdp
        await self._server.answer(self.name, offer.number, answer)

    @property
    def gets(self) -> list[str]:
        """Return whose pictures the last offer was for."""
        streams = self.offers[-1].streams if self.offers else ()
        return sorted(stream.publisher for stream in streams if stream.kind == "video")

    @property
    def is_cut_off(self) -> bool:
        """Whether the other side ended both connections."""
        peers = (self._publishing, self._subscribed)
        return all(peer is None or peer.connectionState == "closed" for peer in peers)

    async def sees(self, *others: str, more: int = 5) -> None:
        """Wait until the last offer is for the pictures of exactly these, and `more` further
        packets of each have arrived."""
        names = sorted(others)
        await until(lambda: self.gets == names, f"{self.name} is offered {names}")
        mids = {s.mid: s.publisher for s in self.offers[-1].streams if s.kind == "video"}
        wanted = {mid: self._packets[mid] + more for mid in mids}
        for mid, name in mids.items():
            await until(partial(self._has, mid, wanted[mid]), f"{self.name} sees {name}")

    async def hang_up(self) -> None:
        """Close the connections, like a browser that is closed."""
        await _close(self._subscribed)
        await _close(self._publishing)

    async def _negotiate(self, peer: RTCPeerConnection) -> None:
        await peer.setLocalDescription(await peer.createOffer())
        offer = peer.localDescription.sdp
        answer = await self._server.publish(self._call_id, self.name, offer)
        self.answers.append(answer)
        await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def _count(self, packet: Any) -> None:
        """Replace aiortc's router, which passes each packet on to a decoder."""
        self._packets[packet.extensions.mid] += 1

    def _has(self, mid: str, packets: int) -> bool:
        return self._packets[mid] >= packets


async def _close(peer: RTCPeerConnection | None) -> None:
    if peer is not None:
        await peer.close()


async def until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is true."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not true():  # noqa: ASYNC110 - what is awaited has no event of its own
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"not within {PATIENCE:.0f} s: {what}") from None
