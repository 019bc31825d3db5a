"""Attachments of e-mails, by SMTP: what arrives, whatever it is called, and how large it may be."""

import asyncio
import os
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bedside.adapters.email import SmtpMail
from bedside.adapters.mail_parts import in_pieces
from bedside.kernel.ids import new_id
from bedside.notifications.ports import (
    Attachment,
    Channel,
    Message,
    PermanentFailure,
    TemporaryFailure,
)
from tests.peers.certificates import client_context
from tests.peers.ports import PATIENCE, free_port
from tests.peers.smtp_sink import Manner, SmtpSink

pytestmark = [pytest.mark.anyio, pytest.mark.feature("L3")]

PDF = b"%PDF-1.7\r\n.\r\n..\n\x00\xff end"
MEGABYTE = 1024 * 1024


def attached(*contents: bytes, **other: Any) -> Message:
    """An e-mail with these files."""
    files = tuple(
        Attachment(f"{at}.pdf", "application/pdf", one) for at, one in enumerate(contents)
    )
    given: dict[str, Any] = {
        "id": new_id("ntf"),
        "channel": Channel.EMAIL,
        "to": "ines@patients.example",
        "subject": "Dr Ødegård has a letter for you",
        "text": "Öffnen Sie:\n.https://harbour.example/l/8sJ3kd\n",
        "html": "<p>Öffnen Sie</p>",
        "attachments": files,
    }
    return Message(**{**given, **other})


def gateway(port: int, options: str = "", **changes: Any) -> SmtpMail:
    """Return the adapter for a mail server."""
    sender = "Harbour Clinic <desk@harbour.example>"
    given = {"trust": client_context(), "seconds_each": 0.5, "seconds_all": 5.0}
    return SmtpMail(f"smtp://127.0.0.1:{port}{options}", sender, **{**given, **changes})


async def test_the_files_arrive_as_they_are_beside_both_texts(smtp_sink: SmtpSink) -> None:
    sent = attached(PDF, b"", os.urandom(200_000))
    delivered = await gateway(smtp_sink.port).deliver(sent)
    [mail] = smtp_sink.mails
    assert mail.encrypted
    assert mail.message.get_content_type() == "multipart/mixed"
    assert [content for _name, _type, content in mail.attachments] == [
        one.content for one in sent.attachments
    ]
    assert mail.part("plain").replace("\r\n", "\n") == sent.text
    assert mail.part("html").strip() == sent.html
    assert mail.message["Message-ID"] == delivered.reference == f"<{sent.id}@harbour.example>"
    assert mail.message["Subject"] == sent.subject
    assert mail.message.defects == []


