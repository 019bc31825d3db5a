"""The ports of visits for higher layers."""

from collections.abc import Mapping
from typing import Protocol

from bedside.audit import Actor
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.people.permissions import ChartAccess
from bedside.visits.rows import VisitRow
from bedside.visits.states import Step


class CallsOfVisits(Protocol):
    """Keeps the calls that visits are in."""

    async def visit_left_call(self, work: UnitOfWork, row: VisitRow, why: Step, by: Actor) -> None:
        """Handle a visit leaving its call (`row.call_id`) for good, in this unit of work: it was
        returned, transferred, or has ended. `row` is the visit as it was before, and locked."""
        ...


class LegsOfVisits(Protocol):
    """Keeps something that belongs to one leg of a visit, such as files in transfer."""

    async def lock_leg(self, work: UnitOfWork, row: VisitRow) -> None:
        """Take the locks that `leg_ended` needs: after the visits, which are locked, and before
        the call and the audit log."""
        ...

    async def leg_ended(self, work: UnitOfWork, row: VisitRow) -> None:
        """Handle the patient leaving the room for good, in this unit of work. `row` is the visit
        as it was before, and locked."""
        ...


class EntriesOfVisits(Protocol):
    """Keeps what visits have put into charts."""

    async def visit_reassigned(
        self, work: UnitOfWork, row: VisitRow, chart: ChartAccess, to: ChartAccess, reason: str
    ) -> None:
        """Move what came from a visit from one chart to the other, in this unit of work. `row` is
        the visit as it is now, and locked."""
        ...


class ContentOfVisits(Protocol):
    """Keeps content of visits that is not in a chart yet, such as files and messages."""

    async def lock_content(self, work: UnitOfWork, row: VisitRow) -> None:
        """Take the locks that the other two need: after the visit, which is locked, and before the
        audit log."""
        ...

    async def visit_identified(self, work: UnitOfWork, row: VisitRow) -> None:
        """File what is held in the chart, in this unit of work, now that the patient
        (`row.patient_id`) is identified. `row` is the visit as it is now."""
        ...

    async def visit_discarded(self, work: UnitOfWork, row: VisitRow) -> None:
        """Destroy what is held: nobody has identified the patient. Otherwise like
        `visit_identified`."""
        ...

    async def held(self, reader: Reader, visit_ids: list[str]) -> Mapping[str, int]:
        """Count the pieces of content held for these visits; none is 0 or left out."""
        ...
