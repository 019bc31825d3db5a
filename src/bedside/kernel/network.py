"""Network addresses of callers, and where their requests say they come from."""

import re
from contextlib import suppress
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

_MOST_HOPS = 16
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?|(\d+(?:\.\d+){3}):\d+")
"""An address as some proxies write it: “[2001:db8::1]:443”, “192.0.2.7:5678”."""


class Proxies:
    """The reverse proxies whose X-Forwarded-For is believed: addresses and networks, separated by
    commas or spaces. What is neither is nobody's."""

    def __init__(self, trusted: str) -> None:
        self._networks: list[IPv4Network | IPv6Network] = []
        for name in trusted.replace(",", " ").split():
            with suppress(ValueError):
                self._networks.append(ip_network(name, strict=False))

    def trust(self, address: str) -> bool:
        """Whether this address is one of theirs."""
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self._networks)

    def caller(self, peer: str, forwarded: str) -> str:
        """Who calls: `peer`, or, when that is a proxy, the last address of X-Forwarded-For
        (`forwarded`) that is not another one. Earlier ones are whatever the caller made up."""
        if not self._networks or not self.trust(peer):
            return peer
        address = peer
        for hop in reversed(forwarded.rsplit(",", _MOST_HOPS)[-_MOST_HOPS:]):
            parsed = _parsed(hop.strip())
            if parsed is None:
                break
            address = str(parsed)
            if not self.trust(address):
                break
        return address


@lru_cache(8)
def proxies_of(trusted: str) -> Proxies:
    """The proxies that a setting names."""
    return Proxies(trusted)


@lru_cache(4_096)
def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    with_port = _WITH_PORT.fullmatch(address)
    try:
        parsed = ip_address((with_port[1] or with_port[2]) if with_port else address)
    except ValueError:
        return None
    inside = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return inside or parsed


@lru_cache(4_096)
def caller_of(address: str) -> str:
    """What limits count by: an IPv4 address, or the /64 network of an IPv6 address, of which one
    connection has 2⁶⁴ to change between (RFC 6177)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, 64), strict=False).network_address)


_TRANSLATED = ip_network("64:ff9b::/96")
"""IPv6 addresses that a gateway turns into the IPv4 address at their end (RFC 6052)."""
_ASSIGNED = ip_network("2000::/3")
"""The only part of IPv6 that global unicast addresses are given from (RFC 4291, 2.4; IANA)."""
_NEVER_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "2001::/23",  # protocol assignments, Teredo among them (RFC 2928, RFC 4380)
        "2002::/16",  # 6to4: an IPv4 address stands behind each (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
"""Not hosts of the public internet, whatever `is_global` of this Python says of them."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the public internet, and no host of an internal network stands
    behind it: a request that somebody else chose the address of may go there.

    IPv6 addresses are refused unless they are global unicast; those two that lead to an IPv4 host
    where no other way is (mapped, and the well-known prefix of NAT64) are judged by that host.
    """
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped
        if address in _TRANSLATED:
            inside = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inside is not None:
            return is_public(inside)
        if address not in _ASSIGNED:
            return False
    if any(address in network for network in _NEVER_PUBLIC):
        return False
    return address.is_global and not address.is_multicast


def host_of_origin(origin: str) -> str:
    """The host and port of a header Origin, "" for one that is no web origin (RFC 6454)."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""
