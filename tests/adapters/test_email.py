"""E-mail against a real mail server: what arrives, and how each misbehaviour is handled."""

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bedside.adapters.email import SmtpMail
from bedside.kernel.ids import new_id
from bedside.kernel.known_states import state_of
from bedside.notifications.ports import Channel, Message, PermanentFailure, TemporaryFailure
from tests.peers.certificates import client_context
from tests.peers.ports import PATIENCE, free_port
from tests.peers.smtp_sink import Manner, SmtpSink

pytestmark = pytest.mark.anyio

SENDER = "Harbour Clinic <desk@harbour.example>"
SECRET = "https://harbour.example/r/8sJ3kd"


def message(**changes: Any) -> Message:
    """A notification with a secret link in it."""
    given: dict[str, Any] = {
        "id": new_id("ntf"),
        "channel": Channel.EMAIL,
        "to": "ines@patients.example",
        "subject": "Dr Ødegård asks for photos",
        "text": f"Open this link: {SECRET}\n",
        "html": f'<p>Open <a href="{SECRET}">this link</a>.</p>',
    }
    return Message(**{**given, **changes})


def gateway(sink: SmtpSink, options: str = "", **changes: Any) -> SmtpMail:
    """Return the adapter for a sink, with short timeouts."""
    given = {"trust": client_context(), "seconds_each": 0.5, "seconds_all": 5.0}
    return SmtpMail(f"smtp://127.0.0.1:{sink.port}{options}", SENDER, **{**given, **changes})


@contextmanager
def listening(**options: Any) -> Iterator[SmtpSink]:
    """Run a mail server with other options."""
    sink = SmtpSink(**options)
    sink.start()
    try:
        yield sink
    finally:
        sink.stop()


@pytest.mark.feature("N1")
async def test_a_message_arrives_encrypted_with_both_texts(smtp_sink: SmtpSink) -> None:
    sent = message()
    delivered = await gateway(smtp_sink).deliver(sent)
    (mail,) = smtp_sink.mails
    assert mail.encrypted
    assert mail.sender == "desk@harbour.example"
    assert mail.recipients == ("ines@patients.example",)
    assert mail.message["From"] == SENDER
    assert mail.message["Subject"] == "Dr Ødegård asks for photos"
    assert mail.message["Message-ID"] == f"<{sent.id}@harbour.example>" == delivered.reference
    assert mail.part("plain").replace("\r\n", "\n") == sent.text
    assert mail.part("html").strip() == sent.html


async def test_a_message_without_html_is_plain_text(smtp_sink: SmtpSink) -> None:
    await gateway(smtp_sink).deliver(message(html=""))
    assert smtp_sink.mails[0].message.get_content_type() == "text/plain"


async def test_a_repetition_is_recognisable(smtp_sink: SmtpSink) -> None:
    sent = message()
    smtp_sink.behave(Manner.DROP_AFTER)
    with pytest.raises(TemporaryFailure):
        await gateway(smtp_sink).deliver(sent)
    await gateway(smtp_sink).deliver(sent)
    first, second = smtp_sink.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not:UserWarning")  # of the sink
async def test_tls_from_the_first_byte_and_a_password() -> None:
    with listening(starttls=False, tls=True, account=("desk", "p@ss/word")) as sink:
        mail = SmtpMail(
            f"smtps://desk:p%40ss%2Fword@127.0.0.1:{sink.port}", SENDER, trust=client_context()
        )
        await mail.deliver(message())
        assert sink.mails[0].encrypted
        assert sink.mails[0].signed_in_as == "desk"


async def test_a_wrong_password_is_said_and_not_tried_for_ever() -> None:
    with listening(account=("desk", "right")) as sink:
        url = f"smtp://desk:wrong@127.0.0.1:{sink.port}"
        with pytest.raises(PermanentFailure, match="sign-in"):
            await SmtpMail(url, SENDER, trust=client_context()).deliver(message())
        assert sink.mails == []


async def test_a_server_that_knows_no_passwords_is_said(smtp_sink: SmtpSink) -> None:
    url = f"smtp://desk:pass@127.0.0.1:{smtp_sink.port}"
    with pytest.raises(PermanentFailure, match="sign-in"):
        await SmtpMail(url, SENDER, trust=client_context()).deliver(message())
    assert smtp_sink.mails == []


async def test_nothing_leaves_without_encryption_unless_allowed() -> None:
    with listening(starttls=False) as sink:
        with pytest.raises(PermanentFailure, match="does not offer encryption"):
            await gateway(sink).deliver(message())
        assert sink.mails == []
        await gateway(sink, "?starttls=never").deliver(message())
        assert not sink.mails[0].encrypted


@pytest.mark.parametrize("options", [{}, {"starttls": False, "tls": True}])
async def test_a_certificate_of_somebody_else_stops_it(options: dict[str, bool]) -> None:
    with listening(names=("other.example",), **options) as sink:
        scheme = "smtps" if options else "smtp"
        mail = SmtpMail(f"{scheme}://127.0.0.1:{sink.port}", SENDER, trust=client_context())
        with pytest.raises(TemporaryFailure, match="certificate"):
            await mail.deliver(message())
        assert sink.mails == []


async def test_a_certificate_of_an_unknown_authority_stops_it(smtp_sink: SmtpSink) -> None:
    with pytest.raises(TemporaryFailure, match="certificate"):
        await gateway(smtp_sink, trust=ssl.create_default_context()).deliver(message())
    assert smtp_sink.mails == []


