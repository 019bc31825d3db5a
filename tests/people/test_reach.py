"""Whoever sees few patients and whoever sees many get the same rows, by different statements."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import pytest
from sqlalchemy import func, literal, select, update

from bedside.database.statements import prepared
from bedside.people import reach
from bedside.people.patients import Demographics
from bedside.people.permissions import StaffAccess
from bedside.requests.models import requests
from tests.charts.filing import filed
from tests.house import House
from tests.requests.sending import send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F9")]

NAMES = ("Maya Lindqvist", "Maya Haddad", "Noor Maya Lindqvist", "Émile Lind", "Wei Chen")


async def crowd(house: House) -> list[str]:
    """Add patients whom the receptionist sees, one of them with files nobody looked at."""
    services, staff = house.services, house.here.receptionist
    ids: list[str] = []
    for name in NAMES:
        async with services.database.unit_of_work() as work:
            who = Demographics(name=name, birth_date=None)
            ids.append((await services.people.patients.add(work, staff, who, [])).id)
    chart = await services.people.permissions.chart(staff, ids[0])
    for name in ("blood results.pdf", "lung results.pdf", "results.jpg"):
        await filed(house, chart, name)
    return ids


async def both_ways(
    house: House, monkeypatch: pytest.MonkeyPatch, ask: Callable[[StaffAccess], Awaitable[Any]]
) -> tuple[Any, Any]:
    """Return what is answered to one who sees few, and to one who sees many."""
    staff, known = house.here.receptionist, house.services.people.patients._reach._known
    known.clear()
    few = await ask(staff)
    known.clear()
    with monkeypatch.context() as patched:
        patched.setattr(reach, "FEW", 0)
        many = await ask(staff)
        assert not known[staff.staff_id][0]
    known.clear()
    return few, many


@pytest.mark.parametrize("words", ["maya", "ma", "lind", "maya lind", "noor maya", "nobody"])
async def test_names_are_found_by_both(
    house: House, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    await crowd(house)
    patients = house.services.people.patients
    few, many = await both_ways(house, monkeypatch, lambda who: patients.find(who, words))
    assert few == many
    assert bool(few) == (words != "nobody")


async def test_lists_and_counts_are_the_same(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = await crowd(house)
    patients, charts = house.services.people.patients, house.services.charts
    few, many = await both_ways(house, monkeypatch, lambda who: patients.listed(who, limit=5))
    assert few == many
    assert {one.id for one in few} == set(ids)
    seen = await both_ways(house, monkeypatch, patients.count)
    assert seen[0] == seen[1] >= len(NAMES)
    assert await both_ways(house, monkeypatch, lambda who: patients.count(who, most=2)) == (3, 3)
    waiting = await both_ways(house, monkeypatch, charts.contents.unreviewed_count)
    assert waiting == (3, 3)


@pytest.mark.parametrize("common", [0, 2, 2_000])
@pytest.mark.parametrize("words", ["results", "blood results", "jpg", "nothing"])
async def test_words_are_found_by_all_statements(
    house: House, monkeypatch: pytest.MonkeyPatch, words: str, common: int
) -> None:
    await crowd(house)
    monkeypatch.setattr("bedside.charts.search._COMMON", common)
    search = house.services.charts.search
    few, many = await both_ways(house, monkeypatch, lambda who: search.everywhere(who, words))
    assert few == many
    assert len(few) == {"results": 3, "nothing": 0}.get(words, 1)


async def test_a_long_statement_beside_the_loop_can_be_given_up(quick_house: House) -> None:
    """And its connection serves the next one."""
    database: Any = quick_house.services.database
    numbers = select(literal(1).label("i")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.i + 1))
    forever = prepared(select(func.max(numbers.c.i).label("last")))

    async def ask() -> None:
        async with database.aside() as db:
            await db.all(forever)

    asking = asyncio.create_task(ask())
    await asyncio.sleep(0.05)
    assert not asking.done()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with database.aside() as db:
        assert await db.all(prepared(select(literal(1).label("one")))) == [(1,)]


async def test_the_inbox_has_the_same_rows_for_both(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd(house)
    await filed(house, await house.chart(0), "of another.pdf")
    contents = house.services.charts.contents

    async def in_pages(who: StaffAccess) -> list[str]:
        found, place = [], None
        while page := await contents.inbox(who, 2, beyond=place):
            found += [entry.id for entry in page]
            place = (page[-1].received_at, page[-1].id)
        return found

    few, many = await both_ways(house, monkeypatch, in_pages)
    oldest = await both_ways(house, monkeypatch, lambda who: contents.inbox(who, 50, oldest=True))
    assert few == many
    assert oldest[0] == oldest[1]
    assert few == [entry.id for entry in reversed(oldest[0])]
    assert few == [entry.id for entry in await contents.inbox(house.here.receptionist)]
    assert len(few) == 4


async def test_a_view_is_what_one_is_assigned_to(house: House) -> None:
    """Equal only for people who see the same patients and are in charge of the same rooms."""
    reach, here = house.services.people.reach, house.here
    views = {who: await reach.view_of(who) for who in (here.receptionist, here.clinician)}
    assert len(set(views.values())) == 1
    assert await reach.view_of(house.next_door.receptionist) not in views.values()
    await house.services.people.staff.unassign(
        house.administer(), here.clinician.staff_id, here.room.id
    )
    assert await reach.view_of(here.clinician) != views[here.receptionist]


@pytest.mark.parametrize("side", ["older", "newer"])
async def test_pages_of_the_list_begin_at_a_patient(
    house: House, monkeypatch: pytest.MonkeyPatch, side: Literal["older", "newer"]
) -> None:
    ids = sorted(await crowd(house), reverse=True)
    patients = house.services.people.patients
    for at, than in enumerate(ids):
        few, many = await both_ways(
            house, monkeypatch, lambda who, than=than: patients.listed_beyond(who, side, than)
        )
        assert few == many
        theirs = [one.id for one in few if one.id in ids]
        assert theirs == (ids[at + 1 :] if side == "older" else ids[:at])
    next_door = await patients.listed_beyond(house.next_door.receptionist, side, ids[0])
    assert not {one.id for one in next_door} & set(ids)


async def test_who_sees_very_many_is_not_counted_for_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd(house)
    services, staff = house.services, house.here.receptionist
    monkeypatch.setattr(reach, "FEW", 3)
    services.people.reach._known.clear()
    assert await services.people.patients.count(staff, most=2) == 3
    assert await services.people.patients.count(staff, most=50) >= len(NAMES)
    services.people.reach._known.clear()


async def test_requests_are_the_same_for_both(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await send(house)
    others = [await send(house, body_part=f"Left hand {number}") for number in range(3)]
    await house.requests.all.revoke(first.chart, first.id)
    states = (("locked", ""), ("uncertain", ""), ("sent", "new_link"))
    async with house.services.database.unit_of_work() as work:
        for one, (state, reported) in zip(others, states, strict=True):
            changed = update(requests).where(requests.c.id == one.id)
            await work.execute(changed.values(state=state, reported=reported))
    lists = house.services.requests.lists
    for view, expected in {"open": 3, "waiting": 3, "done": 0, "all": 4}.items():
        few, many = await both_ways(
            house, monkeypatch, lambda who, view=view: lists.of_desk(who, view)
        )
        assert few == many
        assert len(few) == expected
    assert await both_ways(house, monkeypatch, lists.waiting) == (3, 3)
    assert await lists.waiting(house.next_door.receptionist) == 0
    assert await lists.of_desk(house.here.receptionist, "all", page=2) == []


async def test_places_of_the_inbox_are_the_same_for_both(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd(house)
    inbox, contents = house.services.charts.inbox, house.services.charts.contents
    few, many = await both_ways(house, monkeypatch, lambda who: inbox.places(who, 50))
    assert few == many
    entries = await contents.inbox(house.here.receptionist)
    ids = [entry.id for entry in entries]
    assert [place.id for place in few] == ids
    assert await inbox.entries(house.here.receptionist, ids[::-1]) == entries[::-1]


async def test_entries_by_their_places_only_as_far_as_they_wait(house: House) -> None:
    """Not what somebody has reviewed or moved meanwhile, and nothing of another clinic."""
    ids, inbox = await crowd(house), house.services.charts.inbox
    staff = house.here.receptionist
    places = [place.id for place in await inbox.places(staff, 50)]
    assert await inbox.entries(house.next_door.receptionist, places) == []
    chart = await house.services.people.permissions.chart(staff, ids[0])
    to = await house.services.people.permissions.chart(staff, ids[1])
    await house.services.charts.contents.review(chart, places[0])
    await house.services.charts.contents.move(chart, places[1], to, "another patient")
    assert [entry.id for entry in await inbox.entries(staff, places)] == places[2:]
    assert await inbox.entries(staff, []) == []
