"""Rows of a patient's rules for messages, of tasks, and of the page that tells what is from us."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

_PASTED = form(message="https://elsewhere.example/l/x")

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/patients/{patient_id}/contact"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", "/patients/{patient_id}/contact"): Row(
        Access.CHART, 303, form(consent="given", code_word="heron")
    ),
    ("POST", "/patients/{patient_id}/plans/{plan_id}"): Row(Access.CHART, 303, form(do="settle")),
    ("GET", "/from-us"): Row(Access.OPEN),
    ("POST", "/from-us"): Row(Access.OPEN, call=_PASTED),
    ("GET", "/from-us/{clinic_id}"): Row(Access.OPEN, shows=("riverside",)),
    ("POST", "/from-us/{clinic_id}"): Row(Access.OPEN, call=_PASTED),
}
