"""The same person twice: one place, and nothing opened to whoever only knows a name."""

from datetime import date

import httpx
import pytest

from bedside.errors import Conflict
from bedside.visits.repeats import NotTwice
from bedside.visits.states import State, Step
from bedside.web.app import create_app
from tests.house import at_the_door
from tests.visits.test_check_in import invited
from tests.visits.ward import Ward
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2")]
NAME, BORN = "Maya Lindqvist", date(1991, 3, 14)


async def test_a_second_check_in_is_seen_by_staff_and_opens_nothing(ward: Ward) -> None:
    mine = await ward.room("Shared")
    first = await ward.check_in(mine, NAME, BORN)
    between = await ward.check_in(mine, "Kofi Asante", BORN)
    second = await ward.check_in(mine, "Lindqvist, MAYA", BORN)
    assert second.visit_id != first.visit_id
    repeats = ward.house.services.visits.repeats
    assert await repeats.in_room(mine) == {second.visit_id: first.visit_id}
    await repeats.one_place(mine, second.visit_id)
    assert await ward.order(mine) == [second.visit_id, between.visit_id]
    assert (await ward.row(first.visit_id)).state == State.ENDED
    with pytest.raises(NotTwice):
        await repeats.one_place(mine, second.visit_id)
    with pytest.raises(Conflict):
        await repeats.one_place(mine, between.visit_id)


async def test_whose_call_has_begun_is_not_replaced(ward: Ward) -> None:
    mine = await ward.room("Shared")
    first = await ward.check_in(mine, NAME, BORN)
    second = await ward.check_in(mine, NAME, BORN)
    await ward.admit(mine, first.visit_id)
    with pytest.raises(NotTwice):
        await ward.house.services.visits.repeats.one_place(mine, second.visit_id)
    assert (await ward.row(first.visit_id)).state == State.IN_CALL


@pytest.mark.parametrize(
    ("name", "born"),
    [(NAME, None), (NAME, date(1991, 3, 15)), ("Bella Lindqvist", BORN), ("Maya Lindkvist", BORN)],
)
async def test_somebody_else_is_not_taken_for_the_same(
    ward: Ward, name: str, born: date | None
) -> None:
    mine = await ward.room("Shared")
    await ward.check_in(mine, NAME, BORN)
    await ward.check_in(mine, name, born)
    assert await ward.house.services.visits.repeats.in_room(mine) == {}


async def test_two_whom_staff_have_told_apart_stay_two(ward: Ward) -> None:
    mine, house = await ward.room("Shared"), ward.house
    first = await ward.check_in(mine, NAME, BORN)
    second = await ward.check_in(mine, NAME, BORN)
    await ward.identify(mine, first, house.patients[0].id)
    await ward.identify(mine, second)
    assert await house.services.visits.repeats.in_room(mine) == {}


async def test_staff_press_once_and_both_visits_are_in_the_chart(ward: Ward) -> None:
    house, mine = ward.house, await ward.room("Shared")
    first = await ward.check_in(mine, NAME, BORN)
    second = await ward.check_in(mine, NAME, BORN)
    await ward.identify(mine, first, house.patients[0].id)
    async with at_the_door(create_app(house.services)) as client:
        await enter(client, house, house.here.clinician)
        queue: httpx.Response = await client.get(f"/rooms/{mine.room_id}/queue")
        assert queue.text.count("<span>Checked in again from another device</span>") == 1
        card = await client.get(f"/visits/{second.visit_id}/card")
        assert f'action="/visits/{second.visit_id}/one-place"' in card.text
        done = await client.post(f"/visits/{second.visit_id}/one-place", data={"x": "1"})
        assert done.headers["location"] == f"/visits/{second.visit_id}/card"
    assert (await ward.row(second.visit_id)).patient_id == house.patients[0].id
    assert await ward.order(mine) == [second.visit_id]


async def test_a_second_invitation_leads_to_the_place_that_is_there(ward: Ward) -> None:
    house, mine = ward.house, await ward.room("Shared")
    one, other = (await invited(ward, mine))[1], (await invited(ward, mine))[1]
    check_in = house.services.visits.check_in
    first = await check_in.with_invitation(one)
    second = await check_in.with_invitation(other)
    assert second.visit_id == first.visit_id
    assert second.token != first.token
    assert await ward.order(mine) == [first.visit_id]
    for token in (first.token, second.token):
        assert (await ward.enter((first.visit_id, token))).visitor.patient_id
    assert await check_in.going_on(other.subject_id) == first.visit_id


