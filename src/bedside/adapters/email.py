"""E-mail by SMTP (RFC 5321), encrypted on the way unless the operator says otherwise."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from bedside.adapters.mail_parts import in_pieces
from bedside.adapters.mail_upload import TooLarge, send_pieces
from bedside.kernel.known_states import DOWN, OK, State
from bedside.kernel.language import N_
from bedside.notifications.attaching import TOO_LARGE
from bedside.notifications.ports import Delivered, Message, PermanentFailure, TemporaryFailure

SECONDS_EACH = 20
"""Timeout for one answer of the server."""
SECONDS_ALL = 60
"""Timeout for a whole delivery, without attachments."""
_BYTES_A_SECOND = 64 * 1024
"""The slowest line on which attachments go: half a megabit, with what else it carries."""

_DOWN = N_("The mail server does not answer. The message is kept and sent again.")
_CUT = N_("The connection to the mail server broke. The message is kept and sent again.")
_LATER = N_("The mail server asks to try later. The message is kept and sent again.")
_TLS = N_(
    "The mail server's certificate is not trusted, so nothing was sent. Check the certificate; "
    "the message is kept and sent again."
)
_NO_TLS = N_(
    "The mail server does not offer encryption, so nothing was sent. Turn on STARTTLS there, or "
    "allow sending without it in the settings."
)
_SIGN_IN = N_("The mail server does not accept our sign-in. Check the e-mail settings.")
_ADDRESS = N_("The mail server does not know this address. Check the patient's e-mail address.")
_REFUSED = N_("The mail server refused the message.")
_NOT_AN_ADDRESS = N_("This is not an e-mail address. Check the patient's e-mail address.")


class SmtpMail:
    """Sends through one mail server.

    `url` is `smtp://user:password@host:587` (STARTTLS, which must be offered),
    `smtp://host:25?starttls=never` (a relay inside the clinic), or `smtps://host:465` (TLS from
    the first byte). `sender` is an address, with or without a name. `bounces` is the address to
    which mail comes back, each message under its own name there (`bounces+ntf_…@`); without it,
    to the sender. `trust` replaces the system's certificate authorities.
    """

    name = "E-mail (SMTP)"

    def __init__(
        self,
        url: str,
        sender: str,
        *,
        bounces: str = "",
        trust: ssl.SSLContext | None = None,
        seconds_each: float = SECONDS_EACH,
        seconds_all: float = SECONDS_ALL,
        bytes_a_second: float = _BYTES_A_SECOND,
    ) -> None:
        parts = urlsplit(url)
        self._implicit_tls = parts.scheme == "smtps"
        self._plain = parse_qs(parts.query).get("starttls") == ["never"]
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._implicit_tls else 587)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._trust = trust
        self._seconds_each = seconds_each
        self._seconds_all = seconds_all
        self._bytes_a_second = bytes_a_second
        name, address = parseaddr(sender)
        self._sender = Address(name, addr_spec=address)
        self._bounces = parseaddr(bounces)[1]
        self._sender_alone = Address(addr_spec=address)

    async def deliver(self, message: Message) -> Delivered:
        """Hand the message to the mail server; the reference is its Message-ID.

        A connection that breaks after the content was sent leaves open whether it was accepted
        (RFC 1047). The retry has the same Message-ID, by which mailboxes recognise it.
        """
        mail = self._composed(message)
        name = str(mail["Message-ID"])
        try:
            if message.attachments:
                await self._send_with_attachments(mail, message)
            else:
                await self._send(mail, message)
        except TooLarge:
            raise PermanentFailure(TOO_LARGE) from None
        except aiosmtplib.SMTPException as error:
            raise _failure(error) from None  # the original quotes addresses
        except ssl.SSLError:
            raise TemporaryFailure(_TLS) from None
        except TimeoutError:
            raise TemporaryFailure(_DOWN) from None
        except OSError:
            raise TemporaryFailure(_CUT) from None
        return Delivered(name)

    async def state(self) -> str:
        """Return whether a message would leave: the mail server answers, with encryption, and
        takes our sign-in."""
        try:
            async with asyncio.timeout(self._seconds_all), self._signed_in():
                return OK
        except PermanentFailure as failure:
            return State(DOWN, failure.sentence)
        except aiosmtplib.SMTPException as error:
            return State(DOWN, _failure(error).sentence)
        except ssl.SSLError:
            return State(DOWN, _TLS)
        except OSError:
            return State(DOWN, _DOWN)

    async def _send(self, mail: EmailMessage, message: Message) -> None:
        sender = self._envelope_sender(message.id)
        async with asyncio.timeout(self._seconds_all), self._signed_in() as server:
            await server.send_message(mail, sender=sender, recipients=[message.to])

    async def _send_with_attachments(self, mail: EmailMessage, message: Message) -> None:
        sender = self._envelope_sender(message.id)
        utf8 = not f"{sender}{message.to}".isascii()
        pieces = in_pieces(mail, message.attachments, utf8=utf8)
        seconds = self._seconds_all + pieces.size / self._bytes_a_second
        async with asyncio.timeout(seconds), self._signed_in() as server:
            await send_pieces(server, pieces, sender, message.to, utf8=utf8)

    def _envelope_sender(self, message_id: str) -> str:
        """Return where the message comes back to: a report is sent there (RFC 5321, 4.4), and its
        own name says which message it is about."""
        name, _at, host = self._bounces.rpartition("@")
        return f"{name}+{message_id}@{host}" if name else self._sender.addr_spec

    @asynccontextmanager
    async def _signed_in(self) -> AsyncGenerator[aiosmtplib.SMTP]:
        server = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            local_hostname=self._sender.domain,  # the host's own name would need a DNS lookup
            use_tls=self._implicit_tls,
            start_tls=False,
            tls_context=self._trust,
            timeout=self._seconds_each,
        )
        async with server:
            await server.ehlo()
            if not (self._implicit_tls or self._plain):
                if not server.supports_extension("starttls"):
                    raise PermanentFailure(_NO_TLS)
                await server.starttls()
                await server.ehlo()
            if self._user:
                if not server.supported_auth_methods:
                    raise PermanentFailure(_SIGN_IN)
                await server.login(self._user, self._password or "")
            yield server

    def _composed(self, message: Message) -> EmailMessage:
        """Build the message with its headers; raises PermanentFailure if `to` is not an address."""
        mail = EmailMessage(policy=SMTP)
        try:
            mail["To"] = Address(addr_spec=message.to)
        except (MessageError, ValueError, IndexError):
            raise PermanentFailure(_NOT_AN_ADDRESS) from None
        mail["From"] = self._sender_alone if message.neutral else self._sender
        mail["Subject"] = re.sub(r"\s+", " ", message.subject).strip()
        mail["Date"] = format_datetime(localtime())
        mail["Message-ID"] = f"<{message.id}@{self._sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply answers it
        mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # Exchange does not know RFC 3834
        mail.set_content(message.text)
        if message.html:
            mail.add_alternative(message.html, subtype="html")
        return mail


def _failure(error: aiosmtplib.SMTPException) -> TemporaryFailure | PermanentFailure:
    """Translate an error of the mail server (RFC 5321, 4.2.1: 4yz, 5yz)."""
    if isinstance(error, aiosmtplib.SMTPTimeoutError | aiosmtplib.SMTPConnectError):
        cause = error.__cause__ or error.__context__
        return TemporaryFailure(_TLS if isinstance(cause, ssl.SSLError) else _DOWN)
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return TemporaryFailure(_CUT)
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPRecipientRefused):
        several = isinstance(error, aiosmtplib.SMTPRecipientsRefused)
        codes = [refused.code for refused in (error.recipients if several else [error])]
        return PermanentFailure(_ADDRESS) if min(codes) >= 500 else TemporaryFailure(_LATER)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        if error.code < 500:
            return TemporaryFailure(_LATER)
        refused_sign_in = isinstance(error, aiosmtplib.SMTPAuthenticationError)
        return PermanentFailure(_SIGN_IN if refused_sign_in else _REFUSED)
    return PermanentFailure(_REFUSED)
