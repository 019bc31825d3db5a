"""The fifth participant: the call goes through a real media server, or is refused with a reason."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription

from bedside.adapters.janus import JanusServer
from bedside.calls.media_server import MediaServerDown
from bedside.calls.participants import Joined
from bedside.database import outbox
from bedside.kernel.ids import new_id
from bedside.people.permissions import VisitorAccess
from bedside.realtime.envelopes import FROM_PUBLISH, FROM_SUBSCRIBE, Description
from tests.calls.agreeing import add_patient
from tests.calls.calling import Pair, Ward, offer
from tests.house import create_tables, living_in
from tests.peers.janus import SECRET, Janus
from tests.peers.media_member import Picture
from tests.peers.ports import PATIENCE
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("janus"), pytest.mark.feature("V6")]


@asynccontextmanager
async def ward_with(janus: Janus, data: Path) -> AsyncIterator[Ward]:
    """A waiting room whose settings name this media server."""
    url = f"sqlite:///{data / 'bedside.db'}"
    await asyncio.to_thread(create_tables, url)
    settings = {"janus_url": janus.url, "janus_secret": SECRET}
    async with living_in(data, url, **settings) as house:
        await house.calls.group_calls.start()
        yield Ward(house)
        await house.calls.group_calls.stop()


async def crowd(ward: Ward, people: int = 3) -> tuple[Pair, dict[VisitorAccess, Joined]]:
    """Start a 1:1 call and add more patients, who join."""
    pair, room = await ward.both(), await ward.room()
    joined: dict[VisitorAccess, Joined] = {}
    for number in range(people):
        visitor = await ward.wait(f"Number {number}")
        await add_patient(ward.house.services, pair.host, room, visitor.visit_id)
        joined[visitor] = await ward.join(await ward.seat(visitor))
    return pair, joined


async def heard(ward: Ward, connection_id: str, sender: str, count: int = 1) -> dict[str, Any]:
    """Return what the media server sends a connection; the `count`th message of that sender."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with ward.database.read() as db:
                events = await outbox.events_since(db, f"signals:{connection_id}", 0) or []
            told = [e.payload for e in events if e.payload["from_connection"] == sender]
            if len(told) >= count:
                return told[count - 1]
            await asyncio.sleep(0.05)


async def publish(ward: Ward, access: Any, joined: Joined, count: int = 1) -> RTCPeerConnection:
    """Send a picture to the media server, by signals alone; for the `count`th time."""
    peer = RTCPeerConnection()
    peer.addTrack(Picture())
    await peer.setLocalDescription(await peer.createOffer())
    said = Description(type="offer", sdp=peer.localDescription.sdp)
    signal = offer(joined.call_id, joined.connection_id, FROM_PUBLISH, description=said)
    assert await ward.calls.signalling.relay(access, signal)
    answer = (await heard(ward, joined.connection_id, FROM_PUBLISH, count))["description"]
    await peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))
    return peer


async def test_the_fifth_person_moves_the_call_to_the_media_server(
    janus: Janus, tmp_path: Path
) -> None:
    async with ward_with(janus, tmp_path) as ward:
        pair, joined = await crowd(ward)
        assert [one.topology for one in joined.values()] == ["direct", "direct", "media_server"]
        assert await ward.calls.group_calls.state() == "ok"
        [first, *_], last = joined.items(), list(joined.items())[-1]
        peers = [await publish(ward, *first), await publish(ward, *last)]
        offered = await heard(ward, first[1].connection_id, FROM_SUBSCRIBE)
        assert offered["description"]["type"] == "offer"
        assert offered["fresh"]
        streams = {stream["connection_id"]: stream["kind"] for stream in offered["streams"]}
        assert streams == {last[1].connection_id: "video"}
        room = await ward.room()
        for visitor in joined:
            await ward.calls.control.end_visit(room, visitor.visit_id)
        again = await ward.join(pair.host)
        assert again.topology == "media_server", "it never goes back"
        await ward.calls.control.end_for_all(pair.host)
        await do_jobs(ward.house)
        for peer in peers:
            await peer.close()


async def test_a_room_ends_with_its_call_in_each_process(janus: Janus, tmp_path: Path) -> None:
    """The worker, which closes it for good, may be another process; and it cleans up orphaned
    rooms whose call it knows to be over."""
    async with ward_with(janus, tmp_path) as ward, another_process(janus) as other:
        pair, _ = await crowd(ward)
        running = await ward.start(await ward.wait("Ruth Runs"), ward.house.here.receptionist)
        await ward.calls.group_calls.prepare(running.call_id)
        theirs = new_id("cal")
        await other.open_room(theirs)
        assert {pair.call_id, running.call_id, theirs} <= await other.rooms()
        await ward.calls.control.end_for_all(pair.host)
        await until_gone(other, pair.call_id)
        await other.open_room(pair.call_id)  # by a process that had not learned of the end
        await ward.registered.sweeps["calls.rooms"][1]()
        there = await other.rooms()
        assert pair.call_id not in there
        assert {running.call_id, theirs} <= there
        for call_id in (running.call_id, theirs):
            await other.close_room(call_id)


@asynccontextmanager
async def another_process(janus: Janus) -> AsyncIterator[JanusServer]:
    """Another process that is connected to the media server."""
    server = JanusServer(janus.url, SECRET)
    yield server
    await server.stop()


async def until_gone(server: JanusServer, call_id: str) -> None:
    """Wait until a call's room is gone."""
    async with asyncio.timeout(PATIENCE):
        while call_id in await server.rooms():  # noqa: ASYNC110 - Janus tells nobody
            await asyncio.sleep(0.05)


async def test_an_offer_that_is_none_is_told_to_who_made_it(janus: Janus, tmp_path: Path) -> None:
    async with ward_with(janus, tmp_path) as ward:
        _, joined = await crowd(ward)
        visitor, one = list(joined.items())[-1]
        said = Description(type="offer", sdp="nonsense")
        signal = offer(one.call_id, one.connection_id, FROM_PUBLISH, description=said)
        assert await ward.calls.signalling.relay(visitor, signal)
        told = await heard(ward, one.connection_id, FROM_PUBLISH)
        assert told["failure"] == "wrong_input"
        assert told["description"] is None


async def test_a_media_server_that_is_down_lets_four_go_on(tmp_path: Path) -> None:
    own = Janus()
    own.start()
    try:
        async with ward_with(own, tmp_path) as ward:
            pair, joined = await crowd(ward, people=2)
            fifth, room = await ward.wait("Fifth"), await ward.room()
            await add_patient(ward.house.services, pair.host, room, fifth.visit_id)
            own.crash()
            with pytest.raises(MediaServerDown):
                await ward.join(await ward.seat(fifth))
            assert await ward.registered.checks["media server"]() == "down"
            again = await ward.join(pair.host)
            assert again.topology == "direct"
            own.start()
            assert (await _join_when_up(ward, fifth)).topology == "media_server"
            assert len(joined) == 2
    finally:
        own.remove()


async def _join_when_up(ward: Ward, visitor: VisitorAccess) -> Joined:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await ward.join(await ward.seat(visitor))
            except MediaServerDown:
                await asyncio.sleep(0.1)
