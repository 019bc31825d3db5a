"""Rows of sharing: what receivers of links request, and what staff answer."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

_CROSS = {"access-control-request-method": "POST", "origin": "https://viewer.example.org"}
_QUESTION = "/patients/{patient_id}/questions/{question_id}"
_OF_RECORD = {"question_id": "access_question"}
_REPORT = "/patients/{patient_id}/reports/{report_id}"
_ENTRY = "/patients/{patient_id}/entries/{entry_id}/report"
_NO_TICKET = {"ticket": "clinic_id"}

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/shared"): Row(Access.OPEN),
    # Nobody of the matrix holds a link of a patient's: tests/sharing/test_health_links.py does.
    ("POST", "/shl/{secret}"): Row(
        Access.OPEN, 404, lambda _facts: {"json": {"recipient": "Dr Ekström"}}
    ),
    ("OPTIONS", "/shl/{secret}"): Row(Access.OPEN, 204, lambda _facts: {"headers": _CROSS}),
    ("GET", "/shl/file/{ticket}"): Row(Access.OPEN, 404, path=_NO_TICKET),
    ("OPTIONS", "/shl/file/{ticket}"): Row(
        Access.OPEN, 204, lambda _facts: {"headers": _CROSS}, path=_NO_TICKET
    ),
    ("GET", "/questions"): Row(Access.STAFF, shows=("lindqvist",)),
    ("GET", _QUESTION): Row(Access.CHART, path=_OF_RECORD, shows=("lindqvist", "quetzal")),
    ("POST", _QUESTION): Row(Access.CHART, 303, form(text="Quetzal."), path=_OF_RECORD),
    ("GET", _REPORT): Row(Access.CHART, shows=("lindqvist", "quetzal")),
    ("POST", _REPORT): Row(Access.CHART, 303, form(state="kept", words="Quetzal.")),
    ("GET", _ENTRY): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", _ENTRY): Row(Access.CHART, 303, form(what="wrong", words="Quetzal.")),
}
