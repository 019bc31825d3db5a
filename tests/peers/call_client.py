"""A guest of a call without a browser, who acts like the guest's page: opens the link, asks to be
let in, joins, and sends a small picture through the media server.

It watches the first few pictures only, and declines the others, so that a dozen fit on one core.
While a call is small enough for direct connections, it waits.
"""

import asyncio
import html
import json
import re
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import httpx
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.peers.media_member import Picture, until
from tests.peers.ports import PATIENCE

PUBLISH, SUBSCRIBE = "media_server:publish", "media_server:subscribe"
FRAMES = 5
"""Pictures per second that each sends."""

_ONE_TRANSPORT = RTCBundlePolicy.MAX_BUNDLE  # like the page
_BEGINNING = ("new", "connecting")
_PAGE = re.compile(r'data-guest-page="([^"]+)" data-live-address="([^"]+)"')
_PLACE = re.compile(r'data-call-place="([^"]+)"')
_BROWSER = {"sec-fetch-site": "same-origin"}
_SCRIPT = {**_BROWSER, "accept": "application/json"}


class CallGuest:
    """Somebody joining a call on the server at `url`, who watches so many others.

    The page's state: `standing` (“knocking”, “asked”, “joined”, “refused”, “ended”), `call` from
    its topic, `refusal` as the answer to joining. `frames` counts the pictures decoded, by the
    connection that sent them.
    """

    def __init__(self, url: str, name: str, *, watches: int = 1) -> None:
        self.name = name
        self.watches = watches
        self.guest_id = self.standing = self.refusal = ""
        self.connection_id = ""
        self.call: dict[str, Any] = {}
        self.frames: Counter[str] = Counter()
        self._url = url
        self._http = httpx.AsyncClient(base_url=url, headers=_BROWSER, timeout=PATIENCE)
        self._socket: ClientConnection | None = None
        self._live = ""
        self._versions: Counter[str] = Counter()
        self._place: dict[str, Any] = {}
        self._configuration = RTCConfiguration([])
        self._is_sending = False
        self._publishing: RTCPeerConnection | None = None
        self._receiving: RTCPeerConnection | None = None
        self._watched: dict[str, str] = {}
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- acting like a person -------------------------------------------------------------------

    async def ask_in(self, link: str) -> None:
        """Open the link and give a name; the page waits from now on."""
        arrived = await self._http.get(httpx.URL(link).path)
        assert arrived.status_code == 303, arrived.text
        door = arrived.headers["location"]
        assert (await self._http.get(door)).status_code == 200
        entered = await self._http.post(door, data={"name": self.name})
        assert entered.status_code == 303, entered.text
        page = (await self._http.get(entered.headers["location"])).text
        self.guest_id, self._live = _PAGE.findall(page)[0]
        self._place = json.loads(html.unescape(_PLACE.findall(page)[0]))
        await self.come_back()

    async def come_back(self) -> None:
        """Open the page's socket, for the first time or after the server was down."""
        cookie = "; ".join(f"{one.name}={one.value}" for one in self._http.cookies.jar)
        headers = {"Cookie": cookie, "Origin": self._url}
        address = self._url.replace("http", "ws", 1) + self._live
        self._socket = await connect(address, additional_headers=headers)
        self._do(self._listen(self._socket))
        await self._say(action="here", hidden=False)
        await self._follow(f"guest:{self.guest_id}")
        if self.connection_id:
            await self._follow_call()
        if self._receiving is not None and self._receiving.connectionState != "connected":
            await self._say_of_call(action="signal", to=SUBSCRIBE, ask="restart_ice")

    async def leave(self) -> None:
        """Press “Leave”, and close the page."""
        answer = await self._http.post(self._place["addresses"]["leave"], headers=_SCRIPT)
        assert answer.status_code == 200, answer.text
        await self.close()

    async def close(self) -> None:
        """Close the page, and fail on anything that went wrong in it."""
        for task in self._tasks:
            task.cancel()
        ends = await asyncio.gather(*self._tasks, return_exceptions=True)
        for peer in (self._publishing, self._receiving):
            await _close(peer)
        if self._socket is not None:
            await self._socket.close()
        await self._http.aclose()
        assert [end for end in ends if isinstance(end, Exception)] == []

    async def sees(self, more: int = 5) -> None:
        """Wait until it has decoded `more` further pictures of each one it watches."""
        before = Counter(self.frames)
        await until(lambda: self._has_seen(before, more), f"{self.name} sees others")

    def knows_left(self, connection_id: str) -> bool:
        """Whether the page knows that nobody is in the call by this connection."""
        people = self.call["participants"].values()
        return connection_id not in [one["connection_id"] for one in people]

    def _has_seen(self, before: Counter[str], more: int) -> bool:
        watched = set(self._watched.values())
        grown = [who for who in watched if self.frames[who] >= before[who] + more]
        return len(grown) == self.watches

    # --- receiving ------------------------------------------------------------------------------

    async def _listen(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for text in socket:
                message = json.loads(text)
                assert message["type"] != "refused", message
                self._versions[message["topic"]] = message["version"]
                hear = {"guest": self._stands, "call": self._happened, "signals": self._signalled}
                if "data" in message:
                    hear[message["topic"].partition(":")[0]](message["type"], message["data"])

    def _stands(self, _kind: str, data: dict[str, Any]) -> None:
        self.standing = data["state"]
        if self.standing == "asked" and not self.connection_id:
            self._do(self._join())

    def _happened(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "snapshot":
            self.call = data
        elif kind == "call.changed":
            self.call.update(data)
        elif kind == "call.participant_changed":
            self.call["participants"][data["participant_id"]] = data
        grew = self.call["topology"] == "media_server" and not self._is_sending
        if grew or (kind == "call.media_interrupted" and self._begins_anew(data)):
            self._is_sending = True
            self._do(self._publish())

    def _begins_anew(self, data: dict[str, Any]) -> bool:
        return data["over"] and self.connection_id in data["connection_ids"]

    def _signalled(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "call.signal" and data["from_connection"] in (PUBLISH, SUBSCRIBE):
            self._do(self._heard_media_server(data))

    # --- acting like the page -------------------------------------------------------------------

    async def _join(self) -> None:
        addresses = self._place["addresses"]
        sends = {"muted": "true", "camera": "true"}
        answer = await self._http.post(addresses["join"], data=sends, headers=_SCRIPT)
        if answer.status_code != 200:
            self.refusal = answer.json()["sentence"]
            return
        ice = (await self._http.get(addresses["ice"], headers=_SCRIPT)).json()
        servers = [RTCIceServer(**one) for one in ice["iceServers"]]
        self._configuration = RTCConfiguration(servers, bundlePolicy=_ONE_TRANSPORT)
        self.connection_id = answer.json()["connection_id"]
        await self._follow_call()

    async def _follow_call(self) -> None:
        await self._follow(f"call:{self._place['call']}")
        await self._follow(f"signals:{self.connection_id}")
        await self._say_of_call(action="media", muted=True, camera=True, sharing=False)

    async def _publish(self) -> None:
        """Publish like the page: sound, then the camera; here the microphone is silent."""
        async with self._turn:
            await _close(self._publishing)
            peer = self._publishing = RTCPeerConnection(self._configuration)
            peer.addTransceiver("audio", direction="sendonly")
            peer.addTransceiver(Picture(FRAMES), direction="sendonly")
            await peer.setLocalDescription(await peer.createOffer())
            await self._signal(PUBLISH, peer)

    async def _heard_media_server(self, said: dict[str, Any]) -> None:
        assert not said["failure"], said["failure"]
        async with self._turn:
            if said["from_connection"] == SUBSCRIBE:
                await self._offered(said)
            elif self._publishing is not None:
                await self._publishing.setRemoteDescription(_described(said))

    async def _offered(self, said: dict[str, Any]) -> None:
        if said["fresh"] or self._receiving is None:
            await _close(self._receiving)
            self._receiving = RTCPeerConnection(self._configuration)
            self._watched = {}
        peer = self._receiving
        await peer.setRemoteDescription(_described(said))
        sent = {one["mid"]: one["connection_id"] for one in said["streams"] if _is_picture(one)}
        self._watched = {mid: who for mid, who in self._watched.items() if sent.get(mid) == who}
        for transceiver in peer.getTransceivers():
            mid = str(transceiver.mid)
            if mid in self._watched:
                continue
            if mid in sent and len(self._watched) < self.watches:
                self._watched[mid] = sent[mid]
                transceiver.direction = "recvonly"
                self._do(self._look(sent[mid], transceiver.receiver.track))
            else:
                transceiver.direction = "inactive"
        await peer.setLocalDescription(await peer.createAnswer())
        await self._signal(SUBSCRIBE, peer, said["number"])
        # aiortc would not receive what it is offered while connecting.
        await until(lambda: peer.connectionState not in _BEGINNING, f"{self.name} is connected")

    async def _look(self, who: str, track: MediaStreamTrack) -> None:
        with suppress(MediaStreamError):
            while True:
                await track.recv()
                self.frames[who] += 1

    async def _signal(self, to: str, peer: RTCPeerConnection, number: int = 0) -> None:
        made = peer.localDescription
        said = {"type": made.type, "sdp": made.sdp}
        await self._say_of_call(action="signal", to=to, description=said, number=number)

    async def _say_of_call(self, **message: Any) -> None:
        own = {"call": self._place["call"], "from": self.connection_id}
        await self._say(**message, **own)

    async def _follow(self, topic: str) -> None:
        await self._say(action="subscribe", topic=topic, since=self._versions[topic])

    async def _say(self, **message: Any) -> None:
        assert self._socket is not None
        await self._socket.send(json.dumps(message))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)


def _described(said: dict[str, Any]) -> RTCSessionDescription:
    return RTCSessionDescription(said["description"]["sdp"], said["description"]["type"])


def _is_picture(stream: dict[str, str]) -> bool:
    return stream["kind"] == "video"


async def _close(peer: RTCPeerConnection | None) -> None:
    if peer is not None:
        await peer.close()
