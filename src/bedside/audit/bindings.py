"""Binds rows of installations older than row binding, once, and finds altered rows.

A clinic whose rows are all bound has a mark made with its keys, and a line in its audit log. From
then on a row without a `mac` is refused, so blanking it achieves nothing. Removing the mark as
well achieves nothing either: without it, rows are bound only if the clinic's log is intact and has
no such line, and nobody can take a line out of the log unnoticed.
"""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit.actors import SYSTEM, Actor
from bedside.audit.event_names import Action
from bedside.audit.recorder import AuditLog, Filter
from bedside.database.bound_rows import TABLES, BoundRow, BoundTable
from bedside.database.sealed import PLATFORM, ClinicKeys, RecordSealBroken, Vault
from bedside.database.statements import prepared
from bedside.database.tables import bound_clinics
from bedside.kernel.unit_of_work import Transactions, UnitOfWork

_logger = logging.getLogger(__name__)

_mark_of = prepared(select(bound_clinics).where(bound_clinics.c.clinic_id == bindparam("clinic")))
_set_mark = prepared(
    upsert(bound_clinics).on_conflict_do_update(
        index_elements=["clinic_id"], set_={"mac": bindparam("new_mac")}
    )
)


@dataclass(frozen=True, slots=True)
class Altered:
    """A row that is not as it was written."""

    table: str
    row: str


class Bindings:
    """Knows which clinics' rows are bound."""

    def __init__(self, database: Transactions, vault: Vault, audit: AuditLog) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit

    async def begin(self, work: UnitOfWork, clinic_id: str, actor: Actor) -> None:
        """Mark a new clinic: all rows it will ever have are bound."""
        await self._mark(work, await self._vault.clinic(clinic_id))
        await self._audit.record(work, clinic_id, actor, Action.ROWS_BOUND)

    async def ensure(self) -> None:
        """Bind what was written before rows were bound; called when a process starts."""
        for clinic_id in await self._clinics():
            try:
                if not await self.are_bound(clinic_id) and await self._may_bind(clinic_id):
                    await self.accept(clinic_id)
            except RecordSealBroken:
                continue  # without its keys nothing of this clinic opens; doctor reports that

    async def are_bound(self, clinic_id: str) -> bool:
        """Whether a clinic has its mark. Raises RecordSealBroken without its keys."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            row = await db.one(_mark_of, clinic=clinic_id)
        return row is not None and compare_digest(row.mac, _mark(keys))

    async def _may_bind(self, clinic_id: str) -> bool:
        lines = await self._audit.lines(clinic_id, Filter(action=Action.ROWS_BOUND, limit=1))
        if not lines and (await self._audit.verify(clinic_id)).broken_at is None:
            return True
        _logger.error(
            "rows of a clinic are not bound to its keys, and cannot be taken for true: "
            "run “bedside doctor --deep”",
            extra={"clinic": clinic_id},
        )
        return False

    async def accept(self, clinic_id: str, actor: Actor = SYSTEM) -> int:
        """Accept all rows of a clinic as they are, and return how many were newly bound.

        May be run again after a kill: bound rows stay bound, and the mark comes last.
        """
        keys = await self._vault.clinic(clinic_id)
        count = 0
        for table in TABLES:
            async for rows in table.pages(self._database, clinic_id):
                count += await self._bind(table, keys, rows)
        async with self._database.unit_of_work() as work:
            await self._mark(work, keys)
            await self._audit.record(work, clinic_id, actor, Action.ROWS_BOUND, rows=count)
        return count

    async def _bind(self, table: BoundTable[Any], keys: ClinicKeys, rows: list[BoundRow]) -> int:
        loose = [row for row in rows if not table.holds(keys, row)]
        if loose:
            async with self._database.unit_of_work() as work:
                for row in loose:
                    await table.bind(work, keys, row)
        return len(loose)

    async def altered(self, clinic_id: str) -> AsyncIterator[Altered]:
        """Yield rows of a clinic that were changed, created or reassigned without its keys.

        Raises RecordSealBroken without them.
        """
        keys = await self._vault.clinic(clinic_id)
        for table in TABLES:
            async for rows in table.pages(self._database, clinic_id):
                for row in rows:
                    if not table.holds(keys, row) or not table.opens(keys, row):
                        yield Altered(table.name, table.name_of(row))

    async def of_nobody(self) -> AsyncIterator[Altered]:
        """Yield rows that claim to belong to a clinic that does not exist."""
        known = set(await self._clinics())
        for table in TABLES:
            async with self._database.read() as db:
                said = await table.clinics(db)
            for clinic_id in sorted(said - known):
                async for rows in table.pages(self._database, clinic_id):
                    for row in rows:
                        yield Altered(table.name, table.name_of(row))

    async def _clinics(self) -> list[str]:
        return [holder for holder in await self._vault.holders() if holder != PLATFORM]

    async def _mark(self, work: UnitOfWork, keys: ClinicKeys) -> None:
        mac = _mark(keys)
        await work.execute(_set_mark, clinic_id=keys.clinic_id, mac=mac, new_mac=mac)


def _mark(keys: ClinicKeys) -> bytes:
    return keys.bind(f"all rows are bound\0{keys.clinic_id}".encode())
