"""Rows of the inbox."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/inbox"): Row(Access.STAFF, shows=("lindqvist", "quetzal")),
    ("GET", "/inbox/waiting"): Row(Access.STAFF, shows=("lindqvist", "quetzal")),
    ("POST", "/inbox/{patient_id}/{entry_id}"): Row(Access.CHART, 303, form(reviewed="yes")),
    ("GET", "/inbox/{patient_id}/{entry_id}/alarm"): Row(
        Access.CHART, path={"entry_id": "infected_entry"}, shows=("lindqvist",)
    ),
}
