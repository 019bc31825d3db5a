"""One event, many pages: each gets it once, in order, and only if its person may see it now."""

import asyncio

import pytest

from bedside.charts.events import InboxChanged
from bedside.edge.live_protocol import LiveProtocol
from bedside.errors import Unavailable
from bedside.kernel.events import Published
from bedside.people.audiences import Audiences, person_of
from bedside.people.permissions import StaffAccess
from bedside.realtime.bus import _MOST_OWN, Bus, Listener
from bedside.realtime.envelopes import elsewhere_envelope, event_envelope
from bedside.realtime.topics import Audience
from tests.house import House, Served
from tests.peers.ports import PATIENCE
from tests.realtime.test_live_pages import looking

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F9")]


def happening(version: int, topic: str = "chart:x") -> Published:
    """Return an event."""
    return Published(topic, version, "chart.entry_changed", {"patient_id": "x"})


class Open:
    """A page of the bus without a browser: what was pushed to it, and what is queued."""

    def __init__(self, *, may_see: bool = True, person: str = "") -> None:
        self.told: list[str] = []
        self.keeps_up = True
        self._may_see = may_see
        self.listener = Listener(self._asked, self._push)
        self.listener.person = person

    async def _asked(self, _person: str, _published: Published) -> bool:
        return self._may_see

    def _push(self, text: str) -> bool:
        if self.keeps_up:
            self.told.append(text)
        return self.keeps_up

    async def rest(self) -> "asyncio.Task[str | None]":
        """Let the page wait for the next text."""
        task = asyncio.create_task(self.listener.next())
        await asyncio.sleep(0)
        return task


async def all_delivered() -> None:
    """Let the tasks of a bus finish."""
    for _ in range(50):
        await asyncio.sleep(0)


def bus_of(house: House, persons: Audience) -> Bus:
    """Return a bus on which these persons may see everything."""

    async def audience(_published: Published) -> Audience:
        return persons

    return Bus(house.services.database, audience)


async def test_a_thousand_pages_hear_three_events_in_order(quick_house: House) -> None:
    bus = bus_of(quick_house, {"right"})
    pages = [Open(person="right" if n % 2 else "wrong") for n in range(1_000)]
    resting = [await page.rest() for page in pages]
    for page in pages:
        bus.subscribe(page.listener, "chart:x")
    events = [happening(version) for version in (1, 2, 3)]
    bus.publish(events[:1])
    bus.publish(events[1:])
    await all_delivered()
    for number, page in enumerate(pages):
        envelope = event_envelope if number % 2 else elsewhere_envelope
        assert page.told == [envelope(event) for event in events]
    for task in resting:
        task.cancel()


async def test_a_page_that_does_not_keep_up_gets_the_rest_in_order(quick_house: House) -> None:
    bus = bus_of(quick_house, None)
    page = Open()
    bus.subscribe(page.listener, "chart:x")
    bus.publish([happening(1)])  # before it waits for anything: nothing may overtake
    await all_delivered()
    resting = await page.rest()
    assert await resting == event_envelope(happening(1))
    resting = await page.rest()
    bus.publish([happening(2)])
    await all_delivered()
    page.keeps_up = False
    bus.publish([happening(3)])
    await all_delivered()
    page.keeps_up = True
    bus.publish([happening(4)])  # pushed now it would precede the third
    await all_delivered()
    assert page.told == [event_envelope(happening(2))]
    assert await resting == event_envelope(happening(3))
    assert await page.listener.next() == event_envelope(happening(4))


@pytest.mark.feature("S2")
@pytest.mark.parametrize("may_see", [True, False])
async def test_what_waits_is_told_by_what_the_person_may_see_then(
    may_see: bool, quick_house: House
) -> None:
    """Even if nobody could say who may see it because the database was down."""

    async def away(_published: Published) -> Audience:
        raise Unavailable

    expected = (event_envelope if may_see else elsewhere_envelope)(happening(1))
    for bus in (bus_of(quick_house, {"somebody"}), Bus(quick_house.services.database, away)):
        page = Open(may_see=may_see, person="somebody")
        page.keeps_up = False
        resting = await page.rest()
        bus.subscribe(page.listener, "chart:x")
        bus.publish([happening(1)])
        assert await asyncio.wait_for(resting, PATIENCE) == expected
        assert page.told == []


async def test_who_has_left_hears_nothing(quick_house: House) -> None:
    bus = bus_of(quick_house, None)
    page, other = Open(), Open()
    resting = [await page.rest(), await other.rest()]
    for each in (page, other):
        bus.subscribe(each.listener, "chart:x")
    ended: list[str] = []
    stop = bus.watch("chart:x", lambda: ended.append("chart:x"))
    bus.publish([happening(1)])
    assert ended == ["chart:x"]  # at once
    bus.leave(page.listener)
    await all_delivered()
    stop()
    bus.publish([happening(2)])
    await all_delivered()
    assert (page.told, len(other.told), ended) == ([], 2, ["chart:x"])
    assert bus.pages == 1
    for task in resting:
        task.cancel()


