"""One's own mobile number: used once the code sent there was entered (V16)."""

import re

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.errors import TooMany, WrongInput
from bedside.kernel import clock
from bedside.notifications.own_phones import CODE_FOR, TRIES, Offered
from bedside.notifications.staff_alerts import OwnAlerts
from bedside.people.permissions import StaffAccess
from tests.house import House
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V16")]

TYPED = "+46 70 555 01 23"
NUMBER = "+46705550123"


async def own(house: House, staff: StaffAccess | None = None) -> OwnAlerts:
    """Return somebody's alert settings, by default the clinician's."""
    return await house.services.notifications.staff_alerts.of(staff or house.here.clinician)


async def codes(house: House, staff: StaffAccess | None = None) -> list[str]:
    """Return the codes sent to somebody (the clinician), newest first."""
    await do_jobs(house)
    shown = await house.notifications.messages.outbox(staff or house.here.clinician)
    return [found[0] for one in shown if (found := re.findall(r"\b\d{6}\b", one.text))]


def another(code: str) -> str:
    """Return a different code."""
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_a_number_is_used_after_its_code_came_back(house: House) -> None:
    amara, phones = house.here.clinician, house.services.notifications.own_phones
    await phones.offer(amara, TYPED)
    before = await own(house)
    assert (before.phone, before.offered and before.offered.number) == ("", NUMBER)
    [code] = await codes(house)
    await phones.confirm(amara, f" {code[:3]} {code[3:]} ")
    after = await own(house)
    assert (after.phone, after.offered, after.channels) == (NUMBER, None, ("email",))
    log = await house.services.audit.log.lines(
        house.clinic.id, Filter(action=Action.ALERTS_CHANGED)
    )
    assert [(line.actor_id, line.details["number"]) for line in log] == [
        (amara.staff_id, "confirmed")
    ]
    assert not any(number in str(log) for number in (TYPED, NUMBER))
    await phones.remove(amara)
    assert (await own(house)).phone == ""


async def test_nobody_else_sees_the_code_or_the_number(quick_house: House) -> None:
    house = quick_house
    await house.services.notifications.own_phones.offer(house.here.clinician, TYPED)
    assert len(await codes(house)) == 1
    for other in (house.here.receptionist, house.here.administrator, house.next_door.clinician):
        assert await house.notifications.messages.outbox(other) == []
    assert "123" not in repr((await own(house)).offered)


@pytest.mark.parametrize("typed", ["", "1234", "no number", "+46 70 " + "1" * 40])
async def test_what_is_no_number_gets_no_code(quick_house: House, typed: str) -> None:
    with pytest.raises(WrongInput) as refused:
        await quick_house.services.notifications.own_phones.offer(quick_house.here.clinician, typed)
    assert refused.value.field == "phone"
    assert (await own(quick_house)).offered is None


async def test_a_few_wrong_codes_and_the_right_one_is_worth_nothing(house: House) -> None:
    amara, phones = house.here.clinician, house.services.notifications.own_phones
    await phones.offer(amara, TYPED)
    [code] = await codes(house)
    for _ in range(TRIES):
        with pytest.raises(WrongInput) as refused:
            await phones.confirm(amara, another(code))
        assert refused.value.field == "code"
    with pytest.raises(WrongInput):
        await phones.confirm(amara, code)
    assert await own(house) == OwnAlerts(("email",), "", None)


async def test_the_right_code_after_some_wrong_ones(quick_house: House) -> None:
    amara, phones = quick_house.here.clinician, quick_house.services.notifications.own_phones
    await phones.offer(amara, TYPED)
    [code] = await codes(quick_house)
    for _ in range(TRIES - 1):
        with pytest.raises(WrongInput):
            await phones.confirm(amara, another(code))
    await phones.confirm(amara, code)
    assert (await own(quick_house)).phone == NUMBER


