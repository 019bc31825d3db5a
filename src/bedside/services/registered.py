"""Everything that domains register by name: for the worker, /health and /metrics."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bedside.kernel.jobs import Handler
from bedside.kernel.known_states import Check

Periodic = Callable[[], Awaitable[Any]]
Sweep = tuple[float, Periodic]
"""An interval in seconds, and what to run."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number for /metrics, read when somebody asks."""

    text: str
    read: Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Registered:
    """`services.registered`."""

    handlers: dict[str, Handler] = field(default_factory=dict[str, Handler])
    """Job handlers of the worker, by kind."""
    sweeps: dict[str, Sweep] = field(default_factory=dict[str, Sweep])
    """The worker's sweeps."""
    checks: dict[str, Check] = field(default_factory=dict[str, Check])
    """By the name under which /health shows the part."""
    gauges: dict[str, Gauge] = field(default_factory=dict[str, Gauge])
    """By the name under which /metrics shows the number."""
