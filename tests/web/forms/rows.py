"""Rows of forms: choosing, sending and following them, and the pages of the patient."""

from tests.matrix.people import Access
from tests.matrix.row import Call, Row, form
from tests.matrix.world import Facts

_FORMS = "/patients/{patient_id}/forms"


def _draft(facts: Facts) -> Call:
    changed = facts["request_id"].translate(str.maketrans("0123456789", "1234567890"))
    fields = {"id": changed.replace("req_", "frm_"), "channels": "sms", "note": "Quinsy?"}
    # The files of the matrix are no PDFs: the answer says what works instead.
    return {"data": {**fields, "entry": facts["entry_id"], "due": "2100-01-01"}}


# The people of the matrix hold links to photo requests, which have no such pages.
_DEVICES: dict[tuple[str, str], Row] = {
    ("GET", "/my/{request_id}/form"): Row(Access.DEVICE, 404),
    ("POST", "/my/{request_id}/form"): Row(Access.DEVICE, 404, form(do="check", version="0")),
    ("GET", "/my/{request_id}/check"): Row(Access.DEVICE, 404),
    ("POST", "/my/{request_id}/check"): Row(Access.DEVICE, 404, form(version="0")),
    ("GET", "/my/{request_id}/returned"): Row(Access.DEVICE, 404),
    ("GET", "/my/{request_id}/empty.pdf"): Row(Access.DEVICE, 404),
    ("GET", "/my/{request_id}/pages/{number}"): Row(Access.DEVICE, 404),
    ("GET", "/my/{request_id}/paper"): Row(Access.DEVICE, 404),
    ("POST", "/my/{request_id}/paper"): Row(Access.DEVICE, 404, form()),
    ("POST", "/my/{request_id}/paper/send"): Row(Access.DEVICE, 404, form()),
    ("POST", "/my/{request_id}/paper/{file_id}/delete"): Row(Access.DEVICE, 404, form()),
}
ROWS: dict[tuple[str, str], Row] = {
    **_DEVICES,
    ("GET", f"{_FORMS}/new"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", f"{_FORMS}/new"): Row(Access.CHART, 422, _draft),
    ("POST", f"{_FORMS}/upload"): Row(
        Access.CHART, 422, lambda _facts: {"files": {"other": ("x.pdf", b"%PDF-")}}
    ),
    ("POST", _FORMS): Row(Access.CHART, 422, _draft),
    ("GET", f"{_FORMS}/{{request_id}}"): Row(Access.CHART, 404),
    ("GET", f"{_FORMS}/{{request_id}}/now"): Row(Access.CHART, 404),
    ("GET", f"{_FORMS}/{{request_id}}/back"): Row(Access.CHART, 404),
    ("POST", f"{_FORMS}/{{request_id}}/back"): Row(Access.CHART, 404, form(reason="Quinsy?")),
    ("POST", f"{_FORMS}/{{request_id}}/remind"): Row(Access.CHART, 404, form(press="prs_x")),
}
