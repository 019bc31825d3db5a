"""Rows that belong to a patient: what every domain hands over when two charts are joined."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Table, bindparam, func, select, update

from bedside.database.bound_rows import BoundTable
from bedside.database.sealed import Vault
from bedside.database.statements import Among, Prepared, prepared
from bedside.kernel.pieces import Turns
from bedside.kernel.unit_of_work import Reader, UnitOfWork

_SOME = 500
"""Ids in one statement."""


class PatientRows(Protocol):
    """One kind of rows that belong to a patient."""

    @property
    def table(self) -> Table:
        """Where they are."""
        ...

    async def count(self, reader: Reader, clinic_id: str, patient_id: str) -> int:
        """Count the rows of a patient."""
        ...

    async def reassign(
        self,
        work: UnitOfWork,
        clinic_id: str,
        patient_id: str,
        to: str,
        only: Sequence[str] | None = None,
    ) -> list[str]:
        """Make the rows of a patient belong to another one, and return their ids. With `only`,
        these rows, as far as they still belong to the first."""
        ...


class RowsOfPatient:
    """The rows of a table with the columns `id`, `clinic_id` and `patient_id`. `row` declares all
    columns, for `reassigned`."""

    def __init__(self, table: Table, row: type[Any] | None = None) -> None:
        self.table = table
        of_patient = (
            table.c.clinic_id == bindparam("clinic"),
            table.c.patient_id == bindparam("patient"),
        )
        self._count = prepared(
            select(func.count().label("rows")).select_from(table).where(*of_patient)
        )
        locked = select(table).where(*of_patient).order_by(table.c.id).with_for_update()
        self._all = Prepared(locked, row)
        self._some = Among(lambda ids: locked.where(table.c.id.in_(ids)), row)
        self._set = prepared(update(table).where(table.c.id == bindparam("of")))

    async def count(self, reader: Reader, clinic_id: str, patient_id: str) -> int:
        """Count the rows of a patient."""
        row = await reader.one(self._count, clinic=clinic_id, patient=patient_id)
        return row.rows if row else 0

    async def reassign(
        self,
        work: UnitOfWork,
        clinic_id: str,
        patient_id: str,
        to: str,
        only: Sequence[str] | None = None,
    ) -> list[str]:
        """Make the rows of a patient belong to another one: see `PatientRows`."""
        rows = await self._locked(work, clinic_id, patient_id, only)
        await self._change(work, rows, to)
        turns = Turns()
        for row in rows:
            await self.reassigned(work, row, to)
            await turns.give()
        return [row.id for row in rows]

    async def _locked(
        self, work: UnitOfWork, clinic_id: str, patient_id: str, only: Sequence[str] | None
    ) -> list[Any]:
        which = {"clinic": clinic_id, "patient": patient_id}
        if only is None:
            return await work.all(self._all, **which)
        wanted, found = sorted(only), list[Any]()
        for first in range(0, len(wanted), _SOME):
            some, among = self._some.of(wanted[first : first + _SOME])
            found += await work.all(some, **which, **among)
        return found

    async def _change(self, work: UnitOfWork, rows: list[Any], to: str) -> None:
        await work.execute_many(self._set, [{"of": row.id, "patient_id": to} for row in rows])

    async def reassigned(self, work: UnitOfWork, row: Any, to: str) -> None:
        """Do what else follows for a row, given as it was before; nothing here."""


class BoundRowsOfPatient(RowsOfPatient):
    """The same for a bound table. Raises RecordSealBroken for rows that were altered."""

    def __init__(self, table: Table, bound: BoundTable[Any], vault: Vault) -> None:
        super().__init__(table, bound.row)
        self._bound = bound
        self._vault = vault

    async def _change(self, work: UnitOfWork, rows: list[Any], to: str) -> None:
        await self._bound.change_all(work, self._vault, rows, patient_id=to)
