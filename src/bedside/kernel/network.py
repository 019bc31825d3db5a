"""Network addresses of callers."""


def forwarded_address(peer: str, forwarded: str, trusted: str) -> str:
    """Who calls: the last address of X-Forwarded-For (`forwarded`) when `peer` is the trusted
    proxy, else `peer`. Earlier ones in the header are whatever the caller made up."""
    if trusted and peer == trusted:
        return forwarded.rsplit(",", 1)[-1].strip() or peer
    return peer
