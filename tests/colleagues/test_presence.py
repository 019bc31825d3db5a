"""Presence of staff, on both databases."""

import pytest

from bedside.colleagues.events import ColleagueChanged
from bedside.colleagues.live import apply
from bedside.colleagues.presence import AWAY_AFTER, Colleague, Colleagues, Whereabouts
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.people.permissions import StaffAccess
from tests.calls.calling import Ward
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V26")]


def of(house: House) -> Colleagues:
    return house.services.colleagues.presence


async def opens(house: House, staff: StaffAccess, page: str, *, hidden: bool = False) -> None:
    """Open a page, or hide or show it."""
    await house.services.realtime.presence.here(staff.staff_id, page, hidden=hidden)
    if not hidden:
        await of(house).seen(staff)


async def shown(house: House, whom: StaffAccess) -> Colleague:
    """Return what the administrator is shown of somebody."""
    found = await of(house).of_clinic(house.here.administrator)
    return next(one for one in found if one.staff_id == whom.staff_id)


async def test_somebody_is_in_the_room_opened_last(house: House) -> None:
    here, service = house.here, of(house)
    assert (await shown(house, here.clinician)).state is Whereabouts.AWAY
    await opens(house, here.clinician, "sck_1")
    assert (await shown(house, here.clinician)).state is Whereabouts.HERE
    room = await house.people.permissions.room(here.clinician, here.room.id)
    await service.opened_room(room)
    one = await shown(house, here.clinician)
    assert (one.state, one.room_id, one.in_call) == (Whereabouts.HERE, here.room.id, False)
    assert one.name == "Dr Amara Okafor"
    there = await service.in_room(here.administrator, here.room.id)
    assert [colleague.staff_id for colleague in there] == [here.clinician.staff_id]
    assert await service.in_room(here.clinician, here.room.id) == []  # oneself is no colleague


async def test_pages_that_come_and_go_say_nothing_yet(house: House) -> None:
    here, service = house.here, of(house)
    await opens(house, here.clinician, "sck_1")
    await service.opened_room(await house.people.permissions.room(here.clinician, here.room.id))
    await house.services.realtime.presence.gone("sck_1")
    await service.sweep()
    assert (await shown(house, here.clinician)).state is Whereabouts.HERE
    await opens(house, here.clinician, "sck_2")
    with clock.shifted(AWAY_AFTER + clock.SECOND):
        await service.sweep()
        assert (await shown(house, here.clinician)).state is Whereabouts.HERE
    await opens(house, here.clinician, "sck_2", hidden=True)
    await service.sweep()
    with clock.shifted(AWAY_AFTER + clock.SECOND):
        await service.sweep()
        away = await shown(house, here.clinician)
        assert (away.state, away.room_id) == (Whereabouts.AWAY, here.room.id)
        assert await service.in_rooms(here.administrator) == {}
        await opens(house, here.clinician, "sck_2")
        assert (await shown(house, here.clinician)).state is Whereabouts.HERE
    await house.services.realtime.presence.gone("sck_2")
    await service.sweep()
    with clock.shifted(2 * AWAY_AFTER):
        await service.sweep()
        gone = await shown(house, here.clinician)
        assert (gone.state, gone.room_id) == (Whereabouts.AWAY, "")


async def test_who_is_in_a_call_is_in_the_room_of_the_call(house: House) -> None:
    ward = Ward(house)
    pair = await ward.both()
    staff = pair.host.staff
    viewer = next(
        one
        for one in (house.here.administrator, house.here.receptionist)
        if one.staff_id != staff.staff_id
    )
    await opens(house, staff, "sck_1", hidden=True)
    await of(house).seen(staff)
    await of(house).sweep()
    found = {one.staff_id: one for one in await of(house).of_clinic(viewer)}[staff.staff_id]
    assert (found.state, found.in_call) == (Whereabouts.IN_CALL, True)
    async with house.services.database.read() as db:
        assert await of(house).state_of(db, staff.staff_id) is Whereabouts.IN_CALL


@pytest.mark.parametrize("chosen", ["away", "do_not_disturb"])
async def test_what_was_chosen_holds_for_half_a_day(house: House, chosen: str) -> None:
    here, service = house.here, of(house)
    await opens(house, here.clinician, "sck_1")
    await service.choose(here.clinician, chosen)
    assert (await shown(house, here.clinician)).state == chosen
    assert await service.chosen(here.clinician) == chosen
    with clock.shifted(11 * clock.HOUR):
        await service.sweep()
        assert (await shown(house, here.clinician)).state == chosen
    with clock.shifted(13 * clock.HOUR):
        await service.sweep()
        assert (await shown(house, here.clinician)).state is Whereabouts.HERE
    await service.choose(here.clinician, chosen)
    await service.choose(here.clinician, "")
    assert (await shown(house, here.clinician)).state is Whereabouts.HERE


@pytest.mark.parametrize("wrong", ["busy", "HERE", "in_call", " "])
async def test_nothing_else_can_be_chosen(quick_house: House, wrong: str) -> None:
    with pytest.raises(WrongInput):
        await of(quick_house).choose(quick_house.here.clinician, wrong)


async def test_events_and_snapshots_agree_and_stay_in_the_clinic(house: House) -> None:
    here, services = house.here, house.services
    kind = services.realtime.topics.kind("colleagues:")
    assert kind is not None
    before = await kind.snapshot(here.administrator, house.clinic.id)
    await opens(house, here.clinician, "sck_1")
    after = await kind.snapshot(here.administrator, house.clinic.id)
    event = {
        "clinic_id": house.clinic.id,
        "staff_id": here.clinician.staff_id,
        "state": "here",
        "room_id": "",
        "left_room_id": "",
    }
    assert apply(before, ColleagueChanged.type, event) == after
    assert await of(house).of_clinic(house.next_door.administrator) != []
    ids = {one.staff_id for one in await of(house).of_clinic(house.next_door.administrator)}
    assert here.clinician.staff_id not in ids
    with pytest.raises(NotFound):
        await kind.snapshot(house.next_door.administrator, house.clinic.id)


async def test_only_changes_are_published(house: House) -> None:
    """A large clinic opens thousands of pages an hour."""

    async def published() -> int:
        async with house.services.database.read() as db:
            from sqlalchemy import func, select

            from bedside.database.outbox import events

            rows = await db.all(
                select(func.count().label("n")).where(events.c.type == ColleagueChanged.type)
            )
            return int(rows[0].n)

    for page in ("sck_1", "sck_2", "sck_3"):
        await opens(house, house.here.clinician, page)
        await of(house).sweep()
    assert await published() == 1
