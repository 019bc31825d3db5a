"""Notifications: one per cause, retried while that helps, never knowingly sent twice (N3)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from bedside.adapters.email import SmtpMail
from bedside.adapters.sms import TwilioSms
from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.errors import Conflict, NotFound
from bedside.kernel import clock
from bedside.kernel.jobs import TryAgain
from bedside.notifications.addresses import CardAddresses
from bedside.notifications.dispatcher import GIVE_UP_AFTER, LEASE, Dispatcher
from bedside.notifications.messages import Delivery
from bedside.notifications.messenger import Notice
from bedside.notifications.models import notifications
from bedside.notifications.ports import Channel, Gateway
from bedside.notifications.references import References
from bedside.notifications.states import MOVES, NoticeState, Report, may_become
from bedside.requests.states import State
from tests.house import House
from tests.notifications.plans.planning import card
from tests.peers.ports import PATIENCE
from tests.peers.sms_sink import Answer, SmsSink
from tests.peers.smtp_sink import Manner, SmtpSink
from tests.requests.sending import Sent, do_jobs, draft, send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("N3")]


@pytest.fixture
async def wired(house: House, smtp_sink: SmtpSink, sms_sink: SmsSink) -> AsyncIterator["Wired"]:
    """A house with a mail server and an SMS gateway."""
    book = References(house.services.database)
    sms = TwilioSms(sms_sink.url, sms_sink.account, sms_sink.token, "+46700000000", book, seconds=1)
    gateways: dict[Channel, Gateway] = {
        Channel.EMAIL: SmtpMail(
            f"smtp://127.0.0.1:{smtp_sink.port}?starttls=never",
            "Riverside Clinic <hello@riverside.example>",
            seconds_each=1,
        ),
        Channel.SMS: sms,
    }
    yield Wired(house, gateways, smtp_sink, sms_sink)
    await sms.close()


@pytest.fixture
def smtp_sink() -> Any:
    """A mail server inside the clinic, without TLS: certificates are tested with the adapter."""
    sink = SmtpSink(starttls=False)
    sink.start()
    yield sink
    sink.stop()


class Wired:
    """The house with real gateways; `restart` is a new process on the same database."""

    def __init__(
        self, house: House, gateways: dict[Channel, Gateway], mail: SmtpSink, sms: SmsSink
    ) -> None:
        self.house = house
        self.gateways = gateways
        self.mail = mail
        self.sms = sms
        self.restart()

    def restart(self) -> None:
        services = self.house.services
        self.dispatcher = Dispatcher(
            services.database,
            services.vault,
            services.audit.log,
            self.gateways,
            CardAddresses(
                services.people.patients,
                services.people.clinics,
                services.settings.base_url,
            ),
            frozenset(),
        )
        plans = services.notifications.plans
        plans._dispatcher = self.dispatcher  # the same object in bootstrap
        self.dispatcher.on_outcome(plans.delivery_changed)
        services.notifications = replace(services.notifications, dispatcher=self.dispatcher)
        services.registered.handlers["notification.deliver"] = self.dispatcher.deliver

    async def ask(self, **other: Any) -> Sent:
        """Send a request, without delivering its messages."""
        chart = await self.house.chart()
        if "email" not in other.get("channels", ("email",)):
            await card(self.house, email="")  # no other way is left to the plan
        wanted = draft(**other)
        await self.house.requests.photos.send(chart, wanted)
        return Sent(self.house, chart, wanted.id)

    async def deliveries(self, sent: Sent) -> dict[str, Delivery]:
        """Return the deliveries by channel."""
        found = await self.house.notifications.messages.of_request(sent.chart, sent.id)
        return {delivery.channel: delivery for delivery in found}

    async def deliver(self, delivery: Delivery) -> None:
        """Run the job of one message by hand."""
        await self.dispatcher.deliver({"notification_id": delivery.id})


def notice(house: House, **other: Any) -> Notice:
    given: dict[str, Any] = {
        "clinic_id": house.clinic.id,
        "patient_id": house.patients[0].id,
        "cause_id": "req_x/thanks/1",
        "channel": "sms",
        "to": "+46701740605",
        "text": "Hello",
    }
    return Notice(**{**given, **other})


# --- written with its cause ----------------------------------------------------------------------


async def test_one_cause_and_channel_make_one_message(house: House) -> None:
    for _ in range(3):
        async with house.database.unit_of_work() as work:
            await house.notifications.dispatcher.send(work, notice(house))
            await house.notifications.dispatcher.send(
                work, notice(house, channel="email", to="maya@x.example")
            )
    await do_jobs(house)
    assert len(await house.notifications.messages.outbox(house.here.receptionist)) == 2


async def test_a_message_leaves_only_when_its_cause_commits(wired: Wired) -> None:
    @asynccontextmanager
    async def failing() -> AsyncIterator[Any]:
        async with wired.house.database.unit_of_work() as work:
            yield work
            raise RuntimeError

    with pytest.raises(RuntimeError):
        async with failing() as work:
            await wired.dispatcher.send(work, notice(wired.house))
    await do_jobs(wired.house)
    assert wired.sms.messages == []


async def test_a_message_never_prints_its_content(quick_house: House) -> None:
    assert "+46" not in repr(notice(quick_house))
    assert "Hello" not in repr(notice(quick_house))


# --- delivered -----------------------------------------------------------------------------------


@pytest.mark.feature("R7")
async def test_what_a_gateway_took_is_sent_and_its_secret_is_wiped(wired: Wired) -> None:
    sent = await wired.ask()
    assert (await sent.now()).state is State.REQUESTED
    await do_jobs(wired.house)
    assert (await sent.now()).state is State.SENT
    assert [sms.to for sms in wired.sms.messages] == ["+46701740605"]
    assert "/l/" in wired.sms.messages[0].body
    assert [mail.recipients for mail in wired.mail.mails] == [("maya@patients.example",)]
    assert "/l/" in wired.mail.mails[0].part("plain")
    async with wired.house.database.read() as db:
        rows = await db.all(notifications.select())
    keys = await wired.house.vault.clinic(wired.house.clinic.id)
    for row in rows:
        content = keys.unseal("notifications.content", row.id, row.content)
        assert (content["text"], content["html"], content["subject"]) == ("", "", "")
        assert content["to"]


@pytest.mark.feature("R7")
async def test_a_report_of_the_gateway_makes_it_delivered(wired: Wired) -> None:
    sent = await wired.ask(channels=("sms",))
    await do_jobs(wired.house)
    sid = wired.sms.messages[0].sid
    await wired.dispatcher.reported(Channel.SMS, "SM-unknown", Report.ARRIVED)
    await wired.dispatcher.reported(Channel.EMAIL, sid, Report.ARRIVED)
    assert (await sent.now()).state is State.SENT
    await wired.dispatcher.reported(Channel.SMS, sid, Report.ARRIVED)
    assert (await sent.now()).state is State.DELIVERED


@pytest.mark.feature("R7")
async def test_an_undelivered_report_is_alerted(wired: Wired) -> None:
    sent = await wired.ask(channels=("sms",))
    await do_jobs(wired.house)
    await wired.dispatcher.reported(Channel.SMS, wired.sms.messages[0].sid, Report.LOST)
    assert (await sent.now()).state is State.FAILED
    assert await wired.house.requests.lists.waiting(wired.house.here.receptionist) == 1
    delivery = (await wired.deliveries(sent))["sms"]
    assert "did not reach" in delivery.failure
    with pytest.raises(Conflict):  # its body is wiped: a new link is the only way
        await wired.dispatcher.resend(sent.chart, delivery.id)


# --- gateways that fail --------------------------------------------------------------------------


async def test_gateways_that_are_down_are_tried_again_until_they_are_up(wired: Wired) -> None:
    wired.mail.stop()
    wired.sms.stop()
    sent = await wired.ask()
    await do_jobs(wired.house)
    for delivery in (await wired.deliveries(sent)).values():
        assert (delivery.state, delivery.attempts) == (NoticeState.QUEUED, 1)
        assert "kept and sent again" in delivery.failure
    with clock.shifted(5 * clock.SECOND):
        assert await do_jobs(wired.house) == 0  # not yet
    with clock.shifted(20 * clock.SECOND):
        await do_jobs(wired.house)
    assert {d.attempts for d in (await wired.deliveries(sent)).values()} == {2}
    wired.mail.start()
    wired.sms.start()
    with clock.shifted(2 * clock.MINUTE):
        await do_jobs(wired.house)
        await do_jobs(wired.house)
    assert len(wired.sms.messages) == 1
    assert len(wired.mail.mails) == 1
    assert (await sent.now()).state is State.SENT


async def test_the_log_says_why_a_message_stays_and_not_whose_it_is(wired: Wired) -> None:
    wired.sms.stop()
    wired.mail.stop()
    sent = await wired.ask()
    with structlog.testing.capture_logs() as logged:
        await do_jobs(wired.house)
        with clock.shifted(GIVE_UP_AFTER + clock.MINUTE):
            await do_jobs(wired.house)
    told = [line for line in logged if line["event"].startswith("message.")]
    for event, level in (("message.kept", "warning"), ("message.given_up", "error")):
        lines = {line["channel"]: line for line in told if line["event"] == event}
        assert lines.keys() == {"sms", "email"}
        assert {line["log_level"] for line in lines.values()} == {level}
        assert "mail server does not answer" in lines["email"]["reason"]
    for delivery in (await wired.deliveries(sent)).values():
        assert delivery.to not in str(told)


async def test_pauses_grow_and_are_spread(wired: Wired) -> None:
    wired.sms.stop()
    sent = await wired.ask(channels=("sms",))
    delivery = (await wired.deliveries(sent))["sms"]
    pauses: list[int] = []
    moment = 0
    for _ in range(12):
        with clock.shifted(moment), pytest.raises(TryAgain) as again:
            await wired.deliver(delivery)
        pauses.append(again.value.delay)
        moment += again.value.delay
    wired.sms.start()
    for attempt, pause in enumerate(pauses):
        longest = min(15_000 * 2**attempt, 1_800_000)
        assert longest // 2 <= pause <= longest
    assert len({pause % 1000 for pause in pauses}) > 3  # jitter


@pytest.mark.feature("R7")
async def test_after_a_day_it_has_failed_and_can_be_sent_again(wired: Wired) -> None:
    wired.sms.stop()
    sent = await wired.ask(channels=("sms",))
    with clock.shifted(GIVE_UP_AFTER + clock.MINUTE):
        await do_jobs(wired.house)
        delivery = (await wired.deliveries(sent))["sms"]
        assert (delivery.state, delivery.can_resend) == (NoticeState.FAILED, True)
        assert (await sent.now()).state is State.FAILED
        wired.sms.start()
        await wired.dispatcher.resend(sent.chart, delivery.id)
        assert (await sent.now()).state is State.REQUESTED
        with pytest.raises(Conflict):
            await wired.dispatcher.resend(sent.chart, delivery.id)
        await do_jobs(wired.house)
        assert (await sent.now()).state is State.SENT
    assert len(wired.sms.messages) == 1
    lines = await wired.house.audit.log.lines(wired.house.clinic.id, Filter(limit=50))
    actions = [line.action for line in lines if line.action.startswith("notification.")]
    assert actions == [
        Action.NOTIFICATION_SENT,
        Action.NOTIFICATION_RESENT,
        Action.NOTIFICATION_FAILED,
    ]


async def test_somebody_elses_message_cannot_be_sent_again(wired: Wired) -> None:
    wired.sms.behave(Answer.WRONG_NUMBER)
    sent = await wired.ask(channels=("sms",))
    await do_jobs(wired.house)
    delivery = (await wired.deliveries(sent))["sms"]
    with pytest.raises(NotFound):
        await wired.dispatcher.resend(await wired.house.chart(1), delivery.id)


@pytest.mark.feature("R7")
async def test_a_wrong_number_fails_at_once_and_says_why(wired: Wired) -> None:
    wired.sms.behave(Answer.WRONG_NUMBER)
    sent = await wired.ask(channels=("sms",))
    await do_jobs(wired.house)
    delivery = (await wired.deliveries(sent))["sms"]
    assert delivery.state is NoticeState.FAILED
    assert "phone number does not exist" in delivery.failure
    assert (await sent.now()).state is State.FAILED
    assert await wired.house.requests.lists.waiting(wired.house.here.receptionist) == 1


async def test_one_way_that_works_is_enough(wired: Wired) -> None:
    wired.sms.behave(Answer.WRONG_NUMBER)
    sent = await wired.ask()
    await do_jobs(wired.house)
    assert (await sent.now()).state is State.SENT
    states = {channel: d.state for channel, d in (await wired.deliveries(sent)).items()}
    assert states == {"sms": NoticeState.FAILED, "email": NoticeState.SENT}


# --- twice ---------------------------------------------------------------------------------------


async def test_two_workers_at_once_send_once(wired: Wired) -> None:
    wired.sms.delay = 2
    wired.sms.behave(Answer.SLOW)
    sent = await wired.ask(channels=("sms",))
    delivery = (await wired.deliveries(sent))["sms"]
    results = await asyncio.gather(
        *(wired.deliver(delivery) for _ in range(4)), return_exceptions=True
    )
    assert len(wired.sms.messages) == 1
    assert sum(isinstance(result, TryAgain) for result in results) == 3  # they come back later
    await wired.deliver(delivery)
    assert len(wired.sms.messages) == 1


async def test_killed_between_sending_and_commit_an_sms_is_not_sent_twice(wired: Wired) -> None:
    sent = await wired.ask(channels=("sms",))
    delivery = (await wired.deliveries(sent))["sms"]
    wired.sms.delay = 2
    wired.sms.behave(Answer.SLOW)
    await _kill_while_sending(wired, delivery)
    assert len(wired.sms.messages) == 1  # the gateway has it, and we do not know
    wired.restart()
    with pytest.raises(TryAgain):  # the dead worker's lease still runs
        await wired.deliver(delivery)
    with clock.shifted(LEASE + clock.SECOND):
        await wired.deliver(delivery)
    assert len(wired.sms.messages) == 1
    assert (await sent.now()).state is State.SENT


async def test_killed_between_sending_and_commit_a_mail_keeps_its_message_id(
    wired: Wired,
) -> None:
    sent = await wired.ask(channels=("email",))
    delivery = (await wired.deliveries(sent))["email"]
    wired.mail.delay = 2
    wired.mail.behave(Manner.SLOW)
    await _kill_while_sending(wired, delivery)
    wired.restart()
    with clock.shifted(LEASE + clock.SECOND):
        await wired.deliver(delivery)
    ids = {mail.message["Message-ID"] for mail in wired.mail.mails}
    assert len(ids) == 1  # a mailbox shows one, though the server accepted it more than once
    assert (await sent.now()).state is State.SENT


async def _kill_while_sending(wired: Wired, delivery: Delivery) -> None:
    """Kill the process after the gateway accepted the message and before that was recorded."""
    dying = asyncio.create_task(wired.deliver(delivery))
    async with asyncio.timeout(PATIENCE):
        while not await _is_under_way(wired, delivery):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)  # the gateways answer after two seconds
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert await _state(wired, delivery) == "sending"


async def _is_under_way(wired: Wired, delivery: Delivery) -> bool:
    has_it = bool(wired.sms.messages) or delivery.channel != "sms"
    return has_it and await _state(wired, delivery) == "sending"


async def _state(wired: Wired, delivery: Delivery) -> str:
    request_id = delivery.cause_id.split("/")[0]
    found = await wired.house.notifications.messages.of_request(
        await wired.house.chart(), request_id
    )
    return next(d.state for d in found if d.id == delivery.id)


async def test_an_answer_that_never_came_is_not_sent_twice(wired: Wired) -> None:
    wired.sms.behave(Answer.DROP_AFTER)
    sent = await wired.ask(channels=("sms",))
    await do_jobs(wired.house)
    assert len(wired.sms.messages) == 1
    assert (await sent.now()).state is State.SENT


def test_the_table_of_states_ends_with_what_gateways_report() -> None:
    assert MOVES[NoticeState.DELIVERED] == {NoticeState.UNCERTAIN}
    assert MOVES[NoticeState.UNCERTAIN] == frozenset()
    assert set(MOVES) == set(NoticeState)
    for state in NoticeState:
        assert may_become(state, NoticeState.DELIVERED) is (
            state in (NoticeState.SENDING, NoticeState.SENT)
        )


@pytest.mark.feature("N3")
async def test_without_gateways_everything_is_in_the_local_outbox(
    house: House, tmp_path: Path
) -> None:
    sent = await send(house)
    shown = await house.notifications.messages.outbox(house.here.receptionist)
    assert {message.channel for message in shown} == {"sms", "email"}
    assert all(message.state is NoticeState.DELIVERED for message in shown)
    assert (await sent.now()).state is State.DELIVERED
    lines = await house.audit.log.lines(house.clinic.id, Filter(action=Action.OUTBOX_OPENED))
    assert lines
