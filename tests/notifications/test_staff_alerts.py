"""Alerts: a patient is waiting and nobody of the room is online (V16)."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bedside.adapters.sms import TwilioSms
from bedside.kernel import clock
from bedside.notifications.addresses import CardAddresses
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.models import notifications
from bedside.notifications.ports import Channel, Gateway
from bedside.notifications.references import References
from bedside.notifications.staff_alerts import PUSH_USEFUL_FOR, USEFUL_FOR
from bedside.people.permissions import StaffAccess
from tests.house import House
from tests.notifications.test_own_phones import NUMBER, TYPED, codes
from tests.peers.push_service import Device
from tests.peers.sms_sink import Answer, SmsSink
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V16")]

UNSEEN = 31 * clock.SECOND


async def confirm(house: House, staff: StaffAccess, phone: str = TYPED) -> None:
    """Add and confirm a number."""
    known = set(await codes(house, staff))
    await house.services.notifications.own_phones.offer(staff, phone)
    [code] = [one for one in await codes(house, staff) if one not in known]
    await house.services.notifications.own_phones.confirm(staff, code)


async def alerts(house: House) -> list[dict[str, Any]]:
    """Return the alerts written for staff: channel, recipient and words."""
    keys = await house.services.vault.clinic(house.clinic.id)
    async with house.services.database.read() as db:
        rows = await db.all(notifications.select().order_by(notifications.c.channel))
    return [
        {"channel": row.channel, **keys.unseal("notifications.content", row.id, row.content)}
        for row in rows
        if "/unattended/" in row.cause_id
    ]


async def wait_unseen(ward: Ward, room: Any) -> None:
    """Let Ann check in with an earache, and nobody look for half a minute."""
    await ward.check_in(room, "Ann Early", reason="Earache")
    with clock.shifted(UNSEEN):
        await ward.do_jobs()


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (None, {"email": "amara@riverside.example"}),
        (["email"], {"email": "amara@riverside.example"}),
        (["sms"], {"sms": NUMBER}),
        (["email", "sms"], {"email": "amara@riverside.example", "sms": NUMBER}),
        ([], {}),
    ],
)
async def test_the_owner_is_told_as_chosen(
    ward: Ward, chosen: list[str] | None, told: dict[str, str]
) -> None:
    house, amara = ward.house, ward.house.here.clinician
    room = await ward.room("Dr Okafor’s room", owner=amara)
    await house.services.people.staff.assign(
        house.administer(), house.here.receptionist.staff_id, room.room_id
    )
    await confirm(house, amara)
    if chosen is not None:
        await house.services.notifications.staff_alerts.choose(amara, chosen)
    await wait_unseen(ward, room)
    sent = await alerts(house)
    assert {one["channel"]: one["to"] for one in sent} == told
    for one in sent:
        assert "Somebody is waiting in Dr Okafor’s room" in one["text"]
        assert f"/rooms/{room.room_id}" in one["text"]
        said = f"{one['subject']} {one['text']}"
        assert not any(word in said for word in ("Ann", "Early", "Earache"))


async def test_in_a_shared_room_each_is_told_in_a_way_of_their_own(ward: Ward) -> None:
    house, here = ward.house, ward.house.here
    room = await ward.room("Reception")
    for staff in (here.receptionist, here.administrator):
        await house.services.people.staff.assign(house.administer(), staff.staff_id, room.room_id)
    await confirm(house, here.clinician)
    await house.services.notifications.staff_alerts.choose(here.clinician, ["sms"])
    await house.services.notifications.staff_alerts.choose(here.administrator, [])
    await wait_unseen(ward, room)
    assert [(one["channel"], one["to"]) for one in await alerts(house)] == [
        ("email", "rita@riverside.example"),
        ("sms", NUMBER),
    ]


async def test_a_device_is_told_besides_without_a_word_about_the_patient(ward: Ward) -> None:
    house, amara = ward.house, ward.house.here.clinician
    room = await ward.room("Dr Okafor’s room", owner=amara)
    device = await house.services.notifications.push_devices.add(
        amara, Device("https://push.example/1").given, "Firefox on Linux"
    )
    await house.services.notifications.staff_alerts.choose(amara, [])
    await wait_unseen(ward, room)
    [sent] = await alerts(house)
    assert (sent["channel"], sent["to"]) == ("push", device)
    assert json.loads(sent["text"]) == {
        "title": "Somebody is waiting in Dr Okafor’s room",
        "body": "Somebody is waiting in Dr Okafor’s room at Riverside Clinic, "
        "and nobody of the room is signed in.",
        "path": f"/rooms/{room.room_id}",
    }


# --- on the way -----------------------------------------------------------------------------------


@pytest.fixture
async def by_sms(quick_ward: Ward, sms_sink: SmsSink) -> AsyncIterator[Ward]:
    """A ward with an SMS gateway, and an owner with alerts by SMS."""
    house, amara = quick_ward.house, quick_ward.house.here.clinician
    await confirm(house, amara)
    await house.services.notifications.staff_alerts.choose(amara, ["sms"])
    book = References(house.services.database)
    sms = TwilioSms(sms_sink.url, sms_sink.account, sms_sink.token, "+46700000000", book, seconds=1)
    services = house.services
    gateways: dict[Channel, Gateway] = {Channel.SMS: sms}
    dispatcher = Dispatcher(
        services.database,
        services.vault,
        services.audit.log,
        gateways,
        CardAddresses(
            services.people.patients, services.people.clinics, services.settings.base_url
        ),
        frozenset(),
    )
    services.notifications.staff_alerts._messenger = dispatcher
    services.registered.handlers["notification.deliver"] = dispatcher.deliver
    yield quick_ward
    await sms.close()


async def test_an_sms_is_tried_again_until_the_gateway_takes_it(
    by_sms: Ward, sms_sink: SmsSink
) -> None:
    room = await by_sms.room("Dr Okafor’s room", owner=by_sms.house.here.clinician)
    sms_sink.behave(Answer.BROKEN, Answer.TOO_MANY)
    await wait_unseen(by_sms, room)
    for minutes in (2, 5):
        with clock.shifted(minutes * clock.MINUTE):
            await by_sms.do_jobs()
    [sent] = sms_sink.messages
    assert sent.to == NUMBER
    assert sent.body == (
        "Somebody is waiting in Dr Okafor’s room at Riverside Clinic, and nobody of the room is "
        f"signed in. http://localhost:8080/rooms/{room.room_id}"
    )


async def test_nobody_is_told_of_somebody_who_waited_long_ago(
    by_sms: Ward, sms_sink: SmsSink
) -> None:
    room = await by_sms.room("Dr Okafor’s room", owner=by_sms.house.here.clinician)
    sms_sink.behave(Answer.BROKEN)
    await wait_unseen(by_sms, room)
    with clock.shifted(UNSEEN + USEFUL_FOR + clock.SECOND):
        await by_sms.do_jobs()
    assert sms_sink.messages == []
    async with by_sms.house.services.database.read() as db:
        rows = await db.all(notifications.select().where(notifications.c.channel == "sms"))
    [row] = [row for row in rows if "/unattended/" in row.cause_id]
    assert row.state == "failed"
    assert PUSH_USEFUL_FOR < USEFUL_FOR
