"""snapshot + events = fresh snapshot, for calls."""

from typing import Any

import pytest

from bedside.calls.live import apply
from bedside.calls.states import Mode
from bedside.database import outbox
from bedside.errors import NotFound
from bedside.kernel.events import Published
from bedside.realtime.topics import Audience, Topics
from tests.calls.agreeing import add_patient, admit_guest
from tests.calls.calling import Ward, sends
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V7")]


@pytest.fixture
def ward(house: House) -> Ward:
    """The waiting room, on SQLite and then on PostgreSQL."""
    return Ward(house)


class Follower:
    """An open page of a topic."""

    def __init__(self, ward: Ward, access: Any, topic: str) -> None:
        self._ward, self._access, self.topic = ward, access, topic
        self.heard: list[str] = []

    async def fresh(self) -> dict[str, Any]:
        """Return the snapshot for a page loaded now."""
        kind = self._ward.realtime.topics.kind(self.topic)
        return await kind.snapshot(self._access, self.topic.partition(":")[2])

    async def look(self) -> "Follower":
        """Take a snapshot and its version."""
        self.state = await self.fresh()
        async with self._ward.database.read() as db:
            self.version = await outbox.topic_version(db, self.topic)
        return self

    async def catch_up(self) -> dict[str, Any]:
        """Apply the events since, and compare with a fresh page."""
        async with self._ward.database.read() as db:
            missed = await outbox.events_since(db, self.topic, self.version)
        assert missed, "nothing was told"
        for event in missed:
            assert event.version == self.version + 1
            self.version = event.version
            self.heard.append(event.type)
            self.state = apply(self.state, event.type, event.payload)
        assert self.state == await self.fresh()
        return self.state


async def test_every_action_of_a_call(ward: Ward) -> None:
    visitor, second, room = await ward.wait("First"), await ward.wait("Second"), await ward.room()
    host = await ward.start(visitor, mode=Mode.VOICE)
    page = await Follower(ward, host.access, f"call:{host.call_id}").look()

    def standing(participant_id: str) -> str:
        return page.state["participants"][participant_id]["state"]

    here = await ward.join(host)
    assert (await page.catch_up())["participants"][here.participant_id]["connection_id"]
    seat = await ward.seat(visitor)
    there = await ward.join(seat, muted=True)
    assert (await page.catch_up())["participants"][there.participant_id]["muted"]
    await ward.join(seat)
    await page.catch_up()
    await ward.calls.participants.media(host.access, sends(host.call_id, here.connection_id))
    assert (await page.catch_up())["participants"][here.participant_id]["camera"]
    await ward.calls.control.turn_to_video(seat)
    assert (await page.catch_up())["mode"] == "video"
    await add_patient(ward.house.services, host, room, second.visit_id)
    await page.catch_up()
    joined = await ward.join(await ward.seat(second))
    await page.catch_up()
    guest = await ward.guest(host)
    assert "knocking" in {p["state"] for p in (await page.catch_up())["participants"].values()}
    await admit_guest(ward.house.services, host, guest.guest_id)
    await page.catch_up()
    guest_joined = await ward.join(await ward.calls.seats.guest(guest))
    await page.catch_up()
    await ward.calls.guests.revoke(host, guest.guest_id)
    await page.catch_up()
    assert standing(guest_joined.participant_id) == "refused"
    await ward.calls.control.return_to_waiting_room(room, second.visit_id)
    await page.catch_up()
    assert standing(joined.participant_id) == "left"
    await ward.calls.control.end_for_all(host)
    assert (await page.catch_up())["state"] == "ended"
    assert {standing(p) for p in page.state["participants"]} == {"left", "refused"}


async def test_the_guests_own_page(ward: Ward) -> None:
    pair = await ward.both()
    guest = await ward.guest(pair.host)
    page = await Follower(ward, guest, f"guest:{guest.guest_id}").look()
    assert page.state["state"] == "knocking"
    await admit_guest(ward.house.services, pair.host, guest.guest_id)
    assert (await page.catch_up())["state"] == "asked"
    await ward.calls.control.end_for_all(pair.host)
    async with ward.database.read() as db:
        missed = await outbox.events_since(db, page.topic, page.version)
    assert missed is not None
    assert [event.payload["state"] for event in missed] == ["ended"]


async def test_who_hears_of_a_call_changes_with_who_is_in_it(ward: Ward) -> None:
    pair, second, room = await ward.both(), await ward.wait("Second"), await ward.room()
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    guest = await ward.guest(pair.host)
    topics: Topics = ward.realtime.topics

    async def audience(call_id: str) -> Audience:
        return await topics.audience(Published(f"call:{call_id}", 1, "call.changed", {}))

    clinic = ward.house.clinic.id
    staff = f"{clinic}/{pair.host.staff.staff_id}"
    first, other = f"{clinic}/{pair.visitor.visit_id}", f"{clinic}/{second.visit_id}"
    assert await audience(pair.call_id) == {staff, first, other}
    await admit_guest(ward.house.services, pair.host, guest.guest_id)
    assert await audience(pair.call_id) == {staff, first, other, f"{clinic}/{guest.guest_id}"}
    await ward.calls.guests.revoke(pair.host, guest.guest_id)
    await ward.calls.control.return_to_waiting_room(room, pair.visitor.visit_id)
    assert await audience(pair.call_id) == {staff, other}
    for access in (pair.visitor, guest, ward.house.here.receptionist):
        with pytest.raises(NotFound):
            await ward.live_call(access, pair.call_id)
