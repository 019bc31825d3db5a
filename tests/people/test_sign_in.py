"""Signing in: lock-out, second factors, first passwords. On both databases."""

import pytest
from pyotp.totp import TOTP

from bedside.audit.recorder import Filter
from bedside.database.sealed import PLATFORM
from bedside.errors import Conflict, NotFound, NotSignedIn, TooMany, WrongInput
from bedside.kernel import clock
from bedside.people.permissions import StaffAccess
from bedside.people.roles import Role
from bedside.people.sessions import Pending, SignInUnfinished, Stage
from bedside.people.sign_in import SignedIn, SignInOptions, SignInStep
from bedside.people.staff import Person
from tests.house import PASSWORD, House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S1")]

HERE = "203.0.113.7"
RITA = "rita@riverside.example"


async def enter(house: House, password: str = PASSWORD, email: str = RITA) -> SignedIn:
    return await house.services.people.sign_in.with_password(
        email, password, address=HERE, device="a browser"
    )


async def fail(house: House, email: str = RITA) -> None:
    with pytest.raises(WrongInput, match="do not match"):
        await enter(house, "a wrong password", email)


async def pending(house: House, done: SignedIn) -> Pending:
    return await house.services.people.sessions.pending(done.token, HERE)


async def with_app(house: House, staff: StaffAccess) -> tuple[TOTP, list[str]]:
    """Set up somebody's app. Returns it with its recovery codes."""
    factors = house.services.people.second_factors
    app = TOTP((await factors.offered(staff, "x")).secret)
    with clock.shifted(-90 * clock.SECOND):
        return app, await factors.confirm(staff, app.at(clock.now() // 1000))


def now_in(app: TOTP) -> str:
    return app.at(clock.now() // 1000)


async def test_the_password_lets_in_where_nothing_more_is_asked(house: House) -> None:
    done = await enter(house, email=" RITA@Riverside.example ")
    assert done.stage is Stage.FULL
    staff = await house.services.people.sessions.resume(done.token, HERE)
    assert staff.staff_id == house.here.receptionist.staff_id
    [line] = await house.services.audit.log.lines(house.clinic.id, Filter(limit=1))
    assert (line.action, line.details["method"]) == ("sign_in.succeeded", "password")
    assert line.details["address"] == HERE


@pytest.mark.parametrize("email", [RITA, "nobody@riverside.example"])
async def test_five_failures_lock_for_a_time_that_doubles(quick_house: House, email: str) -> None:
    for _ in range(5):
        await fail(quick_house, email)
    with pytest.raises(TooMany) as locked:
        await enter(quick_house, email=email)
    assert 28 <= locked.value.retry_after <= 30
    with clock.shifted(31 * clock.SECOND):
        await fail(quick_house, email)
        with pytest.raises(TooMany) as longer:
            await enter(quick_house, email=email)
    assert 58 <= longer.value.retry_after <= 60


async def test_failures_are_audited_where_they_belong(house: House) -> None:
    await fail(house)
    await fail(house, "nobody@riverside.example")
    [here] = await house.services.audit.log.lines(house.clinic.id, Filter(limit=1))
    assert (here.action, here.subject_id) == (
        "sign_in.failed",
        house.here.receptionist.staff_id,
    )
    [platform] = await house.services.audit.log.lines(PLATFORM, Filter())
    assert (platform.action, platform.actor_kind) == ("sign_in.failed", "unknown")


async def test_getting_in_forgets_the_failures(house: House) -> None:
    for _ in range(4):
        await fail(house)
    await enter(house)
    for _ in range(4):
        await fail(house)
    assert (await enter(house)).stage is Stage.FULL


async def test_the_disabled_are_not_let_in_and_their_sessions_end(house: House) -> None:
    done = await enter(house)
    await house.services.people.staff.disable(house.administer(), house.here.receptionist.staff_id)
    with pytest.raises(NotSignedIn):
        await house.services.people.sessions.resume(done.token, HERE)
    await fail_with_the_right_password(house)
    await house.services.people.staff.enable(house.administer(), house.here.receptionist.staff_id)
    assert (await enter(house)).stage is Stage.FULL


async def fail_with_the_right_password(house: House) -> None:
    with pytest.raises(WrongInput, match="do not match"):
        await enter(house)


async def test_a_code_is_asked_for_and_works_once(house: House) -> None:
    app, _ = await with_app(house, house.here.receptionist)
    done = await enter(house)
    assert done.stage is Stage.PASSWORD
    with pytest.raises(SignInUnfinished):
        await house.services.people.sessions.resume(done.token, HERE)
    step = await pending(house, done)
    assert await house.services.people.sign_in.next_step(step) is SignInStep.SECOND_FACTOR
    code = now_in(app)
    full = await house.services.people.second_factors.check(step, f" {code[:3]} {code[3:]}")
    assert full.token != done.token
    assert await house.services.people.sessions.resume(full.token, HERE)
    with pytest.raises(NotSignedIn):
        await house.services.people.sessions.pending(done.token, HERE)
    again = await pending(house, await enter(house))
    with pytest.raises(WrongInput, match="used already"):
        await house.services.people.second_factors.check(again, code)


async def test_wrong_codes_lock_the_person_also_over_new_sign_ins(quick_house: House) -> None:
    app, _ = await with_app(quick_house, quick_house.here.receptionist)
    for _ in range(5):
        step = await pending(quick_house, await enter(quick_house))
        with pytest.raises(WrongInput):
            await quick_house.services.people.second_factors.check(step, "12345")
    step = await pending(quick_house, await enter(quick_house))
    with pytest.raises(TooMany):
        await quick_house.services.people.second_factors.check(step, now_in(app))


async def test_a_code_of_long_ago_does_not_fit(quick_house: House) -> None:
    app, _ = await with_app(quick_house, quick_house.here.receptionist)
    code = now_in(app)
    with clock.shifted(95 * clock.SECOND):
        step = await pending(quick_house, await enter(quick_house))
        with pytest.raises(WrongInput):
            await quick_house.services.people.second_factors.check(step, code)


async def test_a_recovery_code_works_once(house: House) -> None:
    factors = house.services.people.second_factors
    _, codes = await with_app(house, house.here.receptionist)
    assert await factors.codes_left(house.here.receptionist) == 10
    step = await pending(house, await enter(house))
    assert (await factors.check(step, codes[3].upper())).stage is Stage.FULL
    step = await pending(house, await enter(house))
    with pytest.raises(WrongInput):
        await factors.check(step, codes[3])
    assert await factors.codes_left(house.here.receptionist) == 9
    await factors.new_codes(house.here.receptionist)
    with pytest.raises(WrongInput):
        await factors.check(step, codes[4])


async def test_the_password_alone_cannot_replace_a_second_factor(house: House) -> None:
    await with_app(house, house.here.receptionist)
    step = await pending(house, await enter(house))
    with pytest.raises(NotFound):
        await house.services.people.second_factors.offered(step, "x")
    with pytest.raises(NotFound):
        await house.services.people.passkeys.registration_options(step, "x", "x")


async def require_second_factors(house: House) -> None:
    async with house.services.database.unit_of_work() as work:
        await house.services.people.clinics.change(
            work,
            house.here.administrator.actor,
            house.clinic.id,
            SignInOptions(second_factor_required=True),
        )


async def test_the_last_second_factor_stays_where_the_clinic_asks_for_one(house: House) -> None:
    rita = house.here.receptionist
    await with_app(house, rita)
    await require_second_factors(house)
    with pytest.raises(Conflict, match="Add a passkey"):
        await house.services.people.second_factors.remove(rita)
    assert (await house.services.people.sign_in.factors(rita.staff_id)).totp


async def test_a_newcomer_sets_up_a_second_factor_then_a_password(house: House) -> None:
    await require_second_factors(house)
    noor = Person(name="Noor Haddad", email="noor@riverside.example", role=Role.CLINICIAN)
    first = house.services.people.passwords.made_up()
    await house.services.people.staff.add(house.administer(), noor, first)
    step = await pending(house, await enter(house, first, noor.email))
    assert await house.services.people.sign_in.next_step(step) is SignInStep.SET_UP_SECOND_FACTOR
    app = TOTP((await house.services.people.second_factors.offered(step, "x")).secret)
    await house.services.people.second_factors.confirm(step, now_in(app))
    proven = await house.services.people.second_factors.finish(step, "totp")
    assert proven.stage is Stage.PROVEN
    step = await pending(house, proven)
    assert await house.services.people.sign_in.next_step(step) is SignInStep.NEW_PASSWORD
    with pytest.raises(WrongInput, match="have already"):
        await house.services.people.sign_in.choose_password(step, first)
    full = await house.services.people.sign_in.choose_password(step, "marble lantern oxbow")
    assert (await house.services.people.sessions.resume(full.token, HERE)).role is Role.CLINICIAN
    with pytest.raises(WrongInput):
        await enter(house, first, noor.email)


async def test_the_new_password_cannot_be_chosen_before_the_second_factor(house: House) -> None:
    await with_app(house, house.here.receptionist)
    step = await pending(house, await enter(house))
    with pytest.raises(NotSignedIn):
        await house.services.people.sign_in.choose_password(step, "marble lantern oxbow")


async def at_new_password(house: House, first: str) -> Pending:
    """Return a sign-in with a first password that has reached its last step."""
    return await pending(house, await enter(house, first))


@pytest.mark.parametrize("how", ["chosen", "changed"])
async def test_a_sign_in_that_is_half_finished_dies_with_a_new_password(
    house: House, how: str
) -> None:
    """Knowing a first password does not overwrite what its owner has chosen since."""
    first, rita = house.services.people.passwords.made_up(), house.here.receptionist
    await house.services.people.staff.give_password(house.administer(), rita.staff_id, first)
    owner, other = await at_new_password(house, first), await at_new_password(house, first)
    full = await house.services.people.sign_in.choose_password(owner, "marble lantern oxbow")
    mine = "marble lantern oxbow"
    if how == "changed":
        signed_in = await house.services.people.sessions.resume(full.token, HERE)
        mine = "seven slow otters"
        await house.services.people.sign_in.change_password(signed_in, "marble lantern oxbow", mine)
    with pytest.raises(NotSignedIn):
        await pending(house, SignedIn(other.token, other.stage))
    with pytest.raises(NotSignedIn):
        await house.services.people.sign_in.choose_password(other, "velvet anchor prairie")
    assert (await enter(house, mine)).stage is Stage.FULL


async def test_a_chosen_password_is_not_replaced_as_a_first_one(house: House) -> None:
    """Even by a session at the last step that nobody has ended."""
    first, rita = house.services.people.passwords.made_up(), house.here.receptionist
    await house.services.people.staff.give_password(house.administer(), rita.staff_id, first)
    owner = await at_new_password(house, first)
    await house.services.people.sign_in.choose_password(owner, "marble lantern oxbow")
    async with house.services.database.unit_of_work() as work:
        token = await house.services.people.sessions.begin(
            work, rita.staff_id, rita.clinic_id, rita.role, Stage.PROVEN, "", HERE
        )
    left = await house.services.people.sessions.pending(token, HERE)
    with pytest.raises(NotSignedIn):
        await house.services.people.sign_in.choose_password(left, "velvet anchor prairie")
    assert (await enter(house, "marble lantern oxbow")).stage is Stage.FULL


async def test_an_offered_secret_is_of_one_session(house: House) -> None:
    """A past session has not seen what the owner takes into use later."""
    factors = house.services.people.second_factors
    mine = house.here.receptionist
    theirs = await house.services.people.sessions.resume(await house.token(mine), HERE)
    seen = (await factors.offered(theirs, "x")).secret
    offered = (await factors.offered(mine, "x")).secret
    assert offered != seen
    assert (await factors.offered(mine, "x")).secret == offered
    with pytest.raises(WrongInput):
        await factors.confirm(mine, now_in(TOTP(seen)))
    await house.services.people.sign_in.change_password(mine, PASSWORD, "marble lantern oxbow")
    after = (await factors.offered(mine, "x")).secret
    assert after not in (seen, offered)
    with clock.shifted(16 * clock.MINUTE):
        with pytest.raises(WrongInput, match="quarter of an hour"):
            await factors.confirm(mine, now_in(TOTP(after)))
        assert (await factors.offered(mine, "x")).secret != after


async def test_changing_the_password_ends_the_other_sessions(house: House) -> None:
    rita = house.here.receptionist
    other = await enter(house)
    with pytest.raises(WrongInput, match="not your password"):
        await house.services.people.sign_in.change_password(rita, "wrong", "marble lantern oxbow")
    await house.services.people.sign_in.change_password(rita, PASSWORD, "marble lantern oxbow")
    with pytest.raises(NotSignedIn):
        await house.services.people.sessions.resume(other.token, HERE)
    with pytest.raises(WrongInput):
        await enter(house)
    assert (await enter(house, "marble lantern oxbow")).stage is Stage.FULL


async def test_an_administrator_helps_somebody_who_lost_the_phone(house: House) -> None:
    rita = house.here.receptionist
    await with_app(house, rita)
    await house.services.people.second_factors.reset(house.administer(), rita.staff_id)
    assert (await enter(house)).stage is Stage.FULL
    with pytest.raises(NotFound):
        await house.services.people.second_factors.reset(
            house.administer(house.next_door), rita.staff_id
        )
