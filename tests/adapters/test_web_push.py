"""Web push against a push service: what arrives, what answers mean, and where it never goes."""

import json
import ssl
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from bedside.adapters.web_push import KEPT_FOR, WebPush
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.notifications.ports import (
    Channel,
    Message,
    PermanentFailure,
    PushAnswer,
    PushSubscription,
    TemporaryFailure,
)
from tests.peers.certificates import client_context, server_context
from tests.peers.ports import free_port
from tests.peers.push_service import Device, PushService, claims_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V16")]

PUSHED = {"title": "Somebody is waiting", "body": "In Dr Okafor’s room.", "path": "/rooms/rom_1"}


class Book:
    """One device, in memory."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.answers: list[PushAnswer] = []
        self.known: PushSubscription | None = PushSubscription(
            device.endpoint, device.key, device.secret
        )

    async def subscription(self, device_id: str) -> PushSubscription | None:
        return self.known if device_id == "psh_1" else None

    async def answered(self, device_id: str, endpoint: str, answer: PushAnswer) -> None:
        assert (device_id, endpoint) == ("psh_1", self.device.endpoint)
        self.answers.append(answer)
        if answer is PushAnswer.GONE:
            self.known = None


class Signer:
    """A key pair."""

    def __init__(self) -> None:
        self._pair = generate_private_key(SECP256R1())

    async def pair(self) -> Any:
        return self._pair


def gateway(book: Book, *, internal: bool = True, trust: ssl.SSLContext | None = None) -> WebPush:
    """Return the adapter; it may reach the tests' service unless `internal` is False."""
    contact = "https://clinic.example"
    return WebPush(
        book, Signer(), contact, internal=internal, trust=trust or client_context(), seconds=2
    )


def message(to: str = "psh_1") -> Message:
    """A notification for the device."""
    return Message(new_id("ntf"), Channel.PUSH, to, PUSHED["title"], json.dumps(PUSHED))


async def test_the_browser_reads_it_and_the_service_cannot(push_service: PushService) -> None:
    device = push_service.device("amara")
    book = Book(device)
    await gateway(book).deliver(message())
    [pushed] = push_service.pushed
    assert json.loads(device.read(pushed.body)) == PUSHED
    assert b"Okafor" not in pushed.body
    assert book.answers == [PushAnswer.TAKEN]
    assert pushed.path == "/send/amara"
    assert pushed.headers["host"] == f"localhost:{push_service.port}"
    assert pushed.headers["content-encoding"] == "aes128gcm"
    assert (pushed.headers["ttl"], pushed.headers["urgency"]) == (str(KEPT_FOR), "high")
    claims, _key = claims_of(pushed.headers["authorization"])
    assert claims["aud"] == f"https://localhost:{push_service.port}"
    assert claims["sub"] == "https://clinic.example"
    assert 0 < claims["exp"] - clock.now() // 1000 <= 24 * 3600


@pytest.mark.parametrize("status", [404, 410])
async def test_a_device_that_is_gone_is_asked_no_more(
    push_service: PushService, status: int
) -> None:
    book = Book(push_service.device())
    push_service.answers.append(status)
    with pytest.raises(PermanentFailure) as failed:
        await gateway(book).deliver(message())
    assert "no notifications any more" in failed.value.sentence
    assert book.known is None
    with pytest.raises(PermanentFailure):
        await gateway(book).deliver(message())
    assert len(push_service.pushed) == 1


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (429, TemporaryFailure),
        (500, TemporaryFailure),
        (503, TemporaryFailure),
        (400, PermanentFailure),
        (401, PermanentFailure),
        (403, PermanentFailure),
        (413, PermanentFailure),
        (307, PermanentFailure),
    ],
)
async def test_each_refusal_means_what_it_means(
    push_service: PushService, status: int, failure: type[Exception]
) -> None:
    book = Book(push_service.device())
    push_service.answers.append(status)
    with pytest.raises(failure):
        await gateway(book).deliver(message())
    assert book.known is not None
    assert book.answers == ([PushAnswer.REFUSED] if status in (400, 401, 403) else [])
    assert len(push_service.pushed) == 1, "a redirect is not followed"


async def test_a_service_that_is_away_or_a_certificate_nobody_trusts(
    push_service: PushService,
) -> None:
    away = Device(f"https://localhost:{free_port()}/send/1")
    with pytest.raises(TemporaryFailure):
        await gateway(Book(away)).deliver(message())
    nowhere = Device("https://no-such-host.invalid/send/1")
    with pytest.raises(TemporaryFailure):
        await gateway(Book(nowhere)).deliver(message())
    strangers = ssl.create_default_context()
    with pytest.raises(TemporaryFailure):
        await gateway(Book(push_service.device()), trust=strangers).deliver(message())
    assert push_service.pushed == []


async def test_the_certificate_must_be_of_the_name_and_not_of_the_address() -> None:
    service = PushService()
    service.start(server_context("127.0.0.1"))
    try:
        with pytest.raises(TemporaryFailure):
            await gateway(Book(service.device())).deliver(message())
    finally:
        service.stop()
    assert service.pushed == []


async def test_an_address_of_this_network_is_never_asked(push_service: PushService) -> None:
    """“localhost” is resolved: what counts is where a name leads."""
    book = Book(push_service.device())
    with pytest.raises(PermanentFailure) as failed:
        await gateway(book, internal=False).deliver(message())
    assert "inside a network" in failed.value.sentence
    for host in ("127.0.0.1", "[::1]", "10.0.0.8", "169.254.169.254", "[::ffff:127.0.0.1]"):
        inside = Device(f"https://{host}:{push_service.port}/send/1")
        with pytest.raises(PermanentFailure):
            await gateway(Book(inside), internal=False).deliver(message())
    assert push_service.pushed == []


async def test_a_key_that_is_no_key_ends_the_subscription(push_service: PushService) -> None:
    book = Book(push_service.device())
    assert book.known is not None
    book.known = PushSubscription(book.known.endpoint, b"\x04" + bytes(64), book.known.secret)
    with pytest.raises(PermanentFailure):
        await gateway(book).deliver(message())
    assert book.known is None
    assert push_service.pushed == []


@pytest.mark.parametrize("words", ["Long ", "診察室 ", "🏥 "])
async def test_a_message_that_is_too_long_ends_no_device(
    push_service: PushService, words: str
) -> None:
    book = Book(push_service.device())
    long = Message(new_id("ntf"), Channel.PUSH, "psh_1", "", words * 4_000)
    with pytest.raises(PermanentFailure, match="too long"):
        await gateway(book).deliver(long)
    assert (book.known is not None, book.answers, push_service.pushed) == (True, [], [])
