"""Signing in to the patient's app: by a link, and by a one-time code."""

from datetime import date

import pytest

from bedside.accounts.sign_in import CodeOver, SeveralPeople
from bedside.errors import NotFound, NotSignedIn, TooMany, WrongInput
from bedside.kernel import clock
from bedside.people.by_address import Address
from bedside.people.patients import Demographics
from tests.accounts.people import account_of, signed_in
from tests.house import House
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P2")]
BORN = date(1991, 3, 14)


async def code_at(house: House, address: Address) -> tuple[str, str]:
    """Ask for a code at an address; return the browser's token, and the code that was sent."""
    token = await house.accounts.sign_in.ask_code(house.clinic.id, address, "192.0.2.7")
    await do_jobs(house)
    sent = await house.notifications.messages.outbox(house.here.administrator)
    codes = [one.text.rpartition("#")[2] for one in sent if one.to == address.to]
    return token, codes[0] if codes else ""


def phone_of(house: House, patient: int = 0) -> Address:
    return Address.read(house.patients[patient].demographics.phone, "SE")


async def test_a_link_opens_the_account_once_and_each_device_has_a_session_of_its_own(
    house: House,
) -> None:
    first, second = await signed_in(house), await signed_in(house)
    assert first.account_id == second.account_id
    assert first.token != second.token
    account = await house.accounts.sessions.resume(first.token, "")
    assert account.own_patient_id == house.patients[0].id
    assert len(await house.accounts.sessions.devices(account)) == 2


async def test_a_device_that_was_signed_out_elsewhere_is_out_at_once(quick_house: House) -> None:
    house = quick_house
    lost, here = await signed_in(house), await signed_in(house)
    account = await house.accounts.sessions.resume(here.token, "")
    assert await house.accounts.sessions.end_others(account) == 1
    with pytest.raises(NotSignedIn):
        await house.accounts.sessions.resume(lost.token, "")
    stranger = await account_of(house, 1)
    with pytest.raises(NotFound):
        await house.accounts.sessions.end(stranger, account.session_id)
    assert await house.accounts.sessions.resume(here.token, "")


async def test_a_borrowed_device_is_signed_out_within_the_hour(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, now = quick_house, clock.now()
    borrowed, own = await signed_in(house, own=False), await signed_in(house)
    monkeypatch.setattr(clock, "now", lambda: now + clock.HOUR + clock.MINUTE)
    with pytest.raises(NotSignedIn):
        await house.accounts.sessions.resume(borrowed.token, "")
    assert await house.accounts.sessions.resume(own.token, "")
    monkeypatch.setattr(clock, "now", lambda: now + 60 * clock.DAY)
    assert await house.accounts.sessions.resume(own.token, "")  # used, so it lasts on
    monkeypatch.setattr(clock, "now", lambda: now + 140 * clock.DAY)
    assert await house.accounts.sessions.resume(own.token, "")


async def test_a_code_and_the_date_of_birth_sign_in(house: House) -> None:
    there = await signed_in(house)
    token, code = await code_at(house, phone_of(house))
    back = await house.accounts.sign_in.with_code(
        token, code, BORN, "192.0.2.7", device="another phone", own=True
    )
    assert back.account_id == there.account_id
    with pytest.raises(NotSignedIn):  # it works once
        await house.accounts.sign_in.with_code(
            token, code, BORN, "192.0.2.7", device="a third", own=True
        )


@pytest.mark.parametrize("known", [True, False])
async def test_known_and_unknown_addresses_are_answered_alike(
    quick_house: House, known: bool
) -> None:
    house = quick_house
    if known:
        await signed_in(house)
    address = phone_of(house) if known else Address("sms", "+46701740699")
    token, code = await code_at(house, address)
    assert token
    assert bool(code) is known
    with pytest.raises(WrongInput) as wrong:
        await house.accounts.sign_in.with_code(
            token, "not it", BORN, "192.0.2.7", device="", own=True
        )
    assert wrong.value.field == "code"


async def test_whoever_has_the_phone_but_not_the_date_of_birth_stays_out(
    quick_house: House,
) -> None:
    house = quick_house
    await signed_in(house)
    token, code = await code_at(house, phone_of(house))
    for _ in range(5):
        with pytest.raises(WrongInput):
            await house.accounts.sign_in.with_code(
                token, code, date(1990, 1, 1), "192.0.2.7", device="", own=True
            )
    with pytest.raises(CodeOver):
        await house.accounts.sign_in.with_code(token, code, BORN, "192.0.2.7", device="", own=True)


async def test_codes_to_one_address_come_three_in_a_row_at_most(quick_house: House) -> None:
    house = quick_house
    for _ in range(3):
        await house.accounts.sign_in.ask_code(house.clinic.id, phone_of(house), "192.0.2.7")
    with pytest.raises(TooMany):
        await house.accounts.sign_in.ask_code(house.clinic.id, phone_of(house), "192.0.2.8")


async def test_twins_on_one_phone_say_who_they_are(quick_house: House) -> None:
    house, here = quick_house, quick_house.here
    address = Address("sms", "+46701740655")
    ids: list[str] = []
    for name in ("Ada Berg", "Bo Berg"):
        who = Demographics(name=name, birth_date=date(2001, 5, 6), phone=address.to)
        async with house.database.unit_of_work() as work:
            patient = await house.people.patients.add(work, here.administrator, who, [here.room.id])
            row = await house.accounts.all.of_patient(
                work, house.clinic.id, patient.id, here.administrator.actor
            )
        ids.append(row.id)
    token, code = await code_at(house, address)
    born = date(2001, 5, 6)
    with pytest.raises(SeveralPeople) as several:
        await house.accounts.sign_in.with_code(token, code, born, "", device="", own=True)
    assert several.value.choices == {ids[0]: "Ada Berg", ids[1]: "Bo Berg"}
    there = await house.accounts.sign_in.with_code(
        token, code, born, "", device="", own=True, account_id=ids[1]
    )
    assert there.account_id == ids[1]


async def test_a_closed_account_lets_nobody_in(quick_house: House) -> None:
    house = quick_house
    there = await signed_in(house)
    await house.accounts.all.close(await house.chart(), there.account_id)
    with pytest.raises(NotSignedIn):
        await house.accounts.sessions.resume(there.token, "")
    _, code = await code_at(house, phone_of(house))
    assert code == ""
    again = await signed_in(house)  # by a new invitation
    assert again.account_id != there.account_id


async def test_a_patient_sees_the_own_side_and_nobody_elses(house: House) -> None:
    account = await account_of(house)
    own = await house.accounts.sides.of(account, house.patients[0].id)
    assert not own.is_proxy
    for other in (house.patients[1].id, house.next_door.patients[0].id, "", "pat_nothing"):
        with pytest.raises(NotFound):
            await house.accounts.sides.of(account, other)
