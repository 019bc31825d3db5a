"""Devices of people with an account, and pushes in the form that needs no script (N1, N7)."""

from collections.abc import Iterator

import pytest

from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.models import notifications
from bedside.notifications.plans.devices import AppDevices
from bedside.notifications.ports import Channel, Delivered, Message, PushAnswer
from bedside.people.contact import ContactRules
from bedside.people.permissions import AccountAccess, account_access
from tests.house import House
from tests.notifications.plans.planning import Devices, Planned, at_noon, contact, payload_of
from tests.peers.push_service import Device
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("N1"), pytest.mark.feature("N7")]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with at_noon():
        yield


def signed_in(house: House, name: str = "acc_1", session: str = "ase_1") -> AccountAccess:
    return account_access(name, house.clinic.id, house.patients[0].id, session, "192.0.2.7")


async def reached(house: House, *accounts: str) -> list[str]:
    async with house.database.read() as db:
        return await house.notifications.app_devices.of_accounts(db, house.clinic.id, accounts)


class Taken:
    """A push service that takes everything."""

    name = "Web push"

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def deliver(self, message: Message) -> Delivered:
        self.messages.append(message)
        return Delivered()


def taking(dispatcher: Dispatcher) -> Taken:
    gateway = Taken()
    dispatcher._gateways = {**dispatcher._gateways, Channel.PUSH: gateway}
    return gateway


async def test_a_device_is_its_owners_until_removed_or_signed_out(house: House) -> None:
    devices: AppDevices = house.notifications.app_devices
    maya, other = signed_in(house), signed_in(house, "acc_2", "ase_2")
    first = await devices.add(maya, Device("https://push.example/1").given, "Safari")
    second = await devices.add(maya, Device("https://push.example/2").given, "Chrome")
    assert {one.label for one in await devices.listed(maya)} == {"Safari", "Chrome"}
    with pytest.raises(NotFound):
        await devices.remove(other, first)
    assert set(await reached(house, "acc_1", "acc_2")) == {first, second}
    await devices.remove(maya, first)
    async with house.database.unit_of_work() as work:
        await devices.session_ended(work, "ase_1")
    assert await reached(house, "acc_1") == []
    assert await devices.subscription(second) is None


async def test_a_notification_is_over_once_it_was_read_or_its_device_is_signed_out(
    house: House,
) -> None:
    gateway, maya = taking(house.notifications.dispatcher), signed_in(house)
    devices: AppDevices = house.notifications.app_devices
    ids = [
        await devices.add(maya, Device(f"https://push.example/{number}").given, "Safari")
        for number in range(2)
    ]
    house.notifications.plans.reach_devices(Devices(*ids))
    items = [await Planned(house).started() for _ in range(2)]
    causes = [
        str(payload_of(one.text)["notification"]["data"]["cause"]) for one in gateway.messages
    ]
    over = house.notifications.on_devices.over
    assert await over([*causes, "x", ""]) == ["x", ""]
    await items[0].seen()
    read = [one for one in causes if one.startswith(items[0].item_id)]
    assert await over(causes) == read
    await devices.remove(maya, ids[0])
    assert set(await over(causes)) == {*read, *(one for one in causes if one.endswith(ids[0]))}


async def test_the_same_browser_belongs_to_who_asked_last(quick_house: House) -> None:
    devices, browser = quick_house.notifications.app_devices, Device("https://push.example/1")
    await devices.add(signed_in(quick_house), browser.given, "Safari")
    await devices.add(signed_in(quick_house, "acc_2"), browser.given, "Safari")
    assert await reached(quick_house, "acc_1") == []
    assert len(await reached(quick_house, "acc_2")) == 1


async def test_a_device_that_is_gone_or_refused_is_reached_no_more(quick_house: House) -> None:
    devices, maya = quick_house.notifications.app_devices, signed_in(quick_house)
    browsers = [Device(f"https://push.example/{number}") for number in range(2)]
    gone, refused = [await devices.add(maya, one.given, "x") for one in browsers]
    await devices.answered(gone, "https://push.example/9", PushAnswer.GONE)  # of an older address
    assert set(await reached(quick_house, "acc_1")) == {gone, refused}
    await devices.answered(gone, browsers[0].endpoint, PushAnswer.GONE)
    for _ in range(3):
        await devices.answered(refused, browsers[1].endpoint, PushAnswer.REFUSED)
    assert await reached(quick_house, "acc_1") == []