@pytest.mark.feature("S2")
async def test_an_audience_is_everybody_who_sees_the_patient(house: House) -> None:
    audiences = Audiences(house.services.database)
    everybody = [
        staff
        for household in (house.here, house.next_door)
        for staff in (household.administrator, household.clinician, household.receptionist)
    ]

    async def check() -> int:
        """Called for all, and for each."""
        seen = 0
        for patient in (*house.here.patients, *house.next_door.patients):
            audience = await audiences.of(patient.id)
            for staff in everybody:
                sees = await house.services.people.permissions.sees(staff, patient.id)
                person = person_of(staff)
                assert (person in audience) is sees
                assert await audiences.of(patient.id, person) == ({person} if sees else set())
                seen += sees
        return seen

    before = await check()
    assert before == 3 * (len(house.here.patients) + len(house.next_door.patients))
    await take_away(house, house.here.receptionist)
    assert await check() == before - len(house.here.patients)
    assert await audiences.of("pat_nobody") == frozenset()


@pytest.mark.feature("S2")
async def test_the_desk_tells_each_what_they_may_see_now(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the real socket, without the detour by a queue."""
    house = served.house
    pushed: list[str] = []
    push = LiveProtocol.push

    def counted(self: LiveProtocol, text: str) -> bool:
        done = push(self, text)
        if done:
            pushed.append(text)
        return done

    monkeypatch.setattr(LiveProtocol, "push", counted)
    topic = f"desk:{house.clinic.id}"
    changed = InboxChanged(
        clinic_id=house.clinic.id, patient_id=house.patients[0].id, entry_id="ent_x", reason="filed"
    )
    async with (
        looking(served, topic, house.here.clinician) as sees,
        looking(served, topic, house.here.receptionist) as loses,
    ):
        await sees.settle()
        await loses.settle()
        for round_ in range(2):
            async with house.database.unit_of_work() as work:
                work.emit(changed)
            assert (await sees.take_one())["type"] == "desk.inbox_changed"
            told = await loses.take_one()
            if round_ == 0:
                assert told["type"] == "desk.inbox_changed"
                await take_away(house, house.here.receptionist)
            else:
                assert (told["type"], set(told)) == ("elsewhere", {"topic", "version", "type"})
    assert len(pushed) == 4


async def take_away(house: House, staff: StaffAccess) -> None:
    """Remove somebody, as the administrator, from the room that all patients belong to."""
    await house.services.people.staff.unassign(
        house.administer(), staff.staff_id, house.here.room.id
    )


async def test_a_page_that_never_reads_keeps_one_snapshot_of_each_topic() -> None:
    """Numbers of the rail are pushed every second, also to a page that has fallen asleep."""
    page = Open()
    for number in range(5_000):
        for topic in ("rail:a", "chart:x"):
            page.listener.send(topic, f"{topic} {number}")
    assert len(page.listener._queue) == 2
    assert [await page.listener.next() for _ in range(2)] == ["rail:a 4999", "chart:x 4999"]
    page.listener.send("rail:a", "rail:a 5000")
    assert await page.listener.next() == "rail:a 5000"


async def test_a_newer_snapshot_stands_where_the_unread_one_stood(quick_house: House) -> None:
    """Events between the two are part of the newer one, and old to the page."""
    bus, page = bus_of(quick_house, None), Open()
    bus.subscribe(page.listener, "chart:x")
    page.listener.send("chart:x", "snapshot 3")
    page.listener.offer(happening(4), event_envelope(happening(4)))
    page.listener.send("rail:a", "numbers")
    page.listener.send("chart:x", "snapshot 4")
    page.listener.offer(happening(5), event_envelope(happening(5)))
    assert [await page.listener.next() for _ in range(4)] == [
        "snapshot 4",
        event_envelope(happening(4)),
        "numbers",
        event_envelope(happening(5)),
    ]


async def test_a_page_that_leaves_answers_unread_is_not_read_either() -> None:
    page = Open()
    for number in range(200):
        await asyncio.wait_for(page.listener.has_room(), PATIENCE)
        page.listener.send(f"refused:{number}", "refused")
        if len(page.listener._queue) == _MOST_OWN:
            break
    waiting = asyncio.create_task(page.listener.has_room())
    await asyncio.sleep(0)
    assert not waiting.done()
    assert await page.listener.next() == "refused"
    await asyncio.wait_for(waiting, PATIENCE)
