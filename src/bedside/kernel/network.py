"""Network addresses of callers, and the origins their requests claim."""

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
    """Reverse proxies whose X-Forwarded-For is trusted: addresses and networks, separated by
    commas or spaces. Anything else in the setting matches nothing."""

    def __init__(self, trusted: str) -> None:
        self._networks: list[IPv4Network | IPv6Network] = []
        for name in trusted.replace(",", " ").split():
            with suppress(ValueError):
                self._networks.append(ip_network(name, strict=False))

    def trust(self, address: str) -> bool:
        """Whether this address belongs to a trusted proxy."""
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self._networks)

    def caller(self, peer: str, forwarded: str) -> str:
        """Return the caller's address: `peer` or, if that is a proxy, the last address of
        X-Forwarded-For (`forwarded`) that is not another one. Earlier ones may be made up by the
        caller."""
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
    """Return the proxies named in a setting."""
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
    """The key that rate limits count by: an IPv4 address, or the /64 network of an IPv6 address,
    because one connection has 2⁶⁴ of those to switch between (RFC 6177)."""
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
"""IPv6 addresses that a gateway translates into the IPv4 address they end in (RFC 6052)."""
_ASSIGNED = ip_network("2000::/3")
"""The only part of IPv6 that global unicast addresses are assigned from (RFC 4291, 2.4; IANA)."""
_NEVER_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "2001::/23",  # protocol assignments, Teredo among them (RFC 2928, RFC 4380)
        "2002::/16",  # 6to4: an IPv4 address is behind each (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
"""Never hosts of the public internet, whatever this Python's `is_global` says of them."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the public internet with no internal host behind it, so that a
    request to a destination chosen by somebody else may go there.

    IPv6 addresses are refused unless they are global unicast. The two forms that lead to an IPv4
    host where there is no other way (mapped, and the well-known prefix of NAT64) are judged by
    that host.
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
    """Return the host and port of an Origin header, "" if it is not a web origin (RFC 6454)."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""
