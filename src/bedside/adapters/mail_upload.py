"""Handing a mail to a mail server piece by piece, as fast as its line takes them.

The SMTP client takes a mail as a whole, copies it three times and holds up everything else in the
process meanwhile; it does not listen before the mail has left, either. Here, pieces are encoded in
a thread, and a server that has had enough in the middle is heard.
"""

import asyncio
from contextlib import suppress

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from bedside.adapters.mail_parts import PiecewiseMail

_START = 354
_DONE = 250
_EXCEEDS_ITS_LIMIT = 552
_TOO_LARGE_CODES = ("5.3.4", "5.2.3")
"""Of the server, and of the mailbox (RFC 3463)."""
_MAILBOX_FULL = "5.2.2"


class TooLarge(Exception):
    """The server takes no mail of this size."""


async def send_pieces(
    server: aiosmtplib.SMTP, mail: PiecewiseMail, sender: str, to: str, *, utf8: bool
) -> None:
    """Send a mail through a server that knows us. Raises TooLarge, OSError, TimeoutError and what
    the client raises. `utf8`: its addresses need SMTPUTF8 (RFC 6531)."""
    options = ["SMTPUTF8"] if utf8 else []
    if utf8 and not server.supports_extension("smtputf8"):
        raise aiosmtplib.SMTPNotSupported("SMTPUTF8")
    if server.supports_extension("size"):
        if 0 < _limit(server) < mail.size:
            raise TooLarge
        options.append(f"SIZE={mail.size}")
    encoding = "utf-8" if utf8 else "ascii"
    try:
        await server.mail(sender, options=options, encoding=encoding)
        await server.rcpt(to, encoding=encoding)
        start = await server.execute_command(b"DATA")
        if start.code != _START:
            raise aiosmtplib.SMTPDataError(start.code, start.message)
        await _data(server, mail)
    except aiosmtplib.SMTPResponseException as error:
        if _is_too_large(error):
            raise TooLarge from None
        raise


def _limit(server: aiosmtplib.SMTP) -> int:
    """Return the largest mail that the server takes, 0 if it does not say (RFC 1870, 4)."""
    said = server.esmtp_extensions.get("size", "").strip()
    return int(said) if said.isascii() and said.isdecimal() else 0


def _is_too_large(error: aiosmtplib.SMTPResponseException) -> bool:
    if error.code < 500 or _MAILBOX_FULL in error.message:
        return False
    named = any(code in error.message for code in _TOO_LARGE_CODES)
    return error.code == _EXCEEDS_ITS_LIMIT or named


async def _data(server: aiosmtplib.SMTP, mail: PiecewiseMail) -> None:
    """Send the content, and take the answer, which may come before its end."""
    protocol = server.protocol
    if protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    answering = asyncio.create_task(protocol.read_response())
    writing = asyncio.create_task(_write(protocol, mail, server.timeout))
    try:
        await asyncio.wait({answering, writing}, return_when=asyncio.FIRST_COMPLETED)
        if writing.done() and not answering.done():
            await writing
        answer = await answering
        if answer.code != _DONE:
            raise aiosmtplib.SMTPDataError(answer.code, answer.message)
        if not writing.done():  # it cannot have what it has not got
            raise aiosmtplib.SMTPServerDisconnected("Answered too early")
        await writing
    except BaseException:
        # In the middle of the content: whatever follows would be taken for a part of it.
        if isinstance(protocol.transport, asyncio.WriteTransport):
            protocol.transport.abort()
        server.close()
        raise
    finally:
        for task in (answering, writing):
            task.cancel()
            with suppress(asyncio.CancelledError, aiosmtplib.SMTPException, OSError):
                await task


async def _write(protocol: SMTPProtocol, mail: PiecewiseMail, seconds: float | None) -> None:
    """Write the content; raises TimeoutError if the line takes no piece for so many seconds."""
    pieces = mail.pieces()
    while piece := await asyncio.to_thread(next, pieces, b""):
        protocol.write(piece)
        async with asyncio.timeout(seconds):
            # The name by which asyncio's own StreamWriter waits for a protocol like this one.
            await protocol._drain_helper()  # pyright: ignore[reportPrivateUsage] - see above
    protocol.write(b".\r\n")
