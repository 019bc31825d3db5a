"""Reports of the SMS gateway, accepted only if they are signed (R7)."""

from dataclasses import replace

import httpx
import pytest

from bedside.adapters.sms import TwilioSms
from bedside.notifications.callbacks import PATH, SmsReports, signature_of
from bedside.notifications.models import notifications
from bedside.notifications.ports import Channel, Message
from bedside.requests.models import requests
from bedside.requests.states import State
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.notifications.plans.planning import card
from tests.peers.sms_sink import Book, SmsSink
from tests.requests.sending import send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R7")]

ADDRESS = "https://visits.example.org" + PATH
TOKEN = "the account's"


def test_the_signature_is_the_one_of_the_gateways_documentation() -> None:
    """The worked example of https://www.twilio.com/docs/usage/security."""
    fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ]
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature_of("12345", address, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


async def report(
    house: House, status: str, sid: str, *, signed_with: str = TOKEN, signed_for: str = ADDRESS
) -> httpx.Response:
    """Post a report like the gateway: no browser, no cookie, no origin."""
    reports = SmsReports(house.notifications.dispatcher, ADDRESS, TOKEN)
    house.services.notifications = replace(house.services.notifications, sms_reports=reports)
    fields = [("MessageSid", sid), ("MessageStatus", status), ("To", "+46701740605")]
    headers = {"x-twilio-signature": signature_of(signed_with, signed_for, fields)}
    async with at_the_door(create_app(house.services)) as client:
        del client.headers["sec-fetch-site"]
        return await client.post(PATH, data=dict(fields), headers=headers)


async def handed_over(house: House) -> str:
    """Send a request whose SMS a gateway has accepted. Returns the gateway's name for it."""
    await card(house, email="")  # no other way is left to the plan
    sent = await send(house, channels=("sms",))
    (delivery,) = await house.notifications.messages.of_request(sent.chart, sent.id)
    async with house.database.unit_of_work() as work:
        await work.execute(
            notifications.update().where(notifications.c.id == delivery.id),
            state="sent",
            reference="SM1",
        )
        await work.execute(requests.update().where(requests.c.id == sent.id), state="sent")
    return sent.id


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("delivered", State.DELIVERED),
        ("undelivered", State.FAILED),
        ("failed", State.FAILED),
        ("queued", State.SENT),
        ("canceled", State.FAILED),
        ("read", State.DELIVERED),
        ("partially_delivered", State.UNCERTAIN),
    ],
)
async def test_a_signed_report_moves_the_request(
    quick_house: House, status: str, state: State
) -> None:
    request_id = await handed_over(quick_house)
    answer = await report(quick_house, status, "SM1")
    assert answer.status_code == 204
    chart = await quick_house.chart()
    assert (await quick_house.requests.all.get(chart, request_id)).state is state


@pytest.mark.parametrize(
    "forged", [{"signed_with": "guess"}, {"signed_for": "https://elsewhere/x"}]
)
async def test_a_forged_report_changes_nothing(quick_house: House, forged: dict[str, str]) -> None:
    request_id = await handed_over(quick_house)
    answer = await report(quick_house, "undelivered", "SM1", **forged)
    assert answer.status_code == 403
    chart = await quick_house.chart()
    assert (await quick_house.requests.all.get(chart, request_id)).state is State.SENT


async def test_without_a_token_nothing_is_believed(quick_house: House) -> None:
    async with at_the_door(create_app(quick_house.services)) as client:
        fields = {"MessageSid": "SM1", "MessageStatus": "delivered"}
        signature = signature_of("", quick_house.settings.base_url + PATH, list(fields.items()))
        answer = await client.post(PATH, data=fields, headers={"x-twilio-signature": signature})
    assert answer.status_code == 403


async def test_the_gateway_is_told_where_to_report(sms_sink: SmsSink) -> None:
    sms = TwilioSms(
        sms_sink.url, sms_sink.account, sms_sink.token, "+46700000000", Book(), reports_to=ADDRESS
    )
    await sms.deliver(Message("ntf_1", Channel.SMS, "+46701740605", "", "Hello"))
    await sms.close()
    assert sms_sink.reports_to == [ADDRESS]
