"""An SMS gateway compatible with Twilio's Messages resource, which misbehaves on request.

https://www.twilio.com/docs/messaging/api/message-resource, errors as in
https://www.twilio.com/docs/api/errors
"""

import base64
import json
import secrets
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bedside.kernel import clock
from tests.peers.ports import free_port


class Answer(Enum):
    """The gateway's answer to the next message: status, error number, words."""

    TAKE = (201, 0, "")
    WRONG_NUMBER = (400, 21211, "The 'To' number is not a valid phone number.")
    UNSUBSCRIBED = (400, 21610, "Attempt to send to unsubscribed recipient")
    TOO_MANY = (429, 20429, "Too Many Requests")
    BROKEN = (500, 20500, "Internal Server Error")
    NONSENSE = (200, 0, "<html>It works!</html>")
    SLOW = (201, 0, "takes it at once, and answers after `delay` seconds")
    DROP = (0, 0, "cuts the connection before taking it")
    DROP_AFTER = (0, 0, "takes it, and cuts the connection instead of saying so")


@dataclass(frozen=True)
class Sms:
    """One message as it arrived; `at` in milliseconds since the epoch."""

    sid: str
    to: str
    sender: str
    body: str
    at: int


class Book:
    """Whose messages the gateway has: these are other messages'."""

    def __init__(self, *references: str) -> None:
        self.references = set(references)

    async def has(self, channel: str, reference: str) -> bool:
        return channel == "sms" and reference in self.references


class SmsSink:
    """The gateway on a free loopback port, in threads of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.account = "AC" + secrets.token_hex(16)
        self.token = secrets.token_hex(16)
        self.messages: list[Sms] = []
        self.reports_to: list[str] = []
        self.delay = 5.0
        self.answers: deque[Answer] = deque()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """The base address, as in the setting `twilio_url`."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen."""
        sink = self

        class Handler(_Handler):
            gateway = sink

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening; `start` brings it back on the same port with its messages."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def behave(self, *answers: Answer) -> None:
        """Set the answers to the next messages, one each; afterwards it accepts them again."""
        self.answers = deque(answers)

    def keep(self, form: dict[str, list[str]]) -> Sms:
        """Store a message."""
        sms = Sms(
            sid="SM" + secrets.token_hex(16),
            to=form["To"][0],
            sender=form["From"][0],
            body=form["Body"][0],
            at=clock.now(),
        )
        self.messages.append(sms)
        self.reports_to += form.get("StatusCallback", [])
        return sms

    def shown(self, sms: Sms) -> dict[str, Any]:
        """Return a message as the API shows it; times have whole seconds, as Twilio's do."""
        created = datetime.fromtimestamp(sms.at // 1000, UTC)
        return {
            "sid": sms.sid,
            "account_sid": self.account,
            "to": sms.to,
            "from": sms.sender,
            "body": sms.body,
            "status": "queued",
            "date_created": format_datetime(created),
            "error_code": None,
        }


class _Handler(BaseHTTPRequestHandler):
    gateway: SmsSink
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        if not self._known():
            return
        gateway = self.gateway
        answer = gateway.answers.popleft() if gateway.answers else Answer.TAKE
        status, number, words = answer.value
        if answer in (Answer.TAKE, Answer.SLOW, Answer.DROP_AFTER):
            sms = gateway.keep(form)
            if answer is Answer.SLOW:
                time.sleep(gateway.delay)
            if answer is not Answer.DROP_AFTER:
                self._say(201, gateway.shown(sms))
                return
        if not status:
            self._cut()
        elif answer is Answer.NONSENSE:
            self._send(status, words.encode(), "text/html")
        else:
            self._say(status, {"code": number, "message": words, "status": status})

    def do_GET(self) -> None:
        if not self._known():
            return
        query = parse_qs(urlsplit(self.path).query)
        newest = self.gateway.messages[::-1][: int(query.get("PageSize", ["50"])[0])]
        self._say(200, {"messages": [self.gateway.shown(sms) for sms in newest]})

    def _known(self) -> bool:
        gateway = self.gateway
        if urlsplit(self.path).path != f"/2010-04-01/Accounts/{gateway.account}/Messages.json":
            self._say(404, {"code": 20404, "message": "Not found", "status": 404})
            return False
        pair = base64.b64encode(f"{gateway.account}:{gateway.token}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {pair}":
            self._say(401, {"code": 20003, "message": "Authenticate", "status": 401})
            return False
        return True

    def _say(self, status: int, content: dict[str, Any]) -> None:
        self._send(status, json.dumps(content).encode(), "application/json")

    def _send(self, status: int, body: bytes, media_type: str) -> None:
        with suppress(ConnectionError):  # a client that was kept waiting may have hung up
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the tests look at `messages`."""
