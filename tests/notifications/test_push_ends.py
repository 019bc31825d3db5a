"""Web push devices that no push reaches any more: marked, said, and taken back (V16)."""

from collections.abc import Sequence

import pytest

from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.notifications.models import notifications
from bedside.notifications.ports import PushAnswer
from bedside.notifications.push_devices import AT_MOST, DeviceEnd, PushDevices
from tests.house import House
from tests.peers.push_service import Device
from tests.requests.sending import do_jobs
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V16")]

T, R, G = PushAnswer.TAKEN, PushAnswer.REFUSED, PushAnswer.GONE
FIRST, SECOND = Device("https://push.example/1"), Device("https://push.example/2")


def devices_of(house: House) -> PushDevices:
    return house.services.notifications.push_devices


async def answer(house: House, device: str, *answers: PushAnswer, at: Device = FIRST) -> None:
    for one in answers:
        await devices_of(house).answered(device, at.endpoint, one)


async def end_of(house: House) -> DeviceEnd:
    [device] = await devices_of(house).listed(house.here.clinician)
    return device.ended


@pytest.mark.parametrize(
    ("answers", "end"),
    [
        ((T,), DeviceEnd.NONE),
        ((G,), DeviceEnd.GONE),
        ((R, R), DeviceEnd.NONE),
        ((R, R, R), DeviceEnd.REFUSED),
        ((R, R, T, R, R), DeviceEnd.NONE),
        ((R, R, T, R, R, R), DeviceEnd.REFUSED),
        ((R, R, G), DeviceEnd.GONE),
        ((R, R, R, T), DeviceEnd.REFUSED),
        ((G, R), DeviceEnd.GONE),
    ],
)
async def test_what_ends_a_device(
    house: House, answers: Sequence[PushAnswer], end: DeviceEnd
) -> None:
    device = await devices_of(house).add(house.here.clinician, FIRST.given, "Firefox")
    await answer(house, device, *answers)
    assert await end_of(house) is end
    found = await devices_of(house).subscription(device)
    assert (found is None) is (end is not DeviceEnd.NONE)


async def test_an_answer_about_an_address_of_before_changes_nothing(quick_house: House) -> None:
    amara, devices = quick_house.here.clinician, devices_of(quick_house)
    device = await devices.add(amara, FIRST.given, "Firefox")
    assert await devices.renew(amara, SECOND.given, "Firefox", device=device) == device
    await answer(quick_house, device, G, at=FIRST)
    assert await end_of(quick_house) is DeviceEnd.NONE
    await answer(quick_house, device, G, at=SECOND)
    assert await end_of(quick_house) is DeviceEnd.GONE


@pytest.mark.parametrize("by", ["id", "address"])
@pytest.mark.parametrize("answers", [(), (G,), (R, R, R)])
async def test_a_browser_renews_its_device_by_itself(
    quick_house: House, by: str, answers: Sequence[PushAnswer]
) -> None:
    amara, devices = quick_house.here.clinician, devices_of(quick_house)
    device = await devices.add(amara, FIRST.given, "Firefox")
    await answer(quick_house, device, *answers)
    named = {"device": device} if by == "id" else {"address": FIRST.endpoint}
    for _again in range(2):
        assert await devices.renew(amara, SECOND.given, "Firefox", **named) == device
        named = {"device": device}
    [listed] = await devices.listed(amara)
    assert (listed.id, listed.ended) == (device, DeviceEnd.NONE)
    found = await devices.subscription(device)
    assert found is not None
    assert found.endpoint == SECOND.endpoint


async def test_what_its_owner_removed_stays_removed(quick_house: House) -> None:
    here, devices = quick_house.here, devices_of(quick_house)
    device = await devices.add(here.clinician, FIRST.given, "Firefox")
    await devices.remove(here.clinician, device)
    for named in ({"device": device}, {"address": FIRST.endpoint}, {}):
        with pytest.raises(NotFound):
            await devices.renew(here.clinician, SECOND.given, "Firefox", **named)
    assert await devices.listed(here.clinician) == []
    assert await devices.add(here.clinician, FIRST.given, "Firefox", before=device)


