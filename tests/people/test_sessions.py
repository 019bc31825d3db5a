"""Sessions: how long they last, what ends them, what is stored of them."""

import pytest
from sqlalchemy import column, select, table

from bedside.errors import NotFound, NotSignedIn
from bedside.kernel import clock
from bedside.people.roles import Role
from bedside.people.sessions import ConfirmationNeeded, SessionsEnded
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S1")]


async def test_idle_time_signs_out(house: House) -> None:
    token = await house.token(house.here.clinician)
    resume = house.services.people.sessions.resume
    with clock.shifted(29 * clock.MINUTE):
        await resume(token, "")
        with clock.shifted(29 * clock.MINUTE):
            await resume(token, "", active=False)
            with clock.shifted(2 * clock.MINUTE), pytest.raises(NotSignedIn):
                await resume(token, "")


async def test_a_day_of_work_ends_a_session_that_is_used_all_the_time(house: House) -> None:
    token = await house.token(house.here.clinician)
    for quarter in range(48):
        with clock.shifted(quarter * 15 * clock.MINUTE):
            await house.services.people.sessions.resume(token, "")
    with clock.shifted(12 * clock.HOUR), pytest.raises(NotSignedIn):
        await house.services.people.sessions.resume(token, "")


async def test_use_is_written_once_a_minute_at_most(quick_house: House) -> None:
    token = await quick_house.token(quick_house.here.clinician)
    writes = 0
    begin = quick_house.services.database.unit_of_work

    def counted():
        nonlocal writes
        writes += 1
        return begin()

    quick_house.services.database.unit_of_work = counted
    for second in range(0, 150, 10):
        with clock.shifted(second * clock.SECOND):
            await quick_house.services.people.sessions.resume(token, "")
    assert writes == 2


async def test_a_made_up_token_is_nobody(house: House) -> None:
    for token in ("", "x", "é" * 50, await house.token(house.here.clinician) + "x"):
        with pytest.raises(NotSignedIn):
            await house.services.people.sessions.resume(token, "")


async def test_the_database_knows_neither_token_nor_device(quick_house: House) -> None:
    token = await quick_house.token(quick_house.here.clinician)
    path = quick_house.services.settings.data / "bedside.db"
    await quick_house.services.database.close()
    await quick_house.services.database.open()
    raw = b"".join(file.read_bytes() for file in path.parent.glob("bedside.db*"))
    assert b"stf_" in raw
    assert token.encode() not in raw
    assert b"a browser of the tests" not in raw


async def test_one_sees_and_ends_ones_own_sessions_only(house: House) -> None:
    sessions, amara = house.services.people.sessions, house.here.clinician
    token = await house.token(amara)
    shown = await sessions.listed(amara)
    assert [one.current for one in shown].count(True) == 1
    assert {one.device for one in shown} == {"", "a browser of the tests"}
    [other] = [one for one in shown if not one.current]
    with pytest.raises(NotFound):
        await sessions.end(house.here.receptionist, other.id)
    await sessions.end(amara, other.id)
    with pytest.raises(NotSignedIn):
        await sessions.resume(token, "")


async def test_pages_hear_that_their_session_ended(house: House) -> None:
    heard: list[str] = []
    house.services.database.on_events(lambda events: heard.extend(e.type for e in events))
    await house.token(house.here.clinician)
    assert await house.services.people.sessions.end_others(house.here.clinician) == 1
    assert heard == [SessionsEnded.type]


async def test_a_new_role_holds_in_open_sessions(house: House) -> None:
    token = await house.token(house.here.receptionist)
    rita = house.here.receptionist.staff_id
    await house.services.people.staff.change_role(house.administer(), rita, Role.CLINICIAN)
    assert (await house.services.people.sessions.resume(token, "")).role is Role.CLINICIAN


async def test_after_ten_minutes_the_password_is_asked_for_again(house: House) -> None:
    amara, sessions = house.here.clinician, house.services.people.sessions
    await sessions.check_fresh(amara)
    with clock.shifted(11 * clock.MINUTE):
        with pytest.raises(ConfirmationNeeded):
            await sessions.check_fresh(amara)
        await sessions.confirmed(amara)
        await sessions.check_fresh(amara)


async def test_sessions_whose_time_is_over_are_removed(quick_house: House) -> None:
    sessions = quick_house.services.people.sessions
    with clock.shifted(31 * clock.MINUTE):
        fresh = await quick_house.token(quick_house.here.clinician)
        assert await sessions.end_expired() == 6
        assert await sessions.resume(fresh, "")
    async with quick_house.services.database.read() as db:
        assert len(await db.all(select(column("id")).select_from(table("sessions")))) == 1
