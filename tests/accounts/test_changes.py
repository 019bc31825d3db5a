"""Changes of what a proxy sees: both are told 30 days before, once, by a job that looks again."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bedside.accounts.access import today
from bedside.accounts.changes import HOURS
from bedside.accounts.levels import Level, Relation, age_on
from bedside.accounts.models import proxy_notices
from bedside.audit import Action
from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.notifications.models import notifications
from bedside.notifications.plans.models import message_plans
from tests.accounts.people import let_in, side_of
from tests.house import House
from tests.notifications.plans.planning import at_noon
from tests.requests.sending import do_jobs
from tests.web.pages import lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P7")]
MONTHS_18 = 18 * 30 * clock.DAY
_MESSAGES = prepared(
    select(notifications.c.id, notifications.c.content).where(notifications.c.state != "failed")
)
_NOTICES = prepared(select(proxy_notices.c.state))
_PLANS = prepared(select(message_plans.c.state))


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Begin at an hour in which people are told; later in the day it would be tomorrow."""
    with at_noon():
        yield


async def is_born(house: House, born: date) -> None:
    """Correct the date of birth of the first patient."""
    chart = await house.chart()
    patient = await house.people.patients.get(chart)
    corrected = patient.demographics.model_copy(update={"birth_date": born})
    async with house.database.unit_of_work() as work:
        await house.people.patients.change(work, chart, corrected)


async def turns_twelve_in(house: House, days: int) -> date:
    """Make the first patient a child whose twelfth birthday is in some days. Returns the day of
    birth."""
    on = today(house.clinic.options.time_zone) + timedelta(days=days)
    born = on.replace(year=on.year - 12, day=min(on.day, 28))
    born += timedelta(days=on.day - min(on.day, 28))
    await is_born(house, born)
    return born


async def go_by(house: House) -> None:
    """Do what the worker does while an hour passes, in the day."""
    for hours in range(24):
        with clock.shifted(hours * clock.HOUR):
            if clock.in_zone(house.clinic.options.time_zone).hour in HOURS:
                await house.accounts.changes.sweep()
                await do_jobs(house)
                return


async def messages(house: House) -> list[dict[str, Any]]:
    """Return the messages of notices that left, or wait for it."""
    keys = await house.vault.clinic(house.clinic.id)
    async with house.database.read() as db:
        rows = await db.all(_MESSAGES)
    said = [keys.unseal("notifications.content", row.id, row.content) for row in rows]
    return [one for one in said if "news about your app" in one["text"]]


async def told(house: House) -> list[str]:
    """Return to whom messages of notices went."""
    return sorted(one["to"] for one in await messages(house))


async def times(house: House, action: Action) -> int:
    """Count audit lines."""
    return len(await lines(house, action))


async def test_both_are_told_thirty_days_before_a_birthday_and_once(house: House) -> None:
    born = await turns_twelve_in(house, 31)
    await let_in(house, Relation.PARENT, Level.FULL, born=born)
    await go_by(house)
    assert await told(house) == []
    with clock.shifted(clock.DAY + clock.HOUR):
        await go_by(house)
        assert await told(house) == ["+46701740605", "+46701740777"]
        await go_by(house)
        await asyncio.gather(house.accounts.changes.sweep(), house.accounts.changes.sweep())
        await do_jobs(house)
        assert await told(house) == ["+46701740605", "+46701740777"]
    assert await times(house, Action.PROXY_TOLD) == 1


async def test_whose_level_stays_is_told_of_files_that_are_not_shown_any_more(
    quick_house: House,
) -> None:
    house = quick_house
    born = await turns_twelve_in(house, 20)
    await let_in(house, Relation.PARENT, Level.LIMITED, born=born)
    await go_by(house)
    assert await told(house) == ["+46701740605", "+46701740777"]


async def test_two_workers_tell_once(house: House) -> None:
    born = await turns_twelve_in(house, 20)
    grant_id, _mother = await let_in(house, Relation.PARENT, Level.FULL, born=born)
    job = {"grant_id": grant_id}
    await asyncio.gather(*(house.accounts.changes.look(job) for _ in range(4)))
    await do_jobs(house)
    assert await told(house) == ["+46701740605", "+46701740777"]
    assert await times(house, Action.PROXY_TOLD) == 1


async def test_who_is_let_in_less_than_thirty_days_before_is_told_at_once(
    quick_house: House,
) -> None:
    house = quick_house
    born = await turns_twelve_in(house, 3)
    await let_in(house, Relation.PARENT, Level.FULL, born=born)
    await do_jobs(house)
    assert await told(house) == ["+46701740605", "+46701740777"]


async def test_the_message_says_nothing_of_what_changes(quick_house: House) -> None:
    house = quick_house
    born = await turns_twelve_in(house, 3)
    await let_in(house, Relation.PARENT, Level.FULL, born=born)
    await do_jobs(house)
    said = await messages(house)
    assert len(said) == 2
    for one in said:
        for word in ("Maya", "Eva", "Lindqvist", "access", "birthday"):
            assert word not in f"{one['subject']} {one['text']} {one['html']}"


