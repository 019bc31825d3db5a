"""Guessing locks out the guesser, and nobody else (decision 12)."""

from contextlib import suppress

import pytest
from pyotp import random_base32
from pyotp.totp import TOTP

from bedside.errors import TooMany, WrongInput
from bedside.kernel import clock
from bedside.people.known_browsers import recognised, remembered
from bedside.people.sessions import Stage
from bedside.people.sign_in import SignedIn
from bedside.people.throttling import Stopped
from tests.house import PASSWORD, House
from tests.peers.passkeys import Key

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S1")]

NEW = "marble lantern oxbow"
CLINIC = "203.0.113.7"
RITA, AMARA = "rita@riverside.example", "amara@riverside.example"


async def enter(
    house: House,
    password: str = PASSWORD,
    email: str = RITA,
    *,
    address: str = CLINIC,
    known: str = "",
) -> SignedIn:
    return await house.services.people.sign_in.with_password(
        email, password, address=address, device="", known=known
    )


async def fail(house: House, email: str = RITA, *, address: str = CLINIC, known: str = "") -> None:
    with pytest.raises(WrongInput):
        await enter(house, "a wrong password", email, address=address, known=known)


async def guess(house: House, times: int, email: str = RITA, *, address: str = CLINIC) -> None:
    """Try wrong passwords, whatever the answer."""
    for _ in range(times):
        with suppress(WrongInput, TooMany):
            await enter(house, "a wrong password", email, address=address)


async def test_whoever_tries_many_names_keeps_no_colleague_out(house: House) -> None:
    for number in range(22):
        await fail(house, f"guess{number}@riverside.example")
    assert (await enter(house)).stage is Stage.FULL
    await fail(house, AMARA)
    with pytest.raises(TooMany) as short:
        await enter(house, email=AMARA)
    assert short.value.retry_after <= 30
    await guess(house, 3, "guess99@riverside.example")
    with clock.shifted(31 * clock.SECOND):  # other failures do not extend it
        assert (await enter(house, email=AMARA)).stage is Stage.FULL


async def test_names_that_fail_in_a_crowd_have_one_try(quick_house: House) -> None:
    for number in range(20):
        await fail(quick_house, f"guess{number}@riverside.example")
    await fail(quick_house, "guess77@riverside.example")
    with pytest.raises(TooMany):
        await enter(quick_house, email="guess77@riverside.example")


async def test_colleagues_who_mistype_and_get_in_lock_nobody(quick_house: House) -> None:
    people = (
        quick_house.here.administrator,
        quick_house.here.clinician,
        quick_house.here.receptionist,
    )
    emails = [await quick_house.email(person) for person in people]
    for _ in range(7):
        for email in emails:
            await fail(quick_house, email)
            assert (await enter(quick_house, email=email)).stage is Stage.FULL


async def test_a_browser_that_is_known_has_a_count_of_its_own(house: House) -> None:
    known = (await enter(house)).known
    await guess(house, 8)
    with pytest.raises(TooMany):
        await enter(house)
    assert (await enter(house, known=known)).stage is Stage.FULL
    for _ in range(5):
        await fail(house, known=known)
    with pytest.raises(TooMany):
        await enter(house, known=known)
    with pytest.raises(TooMany):  # nor do a known browser's tries end the lock of the others
        await enter(house)


async def test_a_known_browser_is_known_for_its_own_people_only(quick_house: House) -> None:
    known = (await enter(quick_house, email=AMARA)).known
    await guess(quick_house, 5)
    with pytest.raises(TooMany):
        await enter(quick_house, known=known)
    both = (await enter(quick_house, address="198.51.100.4", known=known)).known
    assert (await enter(quick_house, known=both)).stage is Stage.FULL
    assert (await enter(quick_house, email=AMARA, known=both)).stage is Stage.FULL


async def test_the_cookie_of_a_known_browser_cannot_be_made_up(quick_house: House) -> None:
    keys = await quick_house.services.vault.platform()
    cookie = remembered(keys, "nonsense.\x00.=====", "stf_1")
    assert recognised(keys, cookie, "stf_1")
    assert not recognised(keys, cookie, "stf_2")
    assert not recognised(keys, cookie[:-1] + ("A" if cookie[-1] != "A" else "E"), "stf_1")
    with clock.shifted(401 * clock.DAY):
        assert not recognised(keys, cookie, "stf_1")
    for number in range(2, 12):
        cookie = remembered(keys, cookie, f"stf_{number}")
    assert not recognised(keys, cookie, "stf_1")
    assert len(cookie) < 400
    assert "stf_" not in cookie


async def test_another_network_is_not_locked_with_one(house: House) -> None:
    await guess(house, 9)
    with pytest.raises(TooMany):
        await enter(house)
    assert (await enter(house, address="198.51.100.4")).stage is Stage.FULL


