"""What visits need from above."""

from collections.abc import Mapping
from typing import Protocol

from bedside.audit import Actor
from bedside.kernel.unit_of_work import Reader, Row, UnitOfWork
from bedside.visits.state_machine import Step


class CallsOfVisits(Protocol):
    """Whoever holds the calls that visits are in."""

    async def visit_left_call(self, work: UnitOfWork, row: Row, why: Step, by: Actor) -> None:
        """A visit leaves its call (`row.call_id`), in this unit of work and for good: it was
        returned, transferred, or has ended. `row` is the visit as it was before, and locked."""
        ...


class LegsOfVisits(Protocol):
    """Whoever holds something that belongs to one leg of a visit, such as files on their way."""

    async def lock_leg(self, work: UnitOfWork, row: Row) -> None:
        """Take the locks that `leg_ended` needs: these come after the visits, which are locked, and
        before the call and the audit log."""
        ...

    async def leg_ended(self, work: UnitOfWork, row: Row) -> None:
        """The patient leaves the room for good, in this unit of work. `row` is the visit as it was
        before, and locked."""
        ...


class ContentOfVisits(Protocol):
    """Whoever holds content of visits that is not in a chart yet, such as files and messages."""

    async def lock_content(self, work: UnitOfWork, row: Row) -> None:
        """Take the locks that the other two need: these come after the visit, which is locked, and
        before the audit log."""
        ...

    async def visit_identified(self, work: UnitOfWork, row: Row) -> None:
        """It was said who the patient is (`row.patient_id`), in this unit of work: what is held
        goes into the chart. `row` is the visit as it is now."""
        ...

    async def visit_discarded(self, work: UnitOfWork, row: Row) -> None:
        """Nobody has said who it was: what is held is destroyed. As `visit_identified`."""
        ...

    async def held(self, reader: Reader, visit_ids: list[str]) -> Mapping[str, int]:
        """How many pieces of content are held for these visits; none is 0 or left out."""
        ...