async def test_a_birthday_that_is_corrected_meanwhile_withdraws_what_did_not_leave(
    quick_house: House,
) -> None:
    house = quick_house
    born = await turns_twelve_in(house, 20)
    grant_id, _mother = await let_in(house, Relation.PARENT, Level.FULL, born=born)
    await house.accounts.changes.look({"grant_id": grant_id})
    await is_born(house, born + timedelta(days=200))
    await do_jobs(house)  # the messages ask again before they leave
    assert "+46701740777" not in await told(house)
    await go_by(house)
    async with house.database.read() as db:
        assert [row.state for row in await db.all(_NOTICES)] == ["dropped"]
        assert [row.state for row in await db.all(_PLANS)] == ["stopped"]


async def test_a_proxy_who_was_ended_meanwhile_hears_nothing(quick_house: House) -> None:
    house = quick_house
    born = await turns_twelve_in(house, 31)
    grant_id, _mother = await let_in(house, Relation.PARENT, Level.FULL, born=born)
    await do_jobs(house)
    await house.accounts.proxies.end(await house.chart(), grant_id)
    with clock.shifted(2 * clock.DAY):
        await go_by(house)
    assert await told(house) == []


@pytest.mark.parametrize("jump", [45, -45])
async def test_a_clock_that_jumps_tells_once(quick_house: House, jump: int) -> None:
    house = quick_house
    born = await turns_twelve_in(house, 40)
    await let_in(house, Relation.PARENT, Level.FULL, born=born)
    with clock.jumped(jump * clock.DAY):
        await go_by(house)
        count = len(await told(house))
        assert count == (2 if jump > 0 else 0)  # five days late is better than never
    await go_by(house)
    with clock.jumped(jump * clock.DAY):
        await go_by(house)
    assert len(await told(house)) == count


async def test_the_end_has_its_notice_and_one_press_renews(quick_house: House) -> None:
    house = quick_house
    grant_id, mother = await let_in(house)
    own = await side_of(house)
    await house.accounts.proxies.own(own)
    with clock.shifted(MONTHS_18 - 20 * clock.DAY):
        await go_by(house)
        assert await told(house) == ["+46701740605", "+46701740777"]
        await house.accounts.changes.seen(own)
        [proxy] = await house.accounts.proxies.of_patient(own)
        assert proxy.change is not None
        assert (proxy.change.before, proxy.change.level) == (Level.LIMITED, None)
    with clock.shifted(MONTHS_18 + 2 * clock.DAY):
        await go_by(house)
        assert await house.accounts.sides.whose(mother) == []
        assert await times(house, Action.PROXY_ENDED) == 1
        [over] = await house.accounts.proxies.of_patient(own)
        assert over.is_over
        await house.accounts.proxies.renew(own, grant_id)
        assert len(await house.accounts.sides.whose(mother)) == 1
        await go_by(house)
        assert len(await told(house)) == 2


async def test_a_grown_up_keeps_a_parent_with_one_press(quick_house: House) -> None:
    house = quick_house
    born = await turns_twelve_in(house, -400)
    grant_id, mother = await let_in(house, Relation.PARENT, Level.FULL, born=born)
    on = today(house.clinic.options.time_zone)
    assert age_on(born, on) == 13
    own = await side_of(house)
    with clock.shifted(6 * 366 * clock.DAY):
        assert await house.accounts.sides.whose(mother) == []
        await house.accounts.proxies.renew(own, grant_id)
        [proxy] = await house.accounts.proxies.of_patient(own)
        assert (proxy.relation, proxy.level) == (Relation.CARER, Level.FULL)
        assert len(await house.accounts.sides.whose(mother)) == 1


async def test_a_child_with_the_phone_of_the_parent_is_told_by_the_parent(
    quick_house: House,
) -> None:
    house = quick_house
    born = await turns_twelve_in(house, 3)
    chart = await house.chart()
    patient = await house.people.patients.get(chart)
    shared = {"phone": "+46701740777", "email": ""}
    async with house.database.unit_of_work() as work:
        same = patient.demographics.model_copy(update=shared)
        await house.people.patients.change(work, chart, same)
    await let_in(house, Relation.PARENT, Level.FULL, born=born)
    await do_jobs(house)
    assert await told(house) == ["+46701740777"]


async def test_who_has_read_it_hears_no_more(quick_house: House) -> None:
    house = quick_house
    born = await turns_twelve_in(house, 3)
    await let_in(house, Relation.PARENT, Level.FULL, born=born)
    await do_jobs(house)
    await house.accounts.changes.seen(await side_of(house))
    async with house.database.read() as db:
        assert [row.state for row in await db.all(_PLANS)] == ["read"]
