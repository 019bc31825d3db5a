"""Rows of a patient's rules for messages, of tasks, and of the page that tells what is from us."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form
from tests.peers.push_service import Device

_BROWSER = Device("https://push.example/of-a-patient").given
_PASTED = form(message="https://elsewhere.example/l/x")

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/patients/{patient_id}/contact"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", "/patients/{patient_id}/contact"): Row(
        Access.CHART, 303, form(consent="given", code_word="heron")
    ),
    ("POST", "/patients/{patient_id}/plans/{plan_id}"): Row(Access.CHART, 303, form(do="settle")),
    # of devices; tests/notifications/plans covers what follows
    ("POST", "/push/shown"): Row(Access.OPEN, 204, lambda _facts: {"json": {"cause": "x"}}),
    ("POST", "/push/over"): Row(Access.OPEN, 200, lambda _facts: {"json": {"causes": ["x"]}}),
    ("GET", "/app/account/push"): Row(Access.ACCOUNT),
    ("POST", "/app/account/push"): Row(Access.ACCOUNT, 201, lambda _facts: {"json": _BROWSER}),
    ("POST", "/app/account/push/{device_id}/remove"): Row(
        Access.ACCOUNT, 404, path={"device_id": "entry_id"}
    ),
    ("GET", "/from-us"): Row(Access.OPEN),
    ("POST", "/from-us"): Row(Access.OPEN, call=_PASTED),
    ("GET", "/from-us/{clinic_id}"): Row(Access.OPEN, shows=("riverside",)),
    ("POST", "/from-us/{clinic_id}"): Row(Access.OPEN, call=_PASTED),
}
