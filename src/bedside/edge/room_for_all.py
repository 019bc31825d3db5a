"""Limits on connections of this process, in total and per address."""

import resource

_OURS = 96
"""Descriptors that are not for callers: database, files, children, sockets of our own."""
_MOST = 65_536


def raise_open_files() -> None:
    """Raise the limit of open files and connections to the machine's maximum: the default is often
    1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_for_all() -> int:
    """Return the limit of connections in total."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = _MOST if soft == resource.RLIM_INFINITY else soft
    return max(allowed - _OURS, allowed // 2)


def most_for_one(wanted: int) -> int:
    """Return the limit per address: the setting's, but never more than half of all; 0 for no
    limit."""
    return min(wanted, most_for_all() // 2) if wanted else 0
