"""Ports on loopback: finding a free one, waiting until somebody listens."""

import os
import random
import socket
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 60.0
"""Seconds that a peer has to start, on a machine that has much else to do."""

_FIRST, _EACH = 12_000, 2_500
"""Below the ports that the kernel gives to whoever connects somewhere (from 32768 on): those may
be taken between the choice and the start, and while a server is down that comes back on its own.
Each test process has a range."""

_given: set[int] = set()


def free_port() -> int:
    """A TCP port on loopback that nobody uses, and that this process was not given before."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    ports = list(range(_FIRST + worker * _EACH, _FIRST + (worker + 1) * _EACH))
    random.SystemRandom().shuffle(ports)  # others may test on the same machine
    for port in ports:
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise AssertionError("no port is free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody accepts connections on a port, of loopback unless told otherwise."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def drained(port: int) -> bool:
    """Whether whoever talks over a port of loopback has taken everything that was sent to them."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        ends = (int(local.rpartition(":")[2], 16), int(remote.rpartition(":")[2], 16))
        if port in ends and queues != "00000000:00000000":
            return False
    return True


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Return as soon as `true()`; AssertionError naming `what` when it takes too long."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.02)


def reachable_address() -> str:
    """An address of this machine other than loopback, for who does not connect over loopback;
    127.0.0.1 where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.254", 9))  # sends nothing; only asks which way it would go
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
