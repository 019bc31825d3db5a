"""Additions to the notes of a visit, written later from its record: each with author and time.

The note of a call is one text that its author changes until it is right. What is added afterwards
stands beside it, and is not changed any more: the record shows what was known when.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, insert, select

from bedside.audit import Action
from bedside.audit.looks import Looks
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock, faults
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions
from bedside.people.permissions import ChartAccess
from bedside.visits import rows
from bedside.visits.models import visit_additions
from bedside.visits.notes import NOTE_MAX

COLUMN = "visit_additions.body"


class AdditionRow(NamedTuple):
    """A stored addition."""

    id: str
    clinic_id: str
    visit_id: str
    staff_id: str
    body: bytes
    at: int


_add = prepared(insert(visit_additions))
_known = prepared(
    select(visit_additions).where(visit_additions.c.id == bindparam("of")), AdditionRow
)


class VisitAdditions:
    """Adds to the notes of visits that are in a chart."""

    def __init__(self, database: Transactions, vault: Vault, looks: Looks) -> None:
        self._database = database
        self._vault = vault
        self._looks = looks

    @staticmethod
    def new_draft() -> str:
        """Return the id of an addition to be written: sent twice, it is added once."""
        return new_id("nad")

    async def add(self, chart: ChartAccess, visit_id: str, text: str, draft: str = "") -> None:
        """Add a text to the notes of a visit of this chart. Raises NotFound, WrongInput."""
        text = text.replace("\r\n", "\n").strip()
        if not text:
            raise WrongInput(N_("Please write something first."), field="text")
        if len(text) > NOTE_MAX:
            raise WrongInput(N_("This note is too long: at most 20,000 characters."), field="text")
        keys = await self._vault.clinic(chart.clinic_id)
        addition_id = draft if is_id(draft, "nad") else self.new_draft()
        async with self._database.unit_of_work() as work:
            visit = await work.one(rows.for_change, of=visit_id)
            if visit is None or visit.clinic_id != chart.clinic_id:
                raise NotFound
            if visit.patient_id != chart.patient_id:
                raise NotFound
            if await work.one(_known, of=addition_id) is None:
                await work.execute(
                    _add,
                    id=addition_id,
                    clinic_id=chart.clinic_id,
                    visit_id=visit_id,
                    staff_id=chart.staff.staff_id,
                    body=keys.seal(COLUMN, addition_id, text),
                    at=clock.now(),
                )
        faults.point("visit.note_added")
        # A second press after a failure between the two writes the line that is missing.
        await self._looks.note(
            chart.clinic_id,
            chart.actor,
            chart.staff.session_id,
            Action.VISIT_NOTED,
            patient_id=chart.patient_id,
            visit=visit_id,
        )