async def test_a_page_of_somebody_else_takes_no_device(quick_house: House) -> None:
    """A browser that two people use: the second one's page view does not take the first's."""
    here, devices = quick_house.here, devices_of(quick_house)
    device = await devices.add(here.clinician, FIRST.given, "Firefox")
    for named in ({"device": device}, {"address": FIRST.endpoint}):
        with pytest.raises(NotFound):
            await devices.renew(here.receptionist, SECOND.given, "Firefox", **named)
    bad = {**SECOND.given, "endpoint": "https://127.0.0.1/1"}
    with pytest.raises(WrongInput):
        await devices.renew(here.clinician, bad, "Firefox", device=device)
    found = await devices.subscription(device)
    assert found is not None
    assert found.endpoint == FIRST.endpoint


async def test_a_press_replaces_the_device_that_has_ended(quick_house: House) -> None:
    amara, devices = quick_house.here.clinician, devices_of(quick_house)
    first = await devices.add(amara, FIRST.given, "Firefox")
    await answer(quick_house, first, G)
    second = await devices.add(amara, SECOND.given, "Firefox", before=first)
    assert [(one.id, one.ended) for one in await devices.listed(amara)] == [(second, "")]
    await answer(quick_house, second, G, at=SECOND)
    third = await devices.add(amara, SECOND.given, "Firefox")  # of the same address
    assert [(one.id, one.ended) for one in await devices.listed(amara)] == [(third, "")]


async def test_devices_that_have_ended_give_way_first(quick_house: House) -> None:
    amara, devices = quick_house.here.clinician, devices_of(quick_house)
    for number in range(AT_MOST):
        with clock.shifted(number * clock.SECOND):
            given = Device(f"https://push.example/{number}")
            device = await devices.add(amara, given.given, str(number))
        if number == AT_MOST - 1:
            await answer(quick_house, device, G, at=given)
    with clock.shifted(clock.MINUTE):
        await devices.add(amara, Device("https://push.example/new").given, "new")
    labels = {one.label for one in await devices.listed(amara)}
    assert labels == {"new", *(str(number) for number in range(AT_MOST - 1))}


@pytest.mark.parametrize("chosen", [["email"], []])
async def test_its_owner_reads_by_mail_that_a_device_has_ended(
    quick_ward: Ward, chosen: list[str]
) -> None:
    """Also who chose nothing beside it; from then on that is how they read who waits."""
    house, amara = quick_ward.house, quick_ward.house.here.clinician
    await house.services.notifications.staff_alerts.choose(amara, chosen)
    device = await devices_of(house).add(amara, FIRST.given, "Firefox on Linux")
    room = await quick_ward.room("Dr Okafor's room", owner=amara)
    await answer(house, device, G, G)
    await do_jobs(house)
    [mail] = await house.notifications.messages.outbox(amara)
    assert mail.text.startswith("Firefox on Linux gets no notifications of Riverside Clinic")
    assert mail.text.strip().endswith("/account#devices")
    await quick_ward.check_in(room, "Ann Early", reason="Earache")
    with clock.shifted(31 * clock.SECOND):
        await quick_ward.do_jobs()
    async with house.database.read() as db:
        rows = await db.all(notifications.select().where(notifications.c.staff_id != ""))
    assert [row.channel for row in rows] == ["email", "email"]


async def test_who_chose_nothing_and_has_no_device_reads_nothing(quick_ward: Ward) -> None:
    house, amara = quick_ward.house, quick_ward.house.here.clinician
    await house.services.notifications.staff_alerts.choose(amara, [])
    device = await devices_of(house).add(amara, FIRST.given, "Firefox")
    await devices_of(house).remove(amara, device)
    room = await quick_ward.room("Dr Okafor's room", owner=amara)
    await quick_ward.check_in(room, "Ann Early", reason="Earache")
    with clock.shifted(31 * clock.SECOND):
        await quick_ward.do_jobs()
    assert await house.notifications.messages.outbox(amara) == []
