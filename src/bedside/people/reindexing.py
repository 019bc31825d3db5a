"""Indexes patients again after the tokens of names have changed: in the background, in small
pieces, so that nobody waits for it."""

from contextlib import suppress

from sqlalchemy import bindparam, select, update

from bedside.database.sealed import RecordSealBroken, Vault
from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Transactions
from bedside.people.models import patients
from bedside.people.patient_index import VERSION
from bedside.people.patient_statements import PatientRow
from bedside.people.patients import opened, replace_tokens

_AT_ONCE = 20

_older = prepared(
    select(patients.c.id, patients.c.clinic_id, patients.c.record)
    .where(patients.c.indexed < VERSION)
    .order_by(patients.c.indexed, patients.c.id)
    .limit(_AT_ONCE)
    .with_for_update(),
    PatientRow,
)
_is_indexed = prepared(
    update(patients).where(patients.c.id == bindparam("of")).values(indexed=VERSION)
)


class Reindexing:
    """Gives patients the tokens of today."""

    def __init__(self, database: Transactions, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def run(self) -> int:
        """Index all patients again whose tokens are older, for the worker's sweep. Returns their
        number. A record whose seal is broken keeps its tokens."""
        done = 0
        while True:
            async with self._database.unit_of_work() as work:
                rows = await work.all(_older)
                for row in rows:
                    keys = await self._vault.clinic(row.clinic_id)
                    with suppress(RecordSealBroken):
                        await replace_tokens(work, keys, opened(keys, row))
                    await work.execute(_is_indexed, of=row.id)
            done += len(rows)
            if len(rows) < _AT_ONCE:
                return done