async def test_guesses_at_one_name_are_bounded_over_all_networks(quick_house: House) -> None:
    """Fifty, then one in twelve minutes; known browsers are exempt."""
    known = (await enter(quick_house)).known
    for number in range(50):
        await fail(quick_house, address=f"198.51.100.{number}")
    with pytest.raises(TooMany) as locked:
        await enter(quick_house, address="192.0.2.1")
    assert locked.value.retry_after <= 12 * 60
    assert (await enter(quick_house, address="192.0.2.1", known=known)).stage is Stage.FULL
    with clock.shifted(13 * clock.MINUTE):
        await fail(quick_house, address="192.0.2.2")
        with pytest.raises(TooMany):
            await enter(quick_house, address="192.0.2.3")


async def test_signed_in_people_are_asked_whatever_others_guess(house: House) -> None:
    rita = house.here.receptionist
    await guess(house, 30)
    for number in range(22):
        await fail(house, f"guess{number}@riverside.example")
    assert await house.services.people.sign_in.confirm_password(rita, PASSWORD)
    for _ in range(5):
        with pytest.raises(WrongInput):
            await house.services.people.sign_in.confirm_password(rita, "wrong")
    with pytest.raises(TooMany):
        await house.services.people.sign_in.confirm_password(rita, PASSWORD)


async def test_a_passkey_lets_in_whatever_others_guess(quick_house: House) -> None:
    key = await Key.of(quick_house, quick_house.here.receptionist)
    await guess(quick_house, 30)
    for number in range(25):
        await fail(quick_house, f"guess{number}@riverside.example")
    for _ in range(25):
        with pytest.raises(WrongInput):
            await quick_house.services.people.passkeys.sign_in({}, address=CLINIC, device="")
    assert (await key.sign_in(quick_house, CLINIC)).stage is Stage.FULL


@pytest.mark.parametrize("hours", [2, 48])
async def test_a_clock_that_was_ahead_locks_nobody_out(quick_house: House, hours: int) -> None:
    with clock.shifted(hours * clock.HOUR):
        await guess(quick_house, 9)
        await guess(quick_house, 60, address="198.51.100.4")
    assert (await enter(quick_house)).stage is Stage.FULL


# --- codes that follow a right password ---------------------------------------------------------


async def wrong_code(house: House, *, known: str = "") -> None:
    done = await enter(house, known=known)
    pending = await house.services.people.sessions.pending(done.token, CLINIC, known)
    with pytest.raises(WrongInput):
        await house.services.people.second_factors.check(pending, "000000x")


async def told(house: House) -> int:
    """Count messages to the receptionist about wrong codes."""
    shown = await house.services.notifications.messages.outbox(house.here.receptionist)
    return sum("wrong code" in message.text for message in shown)


async def with_app(house: House) -> TOTP:
    rita = house.here.receptionist
    async with house.services.database.unit_of_work() as work:
        app = TOTP(await house.services.people.sessions.offer(work, rita, random_base32()))
    with clock.shifted(-90 * clock.SECOND):
        await house.services.people.second_factors.confirm(rita, app.at(clock.now() // 1000))
    return app


async def code_of(house: House, app: TOTP, known: str = "") -> SignedIn:
    done = await enter(house, known=known)
    pending = await house.services.people.sessions.pending(done.token, CLINIC, known)
    return await house.services.people.second_factors.check(pending, app.at(clock.now() // 1000))


async def test_five_wrong_codes_after_the_right_password_are_told(house: House) -> None:
    await with_app(house)
    for _ in range(4):
        await wrong_code(house)
    assert await told(house) == 0
    await wrong_code(house)
    assert await told(house) == 1


async def test_a_hundred_wrong_codes_in_a_row_end_it(quick_house: House) -> None:
    house = quick_house
    app = await with_app(house)
    known = (await code_of(house, app)).known
    throttle, rita = house.services.people.sign_in, house.here.receptionist
    done = await enter(house)
    pending = await house.services.people.sessions.pending(done.token, CLINIC)
    for number in range(100):
        with clock.shifted(number * 16 * clock.MINUTE):
            await throttle.code_failed(pending)
    with clock.shifted(3 * clock.DAY):
        with pytest.raises(Stopped, match="no code is taken"):
            await code_of(house, app)
        assert (await code_of(house, app, known)).stage is Stage.FULL
        await house.services.people.staff.give_password(house.administer(), rita.staff_id, NEW)
        fresh = await enter(house, NEW)
        pending = await house.services.people.sessions.pending(fresh.token, CLINIC)
        with clock.shifted(30 * clock.SECOND):
            code = app.at(clock.now() // 1000)
            assert (
                await house.services.people.second_factors.check(pending, code)
            ).stage is Stage.PROVEN


async def test_codes_that_others_try_do_not_lock_a_known_browser(house: House) -> None:
    app = await with_app(house)
    known = (await code_of(house, app)).known
    for _ in range(5):
        await wrong_code(house)
    with clock.shifted(30 * clock.SECOND):
        assert (await code_of(house, app, known)).stage is Stage.FULL
