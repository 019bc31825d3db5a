"""What a job handler can say to the worker."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Handler = Callable[[dict[str, Any]], Awaitable[None]]
"""Does one job. It may run again after a kill, so doing it twice must be the same as once."""


def given_up(kind: str) -> str:
    """The kind under which a handler hears of a job of this kind that was tried to no end."""
    return f"{kind}.given_up"


class TryAgain(Exception):
    """The job cannot be done now for a reason that heals; run it again in `delay` milliseconds.

    This is no failure, and the count of tries starts over. `remember` is added to the payload, for
    a handler that counts what it waits for.
    """

    def __init__(
        self, delay: int, reason: str, *, remember: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(reason)
        self.delay = delay
        self.reason = reason
        self.remember = remember or {}
