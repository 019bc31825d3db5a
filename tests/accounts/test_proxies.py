"""People whom a patient lets in: what they see, when it changes, and that it ends."""

from dataclasses import replace
from datetime import date

import pytest

from bedside.accounts.levels import Change, Level, Relation, age_on, changes, level_on, next_change
from bedside.accounts.options import AccountOptions
from bedside.errors import Conflict, NotFound
from bedside.kernel import clock
from bedside.people.permissions import NotShared
from bedside.people.record_parts import Part
from tests.accounts.people import BORN, MOTHER, account_of, let_in, side_of
from tests.house import House

pytestmark = [pytest.mark.feature("P7")]
OPTIONS = AccountOptions()
SENSITIVE = frozenset({"sexual_health", "mental_health"})


@pytest.mark.anyio
async def test_a_proxy_sees_what_was_chosen_and_nothing_else(house: House) -> None:
    _grant, mother = await let_in(house)
    maya = house.patients[0].id
    side = await house.accounts.sides.of(mother, maya)
    assert side.is_proxy
    assert side.parts == {Part.CHAT, Part.FORMS}
    with pytest.raises(NotShared):
        side.require(Part.FILES)
    with pytest.raises(NotFound):
        await house.accounts.sides.of(mother, house.patients[1].id)
    [whose] = await house.accounts.sides.whose(mother)
    assert (whose.name, whose.own) == ("Maya Lindqvist", False)


@pytest.mark.anyio
async def test_nobody_hands_on_what_was_given_to_them(quick_house: House) -> None:
    house = quick_house
    grant_id, mother = await let_in(house, level=Level.FULL)
    side = await house.accounts.sides.of(mother, house.patients[0].id)
    assert Part.SHARING not in side.parts
    for attempt in (
        house.accounts.proxies.invite(side, Relation.CARER, Level.FULL),
        house.accounts.proxies.end(side, grant_id),
        house.accounts.proxies.renew(side, grant_id),
        house.accounts.proxies.change(side, grant_id, Level.FULL),
        house.accounts.proxies.seen_by(side, grant_id),
    ):
        with pytest.raises(NotShared):
            await attempt


@pytest.mark.anyio
async def test_access_ends_at_once_and_stays_ended(quick_house: House) -> None:
    house = quick_house
    grant_id, mother = await let_in(house)
    own = await side_of(house)
    await house.accounts.proxies.end(own, grant_id)
    with pytest.raises(NotFound):
        await house.accounts.sides.of(mother, house.patients[0].id)
    assert await house.accounts.sides.whose(mother) == []
    assert await house.accounts.proxies.of_patient(own) == []
    with pytest.raises(Conflict):
        await house.accounts.proxies.renew(own, grant_id)


