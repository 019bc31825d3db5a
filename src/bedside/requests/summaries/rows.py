"""Summaries of visits as they are stored."""

from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update

from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Reader
from bedside.requests.models import requests
from bedside.requests.records import RequestRow
from bedside.requests.summaries.models import visit_summaries
from bedside.visits import rows as visit_rows


class SummaryRow(NamedTuple):
    """A stored summary."""

    request_id: str
    clinic_id: str
    visit_id: str
    upload_id: str
    file_id: str
    filed_at: int


ADD = prepared(insert(visit_summaries))
BY_ID = prepared(
    select(visit_summaries).where(visit_summaries.c.request_id == bindparam("of")), SummaryRow
)
OF_VISIT = prepared(
    select(visit_summaries)
    .where(
        visit_summaries.c.visit_id == bindparam("visit"),
        visit_summaries.c.clinic_id == bindparam("clinic"),
    )
    .order_by(visit_summaries.c.request_id),
    SummaryRow,
)
REQUESTS_OF_VISIT = prepared(
    select(requests)
    .select_from(requests.join(visit_summaries, visit_summaries.c.request_id == requests.c.id))
    .where(
        visit_summaries.c.visit_id == bindparam("visit"),
        visit_summaries.c.clinic_id == bindparam("clinic"),
    )
    .order_by(requests.c.created_at, requests.c.id),
    RequestRow,
)
CHANGE = prepared(update(visit_summaries).where(visit_summaries.c.request_id == bindparam("of")))


async def patient_of(db: Reader, clinic_id: str, visit_id: str) -> str:
    """Return whose visit it is now; "" for nobody's."""
    row = await db.one(visit_rows.by_id, of=visit_id)
    return row.patient_id if row is not None and row.clinic_id == clinic_id else ""