async def test_an_invitation_does_not_join_a_visit_that_was_only_typed(ward: Ward) -> None:
    house, mine = ward.house, await ward.room("Shared")
    typed = await ward.check_in(mine, NAME, BORN)
    came = await house.services.visits.check_in.with_invitation((await invited(ward, mine))[1])
    assert came.visit_id != typed.visit_id
    await ward.identify(mine, typed, house.patients[0].id)
    assert await house.services.visits.repeats.in_room(mine) == {came.visit_id: typed.visit_id}


async def test_the_same_confirmed_patient_gets_one_place_by_itself(ward: Ward) -> None:
    house, mine = ward.house, await ward.room("Shared")
    first = await ward.check_in(mine, NAME, BORN)
    between = await ward.check_in(mine, "Kofi Asante", BORN)
    second = await ward.check_in(mine, "M. Lindqvist", None)  # typed so that nobody could tell
    await ward.identify(mine, first, house.patients[0].id)
    async with at_the_door(create_app(house.services)) as client:
        await enter(client, house, house.here.clinician)
        address = f"/visits/{second.visit_id}/identify"
        await client.post(address, data={"patient": house.patients[0].id})
        client.cookies.clear()
        client.cookies.set("bedside-visitor", first.token)
        old = (await client.get(f"/visit/{first.visit_id}")).text
    assert await ward.order(mine) == [second.visit_id, between.visit_id]
    row = await ward.row(first.visit_id)
    assert (row.state, row.ended_reason) == (State.ENDED, Step.MERGED)
    assert "You are waiting on your other page" in old
    assert 'id="to-my-place"' in old
    assert 'id="check-in-again"' not in old
    assert "has ended your wait" not in old


async def test_who_is_in_a_call_stays_there_when_the_second_is_identified(ward: Ward) -> None:
    house, mine = ward.house, await ward.room("Shared")
    first = await ward.check_in(mine, NAME, BORN)
    await ward.identify(mine, first, house.patients[0].id)
    await ward.admit(mine, first.visit_id)
    second = await ward.check_in(mine, NAME, BORN)
    await ward.identify(mine, second, house.patients[0].id)
    await house.services.visits.repeats.settle(mine, second.visit_id)
    assert (await ward.row(first.visit_id)).state == State.IN_CALL
    assert (await ward.row(second.visit_id)).state == State.WAITING


async def test_whoever_is_on_the_telephone_stays_there_when_they_check_in_again(ward: Ward) -> None:
    visits, mine = ward.house.services.visits, await ward.room("Shared")
    first = await ward.check_in(mine, NAME, BORN)
    await ward.identify(mine, first, ward.house.patients[0].id)
    second = await ward.check_in(mine, NAME, BORN)
    await visits.telephones.go_on(mine, first.visit_id)
    assert await visits.repeats.in_room(mine) == {}
    with pytest.raises(NotTwice):  # pressed on a page of before
        await visits.repeats.one_place(mine, second.visit_id)
    await ward.identify(mine, second, ward.house.patients[0].id)
    await visits.repeats.settle(mine, second.visit_id)
    spoken_with, waits = await ward.row(first.visit_id), await ward.row(second.visit_id)
    assert (spoken_with.state, bool(spoken_with.on_telephone)) == (State.WAITING, True)
    assert (waits.state, bool(waits.on_telephone)) == (State.WAITING, False)


async def test_two_patients_of_one_name_keep_two_places(ward: Ward) -> None:
    mine = await ward.room("Shared")
    first = await ward.check_in(mine, "Omar Haddad", BORN)
    second = await ward.check_in(mine, "Omar Haddad", BORN)
    await ward.identify(mine, first)
    await ward.identify(mine, second)
    await ward.house.services.visits.repeats.settle(mine, second.visit_id)
    assert await ward.order(mine) == [first.visit_id, second.visit_id]


async def test_a_second_invitation_follows_a_visit_to_another_room(ward: Ward) -> None:
    house, mine = ward.house, await ward.room("Shared")
    upstairs = await ward.room("Upstairs", house.here.clinician)
    one, other = (await invited(ward, mine))[1], (await invited(ward, mine))[1]
    check_in = house.services.visits.check_in
    first = await check_in.with_invitation(one)
    await ward.connect(await ward.enter(first))
    await house.services.visits.transfers.transfer(mine, first.visit_id, upstairs.room_id)
    second = await check_in.with_invitation(other)
    assert second.visit_id == first.visit_id
    assert await ward.order(mine) == []
    assert await ward.order(upstairs) == [first.visit_id]
    elsewhere = (await invited(ward, upstairs))[1]
    assert (await check_in.with_invitation(elsewhere)).visit_id == first.visit_id
