"""What visits need from above."""

from typing import Protocol

from bedside.audit import Actor
from bedside.kernel.unit_of_work import Row, UnitOfWork
from bedside.visits.state_machine import Step


class CallsOfVisits(Protocol):
    """Whoever holds the calls that visits are in."""

    async def visit_left_call(self, work: UnitOfWork, row: Row, why: Step, by: Actor) -> None:
        """A visit leaves its call (`row.call_id`), in this unit of work and for good: it was
        returned, transferred, or has ended. `row` is the visit as it was before, and locked."""
        ...


class TransfersOfVisits(Protocol):
    """Whoever holds the files that are on their way between a patient and staff."""

    async def facts_of_visit(self, visit_id: str, leg: int) -> dict[str, dict[str, object]]:
        """What events tell of each of them, by id, for the snapshot of a visit."""
        ...
