"""Signals are delivered within one call, and wait for a page that is disconnected."""

from typing import Any

import pytest

from bedside.calls.events import CallSignal
from bedside.database import outbox
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.realtime.envelopes import Candidate
from tests.calls.agreeing import add_patient
from tests.calls.calling import SDP, Ward, offer
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V5")]

CANDIDATE = Candidate(candidate="candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid="0")


@pytest.fixture
def ward(house: House) -> Ward:
    """The waiting room, on SQLite and then on PostgreSQL."""
    return Ward(house)


async def told(ward: Ward, connection_id: str) -> list[dict[str, Any]]:
    """Return every signal that a connection can receive, from the first."""
    async with ward.database.read() as db:
        events = await outbox.events_since(db, f"signals:{connection_id}", 0)
    assert events is not None
    return [event.payload for event in events]


async def test_an_offer_and_candidates_reach_the_other_page(ward: Ward) -> None:
    pair = await ward.both()
    here, there = pair.here.connection_id, pair.there.connection_id
    relay = ward.calls.signalling.relay
    assert await relay(pair.host.access, offer(pair.call_id, here, there))
    said = offer(pair.call_id, here, there, candidate=CANDIDATE)
    assert await relay(pair.host.access, said)
    first, second = await told(ward, there)
    assert first["description"] == {"type": "offer", "sdp": SDP}
    assert first["from_connection"] == here
    assert second["candidate"]["candidate"] == CANDIDATE.candidate
    assert second["description"] is None
    assert await told(ward, here) == []


async def test_only_ones_own_page_can_speak(ward: Ward) -> None:
    pair = await ward.both()
    here, there = pair.here.connection_id, pair.there.connection_id
    relay = ward.calls.signalling.relay
    patient = (await ward.seat(pair.visitor)).access
    assert not await relay(patient, offer(pair.call_id, here, there)), "in somebody's name"
    assert not await relay(patient, offer(pair.call_id, there, there)), "to oneself"
    assert not await relay(patient, offer(pair.call_id, there, "con_nobody"))
    assert not await relay(patient, offer("cal_other", there, here))
    silent = offer(pair.call_id, there, here, number=3)
    assert not await relay(patient, silent), "nothing is said"
    outside = await ward.wait("Outside")
    assert not await relay(outside, offer(pair.call_id, there, here))
    assert not await relay(ward.house.here.receptionist, offer(pair.call_id, here, there))
    assert await told(ward, here) == []
    assert await told(ward, there) == []


async def test_calls_do_not_hear_each_other(ward: Ward) -> None:
    pair, other = await ward.both(), await ward.wait("Other")
    host = await ward.start(other, ward.house.here.receptionist)
    there = await ward.join(await ward.seat(other))
    for call_id in (pair.call_id, host.call_id):
        said = offer(call_id, pair.here.connection_id, there.connection_id)
        assert not await ward.calls.signalling.relay(pair.host.access, said)
    assert await told(ward, there.connection_id) == []


async def test_a_page_that_was_replaced_is_deaf_and_dumb(ward: Ward) -> None:
    """Two tabs: the older one neither receives nor sends."""
    pair = await ward.both()
    seat = await ward.seat(pair.visitor)
    older, newer = pair.there.connection_id, (await ward.join(seat)).connection_id
    here, relay = pair.here.connection_id, ward.calls.signalling.relay
    assert not await relay(pair.host.access, offer(pair.call_id, here, older))
    assert not await relay(seat.access, offer(pair.call_id, older, here))
    assert await relay(pair.host.access, offer(pair.call_id, here, newer))
    signals = ward.realtime.topics.kind("signals").snapshot
    assert await signals(seat.access, newer) == {}
    for access, connection in ((seat.access, older), (pair.host.access, newer)):
        with pytest.raises(NotFound):
            await signals(access, connection)


async def test_who_has_left_is_not_heard(ward: Ward) -> None:
    pair, second, room = await ward.both(), await ward.wait("Second"), await ward.room()
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    patient = (await ward.seat(pair.visitor)).access
    await ward.calls.control.return_to_waiting_room(room, pair.visitor.visit_id)
    said = offer(pair.call_id, pair.there.connection_id, pair.here.connection_id)
    assert not await ward.calls.signalling.relay(patient, said)


async def test_a_knocking_guest_is_not_heard(ward: Ward) -> None:
    pair = await ward.both()
    guest = await ward.guest(pair.host)
    for sender in ("", pair.here.connection_id):
        said = offer(pair.call_id, sender, pair.there.connection_id)
        assert not await ward.calls.signalling.relay(guest, said)


async def test_signals_are_forgotten_after_minutes(ward: Ward) -> None:
    pair = await ward.both()
    here, there = pair.here.connection_id, pair.there.connection_id
    assert await ward.calls.signalling.relay(pair.host.access, offer(pair.call_id, here, there))
    with clock.shifted(CallSignal.keep + 5_000):
        await ward.registered.sweeps["events.forget"][1]()
    async with ward.database.read() as db:
        assert await outbox.events_since(db, f"signals:{there}", 0) is None
