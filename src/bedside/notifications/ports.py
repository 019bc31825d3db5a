"""What notifications need from outside: gateways that carry a message to a person.

The adapters implement `Gateway`; bootstrap chooses which there are.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person.

    `id` is the notification's id (`ntf_…`): a gateway that is given the same message twice lets
    the other side recognise it. `to` is an e-mail address, a phone number in E.164 form, or the id
    of a device (`psh_…`), for which `text` is the JSON that its service worker gets. `subject` and
    `html` are for e-mail only and may be empty. `tried_since` is when it was first tried, in
    milliseconds since the epoch, and 0 at the first time: a gateway that cannot mark a message with
    its id then looks for it among what it has sent. A message prints without its content, for what
    is printed ends in logs.
    """

    id: str
    channel: Channel
    to: str
    subject: str
    text: str
    html: str = ""
    tried_since: int = 0

    def __repr__(self) -> str:
        return f"Message({self.id}, {self.channel})"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side has taken the message. `reference` is its name for it, "" when it has none."""

    reference: str = ""


class DeliveryFailure(Exception):
    """A message was not taken. `sentence` is for staff and names neither content nor address."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TemporaryFailure(DeliveryFailure):
    """Trying again later can help: the gateway is down, slow or busy."""


class PermanentFailure(DeliveryFailure):
    """Trying again cannot help: wrong address, refused, or wrong settings."""


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """Where a browser is reached by web push, as it says itself (RFC 8030): the address at its push
    service, its public key (65 bytes, P-256) and its secret (16 bytes). It prints without them, for
    whoever has the address can make the device buzz."""

    endpoint: str
    key: bytes
    secret: bytes

    def __repr__(self) -> str:
        return "PushSubscription()"


class PushBook(Protocol):
    """Knows the devices that are told by web push."""

    async def subscription(self, device_id: str) -> PushSubscription | None:
        """Where a device is reached; None when it was removed."""
        ...

    async def forget(self, device_id: str) -> None:
        """The push service knows the device no more."""
        ...


class PushSigner(Protocol):
    """Has the key pair by which push services know this installation (RFC 8292)."""

    async def pair(self) -> "EllipticCurvePrivateKey":
        """The private key, with the public one in it."""
        ...


class Gateway(Protocol):
    """Carries messages of one channel."""

    @property
    def name(self) -> str:
        """What the screen calls it, e.g. “E-mail (SMTP)”."""
        ...

    async def deliver(self, message: Message) -> Delivered:
        """Hand the message over. Raises TemporaryFailure or PermanentFailure, nothing else."""
        ...
