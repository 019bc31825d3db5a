"""The ports of notifications: gateways that carry a message to a person.

The adapters implement `Gateway`; bootstrap chooses which there are.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bedside.kernel.unit_of_work import UnitOfWork
from bedside.notifications.messenger import Notice

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey


class Channel(StrEnum):
    """How a message is carried."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along with an e-mail. `media_type` is its true one, such as
    `application/pdf`. The repr omits the content."""

    name: str
    media_type: str
    content: bytes

    def __repr__(self) -> str:
        return f"Attachment({len(self.content)} bytes)"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person.

    `id` is the notification's id (`ntf_…`): a gateway given the same message twice lets the other
    side recognise it. `to` is an e-mail address, a phone number in E.164 form, or the id of a
    device (`psh_…`), for which `text` is the JSON for its service worker. `subject` and `html` are
    for e-mail only and may be empty. `tried_since` is when it was first tried, in milliseconds
    since the epoch, and 0 the first time: a gateway that cannot mark a message with its id then
    searches for it among those it has sent. The repr omits the content, because it ends up in
    logs.
    """

    id: str
    channel: Channel
    to: str
    subject: str
    text: str
    html: str = ""
    tried_since: int = 0
    neutral: bool = False
    """Whether the sender's name stays out, besides the address."""
    waits_for: int = 0
    """Seconds for which a push waits for its device; 0: as long as an alert to staff is of use."""
    topic: str = ""
    """The subject of a push: a later one replaces one that still waits (RFC 8030, 5.4)."""
    can_wait: bool = False
    """Whether a push may wait until its device is awake anyway (RFC 8030, 5.3)."""
    attachments: tuple[Attachment, ...] = ()
    """Files that go along, by e-mail only."""

    def __repr__(self) -> str:
        return f"Message({self.id}, {self.channel})"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side has accepted the message. `reference` is its name for it, "" if it has
    none."""

    reference: str = ""


class DeliveryFailure(Exception):
    """A message was not accepted. `sentence` is for staff and contains neither content nor
    address."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TemporaryFailure(DeliveryFailure):
    """Trying again later can help: the gateway is down, slow or busy."""


class PermanentFailure(DeliveryFailure):
    """Trying again cannot help: wrong address, refused, or wrong settings."""


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """A browser's web push subscription, as it states it (RFC 8030): the address at its push
    service, its public key (65 bytes, P-256) and its secret (16 bytes). The repr omits them,
    because anybody with the address can make the device buzz."""

    endpoint: str
    key: bytes
    secret: bytes

    def __repr__(self) -> str:
        return "PushSubscription()"


class Recipients(Protocol):
    """Knows the patients to whom messages go."""

    async def refusal(
        self,
        clinic_id: str,
        patient_id: str,
        channel: Channel,
        to: str,
        *,
        on_card: bool = True,
        attached: bool = False,
    ) -> str:
        """Return why a message that was written to this address must not leave any more, "" if it
        may: the card can have changed while it waited. It is not compared with an address that
        was never the card's (`on_card`). Something that is `attached` does not go to a patient
        whose messages name nobody."""
        ...

    async def opens_at(self, clinic_id: str, patient_id: str, *, urgent: bool) -> int:
        """Return the moment from which a message may go to the patient, now or later; 0 if the
        patient's rules leave none."""
        ...

    async def dressed(self, work: UnitOfWork, notice: Notice) -> Notice:
        """Return a message with what the patient's rules add to it or take from it."""
        ...


class Attachments(Protocol):
    """Makes the attachments of e-mails, for the domain whose references they are."""

    async def attached(
        self, clinic_id: str, patient_id: str, reference: str
    ) -> tuple[Attachment, ...]:
        """Return what is attached to an e-mail to this patient that leaves now.

        Raises Unavailable or TemporaryFailure if it cannot be had now, and PermanentFailure, with
        a sentence for staff, if not any more: it was destroyed, or is not this patient's.
        """
        ...


class PushAnswer(StrEnum):
    """The answer of a push service about a device."""

    TAKEN = "taken"
    REFUSED = "refused"
    """It knows the device, or does not say, and takes no message of this installation."""
    GONE = "gone"
    """It knows the device no more (RFC 8030, 7.3)."""


class SentBook(Protocol):
    """Knows which of a gateway's names for messages belong to one already."""

    async def has(self, channel: Channel, reference: str) -> bool:
        """Whether a message has this name."""
        ...


class PushBook(Protocol):
    """Knows the devices that subscribed to web push."""

    async def subscription(self, device_id: str) -> PushSubscription | None:
        """Return the subscription of a device; None if it was removed or has ended."""
        ...

    async def answered(self, device_id: str, endpoint: str, answer: PushAnswer) -> None:
        """Record what the push service answered for the device, while it has this address."""
        ...


class PushSigner(Protocol):
    """Has the key pair by which push services know this installation (RFC 8292)."""

    async def pair(self) -> "EllipticCurvePrivateKey":
        """Return the private key, with the public one in it."""
        ...


class Gateway(Protocol):
    """Carries messages of one channel."""

    @property
    def name(self) -> str:
        """The gateway's name for the screen, e.g. “E-mail (SMTP)”."""
        ...

    async def deliver(self, message: Message) -> Delivered:
        """Hand the message over. Raises TemporaryFailure or PermanentFailure, nothing else."""
        ...