async def test_a_code_is_good_for_ten_minutes(quick_house: House) -> None:
    amara, phones = quick_house.here.clinician, quick_house.services.notifications.own_phones
    await phones.offer(amara, TYPED)
    [code] = await codes(quick_house)
    with clock.shifted(CODE_FOR + clock.SECOND):
        assert (await own(quick_house)).offered is None
        with pytest.raises(WrongInput):
            await phones.confirm(amara, code)
    await phones.confirm(amara, code)


async def test_a_new_code_replaces_the_old_one(quick_house: House) -> None:
    amara, phones = quick_house.here.clinician, quick_house.services.notifications.own_phones
    await phones.offer(amara, TYPED)
    [first] = await codes(quick_house)
    await phones.offer(amara, TYPED)
    second = next(code for code in await codes(quick_house) if code != first)
    with pytest.raises(WrongInput):
        await phones.confirm(amara, first)
    await phones.confirm(amara, second)


async def test_a_code_confirms_nobody_elses_number(quick_house: House) -> None:
    here, phones = quick_house.here, quick_house.services.notifications.own_phones
    await phones.offer(here.clinician, TYPED)
    [code] = await codes(quick_house)
    with pytest.raises(WrongInput):
        await phones.confirm(here.receptionist, code)
    await phones.cancel(here.clinician)
    with pytest.raises(WrongInput):
        await phones.confirm(here.clinician, code)


async def test_one_person_cannot_have_many_codes_sent(house: House) -> None:
    amara, phones = house.here.clinician, house.services.notifications.own_phones
    for last in range(3):
        await phones.offer(amara, f"+46 70 555 01 2{last}")
    with pytest.raises(TooMany) as refused:
        await phones.offer(amara, "+46 70 555 01 29")
    assert refused.value.retry_after <= 60
    assert len(await codes(house)) == 3
    with clock.shifted(61 * clock.SECOND):
        await phones.offer(amara, "+46 70 555 01 29")


async def test_many_people_cannot_have_codes_sent_to_one_number(quick_house: House) -> None:
    here, phones = quick_house.here, quick_house.services.notifications.own_phones
    for staff in (here.clinician, here.receptionist, here.administrator):
        await phones.offer(staff, TYPED)
    with pytest.raises(TooMany):
        await phones.offer(quick_house.next_door.clinician, "0046 705 550 123")


async def test_whoever_was_told_by_sms_alone_is_told_by_email_again(house: House) -> None:
    amara, services = house.here.clinician, house.services
    await services.notifications.own_phones.offer(amara, TYPED)
    await services.notifications.own_phones.confirm(amara, (await codes(house))[0])
    await services.notifications.staff_alerts.choose(amara, ["sms"])
    assert (await own(house)).channels == ("sms",)
    await services.notifications.own_phones.remove(amara)
    assert await own(house) == OwnAlerts(("email",), "", None)
    await services.notifications.own_phones.remove(amara)  # once more does no harm


async def test_another_number_replaces_the_first_when_it_is_confirmed(quick_house: House) -> None:
    amara, phones = quick_house.here.clinician, quick_house.services.notifications.own_phones
    await phones.offer(amara, TYPED)
    await phones.confirm(amara, (await codes(quick_house))[0])
    used = set(await codes(quick_house))
    await phones.offer(amara, "+44 7700 900123")
    assert (await own(quick_house)).phone == NUMBER
    [fresh] = [code for code in await codes(quick_house) if code not in used]
    await phones.confirm(amara, fresh)
    assert (await own(quick_house)).phone == "+447700900123"


async def test_sms_can_be_chosen_with_a_confirmed_number_only(quick_house: House) -> None:
    amara, services = quick_house.here.clinician, quick_house.services
    await services.notifications.own_phones.offer(amara, TYPED)
    with pytest.raises(WrongInput) as refused:
        await services.notifications.staff_alerts.choose(amara, ["email", "sms"])
    assert refused.value.field == "channels"
    assert (await own(quick_house)).channels == ("email",)


def test_what_is_printed_of_a_code_ends_in_no_log() -> None:
    assert "123456" not in repr(Offered(NUMBER, "123456"))
