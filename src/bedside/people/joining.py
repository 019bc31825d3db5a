"""Joining: two charts of one person become one chart.

Everything of the joined patient comes under the kept one, in one unit of work: what every domain
keeps (`on_joined`), and who may see the patient. The joined patient stays as a row that nobody
finds. Its id leads to the kept chart (`chart_joined.ChartJoined`), and lines of the audit log stay
where they were written and are read together. Which rows came is written down, so that an undo
takes back those, and leaves with the kept chart what has been added since.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit import Action, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import Prepared, prepared
from bedside.errors import Conflict, NotAllowed, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people import earlier_names
from bedside.people.assignments import Assignments, Joined
from bedside.people.bound import CHART_JOINS
from bedside.people.contact import stricter
from bedside.people.models import chart_joins, joined_rows
from bedside.people.patient_rows import PatientRows
from bedside.people.patients import Demographics, Patient, Patients
from bedside.people.permissions import ChartAccess
from bedside.people.roles import May, allows
from bedside.people.rows import ChartJoinRow

UNDO_FOR = 30 * clock.DAY
_COLUMN = "chart_joins.record"
_SETTLES_FOR = clock.HOUR
"""How long after a join rows are looked for that were on their way to the joined chart."""

_add = prepared(insert(chart_joins))
_add_row = prepared(
    upsert(joined_rows).on_conflict_do_nothing(index_elements=["join_id", "what", "row_id"])
)
_rows = prepared(
    select(joined_rows.c.row_id)
    .where(joined_rows.c.join_id == bindparam("of"), joined_rows.c.what == bindparam("what"))
    .order_by(joined_rows.c.row_id)
)
_in_force = chart_joins.c.undone_at == 0
_into = Prepared(
    select(chart_joins)
    .where(
        chart_joins.c.kept_id == bindparam("patient"),
        chart_joins.c.clinic_id == bindparam("clinic"),
        _in_force,
    )
    .order_by(chart_joins.c.joined_at.desc(), chart_joins.c.id.desc()),
    ChartJoinRow,
)
_of_joined = Prepared(
    select(chart_joins).where(
        chart_joins.c.joined_id == bindparam("patient"),
        chart_joins.c.clinic_id == bindparam("clinic"),
        _in_force,
    ),
    ChartJoinRow,
)
_recent = Prepared(
    select(chart_joins).where(chart_joins.c.joined_at > bindparam("since"), _in_force),
    ChartJoinRow,
)


class IsJoined(Conflict):
    """A colleague was faster, or a button was pressed twice."""

    code = "charts_are_joined"
    sentence = N_("These charts were joined already. Open the patient to see them as one.")


class TooLateToUndo(Conflict):
    """The time for an undo is over, or it was undone already."""

    code = "join_cannot_be_undone"
    sentence = N_(
        "This can be undone for 30 days only, and once. Nothing was changed. Files in the wrong "
        "chart can be moved one by one."
    )


class Part(NamedTuple):
    """How much of one kind both charts hold."""

    what: str
    kept: int
    joined: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Both patients and how much their charts hold, before anything is joined."""

    kept: Patient
    joined: Patient
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Join:
    """Two charts that are one, for those who see the chart. Times in milliseconds."""

    id: str
    name: str
    joined_id: str
    at: int
    by: str
    undo_until: int

    @property
    def undoable(self) -> bool:
        """Whether there is still time to part them."""
        return clock.now() <= self.undo_until


