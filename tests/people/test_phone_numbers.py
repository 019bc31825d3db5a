"""Phone numbers that were stored before anybody read them, and those that reached somebody else."""

from typing import Any

import pytest

from bedside.audit import Action
from bedside.errors import WrongInput
from bedside.notifications.addresses import addresses_of
from bedside.people.clinics import ClinicOptions
from bedside.people.patients import Demographics, Patient
from tests.house import House
from tests.requests.sending import do_jobs
from tests.web.pages import lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("N1")]


async def stored_as_typed(house: House, place: int, phone: str) -> Patient:
    """Store a number as it was typed, as earlier versions did."""
    patients, patient = house.services.people.patients, house.patients[place]
    values: dict[str, Any] = dict(patient.demographics) | {"phone": phone}
    async with house.services.database.unit_of_work() as work:
        await patients.replace(work, patient, Demographics.model_construct(**values))
    return patient


async def phone_of(house: House, patient: Patient) -> str:
    chart = await house.services.people.permissions.chart(house.here.administrator, patient.id)
    return (await house.services.people.patients.get(chart)).demographics.phone


async def found(house: House, words: str) -> list[str]:
    staff = house.here.administrator
    return [one.id for one in await house.services.people.patients.find(staff, words)]


async def test_stored_numbers_are_read_again_and_what_is_unread_is_kept_and_listed(
    quick_house: House,
) -> None:
    house = quick_house
    read = await stored_as_typed(house, 0, "+44 (0)7700 900123")
    national = await stored_as_typed(house, 1, "070-123 45 67")
    assert await found(house, "+447700900123") == []
    handlers = house.services.registered.handlers
    payload = {"clinic_id": house.clinic.id}
    await handlers["patient.read_phones"](payload)
    assert await phone_of(house, read) == "+447700900123"
    assert await phone_of(house, national) == "+46701234567"
    assert await found(house, "07700900123") == [read.id]

    unread = await stored_as_typed(house, 0, "070 1 / 070 2, ask for Siv")
    await handlers["patient.read_phones"](payload)
    assert await phone_of(house, unread) == "070 1 / 070 2, ask for Siv"
    people = house.services.people.phone_numbers
    assert await people.count_unread(house.clinic.id) == 1
    listed = await people.unread(house.here.administrator, limit=5)
    assert [one.id for one in listed] == [unread.id]
    with pytest.raises(WrongInput) as refused:
        addresses_of(listed[0].demographics, ("sms",))
    assert "cannot be understood" in refused.value.sentence
    line = (await lines(house, Action.NUMBERS_READ))[0]
    assert line.details["unread"] == 1


async def test_a_clinic_that_says_its_country_has_its_numbers_read(quick_house: House) -> None:
    house = quick_house
    patient = await stored_as_typed(house, 0, "(415) 555-0100")
    async with house.services.database.unit_of_work() as work:
        await house.services.people.clinics.change(
            work,
            house.here.administrator.actor,
            house.clinic.id,
            ClinicOptions(country="US"),
        )
    await do_jobs(house)
    assert await phone_of(house, patient) == "+14155550100"
    assert await house.services.people.phone_numbers.count_unread(house.clinic.id) == 0


async def test_an_address_in_doubt_gets_no_message_until_it_is_changed_or_confirmed(
    quick_house: House,
) -> None:
    house = quick_house
    people, patient = house.services.people, house.patients[0]
    phone = patient.demographics.phone
    chart = await people.permissions.chart(house.here.administrator, patient.id)

    async def doubted() -> None:
        async with house.services.database.unit_of_work() as work:
            await people.phone_numbers.doubt(work, house.clinic.id, patient.id, (phone,))

    async def person() -> Demographics:
        return (await people.patients.get(chart)).demographics

    await doubted()
    with pytest.raises(WrongInput) as refused:
        addresses_of(await person(), ("sms",))
    assert "reached somebody else" in refused.value.sentence
    await people.phone_numbers.confirm(chart, phone)
    assert addresses_of(await person(), ("sms",)) == {"sms": phone}

    await doubted()
    renamed = (await person()).model_copy(update={"name": "Maya Renamed", "doubted": ()})
    async with house.services.database.unit_of_work() as work:
        await people.patients.change(work, chart, renamed)
    assert (await person()).doubted == (phone,), "another change does not confirm the number"
    other = (await person()).model_copy(update={"phone": "+46701740688"})
    async with house.services.database.unit_of_work() as work:
        await people.patients.change(work, chart, other)
    assert (await person()).doubted == ()
