"""Bound rows: rows that grant access, authenticated with the clinic's keys.

Each has a column `mac`: HMAC-SHA-256 over the columns that decide. Somebody who can write to the
database but has no key can neither create such a row nor change it, or reassign it, unnoticed.
Bound rows are changed through `locked` and `change` only, so that a tampered row is never bound
again. docs/formats/bound-row.md has the format, and what this does not detect.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import lru_cache
from hmac import compare_digest
from operator import attrgetter, itemgetter
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Boolean, LargeBinary, Table, and_, bindparam, select, tuple_, update

from bedside.database.sealed import ClinicKeys, RecordSealBroken, Vault
from bedside.database.statements import Prepared, prepared
from bedside.kernel.pieces import in_pieces
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork

_PAGE = 500
_KEPT = 2_000
"""Rows per table whose `mac` is not recomputed while they stay the same."""
_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class BoundRow(Protocol):
    """The columns of every bound row, besides those that decide."""

    @property
    def clinic_id(self) -> str: ...
    @property
    def mac(self) -> bytes | None: ...


Declared = TypeVar("Declared", bound=BoundRow)


class BoundTable(Generic[Declared]):
    """A table whose rows are bound. `columns` decide; they are what is bound, together with the
    table's name, and one of them is `clinic_id`. `sealed` names columns whose seal includes the
    row's id. `row` declares all columns, as for `prepared`."""

    def __init__(
        self,
        table: Table,
        *columns: str,
        sealed: tuple[str, ...] = (),
        row: type[Declared] | None = None,
    ) -> None:
        kinds = [table.c[name].type for name in columns]
        self.name = table.name
        self.sealed = sealed
        self.row = row
        self.columns = columns
        self._of_row = attrgetter(*columns)
        self._holds = lru_cache(_KEPT)(self._compare)  # a session's row is checked on each request
        self._of_values: itemgetter[Any] = itemgetter(*columns)
        self._bytes = [at for at, kind in enumerate(kinds) if isinstance(kind, LargeBinary)]
        self._flags = [at for at, kind in enumerate(kinds) if isinstance(kind, Boolean)]
        key = list(table.primary_key.columns)
        self.key = tuple(column.name for column in key)
        this = and_(*(column == bindparam(f"of_{column.name}") for column in key))
        self._locked = Prepared(select(table).where(this).with_for_update(), row)
        self._change = prepared(update(table).where(this))
        page = select(table).where(table.c.clinic_id == bindparam("clinic")).order_by(*key)
        after = tuple_(*key) > tuple_(*(bindparam(f"after_{c.name}", type_=c.type) for c in key))
        self._first_page = Prepared(page.limit(_PAGE), row)
        self._next_page = Prepared(page.where(after).limit(_PAGE), row)
        self._clinics = prepared(select(table.c.clinic_id).distinct())
        TABLES.append(self)

    # --- one row ---------------------------------------------------------------------------

    def bound(self, keys: ClinicKeys, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a row with its `mac`, for an INSERT."""
        return {**values, "mac": self._mac(keys, self._of_values(values))}

    def holds(self, keys: ClinicKeys, row: BoundRow) -> bool:
        """Whether a row is as it was written. One without a `mac` is not."""
        return row.mac is not None and self._holds(keys, self._of_row(row), row.mac)

    async def check(self, vault: Vault, row: BoundRow) -> None:
        """Raise RecordSealBroken for a row that was changed or created without the clinic's
        keys."""
        if not self.holds(await vault.clinic(row.clinic_id), row):
            raise RecordSealBroken

    async def locked(self, work: UnitOfWork, vault: Vault, **key: Any) -> Declared | None:
        """Lock the row with this primary key until commit and return it; None if there is none.
        Raises RecordSealBroken."""
        row = await work.one(self._locked, **{f"of_{name}": of for name, of in key.items()})
        if row is not None:
            await self.check(vault, row)
        return row

    async def change(self, work: UnitOfWork, vault: Vault, row: Declared, **values: Any) -> None:
        """Change a row returned by `locked`."""
        keys = await vault.clinic(row.clinic_id)
        before = dict(zip(self.columns, self._of_row(row), strict=True))
        await self._set(work, keys, row, self._of_values({**before, **values}), values)

    async def change_all(
        self, work: UnitOfWork, vault: Vault, rows: Sequence[Declared], **values: Any
    ) -> None:
        """Check rows of one clinic that this unit of work has locked, and change all of them in
        the same way. Raises RecordSealBroken, and has changed nothing then."""
        if not rows:
            return
        keys = await vault.clinic(rows[0].clinic_id)

        def changed(row: Declared) -> dict[str, Any]:
            decides = self._of_row(row)
            if row.mac is None or not self._compare(keys, decides, row.mac):
                raise RecordSealBroken
            after = self._of_values({**dict(zip(self.columns, decides, strict=True)), **values})
            this = {f"of_{name}": getattr(row, name) for name in self.key}
            return {**this, **values, "mac": self._mac(keys, after)}

        await work.execute_many(self._change, await in_pieces(changed, rows))

    async def bind(self, work: UnitOfWork, keys: ClinicKeys, row: Declared) -> None:
        """Accept a row as it is and bind it: for `audit.bindings` only."""
        await self._set(work, keys, row, self._of_row(row), {})

    async def _set(
        self,
        work: UnitOfWork,
        keys: ClinicKeys,
        row: Declared,
        decides: tuple[Any, ...],
        values: Mapping[str, Any],
    ) -> None:
        this = {f"of_{name}": getattr(row, name) for name in self.key}
        await work.execute(self._change, **this, **values, mac=self._mac(keys, decides))

    def _compare(self, keys: ClinicKeys, values: tuple[Any, ...], mac: bytes) -> bool:
        return compare_digest(mac, self._mac(keys, values))

    def _mac(self, keys: ClinicKeys, values: tuple[Any, ...]) -> bytes:
        content = list(values)
        for at in self._bytes:
            if content[at] is not None:
                content[at] = content[at].hex()
        for at in self._flags:
            content[at] = bool(content[at])  # SQLite stores them as numbers
        return keys.bind(_json([self.name, content]).encode())

    # --- all rows --------------------------------------------------------------------------

    async def pages(self, database: Transactions, clinic_id: str) -> AsyncIterator[list[Declared]]:
        """Yield all rows of a clinic, in the order of the primary key."""
        async with database.read() as db:
            rows = await db.all(self._first_page, clinic=clinic_id)
        while rows:
            yield rows
            after = {f"after_{name}": getattr(rows[-1], name) for name in self.key}
            async with database.read() as db:
                rows = await db.all(self._next_page, clinic=clinic_id, **after)

    async def clinics(self, db: Reader) -> set[str]:
        """Return the clinics that rows claim to belong to."""
        return {row.clinic_id for row in await db.all(self._clinics)}

    def opens(self, keys: ClinicKeys, row: Declared) -> bool:
        """Whether the sealed values in a row were sealed for this very row."""
        try:
            for column in self.sealed:
                sealed = getattr(row, column)
                if sealed is not None:
                    keys.unseal_bytes(f"{self.name}.{column}", getattr(row, self.key[0]), sealed)
        except RecordSealBroken:
            return False
        return True

    def name_of(self, row: Declared) -> str:
        """Name a row for an operator: its primary key."""
        parts = [getattr(row, name) for name in self.key]
        return " ".join(part.hex()[:16] if isinstance(part, bytes) else str(part) for part in parts)


TABLES: list[BoundTable[Any]] = []
"""Every bound table of the product; each registers itself."""
