"""Everything that domains register by name: for the worker, the rail of the console and /health."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bedside.kernel.jobs import Handler
from bedside.kernel.known_states import Check
from bedside.people.permissions import StaffAccess

Periodic = Callable[[], Awaitable[Any]]
Sweep = tuple[float, Periodic]
"""An interval in seconds, and what to run."""

CountBadge = Callable[[StaffAccess], Awaitable[int]]
"""Counts what waits for a person in one section of the console."""


@dataclass(frozen=True, slots=True)
class Registered:
    """`services.registered`."""

    handlers: dict[str, Handler] = field(default_factory=dict[str, Handler])
    """Job handlers of the worker, by kind."""
    sweeps: dict[str, Sweep] = field(default_factory=dict[str, Sweep])
    """The worker's sweeps."""
    badges: dict[str, CountBadge] = field(default_factory=dict[str, CountBadge])
    """By the key of a section of the rail (`edge.feature.Section`)."""
    checks: dict[str, Check] = field(default_factory=dict[str, Check])
    """By the name under which /health shows the part."""
