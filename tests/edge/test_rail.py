"""The numbers of the rail: pushed to open pages, the same that a page asks for, for each person as
far as they may see."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from bedside.edge import rail as rails
from bedside.edge.rail import Rail, topic_of
from bedside.errors import NotFound, Unavailable
from bedside.people.permissions import StaffAccess
from bedside.people.roles import Role
from bedside.people.sessions import Stage
from bedside.people.staff import Person
from bedside.realtime.bus import Listener
from bedside.web.app import create_app
from tests.charts.filing import filed
from tests.house import House
from tests.peers.ports import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F9")]


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nothing but the counting itself."""
    monkeypatch.setattr(rails, "TOGETHER", 0.0)
    monkeypatch.setattr(rails, "AT_MOST_EVERY", 0.005)


class Desk:
    """A clinic with open pages. `counted` is for whom the sections were counted."""

    def __init__(self, house: House) -> None:
        self.house = house
        app = create_app(house.services)
        self.features = app.state.features
        self.counted: list[str] = []
        bus = house.services.realtime.bus
        self.rail = Rail(bus, self._count, house.services.people.reach.view_of)

    async def _count(self, staff: StaffAccess) -> dict[str, int]:
        self.counted.append(staff.staff_id)
        return await self.features.waiting(self.house.services, staff)

    async def fresh(self, staff: StaffAccess) -> dict[str, int]:
        """Return what a page gets that asks."""
        return await self.features.waiting(self.house.services, staff)

    async def open(self, staff: StaffAccess) -> "Shown":
        """Open a page, as the socket does."""
        page = Shown(self, staff)
        await self.rail.snapshot(staff, staff.staff_id)
        self.house.services.realtime.bus.subscribe(page.listener, topic_of(staff.staff_id))
        page.counts = await self.rail.snapshot(staff, staff.staff_id)
        return page


class Shown:
    """A page, with the numbers that it shows."""

    def __init__(self, desk: Desk, staff: StaffAccess) -> None:
        self.listener = Listener(desk.house.services.realtime.topics.may_hear, self._push)
        self.counts: dict[str, int] = {}
        self.pushed = 0
        self._came = asyncio.Event()
        self._bus = desk.house.services.realtime.bus
        self._topic = topic_of(staff.staff_id)
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while True:
            text = await self.listener.next()
            if text is not None:
                self._push(text)

    def _push(self, text: str) -> bool:
        said: dict[str, Any] = json.loads(text)
        assert (said["topic"], said["type"]) == (self._topic, "snapshot")
        self.counts, self.pushed = said["data"], self.pushed + 1
        self._came.set()
        return True

    async def until(self, true: Callable[[dict[str, int]], bool]) -> None:
        """Wait until the page shows something."""
        async with asyncio.timeout(PATIENCE):
            while not true(self.counts):
                self._came.clear()
                await self._came.wait()

    def close(self) -> None:
        """Close the page."""
        self._reading.cancel()
        self._bus.leave(self.listener)


async def settled(desk: Desk) -> None:
    """Wait until nobody has to be counted for."""
    async with asyncio.timeout(PATIENCE):
        while desk.rail._task is not None:
            await desk.rail._task


async def hired(house: House, name: str, *targets: str, role: Role = Role.STAFF) -> StaffAccess:
    """Return another member of staff, assigned to these teams, rooms or patients."""
    services = house.services
    person = Person(name=name, email=f"{name.lower()}@riverside.example", role=role)
    actor = house.here.administrator.actor
    async with services.database.unit_of_work() as work:
        member = await services.people.staff.install(work, actor, house.clinic.id, person, "none")
        for target in targets:
            await services.people.staff.install_assignment(
                work, actor, house.clinic.id, member.id, target
            )
        token = await services.people.sessions.begin(
            work, member.id, house.clinic.id, role, Stage.FULL, "", "127.0.0.1"
        )
    return await services.people.sessions.resume(token, "127.0.0.1")


async def test_what_is_pushed_is_what_a_page_gets_that_asks(house: House) -> None:
    """For everybody, whatever happens: files arrive, are reviewed, destroyed, moved."""
    desk, own = Desk(house), house.patients[1].id
    people = [
        house.here.administrator,
        house.here.receptionist,
        await hired(house, "Nora", own),
        await hired(house, "Olle"),
        await hired(house, "Pia", house.here.room.id),
        house.next_door.receptionist,
    ]
    pages = [await desk.open(who) for who in people]
    first, second = await house.chart(0), await house.chart(1)
    contents = house.services.charts.contents
    one = await filed(house, first)
    two = await filed(house, second, "photo.jpg")
    for page, expected in zip(pages, (2, 2, 1, 0, 2, 0), strict=True):
        await page.until(lambda counts, expected=expected: counts["inbox"] == expected)
    await settled(desk)
    await contents.review(first, one.id)
    await filed(house, second, "bad.pdf", state="infected")
    await contents.move(second, two.id, first, "It is the other patient's.")
    for page, expected in zip(pages, (1, 1, 0, 0, 1, 0), strict=True):
        await page.until(lambda counts, expected=expected: counts["inbox"] == expected)
    await settled(desk)
    for who, page in zip(people, pages, strict=True):
        assert page.counts == await desk.fresh(who), who.staff_id
        page.close()


