"""SMS against a Twilio-like gateway: what arrives, and how each misbehaviour is handled."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bedside.adapters.sms import TwilioSms
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.known_states import state_of
from bedside.notifications.ports import (
    Channel,
    DeliveryFailure,
    Message,
    PermanentFailure,
    TemporaryFailure,
)
from tests.peers.sms_sink import Answer, Book, SmsSink

pytestmark = pytest.mark.anyio

SECRET = "https://harbour.example/r/8sJ3kd"
NUMBER = "+46700000123"


def message(**changes: Any) -> Message:
    """A notification with a secret link in it."""
    text = f"Harbour Clinic — please send photos: {SECRET}"
    given: dict[str, Any] = {
        "id": new_id("ntf"),
        "channel": Channel.SMS,
        "to": NUMBER,
        "subject": "",
        "text": text,
    }
    return Message(**{**given, **changes})


@pytest.fixture
async def gateway(sms_sink: SmsSink) -> AsyncIterator[TwilioSms]:
    """The adapter for the sink, with short timeouts."""
    sms = TwilioSms(
        sms_sink.url, sms_sink.account, sms_sink.token, "+46700000999", Book(), seconds=1
    )
    yield sms
    await sms.close()


@pytest.mark.feature("N1")
async def test_a_message_arrives(gateway: TwilioSms, sms_sink: SmsSink) -> None:
    sent = message()
    delivered = await gateway.deliver(sent)
    (sms,) = sms_sink.messages
    assert (sms.to, sms.sender, sms.body) == (NUMBER, "+46700000999", sent.text)
    assert delivered.reference == sms.sid


@pytest.mark.feature("N3")
@pytest.mark.parametrize(
    ("answer", "failure", "says"),
    [
        (Answer.WRONG_NUMBER, PermanentFailure, "does not exist"),
        (Answer.UNSUBSCRIBED, PermanentFailure, "asked for none"),
        (Answer.NONSENSE, PermanentFailure, "no SMS gateway"),
        (Answer.TOO_MANY, TemporaryFailure, "try later"),
        (Answer.BROKEN, TemporaryFailure, "has a fault"),
        (Answer.DROP, TemporaryFailure, "does not answer"),
    ],
)
async def test_what_was_not_taken_is_a_failure_and_the_next_goes_through(
    gateway: TwilioSms, sms_sink: SmsSink, answer: Answer, failure: type[Exception], says: str
) -> None:
    sms_sink.behave(answer)
    with pytest.raises(failure, match=says):
        await gateway.deliver(message())
    assert sms_sink.messages == []
    await gateway.deliver(message())
    assert len(sms_sink.messages) == 1


@pytest.mark.feature("N3")
@pytest.mark.parametrize("answer", [Answer.SLOW, Answer.DROP_AFTER])
async def test_what_was_taken_without_an_answer_is_found_and_not_sent_twice(
    gateway: TwilioSms, sms_sink: SmsSink, answer: Answer
) -> None:
    sms_sink.delay = 1.5
    sms_sink.behave(answer)
    delivered = await gateway.deliver(message())
    assert [sms.sid for sms in sms_sink.messages] == [delivered.reference]


@pytest.mark.feature("N3")
async def test_a_later_try_finds_what_an_earlier_one_sent(
    gateway: TwilioSms, sms_sink: SmsSink
) -> None:
    sent, began = message(), clock.now()
    await gateway.deliver(sent)  # killed before it could record that the message was accepted
    again = await gateway.deliver(message(id=sent.id, text=sent.text, tried_since=began))
    assert [sms.sid for sms in sms_sink.messages] == [again.reference]


async def test_a_later_try_sends_what_never_arrived(gateway: TwilioSms, sms_sink: SmsSink) -> None:
    other = message(to="+46700000124")
    await gateway.deliver(other)
    await gateway.deliver(message(text="Another text"))
    with clock.shifted(clock.HOUR):
        await gateway.deliver(message(tried_since=clock.now()))
        await gateway.deliver(message(tried_since=clock.now() + clock.HOUR))
    assert len(sms_sink.messages) == 4


async def test_wrong_credentials_are_said(sms_sink: SmsSink) -> None:
    sms = TwilioSms(sms_sink.url, sms_sink.account, "wrong", "+46700000999", Book())
    with pytest.raises(PermanentFailure, match="sign-in"):
        await sms.deliver(message())
    await sms.close()
    assert sms_sink.messages == []


async def test_a_gateway_that_is_down_and_comes_back(gateway: TwilioSms, sms_sink: SmsSink) -> None:
    sms_sink.stop()
    with pytest.raises(TemporaryFailure, match="does not answer"):
        await gateway.deliver(message())
    sms_sink.start()
    await gateway.deliver(message())
    assert len(sms_sink.messages) == 1


@pytest.mark.feature("N2")
@pytest.mark.parametrize("answer", [Answer.TAKE, Answer.WRONG_NUMBER, Answer.DROP])
async def test_logs_and_errors_name_neither_number_nor_content(
    gateway: TwilioSms, sms_sink: SmsSink, caplog: pytest.LogCaptureFixture, answer: Answer
) -> None:
    caplog.set_level(logging.DEBUG)
    sms_sink.behave(answer)
    said = ""
    try:
        await gateway.deliver(message(tried_since=1))
    except DeliveryFailure as failure:
        said = repr(failure) + failure.sentence
    logged = "".join(line.getMessage() for line in caplog.records)
    for words in (NUMBER, NUMBER.removeprefix("+"), SECRET, "please send"):
        assert words not in said + logged + repr(message())


@pytest.mark.feature("A4")
async def test_its_state_is_that_of_the_gateway(gateway: TwilioSms, sms_sink: SmsSink) -> None:
    assert await gateway.state() == "ok"
    assert sms_sink.messages == []
    stranger = TwilioSms(sms_sink.url, sms_sink.account, "another token", "+46700000999", Book())
    refused = state_of(await stranger.state())
    assert (refused, "sign-in" in refused.reason()) == ("down", True)
    await stranger.close()
    sms_sink.stop()
    later = TwilioSms(sms_sink.url, sms_sink.account, sms_sink.token, "+46700000999", Book())
    away = state_of(await later.state())
    assert away == "down"
    assert away.reason().startswith("The SMS gateway does not answer.")
    await later.close()
    sms_sink.start()


@pytest.mark.feature("N3")
@pytest.mark.parametrize("answer", [Answer.DROP, Answer.DROP_AFTER])
async def test_the_same_words_to_the_same_number_are_two_messages(
    sms_sink: SmsSink, answer: Answer
) -> None:
    """A mother of twins is thanked for each, though the answer to the second never comes."""
    book = Book()
    sms = TwilioSms(sms_sink.url, sms_sink.account, sms_sink.token, "+46700000999", book, seconds=1)
    first = await sms.deliver(message(text="Thank you."))
    book.references.add(first.reference)
    sms_sink.behave(answer)
    second, began = message(text="Thank you."), clock.now()
    if answer is Answer.DROP:
        with pytest.raises(TemporaryFailure):
            await sms.deliver(second)
        again = message(id=second.id, text="Thank you.", tried_since=began)
        delivered = await sms.deliver(again)
    else:
        delivered = await sms.deliver(second)
    await sms.close()
    assert len(sms_sink.messages) == 2
    assert delivered.reference not in {"", first.reference}


@pytest.mark.feature("N3")
@pytest.mark.parametrize("minutes", [-5, 5])
async def test_a_clock_that_is_wrong_by_minutes_sends_nothing_twice(
    gateway: TwilioSms, sms_sink: SmsSink, minutes: int
) -> None:
    sent = message()
    await gateway.deliver(sent)
    with clock.shifted(minutes * clock.MINUTE):
        await gateway.deliver(message(id=sent.id, text=sent.text, tried_since=clock.now()))
    assert len(sms_sink.messages) == 1
