"""Rows of visit summaries: writing, previewing and sending them, and the file of the patient."""

from tests.matrix.people import Access
from tests.matrix.row import Call, Row
from tests.matrix.world import Facts

_SUMMARY = "/patients/{patient_id}/visits/{visit_id}/summary"


def _draft(facts: Facts) -> Call:
    changed = facts["request_id"].translate(str.maketrans("0123456789", "1234567890"))
    fields = {"id": changed.replace("req_", "sum_"), "channels": "sms", "text": "Quinsy, drained."}
    return {"data": fields}


ROWS: dict[tuple[str, str], Row] = {
    ("GET", _SUMMARY): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", _SUMMARY): Row(Access.CHART, call=_draft, shows=("lindqvist", "quinsy")),
    ("POST", f"{_SUMMARY}/send"): Row(Access.CHART, 303, _draft),
    # The people of the matrix hold links to photo requests, which have no such page.
    ("GET", "/my/{request_id}/summary.pdf"): Row(Access.DEVICE, 404),
}
