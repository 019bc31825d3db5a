"""Rows of joining two charts."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/patients/{patient_id}/join"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", "/patients/{patient_id}/join"): Row(
        Access.CHART, call=form(do="find", words="1991-03-14"), shows=("lindqvist",)
    ),
}
