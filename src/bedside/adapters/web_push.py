"""Web push (RFC 8030): messages to browsers, through the push service of each browser's maker.

The browser says where the service is, so the address is untrusted: its name is resolved here,
every address of it must be on the public internet, and the connection goes to the address that was
checked. So the outbox cannot be made to knock on hosts of an internal network. Only the status of
the answer is read, and there is one deadline for everything. Whatever takes memory (curves, an
HTTP client) is loaded only when something is sent.
"""

import asyncio
import base64
import hashlib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.network import is_public
from bedside.notifications.ports import (
    Delivered,
    Message,
    PermanentFailure,
    PushAnswer,
    PushBook,
    PushSigner,
    PushSubscription,
    TemporaryFailure,
)

if TYPE_CHECKING:
    import httpx

SECONDS = 10
"""Timeout for a whole message: the name, each address of it, and the head of the answer."""
KEPT_FOR = 600
"""Seconds for which the service keeps an alert to staff while the device is off; after that nobody
is waiting any longer. A message says itself if it is of use for longer."""
_SIGNED_FOR = 12 * 3600
_PADDED_TO = 512
_TOPIC = 32
_UNKNOWN = (404, 410)
_REFUSING = (400, 401, 403)
"""Answers that will not change by themselves: the browser subscribed for another key, or a clock is
wrong."""
_LOOK_UPS = 2
"""Names that are resolved at once."""

_DOWN = N_("The push service of the browser does not answer. The message is sent again.")
_LATER = N_("The push service of the browser asks to try later. The message is sent again.")
_GONE = N_("This device gets no notifications any more: its browser has ended them.")
_REFUSED = N_("The push service of the browser refused the message.")
_INTERNAL = N_("The address that the browser gave is inside a network, so nothing was sent there.")
_TOO_LONG = N_("The message is too long for a notification.")
_KEY = N_("The browser gave a key that cannot be used.")


class WebPush:
    """Sends to the devices that `devices` knows. `contact` is where a push service can write to;
    `internal` allows services on this network, `trust` replaces the certificate authorities."""

    name = "Web push"

    def __init__(
        self,
        devices: PushBook,
        signer: PushSigner,
        contact: str,
        *,
        internal: bool = False,
        trust: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._devices = devices
        self._signer = signer
        self._contact = contact
        self._internal = internal
        self._trust = trust
        self._seconds = seconds
        # of its own, because a name server that never answers blocks a thread for minutes
        self._look_ups = ThreadPoolExecutor(_LOOK_UPS, thread_name_prefix="push-names")

    async def deliver(self, message: Message) -> Delivered:
        """Hand the message to the device's push service, and record its answer in the book.

        A message sent twice replaces itself on the screen, because both name the same page.
        """
        from bedside.adapters.push_encryption import LONGEST, encrypted

        subscription = await self._devices.subscription(message.to)
        if subscription is None:
            raise PermanentFailure(_GONE)
        text = message.text.encode()
        if len(text) > LONGEST:
            raise PermanentFailure(_TOO_LONG)
        answered = partial(self._devices.answered, message.to, subscription.endpoint)
        try:
            body = encrypted(subscription, text, padded_to=_PADDED_TO)
        except ValueError:
            await answered(PushAnswer.GONE)
            raise PermanentFailure(_KEY) from None
        status = await self._posted(subscription, body, _headers(message))
        if status in _UNKNOWN:
            await answered(PushAnswer.GONE)
            raise PermanentFailure(_GONE)
        if status == 429:
            raise TemporaryFailure(_LATER)
        if status >= 500:
            raise TemporaryFailure(_DOWN)
        if not 200 <= status < 300:
            if status in _REFUSING:
                await answered(PushAnswer.REFUSED)
            raise PermanentFailure(_REFUSED)
        await answered(PushAnswer.TAKEN)
        return Delivered()

    async def _posted(
        self, subscription: PushSubscription, body: bytes, wishes: dict[str, str]
    ) -> int:
        """Return the answer's status; raises TemporaryFailure if there is none in time."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(subscription, body, wishes)
        except TimeoutError:
            raise TemporaryFailure(_DOWN) from None

    async def _post(
        self, subscription: PushSubscription, body: bytes, wishes: dict[str, str]
    ) -> int:
        import httpx

        from bedside.adapters.answers import ask
        from bedside.adapters.push_encryption import authorization

        parts = urlsplit(subscription.endpoint)
        headers = {
            "Host": parts.netloc,
            **wishes,
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "Authorization": authorization(
                await self._signer.pair(),
                f"{parts.scheme}://{parts.netloc}",
                self._contact,
                clock.now() // clock.SECOND + _SIGNED_FOR,
            ),
        }
        addresses = await self._addresses(parts)
        async with self._client() as http:
            for address in addresses:
                try:
                    answer = await ask(
                        http,
                        "POST",
                        address,
                        most=0,
                        content=body,
                        headers=headers,
                        extensions={"sni_hostname": parts.hostname},
                    )
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    continue  # try the next address of the same name
                except httpx.TransportError:
                    break
                return answer.status
        raise TemporaryFailure(_DOWN)

    def _client(self) -> "httpx.AsyncClient":
        """Make a client for one message: alerts are rare, and a connection to one name must not
        serve another one at the same address."""
        import httpx

        return httpx.AsyncClient(
            verify=self._trust or ssl.create_default_context(),
            timeout=self._seconds,
            follow_redirects=False,
            trust_env=False,
        )

    async def _addresses(self, parts: SplitResult) -> list[str]:
        """Return the endpoint with each address of its host in place of the name."""
        port = parts.port or 443
        try:
            found = await asyncio.get_running_loop().run_in_executor(
                self._look_ups,
                lambda: socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM),
            )
        except OSError:
            raise TemporaryFailure(_DOWN) from None
        hosts = [ip_address(str(at[0]).partition("%")[0]) for *_, at in found]
        if not self._internal and not all(is_public(host) for host in hosts):
            raise PermanentFailure(_INTERNAL)
        named = [f"[{host}]" if host.version == 6 else str(host) for host in hosts]
        query = f"?{parts.query}" if parts.query else ""
        return [f"{parts.scheme}://{host}:{port}{parts.path}{query}" for host in named]


def _headers(message: Message) -> dict[str, str]:
    """Return how long a push service keeps a message, how soon it wakes the device, and which older
    message this one replaces there (RFC 8030, 5.2 to 5.4)."""
    wishes = {
        "TTL": str(message.waits_for or KEPT_FOR),
        "Urgency": "normal" if message.can_wait else "high",
    }
    if message.topic:  # up to 32 signs, which say nothing to the service
        digest = hashlib.sha256(message.topic.encode()).digest()
        wishes["Topic"] = base64.urlsafe_b64encode(digest)[:_TOPIC].decode()
    return wishes
