"""Requests to a patient, for the first page of the app."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, case, literal_column, select

from bedside.charts import sent
from bedside.charts.patient_side import category_of, category_of_file
from bedside.database.sealed import Vault
from bedside.database.statements import Prepared, prepared, unindexed
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.hidden import as_seen_by, is_shown
from bedside.people.permissions import PatientAccess
from bedside.requests import records
from bedside.requests.forms import rows as form_rows
from bedside.requests.forms.models import sent_forms
from bedside.requests.kinds import AnyRequestKind, RequestKinds
from bedside.requests.models import requests
from bedside.requests.records import Request, RequestRow
from bedside.requests.states import ENDED, State
from bedside.requests.summaries import rows as summary_rows

MOST = 30
MOST_KEPT = 500

_THEIRS = (
    requests.c.patient_id == bindparam("patient"),
    unindexed(requests.c.clinic_id) == bindparam("clinic"),
)
_of_form = (
    select(category_of_file(sent_forms.c.file_id))
    .where(sent_forms.c.request_id == requests.c.id)
    .scalar_subquery()
)


def _is_shown(kinds: RequestKinds) -> ColumnElement[bool]:
    """Whether somebody sees a request, which is as hidden as the files that it brings; a form also
    as the empty one, a letter as what goes along with it. Bind what `as_seen_by` returns."""
    categories = [
        (
            requests.c.kind == literal_column(f"'{kind.key}'"),
            literal_column(f"'{kind.category}'", Text),
        )
        for kind in kinds
    ]
    of_kind = case(*categories, else_=literal_column("''", Text))
    own = is_shown(requests.c.id, categories=(of_kind, requests.c.category, _of_form))
    return and_(own, ~sent.has_hidden(requests.c.id))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that the patient can open. `waits` for an answer; `new` if it was never opened."""

    request: Request
    kind: AnyRequestKind
    waits: bool
    new: bool


class RequestsInApp:
    """Finds what a patient can open in the app."""

    def __init__(self, database: Transactions, vault: Vault, kinds: RequestKinds) -> None:
        self._database = database
        self._vault = vault
        self._kinds = kinds
        self._of_patient = prepared(
            select(requests)
            .where(
                *_THEIRS,
                requests.c.expires_at > bindparam("moment"),
                _is_shown(kinds),
            )
            .order_by(requests.c.created_at.desc(), requests.c.id.desc())
            .limit(MOST),
            RequestRow,
        )
        self._of_kind = prepared(
            select(requests)
            .where(*_THEIRS, unindexed(requests.c.kind) == bindparam("kind"), _is_shown(kinds))
            .order_by(requests.c.created_at.desc(), requests.c.id.desc())
            .limit(MOST_KEPT),
            RequestRow,
        )
        self._hidden = prepared(select(requests.c.id).where(*_THEIRS, ~_is_shown(kinds)))

    async def belongs(
        self, db: Reader, clinic_id: str, patient_id: str, request_id: str
    ) -> tuple[str, ...]:
        """Return a request if it is a patient's; a summary with its visit, from which the copy in
        the chart comes. Implements `people.hidden.Finder`."""
        row = await db.one(records.by_id, of=request_id)
        if row is None or (row.clinic_id, row.patient_id) != (clinic_id, patient_id):
            return ()
        summary = await db.one(summary_rows.BY_ID, of=request_id)
        return (request_id, summary.visit_id) if summary else (request_id,)

    async def categories(self, db: Reader, request_id: str) -> frozenset[str]:
        """Return the categories of the files that a request brings, and of the empty form.
        Implements `people.hidden.Categories`."""
        row, form = (
            await db.one(records.by_id, of=request_id),
            await db.one(form_rows.BY_ID, of=request_id),
        )
        found = {self._kinds.by_key(row.kind).category, row.category} if row else set[str]()
        if form:
            found.add(await category_of(db, form.file_id))
        return frozenset(found - {""})

    async def enclosed(self, db: Reader, request_id: str) -> tuple[tuple[str, str], ...]:
        """Return the files that go along with a request, and where they came from. Implements
        `people.hidden.Enclosed`."""
        return await sent.origins(db, request_id)

    async def hidden(self, db: Reader, access: PatientAccess) -> frozenset[str]:
        """Return all requests that are hidden from somebody. Implements `people.hidden.Lister`."""
        which = {"clinic": access.clinic_id, "patient": access.patient_id}
        rows = await db.all(self._hidden, **which, **as_seen_by(access))
        return frozenset(row.id for row in rows)

    async def of(self, side: PatientAccess) -> list[Asked]:
        """Return the requests to a patient that this person may see, the newest first."""
        return await self._opened(side, self._of_patient, moment=clock.now())

    async def kept(self, side: PatientAccess, kind: AnyRequestKind) -> list[Asked]:
        """Return what was ever sent of a kind that the patient keeps (`RequestKind.stays`), as far
        as this person may see it, the newest first."""
        return await self._opened(side, self._of_kind, kind=kind.key)

    async def _opened(
        self, side: PatientAccess, wanted: Prepared[RequestRow], **which: Any
    ) -> list[Asked]:
        keys = await self._vault.clinic(side.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(
                wanted,
                patient=side.patient_id,
                clinic=side.clinic_id,
                **which,
                **as_seen_by(side),
            )
        asked = [records.opened(keys, row) for row in rows]
        found = [(one, self._kinds.by_key(one.kind)) for one in asked]
        return [
            Asked(one, kind, not kind.only_read and one.state not in ENDED, not one.opened_at)
            for one, kind in found
            if kind.part in side.parts and one.state is not State.REVOKED
        ]
