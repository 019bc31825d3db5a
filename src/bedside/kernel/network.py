"""Network addresses of callers, and where their requests say they come from."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit


def forwarded_address(peer: str, forwarded: str, trusted: str) -> str:
    """Who calls: the last address of X-Forwarded-For (`forwarded`) when `peer` is the trusted
    proxy, else `peer`. Earlier ones in the header are whatever the caller made up."""
    if trusted and peer == trusted:
        return forwarded.rsplit(",", 1)[-1].strip() or peer
    return peer


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


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the public internet, and no host of an internal network stands
    behind it: a request that somebody else chose the address of may go there."""
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address.teredo:
            inside = address.teredo[1]
        if address in _TRANSLATED:
            inside = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inside is not None:
            return is_public(inside)
    return address.is_global and not address.is_multicast


def host_of_origin(origin: str) -> str:
    """The host and port of a header Origin, "" for one that is no web origin (RFC 6454)."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""
