"""How many patients a person sees: one who sees few is answered by another statement than one who
sees nearly everybody.

Neither statement is quick for both. Whoever sees few has them gathered first, and everything is
looked up for these. For whoever sees many, rows are walked in their order and each is checked,
until the list is full.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar, overload

from sqlalchemy import ColumnElement, bindparam, func, select

from bedside.database.statements import Prepared, prepared
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions
from bedside.people.models import staff_assignments
from bedside.people.permissions import StaffAccess
from bedside.people.visibility import is_visible, visible_patients

FEW = 2_000
_KEPT = 4_000
_KEPT_FOR = 5 * clock.MINUTE
_MOST_COMPARED = 50
"""Assignments of a person that are compared with those of others."""

Condition = Callable[[ColumnElement[str]], ColumnElement[bool]]
"""Makes, of the column of a patient's id, the condition that the patient may be seen."""
DeclaredRow = TypeVar("DeclaredRow", bound=NamedTuple)
Which = TypeVar("Which")


@dataclass(frozen=True, slots=True)
class TwoWays(Generic[Which]):
    """The same question in two statements, which give the same rows."""

    few: Which
    many: Which

    def when(self, few: bool) -> Which:
        """Return the statement for somebody who sees few patients, or many."""
        return self.few if few else self.many


@overload
def two_ways(asked: Callable[[Condition], Any]) -> TwoWays[Prepared[Any]]: ...
@overload
def two_ways(
    asked: Callable[[Condition], Any], row: type[DeclaredRow]
) -> TwoWays[Prepared[DeclaredRow]]: ...
def two_ways(
    asked: Callable[[Condition], Any], row: type[Any] | None = None
) -> TwoWays[Prepared[Any]]:
    """Prepare a statement in both ways: `asked` gets the condition and returns the statement."""
    return TwoWays(Prepared(asked(among_the_few), row), Prepared(asked(is_visible), row))


def among_the_few(patient_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a patient is one of all whom this person may see, who are gathered first."""
    return patient_id.in_(visible_patients())


_seen = prepared(
    select(func.count().label("patients")).select_from(
        visible_patients().distinct().limit(bindparam("most")).subquery()
    )
)
_assigned = prepared(
    select(staff_assignments.c.target_id)
    .where(
        staff_assignments.c.staff_id == bindparam("staff"),
        staff_assignments.c.clinic_id == bindparam("clinic"),
    )
    .order_by(staff_assignments.c.target_id)
    .limit(_MOST_COMPARED + 1)
)


class Reach:
    """Says which of two statements is the quicker one for a person. It decides about no right:
    both statements check for each row who may see it, so its answer may be minutes old."""

    def __init__(self, database: Transactions) -> None:
        self._database = database
        self._known: dict[str, tuple[bool, int]] = {}

    async def sees_few(self, staff: StaffAccess) -> bool:
        """Whether this person sees no more than `FEW` patients, as of the last minutes."""
        few, until = self._known.get(staff.staff_id, (False, 0))
        if until > clock.now():
            return few
        async with self._database.read() as db:
            row = await db.one(_seen, staff=staff.staff_id, clinic=staff.clinic_id, most=FEW + 1)
        few = row is None or row.patients <= FEW
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[staff.staff_id] = (few, clock.now() + _KEPT_FOR)
        return few

    async def view_of(self, staff: StaffAccess) -> tuple[str, ...]:
        """Return what is the same for people of a clinic who now see the same patients and are in
        charge of the same rooms: their assignments. Somebody with very many is compared with
        nobody."""
        async with self._database.read() as db:
            rows = await db.all(_assigned, staff=staff.staff_id, clinic=staff.clinic_id)
        if len(rows) > _MOST_COMPARED:
            return (staff.staff_id,)
        return tuple(row.target_id for row in rows)
