"""The audit log as CSV."""

import csv
from collections.abc import AsyncGenerator
from dataclasses import replace
from io import StringIO

from bedside.audit.recorder import Line
from bedside.edge.formats import iso
from bedside.people.permissions import AuditAccess
from bedside.services import Services
from bedside.web.audit.filter import Wanted
from bedside.web.audit.lines import Names, details_of

_AT_ONCE = 200
"""Lines written in one go: some milliseconds, for which everybody else waits."""
_HEAD = (
    "line",
    "time",
    "action",
    "person",
    "person_id",
    "patient",
    "patient_id",
    "about",
    "address",
    "details",
)
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: one that could begin one gets a
    leading “'” (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


async def exported(services: Services, audit: AuditAccess, wanted: Wanted) -> AsyncGenerator[str]:
    """Yield rows of the export, newest first, a page of lines at a time. Times are UTC."""
    yield _rows([_HEAD])
    joined = await services.people.joining.before(audit.clinic_id, wanted.patient)
    before = 0
    while True:
        asked = replace(wanted.filter(_AT_ONCE, joined), before_seq=before)
        lines = await services.audit.log.lines(audit.clinic_id, asked)
        if not lines:
            return
        names = await Names.of(services, audit, lines)
        yield _rows([_row(names, line) for line in lines])
        before = lines[-1].seq


def _row(names: Names, line: Line) -> tuple[str, ...]:
    details = "; ".join(f"{name}: {value}" for name, value in details_of(line))
    return (
        str(line.seq),
        iso(line.at),
        line.action,
        names.who(line),
        line.actor_id,
        names.patient(line) if line.patient_id else "",
        line.patient_id,
        line.subject_id,
        str(line.details.get("address", "")),
        details,
    )


def _rows(rows: list[tuple[str, ...]]) -> str:
    written = StringIO()
    csv.writer(written).writerows([safe_cell(cell) for cell in row] for row in rows)
    return written.getvalue()
