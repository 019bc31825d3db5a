"""Listeners that take part in the unit of work that changes an entry."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.permissions import ChartAccess

StateListener = Callable[[UnitOfWork, str], Awaitable[None]]
"""Called with the id of an entry whose file was scanned or refused, or has its picture."""


class MoveListener(Protocol):
    """Takes part in the unit of work that moves an entry to another chart."""

    async def moved(
        self,
        work: UnitOfWork,
        chart: ChartAccess,
        entry_id: str,
        to: ChartAccess,
        moved_id: str,
        reason: str,
    ) -> None:
        """Follow an entry that is `moved_id` there."""
        ...
