"""Ports on loopback: finding a free one, waiting until somebody listens."""

import os
import random
import socket
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 60.0
"""Seconds that a peer has to start, on a busy machine."""

_FIRST, _EACH = 12_000, 2_500
"""Below the ports that the kernel gives to outgoing connections (from 32768 on): those may be
taken between the choice and the start, or while a server that comes back by itself is down. Each
test process has a range."""

_given: set[int] = set()


def free_port() -> int:
    """Return a free TCP port on loopback that this process was not given before."""
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
    """Whether somebody accepts connections on a port, by default of loopback."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def drained(port: int) -> bool:
    """Whether both ends of connections on a loopback port have received everything sent to them."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        ends = (int(local.rpartition(":")[2], 16), int(remote.rpartition(":")[2], 16))
        if port in ends and queues != "00000000:00000000":
            return False
    return True


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Return as soon as `true()`; AssertionError naming `what` if it takes too long."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.02)


def reachable_address() -> str:
    """Return an address of this machine other than loopback, for peers that do not connect over
    loopback; 127.0.0.1 if there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.254", 9))  # sends nothing; only asks for the route
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