@pytest.mark.parametrize(
    ("name", "arrives"),
    [
        ("Laborbericht für Jürgen.pdf", "Laborbericht für Jürgen.pdf"),
        ("تقرير الفحص.pdf", "تقرير الفحص.pdf"),
        ("👩\u200d⚕️ 😀.pdf", "👩\u200d⚕️ 😀.pdf"),
        ("it's 100%20; a=b.pdf", "it's 100%20; a=b.pdf"),
        ('the "real" one.pdf', "the _real_ one.pdf"),
        ("two\r\nBcc: eve@example.com\r\n\r\n.pdf", "two__Bcc_ eve@example.com____.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\temp\\letter.pdf", "C__temp_letter.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("\ud800.pdf", "pdf"),
        ("con.pdf", "con_.pdf"),
        ("x" * 200 + ".pdf", "x" * 176 + ".pdf"),
        ("ع" * 200 + ".pdf", "ع" * 125 + ".pdf"),
        ("", "file"),
    ],
)
async def test_a_name_arrives_as_every_system_can_write_it(
    smtp_sink: SmtpSink, name: str, arrives: str
) -> None:
    file = Attachment(name, "application/pdf", PDF)
    await gateway(smtp_sink.port).deliver(attached(attachments=(file,)))
    [mail] = smtp_sink.mails
    assert mail.attachments == [(arrives, "application/pdf", PDF)]
    assert mail.message["Bcc"] is None
    assert mail.recipients == ("ines@patients.example",)


async def test_two_files_of_one_name_are_told_apart(smtp_sink: SmtpSink) -> None:
    files = [Attachment(name, "image/jpeg", b"x") for name in ("a.jpg", "A.jpg", "a.jpg")]
    await gateway(smtp_sink.port).deliver(attached(attachments=tuple(files)))
    names = [name for name, _type, _content in smtp_sink.mails[0].attachments]
    assert names == ["a.jpg", "A (2).jpg", "a (3).jpg"]


@pytest.mark.parametrize(
    ("stated", "arrives"),
    [
        ("application/pdf", "application/pdf"),
        ("image/svg+xml", "image/svg+xml"),
        ("text/plain; charset=utf-8", "text/plain"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed; boundary=x", "application/octet-stream"),
        ("text/plain\r\nX-Evil: 1", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
async def test_a_type_is_the_stated_one_if_it_can_be(
    smtp_sink: SmtpSink, stated: str, arrives: str
) -> None:
    await gateway(smtp_sink.port).deliver(attached(attachments=(Attachment("x", stated, PDF),)))
    [mail] = smtp_sink.mails
    assert mail.attachments == [("x", arrives, PDF)]
    assert mail.message["X-Evil"] is None


async def test_a_mail_that_the_server_says_to_be_too_large_is_not_sent() -> None:
    sink = SmtpSink(size_limit=MEGABYTE)
    sink.start()
    try:
        with pytest.raises(PermanentFailure, match="Send the link instead"):
            await gateway(sink.port).deliver(attached(os.urandom(MEGABYTE)))
        assert sink.mails == []
        await gateway(sink.port).deliver(attached(os.urandom(MEGABYTE // 2)))
        assert len(sink.mails) == 1
    finally:
        sink.stop()


@pytest.mark.parametrize(
    ("manner", "failure", "says"),
    [
        (Manner.TOO_LARGE, PermanentFailure, "Send the link instead"),
        (Manner.MAILBOX_FULL, PermanentFailure, "refused the message"),
        (Manner.REFUSE_ADDRESS, PermanentFailure, "does not know this address"),
        (Manner.REFUSE_CONTENT, PermanentFailure, "refused the message"),
        (Manner.BUSY, TemporaryFailure, "try later"),
        (Manner.DROP, TemporaryFailure, "connection"),
        (Manner.DROP_AFTER, TemporaryFailure, "connection"),
    ],
)
async def test_a_misbehaving_server_and_afterwards_a_good_one(
    manner: Manner, failure: type[Exception], says: str
) -> None:
    sink = SmtpSink(size_limit=0)
    sink.start()
    try:
        sink.behave(manner)
        sent = attached(os.urandom(300_000))
        with pytest.raises(failure, match=says):
            await gateway(sink.port).deliver(sent)
        await gateway(sink.port).deliver(sent)
        assert len({mail.message["Message-ID"] for mail in sink.mails}) == 1
    finally:
        sink.stop()


@asynccontextmanager
async def answering(
    content: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """Run a mail server that does something of its own once the content begins."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 hello\r\n")
            while line := await reader.readline():
                begins = line.startswith(b"DATA")
                writer.write(b"354 go on\r\n" if begins else b"250 yes\r\n")
                if begins:
                    await content(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    port = free_port()
    server = await asyncio.start_server(speak, "127.0.0.1", port, limit=4096)
    try:
        yield port
    finally:
        server.close()


async def test_a_server_that_has_enough_in_the_middle_is_heard() -> None:
    async def enough(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100_000)
        writer.write(b"552 5.3.4 Too much\r\n")
        await asyncio.sleep(PATIENCE)

    async with answering(enough) as port:
        began = time.monotonic()
        mail = gateway(port, "?starttls=never", seconds_each=PATIENCE)
        with pytest.raises(PermanentFailure, match="Send the link instead"):
            await mail.deliver(attached(os.urandom(20 * MEGABYTE)))
        assert time.monotonic() - began < PATIENCE / 3


async def test_a_server_cannot_take_what_it_has_not_got() -> None:
    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100_000)
        writer.write(b"250 thanks\r\n")
        await asyncio.sleep(PATIENCE)

    async with answering(hasty) as port:
        mail = gateway(port, "?starttls=never", seconds_each=PATIENCE)
        with pytest.raises(TemporaryFailure, match="connection"):
            await mail.deliver(attached(os.urandom(20 * MEGABYTE)))


async def test_a_line_that_stands_still_is_left_and_a_slow_one_is_not() -> None:
    taken = bytearray()

    async def still(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(PATIENCE)

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not taken.endswith(b"\r\n.\r\n"):
            taken.extend(await reader.read(4096))
            if len(taken) < 500_000:
                await asyncio.sleep(0.02)
        writer.write(b"250 thanks\r\n")

    sent = attached(os.urandom(20 * MEGABYTE))
    async with answering(still) as port:
        with pytest.raises(TemporaryFailure, match="does not answer"):
            await gateway(port, "?starttls=never").deliver(sent)
    async with answering(slow) as port:
        # The whole takes longer than a mail without attachments may.
        mail = gateway(
            port, "?starttls=never", seconds_each=PATIENCE, seconds_all=0.5, bytes_a_second=10**6
        )
        await mail.deliver(sent)


async def test_the_answer_to_a_large_mail_may_take_longer(smtp_sink: SmtpSink) -> None:
    smtp_sink.delay = 1.5
    limits: dict[str, Any] = {"seconds_all": 1.0, "bytes_a_second": 200_000.0}
    smtp_sink.behave(Manner.SLOW)
    with pytest.raises(TemporaryFailure, match="does not answer"):
        await gateway(smtp_sink.port, **limits).deliver(attached(PDF))
    smtp_sink.behave(Manner.SLOW)
    await gateway(smtp_sink.port, **limits).deliver(attached(os.urandom(2 * MEGABYTE)))


async def test_25_megabytes_hold_up_nothing_and_are_in_memory_once(smtp_sink: SmtpSink) -> None:
    sent = attached(os.urandom(25 * MEGABYTE))
    paused = 0.0

    async def watch() -> None:
        nonlocal paused
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            paused = max(paused, time.monotonic() - before)

    watching = asyncio.create_task(watch())
    mail = gateway(smtp_sink.port, seconds_each=PATIENCE, seconds_all=PATIENCE * 2)
    await mail.deliver(sent)
    watching.cancel()
    [arrived] = smtp_sink.mails
    assert arrived.attachments[0][2] == sent.attachments[0].content
    assert paused < 1.0, "the client as it comes pauses everything for seconds"


def test_writing_25_megabytes_takes_half_a_megabyte() -> None:
    from email.message import EmailMessage
    from email.policy import SMTP

    files = [Attachment("x.bin", "", os.urandom(25 * MEGABYTE))]
    tracemalloc.start()
    try:
        mail = EmailMessage(policy=SMTP)
        mail.set_content("x")
        pieces = in_pieces(mail, files)
        written = sum(len(piece) for piece in pieces.pieces())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert written == pieces.size
    assert peak < MEGABYTE


@pytest.mark.parametrize("files", [(), attached(PDF).attachments], ids=["without", "with"])
async def test_an_address_of_other_letters_needs_a_server_that_knows_them(
    smtp_sink: SmtpSink, files: tuple[Attachment, ...]
) -> None:
    said = attached(to="ines@m\u00fcller.example", attachments=files)
    with pytest.raises(PermanentFailure, match="refused"):
        await gateway(smtp_sink.port).deliver(said)
    sink = SmtpSink(utf8=True)
    sink.start()
    try:
        await gateway(sink.port).deliver(said)
        [mail] = sink.mails
        assert mail.recipients == ("ines@m\u00fcller.example",)
        assert [content for *_of, content in mail.attachments] == [one.content for one in files]
        assert mail.message["Subject"] == said.subject
    finally:
        sink.stop()


def test_an_attachment_never_prints_its_content() -> None:
    assert "PDF" not in repr(attached(PDF)) + repr(attached(PDF).attachments)