class Joining:
    """Joins charts, and parts them again."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        patients: Patients,
        assignments: Assignments,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._patients = patients
        self._assignments = assignments
        self._contents: dict[str, PatientRows] = {}

    def on_joined(self, what: str, rows: PatientRows) -> None:
        """Hand over `rows` whenever charts are joined or parted, in the same unit of work and in
        the order in which they were registered. Raises ValueError for a name that is taken."""
        if what in self._contents:
            raise ValueError(f"two contents of charts have the name {what}")
        self._contents[what] = rows

    # --- reading -------------------------------------------------------------------------------

    async def preview(self, kept: ChartAccess, joined: ChartAccess) -> Preview:
        """Return what joining would bring together. Raises as `join` does."""
        self._check(kept, joined)
        async with self._database.read() as db:
            parts = [
                Part(
                    what,
                    await rows.count(db, kept.clinic_id, kept.patient_id),
                    await rows.count(db, kept.clinic_id, joined.patient_id),
                )
                for what, rows in self._contents.items()
            ]
        return Preview(await self._patients.get(kept), await self._patients.get(joined), parts)

    async def of(self, chart: ChartAccess) -> list[Join]:
        """Return the charts that were joined into this one, newest first."""
        async with self._database.read() as db:
            rows = await db.all(_into, patient=chart.patient_id, clinic=chart.clinic_id)
        names = await self._patients.named(chart.clinic_id, {row.joined_id for row in rows})
        return [
            Join(
                row.id,
                names.get(row.joined_id, ""),
                row.joined_id,
                row.joined_at,
                row.joined_by,
                row.joined_at + UNDO_FOR,
            )
            for row in rows
        ]

    async def before(self, clinic_id: str, patient_id: str) -> tuple[str, ...]:
        """Return the ids of all charts that became part of this one, for reading the audit log."""
        found: list[str] = []
        ask = [patient_id] if patient_id else []
        async with self._database.read() as db:
            while ask:
                rows = await db.all(_into, patient=ask.pop(), clinic=clinic_id)
                for row in rows:
                    await CHART_JOINS.check(self._vault, row)
                ask += [row.joined_id for row in rows]
                found += [row.joined_id for row in rows]
        return tuple(found)

    # --- joining -------------------------------------------------------------------------------

    async def join(self, kept: ChartAccess, joined: ChartAccess, demographics: Demographics) -> str:
        """Bring everything of `joined` under `kept`, whose details become `demographics`. Returns
        the id of the join.

        Raises WrongInput for a chart and itself, IsJoined, NotAllowed for those who may not add
        patients, RecordSealBroken if a row was altered outside Bedside.
        """
        self._check(kept, joined)
        clinic_id, join_id = kept.clinic_id, new_id("joi")
        keys = await self._vault.clinic(clinic_id)
        async with self._database.unit_of_work() as work:
            await self._lock(work, kept.patient_id, joined.patient_id)
            for patient_id in (kept.patient_id, joined.patient_id):
                if await work.one(_of_joined, patient=patient_id, clinic=clinic_id):
                    raise IsJoined
            before = (await self._patients.get(kept)).demographics
            assigned = await self._assignments.hand_over(
                work, clinic_id, joined.patient_id, kept.patient_id
            )
            record = {
                "before": before.model_dump(mode="json"),
                "chosen": demographics.model_dump(mode="json"),
                "assigned": assigned.as_json(),
            }
            row = {
                "id": join_id,
                "clinic_id": clinic_id,
                "kept_id": kept.patient_id,
                "joined_id": joined.patient_id,
                "record": keys.seal(_COLUMN, join_id, record),
                "joined_at": clock.now(),
                "joined_by": kept.staff.staff_id,
                "undone_at": 0,
            }
            await work.execute(_add, **CHART_JOINS.bound(keys, row))
            await self._hand_over(work, clinic_id, join_id, joined.patient_id, kept.patient_id)
            await self._patients.hide(work, joined.patient_id)
            if demographics != before:
                await self._patients.change(work, kept, demographics, with_contact=True)
            await self._line(work, kept, Action.CHARTS_JOINED, joined.patient_id)
        return join_id

    async def undo(self, chart: ChartAccess, join_id: str) -> str:
        """Part two charts again and return the id of the patient who has a chart of their own
        again. What was added since stays with `chart`.

        Raises TooLateToUndo, NotFound, NotAllowed.
        """
        if not allows(chart.staff.role, May.ADD_PATIENTS):
            raise NotAllowed
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.unit_of_work() as work:
            await self._lock(work, chart.patient_id)
            row = await CHART_JOINS.locked(work, self._vault, id=join_id)
            if row is None or (row.clinic_id, row.kept_id) != (chart.clinic_id, chart.patient_id):
                raise NotFound
            if row.undone_at or clock.now() > row.joined_at + UNDO_FOR:
                raise TooLateToUndo
            record = keys.unseal(_COLUMN, row.id, row.record)
            for what, rows in self._contents.items():
                only = [one.row_id for one in await work.all(_rows, of=row.id, what=what)]
                await rows.reassign(work, row.clinic_id, row.kept_id, row.joined_id, only)
            await self._assignments.hand_back(
                work,
                row.clinic_id,
                Joined.from_json(record["assigned"]),
                row.joined_id,
                row.kept_id,
            )
            await self._patients.show(work, row.clinic_id, row.joined_id)
            await self._put_details_back(work, chart, record)
            await CHART_JOINS.change(work, self._vault, row, undone_at=clock.now())
            await self._line(work, chart, Action.CHARTS_PARTED, row.joined_id)
        return row.joined_id

    async def settle(self) -> None:
        """Hand over what was on its way to a joined chart while the charts were joined, such as a
        file that was being scanned; for the worker's sweep."""
        async with self._database.read() as db:
            found = await db.all(_recent, since=clock.now() - _SETTLES_FOR)
            late = [row for row in found if await self._holds_something(db, row)]
        for row in late:
            async with self._database.unit_of_work() as work:
                await self._lock(work, row.kept_id, row.joined_id)
                now = await CHART_JOINS.locked(work, self._vault, id=row.id)
                if now is not None and not now.undone_at:
                    await self._hand_over(work, row.clinic_id, row.id, row.joined_id, row.kept_id)

    async def _holds_something(self, db: Reader, row: ChartJoinRow) -> bool:
        for rows in self._contents.values():
            if await rows.count(db, row.clinic_id, row.joined_id):
                return True
        return False

    async def _hand_over(
        self, work: UnitOfWork, clinic_id: str, join_id: str, patient_id: str, to: str
    ) -> None:
        for what, rows in self._contents.items():
            came = await rows.reassign(work, clinic_id, patient_id, to)
            await work.execute_many(
                _add_row,
                [{"join_id": join_id, "what": what, "row_id": row_id} for row_id in came],
            )

    async def _put_details_back(
        self, work: UnitOfWork, chart: ChartAccess, record: Mapping[str, Any]
    ) -> None:
        """Undo the choice of details, unless somebody has changed them since."""
        before = Demographics.model_validate(record["before"])
        chosen = Demographics.model_validate(record["chosen"])
        now = (await self._patients.get(chart)).demographics
        if now == chosen and chosen != before:
            await self._patients.change(work, chart, before, is_undo=True, with_contact=True)

    async def _line(
        self, work: UnitOfWork, chart: ChartAccess, action: Action, joined_id: str
    ) -> None:
        for patient_id, other in (
            (chart.patient_id, joined_id),
            (joined_id, chart.patient_id),
        ):
            await self._audit.record(
                work, chart.clinic_id, chart.actor, action, patient_id=patient_id, other=other
            )

    @staticmethod
    async def _lock(work: UnitOfWork, *patient_ids: str) -> None:
        for patient_id in sorted(patient_ids):
            await work.lock(f"join:{patient_id}")

    @staticmethod
    def _check(kept: ChartAccess, joined: ChartAccess) -> None:
        if not allows(kept.staff.role, May.ADD_PATIENTS):
            raise NotAllowed
        if kept.patient_id == joined.patient_id:
            raise WrongInput(N_("This is the same chart. Choose the other one."), field="patient")


def chosen_from(
    kept: Demographics, joined: Demographics, from_joined: Iterable[str]
) -> Demographics:
    """Return the details of a joined chart: those of `kept`, but for the fields that are to come
    from `joined`. Fields that are empty there are filled, and identifiers are brought together;
    where both have one of the same system, that of `kept` stays. The name that goes is kept as an
    earlier one. What either does not allow of messages is not allowed."""
    wanted = set(from_joined)
    values: dict[str, Any] = {}
    for name in Demographics.model_fields:
        mine, other = getattr(kept, name), getattr(joined, name)
        values[name] = other if name in wanted or not mine else mine
    values["identifiers"] = {**joined.identifiers, **kept.identifiers}
    values["contact"] = stricter(kept.contact, joined.contact)
    values["earlier_names"] = earlier_names.kept(
        values["name"],
        kept.name,
        joined.name,
        earlier=(*kept.earlier_names, *joined.earlier_names),
    )
    return Demographics(**values)