@pytest.mark.anyio
async def test_access_ends_by_itself_and_is_renewed_by_the_patient(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, now = quick_house, clock.now()
    grant_id, mother = await let_in(house)
    own = await side_of(house)
    monkeypatch.setattr(clock, "now", lambda: now + 500 * clock.DAY)
    await house.accounts.sides.of(mother, house.patients[0].id)
    await house.accounts.proxies.renew(own, grant_id)
    monkeypatch.setattr(clock, "now", lambda: now + 600 * clock.DAY)
    await house.accounts.sides.of(mother, house.patients[0].id)
    monkeypatch.setattr(clock, "now", lambda: now + 1_100 * clock.DAY)
    with pytest.raises(NotFound):
        await house.accounts.sides.of(mother, house.patients[0].id)


@pytest.mark.anyio
async def test_an_invitation_works_once_and_can_be_taken_back(quick_house: House) -> None:
    house = quick_house
    own = await side_of(house)
    grant_id, secret = await house.accounts.proxies.invite(own, Relation.CARER, Level.LIMITED)
    answer = await house.links.answer(secret, BORN, "")
    link = await house.links.resume(answer.token, grant_id, "")
    await house.accounts.proxies.end(own, grant_id)
    with pytest.raises(Conflict):
        await house.accounts.proxies.accept(link, MOTHER, "", device="", own=True)

    grant_id, secret = await house.accounts.proxies.invite(own, Relation.CARER, Level.LIMITED)
    answer = await house.links.answer(secret, BORN, "")
    link = await house.links.resume(answer.token, grant_id, "")
    await house.accounts.proxies.accept(link, MOTHER, "", device="", own=True)
    with pytest.raises(Conflict):
        await house.accounts.proxies.accept(link, MOTHER, "", device="", own=True)
    assert (await house.links.look(secret)).state == "revoked"


@pytest.mark.anyio
async def test_a_parent_who_is_a_patient_too_takes_it_with_the_own_account(
    quick_house: House,
) -> None:
    house = quick_house
    chart = await house.chart()
    grant_id, secret = await house.accounts.proxies.invite(chart, Relation.CARER, Level.FULL)
    answer = await house.links.answer(secret, BORN, "")
    link = await house.links.resume(answer.token, grant_id, "")
    tomas = await account_of(house, 1)
    await house.accounts.proxies.accept_as(link, tomas)
    people = await house.accounts.sides.whose(tomas)
    assert [one.name for one in people] == ["Tomás Ramírez", "Maya Lindqvist"]
    await house.accounts.proxies.give_up(tomas, house.patients[0].id)
    assert [one.name for one in await house.accounts.sides.whose(tomas)] == ["Tomás Ramírez"]


@pytest.mark.anyio
async def test_the_preview_has_the_parts_of_the_proxy(quick_house: House) -> None:
    house = quick_house
    grant_id, mother = await let_in(house)
    own = await side_of(house)
    proxy, theirs = await house.accounts.proxies.seen_by(own, grant_id)
    assert proxy.name == "Eva Lindqvist"
    assert theirs.parts == (await house.accounts.sides.of(mother, own.patient_id)).parts
    assert theirs.actor == own.actor


# --- by age --------------------------------------------------------------------------------------

CHILD = date(2015, 6, 30)


@pytest.mark.parametrize(
    ("day", "sees"),
    [
        (date(2027, 6, 29), Level.FULL),
        (date(2027, 6, 30), Level.LIMITED),
        (date(2033, 6, 29), Level.LIMITED),
        (date(2033, 6, 30), None),
    ],
)
def test_a_parent_sees_less_from_one_birthday_and_nothing_from_another(
    day: date, sees: Level | None
) -> None:
    assert level_on(Relation.PARENT, Level.FULL, CHILD, day, OPTIONS) == sees
    assert level_on(Relation.GUARDIAN, Level.FULL, CHILD, day, OPTIONS) is Level.FULL


def test_the_next_change_is_known_in_advance() -> None:
    twelve = Change(date(2027, 6, 30), Level.LIMITED, Level.FULL, unseen=SENSITIVE)
    grown_up = Change(date(2033, 6, 30), None, Level.LIMITED)
    known = changes(Relation.PARENT, Level.FULL, CHILD, None, OPTIONS)
    assert known == [twelve, grown_up]
    assert [next_change(known, one.on) for one in known] == [grown_up, None]
    limited = changes(Relation.PARENT, Level.LIMITED, CHILD, None, OPTIONS)
    # at 12 only the files change that go along with messages and forms
    assert limited == [replace(twelve, before=Level.LIMITED), grown_up]
    all_shown = AccountOptions(unseen_categories={})
    limited = changes(Relation.PARENT, Level.LIMITED, CHILD, None, all_shown)
    assert limited == [Change(date(2033, 6, 30), None, Level.LIMITED)]


def test_an_end_comes_before_the_birthdays_after_it() -> None:
    ends = date(2030, 1, 1)
    assert changes(Relation.PARENT, Level.FULL, CHILD, ends, OPTIONS) == [
        Change(date(2027, 6, 30), Level.LIMITED, Level.FULL, unseen=SENSITIVE),
        Change(ends, None, Level.LIMITED),
    ]
    assert changes(Relation.CARER, Level.FULL, None, ends, OPTIONS) == [
        Change(ends, None, Level.FULL)
    ]
    assert changes(Relation.GUARDIAN, Level.FULL, CHILD, None, OPTIONS) == []


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2012, 2, 29), date(2024, 2, 28), 11),
        (date(2012, 2, 29), date(2024, 2, 29), 12),
        (date(2012, 2, 29), date(2030, 2, 27), 17),
        (date(2012, 2, 29), date(2030, 2, 28), 18),
        (date(2000, 12, 31), date(2018, 12, 30), 17),
        (date(2000, 12, 31), date(2018, 12, 31), 18),
        (date(2026, 11, 30), date(2026, 11, 30), 0),
    ],
)
def test_ages_also_of_leap_days(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


def test_without_a_date_of_birth_a_parent_sees_the_least() -> None:
    day = date(2026, 1, 1)
    assert level_on(Relation.PARENT, Level.FULL, None, day, OPTIONS) is Level.LIMITED
