"""Rows of the audit log."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/audit"): Row(Access.ADMINISTRATOR, names_patients=True, shows=("lindqvist",)),
    ("POST", "/audit/patient"): Row(
        Access.ADMINISTRATOR,
        call=form(words="174 06 05"),
        names_patients=True,
        shows=("lindqvist",),
        asks_for=("174 06 05",),
    ),
    ("POST", "/audit/verify"): Row(Access.ADMINISTRATOR, names_patients=True),
    ("GET", "/audit/export"): Row(Access.ADMINISTRATOR, names_patients=True, shows=("lindqvist",)),
}
