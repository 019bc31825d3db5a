"""A patient who has lost the page of a visit gets back into the place by a link in a message."""

import re
from datetime import date

import pytest

from bedside.errors import NotSignedIn, TooMany, WrongInput
from bedside.kernel import clock
from bedside.people.by_address import Address
from bedside.visits.states import State
from tests.visits.ward import ADDRESS, Waiter, Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V20", "V25")]

NUMBER, STORED = "070 174 06 31", "+46701740631"
BORN = date(1985, 3, 27)


async def ask(ward: Ward, typed: str = NUMBER) -> list[str]:
    """Ask for a link. Returns the texts that were sent, oldest first."""
    house = ward.house
    address = Address.read(typed, "SE")
    await house.requests.again.ask(house.clinic.id, address, ADDRESS, target="room_1")
    await ward.do_jobs()
    return [text for _to, text in await ward.texts("/again/")]


def secret_in(text: str, visit_id: str) -> str:
    """Return the secret of the link in a message."""
    [secret] = re.findall(rf"/l/my/{visit_id}/([\w-]+)", text)
    return secret


async def waits(ward: Ward, born: date | None = BORN, phone: str = NUMBER) -> Waiter:
    """Let a patient wait, whose page is gone."""
    room = await ward.room("Shared")
    waiter = await ward.check_in(room, "Nora Newcome", born, phone=phone)
    await ward.lose(waiter)
    return waiter


async def test_the_link_leads_back_after_the_date_of_birth(ward: Ward) -> None:
    waiter = await waits(ward)
    ways_back = ward.house.visits.own.ways_back
    [text] = await ask(ward)
    assert "Nora" not in text
    secret = secret_in(text, waiter.visit_id)
    assert await ways_back.clinic_of(secret, waiter.visit_id) == ward.house.clinic.id
    with pytest.raises(WrongInput):
        await ways_back.answer(secret, waiter.visit_id, date(1985, 3, 28), ADDRESS)
    token = await ways_back.answer(secret, waiter.visit_id, BORN, ADDRESS)
    back = await ward.enter((waiter.visit_id, token))
    await ward.connect(back)
    row = await ward.row(waiter.visit_id)
    assert (row.state, row.away_since) == (State.WAITING, 0)


async def test_the_secret_itself_opens_nothing(ward: Ward) -> None:
    waiter, other = await waits(ward), await ward.check_in(ward.rooms["Shared"])
    ways_back = ward.house.visits.own.ways_back
    [text] = await ask(ward)
    secret = secret_in(text, waiter.visit_id)
    with pytest.raises(NotSignedIn):
        await ward.enter((waiter.visit_id, secret))
    with pytest.raises(NotSignedIn):
        await ward.house.visits.devices.come(secret, waiter.visit_id, ADDRESS)
    for visit_id, wrong in ((other.visit_id, secret), (waiter.visit_id, waiter.token)):
        assert not await ways_back.clinic_of(wrong, visit_id)
        with pytest.raises(NotSignedIn):
            await ways_back.answer(wrong, visit_id, BORN, ADDRESS)


async def test_guessing_ends_after_a_few_tries_over_all_links(ward: Ward) -> None:
    waiter = await waits(ward)
    ways_back = ward.house.visits.own.ways_back
    secrets = [secret_in((await ask(ward))[-1], waiter.visit_id)]
    with clock.shifted(15 * clock.MINUTE):
        await ward.house.visits.presence.heartbeat()
        secrets.append(secret_in((await ask(ward))[-1], waiter.visit_id))
        assert secrets[0] != secrets[1]
        for day in range(1, 6):
            wrong = date(1985, 1, day)
            with pytest.raises(WrongInput):
                await ways_back.answer(secrets[day % 2], waiter.visit_id, wrong, ADDRESS)
        for secret in secrets:
            with pytest.raises(TooMany):
                await ways_back.answer(secret, waiter.visit_id, BORN, ADDRESS)


async def test_without_a_date_of_birth_it_leads_back_on_the_same_device(ward: Ward) -> None:
    waiter = await waits(ward, born=None)
    [text] = await ask(ward)
    assert f"/visit/{waiter.visit_id}?door=shared" in text
    assert "/l/my/" not in text


@pytest.mark.parametrize("typed", ["070 174 06 32", "nora@patients.example"])
async def test_nobody_else_gets_it(ward: Ward, typed: str) -> None:
    await waits(ward)
    assert await ask(ward, typed) == []


async def test_the_chart_s_number_and_address_count_and_not_the_typed_one(ward: Ward) -> None:
    """Whoever typed another number at the door does not get the place of a known patient."""
    waiter = await waits(ward)
    maya = ward.house.patients[0]
    await ward.identify(ward.rooms["Shared"], waiter, maya.id)
    assert await ask(ward) == []
    [by_number] = await ask(ward, maya.demographics.phone)
    [_, by_mail] = await ask(ward, maya.demographics.email)
    ways_back = ward.house.visits.own.ways_back
    born = maya.demographics.birth_date
    assert born
    for text in (by_number, by_mail):
        secret = secret_in(text, waiter.visit_id)
        assert await ways_back.answer(secret, waiter.visit_id, born, ADDRESS)


async def test_a_number_that_reached_somebody_else_counts_nowhere(ward: Ward) -> None:
    maya = ward.house.patients[0]
    waiter = await waits(ward, phone=maya.demographics.phone)
    await ward.identify(ward.rooms["Shared"], waiter, maya.id)
    async with ward.house.database.unit_of_work() as work:
        await ward.house.people.phone_numbers.doubt(
            work, ward.house.clinic.id, maya.id, (maya.demographics.phone,)
        )
    assert await ask(ward, maya.demographics.phone) == []


async def test_a_visit_that_has_ended_is_left_alone(ward: Ward) -> None:
    waiter = await waits(ward)
    [text] = await ask(ward)
    await ward.house.visits.waiting_room.leave(waiter.visitor)
    with pytest.raises(NotSignedIn):
        await ward.house.visits.own.ways_back.answer(
            secret_in(text, waiter.visit_id), waiter.visit_id, BORN, ADDRESS
        )
    with clock.shifted(15 * clock.MINUTE):
        assert await ask(ward) == [text]
