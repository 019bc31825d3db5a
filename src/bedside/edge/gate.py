"""The gate for connections: a limit in total, and one per address.

A connection without a request (nothing has arrived yet, or half a head, or it waits for a further
request) has to give way: the oldest of them first. So somebody who holds idle connections pushes
out their own, and a caller with a request gets in.
"""

from dataclasses import dataclass, field
from typing import Protocol

from bedside.edge.room_for_all import most_for_all, most_for_one
from bedside.kernel.network import caller_of, proxies_of
from bedside.settings import Settings

_SPARE = 1.25
"""Connections of an address per request and page, so that one over the limit of these gets an
explanation (`edge.at_once`) before it is refused here, where there is none."""
_UNASKED = 4
"""The share of an address's connections that may be idle: one in this many."""


class Connection(Protocol):
    """The gate's interface to a connection."""

    def give_way(self) -> None:
        """Leave the gate and close: it carries no request."""
        ...


@dataclass(slots=True)
class _Caller:
    """The connections of one address."""

    open: int = 0
    unasked: dict[Connection, None] = field(default_factory=dict[Connection, None])
    """Idle ones, oldest first."""


class Gate:
    """Counts connections: `in_all`, and `for_one` address, 0 for no limit. Those of the trusted
    proxies are everybody's, and count in total only."""

    def __init__(self, in_all: int, for_one: int, proxies: str = "") -> None:
        self._in_all = in_all
        self._for_one = int(for_one * _SPARE)
        self._proxies = proxies_of(proxies)
        self._callers: dict[str, _Caller] = {}
        self._unasked: dict[Connection, None] = {}
        self._open: dict[object, str] = {}

    def enter(self, connection: Connection, key: object, peer: str) -> bool:
        """Admit a connection from the address `peer`. Returns whether there is room. `key`
        identifies the connection until it leaves, whichever protocol has it by then."""
        address = "" if self._proxies.trust(peer) else caller_of(peer)
        caller = self._callers.setdefault(address, _Caller())
        if address and self._for_one and caller.open >= self._for_one:
            if not _oldest_gives_way(caller.unasked):
                return False
        elif len(self._open) >= self._in_all and not _oldest_gives_way(self._unasked):
            return False
        caller.open += 1
        self._open[key] = address
        self.unasked(connection, key)
        return True

    def unasked(self, connection: Connection, key: object) -> None:
        """Mark this connection as idle."""
        address = self._open.get(key, "")
        if not address:
            return  # a proxy's, which keeps some for its next requests, or one that is gone
        caller = self._callers[address]
        self._unasked[connection] = caller.unasked[connection] = None
        if self._for_one and len(caller.unasked) > self._for_one // _UNASKED:
            _oldest_gives_way(caller.unasked)

    def asked(self, connection: Connection, key: object) -> None:
        """Mark this connection as active: the head of a request is complete."""
        self._unasked.pop(connection, None)
        if address := self._open.get(key, ""):
            self._callers[address].unasked.pop(connection, None)

    def leave(self, key: object) -> None:
        """Remove a connection that is over."""
        address = self._open.pop(key, None)
        if address is None:
            return
        caller = self._callers[address]
        caller.open -= 1
        if not caller.open:
            del self._callers[address]


def _oldest_gives_way(unasked: dict[Connection, None]) -> bool:
    oldest = next(iter(unasked), None)
    if oldest is not None:
        oldest.give_way()
    return oldest is not None


def gate_of(settings: Settings) -> Gate:
    """Return the gate of a process with these settings."""
    for_one = most_for_one(settings.connections_per_address)
    return Gate(most_for_all(), for_one, settings.proxies)
