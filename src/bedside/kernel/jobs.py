"""What a job handler can say to the worker."""

from collections.abc import Awaitable, Callable
from typing import Any

Handler = Callable[[dict[str, Any]], Awaitable[None]]
"""Does one job. It may run again after a kill, so doing it twice must be the same as once."""


class TryAgain(Exception):
    """The job cannot be done now for a reason that heals; run it again in `delay` milliseconds."""

    def __init__(self, delay: int, reason: str) -> None:
        super().__init__(reason)
        self.delay = delay
        self.reason = reason
