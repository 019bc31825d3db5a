"""Web push devices: whose they are, and which addresses are accepted (V16)."""

import json
from ipaddress import ip_address
from typing import Any

import pytest

from bedside.adapters.web_push import WebPush
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.network import is_public
from bedside.notifications.addresses import CardAddresses
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.models import notifications, push_keys
from bedside.notifications.ports import Channel
from bedside.notifications.push_devices import AT_MOST, DeviceEnd, PushDevices
from bedside.notifications.push_keys import PushKeys
from tests.house import House
from tests.peers.certificates import client_context
from tests.peers.push_service import Device, PushService, claims_of, to_bytes
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V16")]


async def test_devices_are_listed_and_removed_by_whose_they_are(house: House) -> None:
    here, devices = house.here, house.services.notifications.push_devices
    first = await devices.add(here.clinician, Device("https://push.example/1").given, "Firefox")
    with clock.shifted(clock.SECOND):
        second = await devices.add(here.clinician, Device("https://push.example/2").given, "Edge")
    shown = await devices.listed(here.clinician)
    assert [(one.id, one.label) for one in shown] == [(second, "Edge"), (first, "Firefox")]
    assert await devices.listed(here.receptionist) == []
    with pytest.raises(NotFound):
        await devices.remove(here.receptionist, first)
    await devices.remove(here.clinician, first)
    assert [one.id for one in await devices.listed(here.clinician)] == [second]
    assert await devices.subscription(first) is None


async def test_one_browser_tells_one_person_the_one_who_asked_last(house: House) -> None:
    here, devices = house.here, house.services.notifications.push_devices
    browser = Device("https://push.example/1")
    await devices.add(here.clinician, browser.given, "Firefox")
    await devices.add(here.receptionist, browser.given, "Firefox")
    assert await devices.listed(here.clinician) == []
    [device] = await devices.listed(here.receptionist)
    found = await devices.subscription(device.id)
    assert found is not None
    assert (found.endpoint, found.key, found.secret) == (
        browser.endpoint,
        browser.key,
        browser.secret,
    )
    assert "push.example" not in repr(found)


async def test_the_oldest_device_goes_when_there_are_too_many(quick_house: House) -> None:
    amara, devices = quick_house.here.clinician, quick_house.services.notifications.push_devices
    for number in range(AT_MOST + 2):
        with clock.shifted(number * clock.SECOND):
            given = Device(f"https://push.example/{number}").given
            await devices.add(amara, given, str(number))
    labels = [int(one.label) for one in await devices.listed(amara)]
    assert labels == list(range(AT_MOST + 1, 1, -1))


GOOD = Device("https://push.example/1").given
KEYS: dict[str, str] = GOOD["keys"]


