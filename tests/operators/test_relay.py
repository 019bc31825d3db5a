"""The relay of the operators' manual: a real coturn with the documented file."""

from collections.abc import Iterator

import pytest

from tests.operators.manual import block
from tests.peers.coturn import Coturn, credential
from tests.peers.ports import wait_until
from tests.peers.turn_client import TCP, TurnClient

UNAUTHORIZED, FORBIDDEN, UNSUPPORTED_TRANSPORT = 401, 403, 442

INSIDE = [
    *("0.0.0.0", "10.0.0.5", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"),
    *("192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
]
INSIDE_IPV6 = [
    *("::", "::1", "fc00::1", "fd00::1", "fe80::1", "fec0::1", "ff02::1"),
    *("::10.0.0.5", "::ffff:10.0.0.5", "::ffff:127.0.0.1", "::ffff:0:10.0.0.5"),
    *("64:ff9b::10.0.0.5", "64:ff9b:1::a00:5", "2002:a00:5::1", "2001:0:a00:5::1"),
    *("100::1", "2001:db8::1", "3fff::1", "4000::1", "5f00::1"),
]


@pytest.fixture(scope="module")
def relay() -> Iterator[Coturn]:
    """A coturn with the manual's own file."""
    server = Coturn(configuration=block("calls", "static-auth-secret=THE_SECRET"))
    server.start()
    yield server
    server.remove()


def client(relay: Coturn) -> TurnClient:
    """Return a client with a name and password valid now."""
    return TurnClient(relay.address, relay.port, **credential())


@pytest.mark.parametrize("peer", INSIDE)
def test_it_leads_to_no_inner_address(relay: Coturn, peer: str) -> None:
    with client(relay) as somebody:
        assert somebody.allocate() == 0
        assert somebody.permit(peer) == FORBIDDEN


@pytest.mark.parametrize("peer", INSIDE_IPV6)
def test_it_leads_to_no_inner_address_by_ipv6(relay: Coturn, peer: str) -> None:
    with client(relay) as somebody:
        assert somebody.allocate(ipv6=True) == 0
        assert somebody.permit(peer) == FORBIDDEN


def test_it_leads_to_the_internet(relay: Coturn) -> None:
    with client(relay) as somebody:
        assert somebody.allocate() == 0
        assert somebody.permit("142.250.74.74") == 0
        assert somebody.permit("1.1.1.1") == 0
        assert somebody.permit("223.255.255.1") == 0
    with client(relay) as somebody:
        assert somebody.allocate(ipv6=True) == 0
        assert somebody.permit("2a00:1450:400f:80d::200a") == 0
        assert somebody.permit("2400:cb00:2048:1::1") == 0


def test_it_relays_no_tcp(relay: Coturn) -> None:
    with client(relay) as somebody:
        assert somebody.allocate(TCP) == UNSUPPORTED_TRANSPORT


def test_a_way_through_it_outlasts_its_credentials(relay: Coturn) -> None:
    short = credential(seconds=1)
    with TurnClient(relay.address, relay.port, **short) as somebody:
        assert somebody.allocate() == 0
        wait_until(lambda: refuses(relay, short), "the end of the credentials")
        assert somebody.permit("142.250.74.74") == 0


def refuses(relay: Coturn, who: dict[str, str]) -> bool:
    """Whether these credentials no longer start anything."""
    with TurnClient(relay.address, relay.port, **who) as late:
        return late.allocate() == UNAUTHORIZED


def test_it_takes_the_secret_of_the_manual_and_no_other(relay: Coturn) -> None:
    with TurnClient(relay.address, relay.port, **credential("THE_SECRET")) as somebody:
        assert somebody.allocate() == 0
    with TurnClient(relay.address, relay.port, **credential("another")) as somebody:
        assert somebody.allocate() == UNAUTHORIZED
