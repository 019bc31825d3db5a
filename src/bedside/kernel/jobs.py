"""Signals from a job handler to the worker."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Handler = Callable[[dict[str, Any]], Awaitable[None]]
"""Runs one job. It may run again after a kill, so it must be idempotent."""


def given_up(kind: str) -> str:
    """The kind under which a handler is called once a job of this kind has used up its tries."""
    return f"{kind}.given_up"


class TryAgain(Exception):
    """The job cannot run now for a temporary reason; run it again in `delay` milliseconds.

    This is not a failure, and the count of tries starts over. `remember` is added to the payload,
    for a handler that counts how often it has waited.
    """

    def __init__(
        self, delay: int, reason: str, *, remember: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(reason)
        self.delay = delay
        self.reason = reason
        self.remember = remember or {}