@pytest.mark.feature("N3")
@pytest.mark.parametrize(
    ("manner", "failure", "says"),
    [
        (Manner.REFUSE_ADDRESS, PermanentFailure, "does not know this address"),
        (Manner.REFUSE_CONTENT, PermanentFailure, "refused the message"),
        (Manner.BUSY, TemporaryFailure, "try later"),
        (Manner.SLOW, TemporaryFailure, "does not answer"),
        (Manner.DROP, TemporaryFailure, "connection"),
        (Manner.DROP_AFTER, TemporaryFailure, "connection"),
    ],
)
async def test_a_misbehaving_server_and_afterwards_a_good_one(
    smtp_sink: SmtpSink, manner: Manner, failure: type[Exception], says: str
) -> None:
    smtp_sink.delay = 1.5
    smtp_sink.behave(manner)
    with pytest.raises(failure, match=says):
        await gateway(smtp_sink).deliver(message())
    await gateway(smtp_sink).deliver(message())


async def test_a_server_that_is_down_and_comes_back(smtp_sink: SmtpSink) -> None:
    smtp_sink.stop()
    with pytest.raises(TemporaryFailure, match="does not answer"):
        await gateway(smtp_sink).deliver(message())
    smtp_sink.start()
    await gateway(smtp_sink).deliver(message())
    assert len(smtp_sink.mails) == 1


async def test_a_server_that_never_greets_costs_little_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        mail = SmtpMail(f"smtp://127.0.0.1:{silent.getsockname()[1]}", SENDER, seconds_each=0.3)
        began = time.monotonic()
        with pytest.raises(TemporaryFailure, match="does not answer"):
            await mail.deliver(message())
        assert time.monotonic() - began < PATIENCE / 3


async def test_a_server_that_talks_for_ever_is_left() -> None:
    async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(b"220-still thinking\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            writer.close()

    port = free_port()
    server = await asyncio.start_server(chatter, "127.0.0.1", port)
    mail = SmtpMail(f"smtp://127.0.0.1:{port}", SENDER, seconds_each=PATIENCE, seconds_all=0.5)
    began = time.monotonic()
    with pytest.raises(TemporaryFailure, match="does not answer"):
        await mail.deliver(message())
    assert time.monotonic() - began < PATIENCE / 3
    server.close()


@pytest.mark.parametrize(
    "subject",
    ["Photos\r\nBcc: eve@example.com", "Photos\nX-Evil: 1", "Photos\rBcc: eve@example.com"],
)
async def test_a_subject_cannot_add_headers(smtp_sink: SmtpSink, subject: str) -> None:
    await gateway(smtp_sink).deliver(message(subject=subject))
    (mail,) = smtp_sink.mails
    assert mail.recipients == ("ines@patients.example",)
    assert mail.message["Bcc"] is None
    assert mail.message["X-Evil"] is None
    assert mail.message["Subject"] == " ".join(subject.split())


@pytest.mark.parametrize(
    "to",
    [
        "",
        "nobody",
        "a@b.example, eve@example.com",
        "a@b.example\r\nBcc: eve@example.com",
        "@",
        "a@",
    ],
)
async def test_what_is_no_address_never_reaches_the_server(smtp_sink: SmtpSink, to: str) -> None:
    with pytest.raises(PermanentFailure, match="not an e-mail address"):
        await gateway(smtp_sink).deliver(message(to=to))
    assert smtp_sink.mails == []


@pytest.mark.feature("N2")
@pytest.mark.parametrize("manner", [Manner.TAKE, Manner.REFUSE_ADDRESS, Manner.DROP])
async def test_logs_and_errors_name_neither_address_nor_content(
    smtp_sink: SmtpSink, caplog: pytest.LogCaptureFixture, manner: Manner
) -> None:
    caplog.set_level(logging.DEBUG)
    smtp_sink.behave(manner)
    said = ""
    try:
        await gateway(smtp_sink).deliver(message())
    except (PermanentFailure, TemporaryFailure) as failure:
        said = repr(failure) + failure.sentence
    ours = [line.getMessage() for line in caplog.records if not line.name.startswith("mail.")]
    for words in ("ines@patients", SECRET, "Ødegård"):
        assert words not in said + "".join(ours) + repr(message())


@pytest.mark.feature("A4")
async def test_its_state_says_whether_mail_would_leave(smtp_sink: SmtpSink) -> None:
    assert await gateway(smtp_sink).state() == "ok"
    assert smtp_sink.mails == []
    untrusted = state_of(await gateway(smtp_sink, trust=ssl.create_default_context()).state())
    assert (untrusted, "certificate is not trusted" in untrusted.reason()) == ("down", True)
    with listening(starttls=False) as plain:
        without = state_of(await gateway(plain).state())
        assert "does not offer encryption" in without.reason()
        assert await gateway(plain, "?starttls=never").state() == "ok"
    with listening(account=("bedside", "right")) as guarded:
        url = f"smtp://bedside:{{}}@127.0.0.1:{guarded.port}"
        wrong, right = (
            SmtpMail(url.format(password), SENDER, trust=client_context())
            for password in ("wrong", "right")
        )
        assert "does not accept our sign-in" in state_of(await wrong.state()).reason()
        assert await right.state() == "ok"
