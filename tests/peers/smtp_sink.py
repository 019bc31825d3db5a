"""A mail server that keeps what it gets, and misbehaves on request."""

import asyncio
import threading
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.peers.certificates import server_context
from tests.peers.ports import free_port


class Manner(Enum):
    """The server's behaviour with the next message."""

    TAKE = "take it"
    REFUSE_ADDRESS = "550: no such mailbox"
    REFUSE_CONTENT = "554: looks like spam"
    TOO_LARGE = "552: larger than it takes"
    MAILBOX_FULL = "552: no room in the mailbox"
    BUSY = "451: try later"
    SLOW = "take `delay` seconds to answer"
    DROP = "cut the connection before taking it"
    DROP_AFTER = "take it, and cut the connection instead of saying so"


@dataclass(frozen=True)
class Mail:
    """One message as it arrived."""

    sender: str
    recipients: tuple[str, ...]
    encrypted: bool
    signed_in_as: str
    message: EmailMessage

    @property
    def attachments(self) -> list[tuple[str, str, bytes]]:
        """Return name, media type and content of each attachment."""
        return [
            (part.get_filename() or "", part.get_content_type(), part.get_payload(decode=True))
            for part in self.message.iter_attachments()
        ]

    def part(self, subtype: str) -> str:
        """Return the text of the part `plain` or `html`; "" if there is none."""
        body = self.message.get_body((subtype,))
        return "" if body is None else cast(str, body.get_content())


class SmtpSink:
    """An SMTP server on a free loopback port, in a thread of its own.

    `starttls` offers STARTTLS, `tls` speaks TLS from the first byte (never both); the certificate
    is signed by `certificates.authority()`. `account` is the name and password that it requires,
    `size_limit` the largest mail that it announces to take, in bytes; 0 announces nothing. `utf8`
    takes addresses with letters of other scripts.
    """

    def __init__(
        self,
        *,
        starttls: bool = True,
        tls: bool = False,
        account: tuple[str, str] | None = None,
        names: tuple[str, ...] = (),
        size_limit: int = 64 * 1024 * 1024,
        utf8: bool = False,
    ) -> None:
        self.port = free_port()
        self.mails: list[Mail] = []
        self.delay = 5.0
        self._manners: deque[Manner] = deque()
        self._account = account
        certificate = server_context(*names) if starttls or tls else None
        self._tls = certificate if tls else None
        self._options: dict[str, Any] = {
            "hostname": "sink.example",
            "tls_context": None if tls else certificate,
            "require_starttls": starttls and not tls,
            "authenticator": self._authenticate if account else None,
            "auth_required": account is not None,
            "auth_require_tls": not tls,
            "data_size_limit": size_limit or None,
            "enable_SMTPUTF8": utf8,
        }
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen."""
        self._loop, running = asyncio.new_event_loop(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._loop, running), daemon=True)
        self._thread.start()
        assert running.wait(10), "the mail server did not start"

    def stop(self) -> None:
        """Stop listening; `start` brings it back on the same port with its mails."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop = None

    def _run(self, loop: asyncio.AbstractEventLoop, running: threading.Event) -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(
            loop.create_server(
                lambda: SMTP(self, loop=loop, **self._options),
                "127.0.0.1",
                self.port,
                ssl=self._tls,
            )
        )
        # Not before the loop runs for good: a `stop` while the server is made would be lost.
        loop.call_soon(running.set)
        loop.run_forever()
        server.close()
        open_connections = asyncio.all_tasks(loop)
        for task in open_connections:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*open_connections, return_exceptions=True))
        loop.close()

    def behave(self, *manners: Manner) -> None:
        """Set the treatment of the next messages, one each; afterwards it accepts them again."""
        self._manners = deque(manners)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient."""
        if self._manners and self._manners[0] is Manner.REFUSE_ADDRESS:
            self._manners.popleft()
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """The content, and the answer that makes the server responsible for it."""
        manner = self._manners.popleft() if self._manners else Manner.TAKE
        if manner is Manner.BUSY:
            return "451 4.3.2 Try later"
        if manner is Manner.TOO_LARGE:
            return "552 5.3.4 Message size exceeds fixed limit"
        if manner is Manner.MAILBOX_FULL:
            return "552 5.2.2 Mailbox full"
        if manner is Manner.REFUSE_CONTENT:
            return "554 5.7.1 Looks like spam"
        if manner is Manner.SLOW:
            await asyncio.sleep(self.delay)
        if manner is not Manner.DROP:
            self._keep(session, envelope)
        if manner in (Manner.DROP, Manner.DROP_AFTER):
            cast(Any, server.transport).abort()
        return "250 OK"

    def _keep(self, session: Session, envelope: Envelope) -> None:
        content = cast(bytes, envelope.content)
        parsed = message_from_bytes(content, policy=policy.default)
        login = cast(LoginPassword | None, session.auth_data)
        self.mails.append(
            Mail(
                sender=envelope.mail_from or "",
                recipients=tuple(cast(list[str], envelope.rcpt_tos)),
                encrypted=session.ssl is not None or self._tls is not None,
                signed_in_as=login.login.decode() if login else "",
                message=parsed,
            )
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self._account, handled=False, auth_data=data)