async def test_an_address_inside_the_network_is_refused(quick_house: House) -> None:
    with pytest.raises(WrongInput):
        await quick_house.notifications.app_devices.add(
            signed_in(quick_house), Device("https://10.0.0.1/1").given, "x"
        )


async def test_a_push_needs_no_script_and_says_nothing(quick_house: House) -> None:
    house = quick_house
    gateway = taking(house.notifications.dispatcher)
    device = await house.notifications.app_devices.add(
        signed_in(house), Device("https://push.example/1").given, "Safari"
    )
    house.notifications.plans.reach_devices(Devices(device))
    await contact(house, code_word="heron")
    item = await Planned(house).started()
    [message] = gateway.messages
    payload = payload_of(message.text)
    assert payload["web_push"] == 8030
    shown = payload["notification"]
    assert shown["title"] == "Riverside Clinic"
    assert shown["body"] == "Dr Okafor has written to you\nYour code word: heron"
    assert shown["navigate"] == f"http://localhost:8080/app/{house.patients[0].id}"
    assert message.waits_for >= 12 * 3600
    assert "Lindqvist" not in message.text
    assert await item.steps() == [("push", "sent")]


async def test_a_push_of_a_neutral_patient_names_nobody(quick_house: House) -> None:
    gateway = taking(quick_house.notifications.dispatcher)
    quick_house.notifications.plans.reach_devices(Devices("psa_1"))
    await contact(quick_house, **ContactRules(neutral=True).model_dump(exclude_defaults=True))
    await Planned(quick_house).started()
    assert "Riverside" not in gateway.messages[0].text
    assert "Okafor" not in gateway.messages[0].text


async def test_who_has_shown_it_waits_for_the_reader_and_who_has_not_is_followed(
    house: House,
) -> None:
    gateway = taking(house.notifications.dispatcher)
    house.notifications.plans.reach_devices(Devices("psa_1", "psa_2"))
    item = await Planned(house).started()
    assert len(gateway.messages) == 2
    cause = payload_of(gateway.messages[0].text)["notification"]["data"]["cause"]
    assert await house.notifications.on_devices.shown(cause) is True
    assert await house.notifications.on_devices.shown(cause) is True  # reported twice
    assert await house.notifications.on_devices.shown(cause + "x") is False
    assert await item.steps() == [("push", "delivered")]
    with clock.shifted(2 * clock.HOUR):
        await do_jobs(house)
        assert await item.steps() == [("push", "delivered")]
    with clock.shifted(24 * clock.HOUR + clock.MINUTE):
        await do_jobs(house)
        assert [channel for channel, _ in await item.steps()] == ["push", "sms"]
    async with house.database.read() as db:
        states = {row.state for row in await db.all(notifications.select())}
    assert "delivered" in states


async def test_a_push_that_no_device_shows_is_followed_within_the_hour(house: House) -> None:
    taking(house.notifications.dispatcher)
    house.notifications.plans.reach_devices(Devices("psa_1"))
    item = await Planned(house).started()
    with clock.shifted(clock.HOUR + clock.MINUTE):
        await do_jobs(house)
        await do_jobs(house)
    assert await item.steps() == [("push", "sent"), ("sms", "delivered")]
    assert "No device has shown it" in (await item.step("push")).reason


async def test_a_browser_that_is_turned_on_again_is_listed_once(quick_house: House) -> None:
    devices, maya = quick_house.notifications.app_devices, signed_in(quick_house)
    old, new = Device("https://push.example/1"), Device("https://push.example/2")
    first = await devices.add(maya, old.given, "Safari")
    await devices.answered(first, old.endpoint, PushAnswer.GONE)
    other = signed_in(quick_house, "acc_2", "ase_2")
    await devices.add(other, Device("https://push.example/3").given, "Safari", before=first)
    assert len(await devices.listed(maya)) == 1  # another person's device stays
    second = await devices.add(maya, new.given, "Safari", before=first)
    assert [(one.id, str(one.ended)) for one in await devices.listed(maya)] == [(second, "")]
