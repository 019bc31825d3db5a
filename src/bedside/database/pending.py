"""Everything a unit of work collects until it commits."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bedside.kernel import clock
from bedside.kernel.events import Event, Published


@dataclass
class Pending:
    """The events, jobs and actions that a unit of work leaves for its commit."""

    events: list[Event] = field(default_factory=list[Event])
    jobs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    actions: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    published: list[Published] = field(default_factory=list[Published])

    def emit(self, event: Event) -> None:
        """See `UnitOfWork.emit`."""
        self.events.append(event)

    def enqueue(
        self, kind: str, payload: dict[str, Any], *, unique: str | None = None, delay: int = 0
    ) -> None:
        """See `UnitOfWork.enqueue`."""
        self.jobs.append(
            {
                "kind": kind,
                "payload": json.dumps(payload),
                "unique_name": unique,
                "run_at": clock.now() + delay,
            }
        )

    def after_commit(self, action: Callable[[], None]) -> None:
        """See `UnitOfWork.after_commit`."""
        self.actions.append(action)
