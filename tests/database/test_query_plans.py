"""No statement goes through everything that a clinic has to find a few rows: by SQLite's plans.

SQLite has no statistics and takes the first index whose columns fit, so it prefers all rows of the
clinic to eight ids. On a small database nobody notices.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import apsw
import pytest

from bedside import bootstrap
from bedside.audit.recorder import Filter, _filtered
from bedside.database import schema
from bedside.database.statements import Among, Prepared, compiled
from bedside.people.reach import TwoWays

pytestmark = pytest.mark.feature("F9")

GROWING = frozenset(
    {
        "patients",
        "patient_tokens",
        "patient_assignments",
        "staff_assignments",
        "chart_entries",
        "entry_words",
        "files",
        "requests",
        "links",
        "notifications",
        "visits",
        "visit_legs",
        "visit_messages",
        "conversations",
        "conversation_messages",
        "conversation_receipts",
        "conversation_words",
        "live_transfers",
        "calls",
        "audit_lines",
        "derivatives",
        "uploads",
        "entry_reports",
        "access_questions",
        "shares",
        "share_openings",
    }
)
"""Tables with a row for each patient, file, request or visit of many years."""
LISTS = {
    "bedside.charts.inbox._LEAN": "is walked in its order until it is full",
    "bedside.charts.rows.INBOX": "is walked in its order until it is full",
    "bedside.charts.rows.INBOX_COUNT": "is walked until there are 1,000",
    "bedside.charts.rows.INBOX_PLACES": "is walked in its order until it is full",
    "bedside.conversations.lists._desk": "is walked in its order until it is full",
    "bedside.files.file_rows.PAGE": "goes through all files, page by page",
    "bedside.files.upload_rows.UNFINISHED": "looks once, at the start, for what was broken off",
    "bedside.notifications.messages._local": "is walked in its order until it is full",
    "bedside.notifications.trials._latest": "is walked in its order until one fits",
    "bedside.people.patient_statements.COUNT": "is walked until there are 1,000",
    "bedside.people.patient_statements.LISTED": "is walked in its order until it is full",
    "bedside.people.phone_numbers._after": "goes through all patients, page by page",
    "bedside.requests.lists._desk": "is walked in its order until it is full",
}
"""Statements that walk a growing table by the clinic, or as a whole, and why that is no harm."""
OF_FEW = (
    "ix_visits_not_ended",
    "ix_visits_unidentified",
    "ix_requests_needing",
    "ix_conversations_waiting",
    "ix_entry_reports_open",
    "ix_access_questions_open",
)
"""Partial indexes over the few rows of a clinic that somebody still has to do with."""


def _statements() -> Iterator[tuple[str, Any]]:
    """Yield everything prepared in a module, with lists of eight values."""
    assert bootstrap  # it imports every domain
    for name, module in sorted(sys.modules.items()):
        if not name.startswith("bedside."):
            continue
        for key, held in vars(module).items():
            many: list[Any] = list(held.values()) if isinstance(held, dict) else [held]
            for one in many:
                for statement in _forms(one):
                    yield f"{name}.{key}", statement


def _forms(one: Any) -> tuple[Any, ...]:
    if isinstance(one, TwoWays):
        return one.few, one.many
    if isinstance(one, Among):
        return (one.of([str(number) for number in range(8)])[0],)
    return (one,) if isinstance(one, Prepared) else ()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    """All tables as an installation has them: of two indexes that fit, the older one is taken."""
    path = tmp_path_factory.mktemp("plans") / "bedside.db"
    schema.upgrade(f"sqlite:///{path}")
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    yield connection
    connection.close()


def _walks(database: apsw.Connection, statement: Any) -> list[str]:
    """Return the growing tables that a statement goes through, as far as SQLite plans it."""
    if not getattr(statement.statement, "is_select", False):
        return []
    form = compiled(statement, "sqlite", ())
    values: dict[str, Any] = defaultdict(lambda: None, form.defaults)
    plan = [str(row[3]) for row in database.execute(f"EXPLAIN QUERY PLAN {form.sql}", values)]
    steps = (step.split(" ", 2) for step in plan if step.startswith(("SCAN ", "SEARCH ")))
    return [
        f"{how} {table} {rest}"
        for how, table, rest in ((*step, "")[:3] for step in steps)
        if table in GROWING
        and (how == "SCAN" or "(clinic_id=?)" in rest)
        and not any(index in rest for index in OF_FEW)
    ]


def test_nothing_walks_through_a_clinic_for_a_few_rows(database: apsw.Connection) -> None:
    found = [(name, one, walks) for name, one in _statements() if (walks := _walks(database, one))]
    listed = {id(one) for name, one, _walks in found if name in LISTS}
    assert [(name, walks) for name, one, walks in found if id(one) not in listed] == []
    assert LISTS.keys() - {name for name, _one, _walks in found} == set()


@pytest.mark.feature("P3")
@pytest.mark.parametrize("before", [0, 90_000])
def test_who_opened_a_record_is_read_from_its_end(database: apsw.Connection, before: int) -> None:
    """Also of a record with 100,000 lines, a page takes some hundred of them, and sorts nothing."""
    wanted = Filter(patient_id="pat_1", kinds=("staff", "guest"), before_seq=before, limit=500)
    form = compiled(_filtered("cli_1", wanted, 0, 0), "sqlite", ())
    values: dict[str, Any] = defaultdict(lambda: None, form.defaults)
    plan = [str(row[3]) for row in database.execute(f"EXPLAIN QUERY PLAN {form.sql}", values)]
    assert len(plan) == 1, plan
    assert "ix_audit_lines_patient (clinic_id=? AND patient_id=?" in plan[0]


def test_what_is_looked_at_is_there() -> None:
    names = {name for name, _statement in _statements()}
    assert len(names) > 300
    assert {
        "bedside.people.patients._named",
        "bedside.requests.lists._named",
        "bedside.conversations.visit_chat._of_visit",
        "bedside.people.audiences._of_patient",
        "bedside.visits.whereabouts._waiting",
    } <= names