@pytest.mark.parametrize(
    "given",
    [
        *(
            {**GOOD, "endpoint": endpoint}
            for endpoint in (
                "http://push.example/1",
                "https://localhost/1",
                "https://127.0.0.1/1",
                "https://[::1]/1",
                "https://10.1.2.3/1",
                "https://169.254.169.254/latest/meta-data",
                "https://[::ffff:192.168.0.1]/1",
                "https://[64:ff9b::a00:1]/1",
                "https://push.example:8443/1",
                "https://push.example:no/1",
                "https://user@push.example/1",
                "https://push.example/1#part",
                "https://push.example/a b",
                "https://push.example/ä",
                "https://push.example/\r\nHost: x",
                "https://push.example/" + "x" * 1_000,
                "https:///1",
                "file:///etc/passwd",
                "",
                7,
                None,
            )
        ),
        {**GOOD, "keys": {**KEYS, "p256dh": KEYS["p256dh"][:-4]}},
        {**GOOD, "keys": {**KEYS, "p256dh": "A" + KEYS["p256dh"][1:]}},
        {**GOOD, "keys": {**KEYS, "auth": "!!"}},
        {**GOOD, "keys": {}},
        {**GOOD, "keys": "none"},
        {},
        [],
        None,
    ],
    ids=lambda given: str(given)[:60],
)
async def test_an_address_or_key_that_cannot_be_used_is_not_kept(
    quick_house: House, given: Any
) -> None:
    amara, devices = quick_house.here.clinician, quick_house.services.notifications.push_devices
    with pytest.raises(WrongInput):
        await devices.add(amara, given, "Firefox")
    assert await devices.listed(amara) == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("142.250.74.74", True),
        ("2a00:1450:400f:80d::200a", True),
        ("0.0.0.0", False),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:142.250.74.74", True),
        ("2002:a00:1::", False),
        ("2002:8efa:4a4a::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("64:ff9b:1::a00:5", False),
        ("64:ff9b:1::8efa:4a4a", False),
        ("fec0::1", False),
        ("::10.0.0.5", False),
        ("::142.250.74.74", False),
        ("::ffff:0:10.0.0.5", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("192.88.99.1", False),
        ("192.0.0.8", False),
        ("203.0.113.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::8efa:4a4a", True),
    ],
)
def test_what_is_an_address_of_the_public_internet(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


# --- the key pair ---------------------------------------------------------------------------------


async def test_the_key_pair_is_made_once_and_sealed(house: House) -> None:
    services = house.services
    public = await services.notifications.push_keys.public()
    assert len(to_bytes(public)) == 65
    assert await PushKeys(services.database, services.vault).public() == public
    number = (await services.notifications.push_keys.pair()).private_numbers().private_value
    async with services.database.read() as db:
        [row] = await db.all(push_keys.select())
    for readable in (f"{number:064x}".encode(), number.to_bytes(32, "big")):
        assert readable not in bytes(row.private)


async def test_a_backup_restored_elsewhere_keeps_the_pair_with_the_master_key(
    quick_house: House,
) -> None:
    services = quick_house.services
    public = await services.notifications.push_keys.public()
    async with services.database.unit_of_work() as work:
        for holder in await services.vault.holders():
            await services.vault.rewrap_under_master(work, holder)
            await services.vault.new_clinic_key(work, holder)
    services.vault.forget()
    assert await PushKeys(services.database, services.vault).public() == public


# --- end to end ---------------------------------------------------------------------------------


async def test_somebody_waits_and_the_browser_reads_it(
    ward: Ward, push_service: PushService
) -> None:
    services, amara = ward.house.services, ward.house.here.clinician
    devices = PushDevices(services.database, services.vault, services.audit.log, internal=True)
    gateway = WebPush(
        devices,
        services.notifications.push_keys,
        "https://clinic.example",
        internal=True,
        trust=client_context(),
    )
    dispatcher = Dispatcher(
        services.database,
        services.vault,
        services.audit.log,
        {Channel.PUSH: gateway},
        CardAddresses(
            services.people.patients, services.people.clinics, services.settings.base_url
        ),
        frozenset(),
    )
    services.registered.handlers["notification.deliver"] = dispatcher.deliver
    await services.notifications.staff_alerts.choose(amara, [])
    phone, laptop = push_service.device("phone"), push_service.device("laptop")
    for device in (phone, laptop):
        await devices.add(amara, device.given, "Firefox")
    room = await ward.room("Dr Okafor’s room", owner=amara)
    push_service.answers.extend([503, 503, 410])
    await ward.check_in(room, "Ann Early", reason="Earache")
    for seconds in (31, 120):
        with clock.shifted(seconds * clock.SECOND):
            await ward.do_jobs()

    by_name = {"phone": phone, "laptop": laptop}
    told = [(one, by_name[one.path.rpartition("/")[2]]) for one in push_service.pushed]
    assert len(told) == 4, "both were tried again; one was gone then, and one took it"
    for pushed, device in told:
        read = json.loads(device.read(pushed.body))
        assert read["title"] == "Somebody is waiting in Dr Okafor’s room"
        assert not any(word in str(read) for word in ("Ann", "Early", "Earache"))
        claims, key = claims_of(pushed.headers["authorization"])
        assert key == await services.notifications.push_keys.public()
        assert claims["aud"] == f"https://localhost:{push_service.port}"
    listed = {one.ended: one for one in await devices.listed(amara)}
    assert listed.keys() == {DeviceEnd.NONE, DeviceEnd.GONE}
    async with services.database.read() as db:
        rows = await db.all(notifications.select().where(notifications.c.channel == "push"))
    assert sorted(row.state for row in rows) == ["failed", "sent"]
