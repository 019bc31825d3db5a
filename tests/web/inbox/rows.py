"""Rows of the inbox."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/inbox"): Row(Access.STAFF, shows=("lindqvist", "quetzal")),
    ("GET", "/inbox/waiting"): Row(Access.STAFF, shows=("lindqvist", "quetzal")),
    ("POST", "/inbox/{patient_id}/{entry_id}"): Row(Access.CHART, 303, form(reviewed="yes")),
    ("POST", "/inbox/several"): Row(
        Access.STAFF,
        303,
        lambda facts: {
            "data": {"do": "review", "chosen": f"{facts['patient_id']}:{facts['entry_id']}"}
        },
    ),
    ("GET", "/inbox/{patient_id}/{entry_id}/next"): Row(Access.CHART, 303),
    ("GET", "/inbox/{patient_id}/{entry_id}/alarm"): Row(
        Access.CHART, path={"entry_id": "infected_entry"}, shows=("lindqvist",)
    ),
}