async def test_nobody_gets_the_numbers_of_somebody_else(quick_house: House) -> None:
    desk = Desk(quick_house)
    for who, about in (
        (quick_house.here.receptionist, quick_house.here.administrator.staff_id),
        (quick_house.next_door.administrator, quick_house.here.administrator.staff_id),
        (object(), quick_house.here.administrator.staff_id),
        (quick_house.here.receptionist, ""),
    ):
        with pytest.raises(NotFound):
            await desk.rail.snapshot(who, about)


async def test_people_with_the_same_assignments_are_counted_for_once(quick_house: House) -> None:
    desk, room = Desk(quick_house), quick_house.here.room.id
    alike = [await hired(quick_house, f"Alike{n}", room) for n in range(5)]
    other = await hired(quick_house, "Other", quick_house.patients[0].id)
    pages = [await desk.open(who) for who in [*alike, *alike, other]]  # each of them with two pages
    desk.counted.clear()
    await filed(quick_house, await quick_house.chart(0))
    await settled(desk)
    assert [page.counts["inbox"] for page in pages] == [1] * 11
    assert len(desk.counted) == 2
    for page in pages:
        page.close()


async def test_people_are_not_counted_for_when_it_does_not_concern_them(
    quick_house: House,
) -> None:
    desk = Desk(quick_house)
    page = await desk.open(await hired(quick_house, "Nora", quick_house.patients[1].id))
    desk.counted.clear()
    await filed(quick_house, await quick_house.chart(0))
    await filed(quick_house, await quick_house.chart(0), "second.pdf")
    await asyncio.sleep(0.03)
    await settled(desk)
    assert desk.counted == []
    assert page.pushed == 0
    page.close()


async def test_who_loses_a_patient_is_counted_for_without(quick_house: House) -> None:
    """The assignment itself says nothing to the page; the next event counts without it, also
    though the number is the one that was pushed last."""
    desk, house = Desk(quick_house), quick_house
    patient = house.patients[1].id
    nora = await hired(house, "Nora", patient, house.patients[0].id)
    page = await desk.open(nora)
    await filed(house, await house.chart(0))
    await page.until(lambda counts: counts["inbox"] == 1)
    await filed(house, await house.chart(1))
    await page.until(lambda counts: counts["inbox"] == 2)
    await house.services.people.staff.unassign(house.administer(), nora.staff_id, patient)
    second = await desk.open(nora)
    assert second.counts["inbox"] == 1
    entry = await filed(house, await house.chart(0), "third.pdf")
    await page.until(lambda counts: counts["inbox"] == 2)
    await second.until(lambda counts: counts["inbox"] == 2)
    await house.services.charts.contents.review(await house.chart(0), entry.id)
    for shown in (page, second):
        await shown.until(lambda counts: counts["inbox"] == 1)
        shown.close()


async def test_a_changed_role_is_counted_for(quick_house: House) -> None:
    desk, house = Desk(quick_house), quick_house
    before = house.here.clinician
    page = await desk.open(before)
    token = await house.token(before)
    staff = house.services.people.staff
    await staff.change_role(house.administer(), before.staff_id, Role.STAFF)
    after = await house.services.people.sessions.resume(token, "127.0.0.1")
    desk.rail.renew(after)
    desk.rail.renew(None)
    assert desk.rail._people[before.staff_id].access.role is Role.STAFF
    await filed(house, await house.chart())
    await page.until(lambda counts: counts["inbox"] == 1)
    assert page.counts == await desk.fresh(after)
    page.close()


async def test_when_the_last_page_is_closed_nobody_counts(quick_house: House) -> None:
    desk = Desk(quick_house)
    bus = quick_house.services.realtime.bus
    page, second = [await desk.open(quick_house.here.receptionist) for _ in range(2)]
    page.close()
    await filed(quick_house, await quick_house.chart())
    await second.until(lambda counts: counts["inbox"] == 1)
    assert bus.pages == 1
    second.close()
    desk.counted.clear()
    await filed(quick_house, await quick_house.chart(), "second.pdf")
    await settled(desk)
    assert desk.counted == []
    assert desk.rail._people == {}
    assert not bus.is_followed(f"desk:{quick_house.clinic.id}")


async def test_a_count_that_fails_is_made_up_for(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without another event: the database was away for a moment."""
    desk = Desk(quick_house)
    page = await desk.open(quick_house.here.receptionist)
    count, tries = desk._count, 0

    async def counting(staff: StaffAccess) -> dict[str, int]:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Unavailable
        return await count(staff)

    monkeypatch.setattr(desk.rail, "_count", counting)
    await filed(quick_house, await quick_house.chart())
    await page.until(lambda counts: counts["inbox"] == 1)
    page.close()
